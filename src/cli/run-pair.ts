/** One run: a suite against an endpoint, shown while it goes on, checked and summed up when it has ended. */
import { openFolder } from '../archive/folder-source.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import type { ReportRun } from '../reports/model.ts';
import { summarizeRun } from '../reports/run-summary.ts';
import type { RunOptions } from '../runner/plan-run.ts';
import { resumeRun } from '../runner/resume.ts';
import { runSuite, type SessionInput } from '../runner/run.ts';
import type { LoadedSuite } from '../suites/load.ts';
import { verifyRun } from '../verifier/verify.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { showProgress } from './progress-bar.ts';
import { followRun, type RunProgress } from './run-progress.ts';

/** What to run, and where to put it. */
export interface PairInput extends Pick<SessionInput, 'folder' | 'signer' | 'runner' | 'signal'> {
  readonly suite: LoadedSuite;
  readonly endpoint: Endpoint;
  /** Null to go on with the run in the folder. */
  readonly options: RunOptions | null;
  readonly allowVersionChange: boolean;
  /** More unscored samples than this are too many; null if any number is fine. */
  readonly maxUnscored: number | null;
}

/** What became of it. */
export interface PairResult {
  readonly folder: string;
  readonly code: ExitCode;
  /** Why the code is not 0, in words. */
  readonly complaint: string | null;
  /** The finished run as a verifier sees it; null if it was interrupted. */
  readonly run: ReportRun | null;
}

/**
 * Run.
 *
 * @throws {@link VerificationError} if the transcript that was just written does not verify
 */
export async function runPair(input: PairInput): Promise<PairResult> {
  const { folder, suite, endpoint } = input;
  const view = showProgress(`${suite.definition.id} × ${endpoint.identity.name}`);
  const progress = followRun(suite.definition.unscored, (state) => view.update(state));
  try {
    const { reason } = await start(input, progress);
    view.stop();
    if (reason === 'interrupted') return { folder, code: EXIT.interrupted, complaint: 'interrupted', run: null };
  } finally {
    view.stop();
  }
  const verification = await verifyRun(await openFolder(folder));
  if (!verification.verified) throw verification.fault;
  const run = summarizeRun(verification.transcript);
  return { folder, run, ...judge(input, run, progress) };
}

async function start(
  { options, allowVersionChange, ...input }: PairInput,
  { listener }: RunProgress,
): Promise<{ readonly reason: string }> {
  if (options === null) return await resumeRun({ ...input, listener, allowVersionChange });
  return await runSuite({ ...input, listener, options });
}

function judge(
  { maxUnscored }: PairInput,
  run: ReportRun,
  progress: RunProgress,
): Pick<PairResult, 'code' | 'complaint'> {
  const { attempts, counts, ended } = run;
  const fault = progress.lastFault();
  if (attempts !== null && attempts.ok === 0 && fault !== null) {
    return { code: EXIT.endpoint, complaint: `the endpoint gave no answer at all; the last fault was ${fault}` };
  }
  if (ended?.reason === 'budget') {
    return { code: EXIT.insufficient, complaint: 'the budget was reached before every sample was asked' };
  }
  const unscored = counts.unscored ?? 0;
  if (maxUnscored !== null && unscored > maxUnscored) {
    return { code: EXIT.insufficient, complaint: `${unscored} samples are unscored, allowed are ${maxUnscored}` };
  }
  return { code: EXIT.yes, complaint: null };
}
