/** One run: a suite against an endpoint, shown while it goes on, summed up when it has ended. */
import type { Endpoint } from '../endpoints/endpoint.ts';
import { harnessOf } from '../reports/harness.ts';
import type { ReportCounts, ReportHarness, ReportScore } from '../reports/model.ts';
import { countsOf, scoreOf } from '../reports/score.ts';
import type { RunOptions } from '../runner/plan-run.ts';
import { resumeRun } from '../runner/resume.ts';
import { runSuite, type RunEnd, type SessionInput } from '../runner/run.ts';
import type { LoadedSuite } from '../suites/load.ts';
import type { PlanEndpoint } from '../transcript/plan.ts';
import type { EndReason } from '../transcript/record.ts';
import { isJudged } from './asked-suites.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { FAULT_HINTS } from './hints.ts';
import { programSandbox } from './program-sandbox.ts';
import { showProgress } from './progress-bar.ts';
import { followRun, type RunProgress } from './run-progress.ts';
import { warn } from './say.ts';

/** What to run, and where to put it. */
export interface PairInput extends Pick<
  SessionInput,
  'folder' | 'signer' | 'runner' | 'signal' | 'attestation' | 'judge'
> {
  readonly suite: LoadedSuite;
  /** Name of the harness; null if the suite has one, which has no name. */
  readonly harness: string | null;
  readonly endpoint: Endpoint;
  /** Null to go on with the run in the folder. */
  readonly options: RunOptions | null;
  readonly allowVersionChange: boolean;
  /** More unscored samples than this are too many; null if any number is fine. */
  readonly maxUnscored: number | null;
}

/** A finished run as its own records state it; whether they hold is for a verifier to say. */
export interface RunOutline {
  readonly run_id: string;
  readonly suite: string;
  readonly endpoint: string;
  readonly harness: ReportHarness;
  /** The model that judged the answers; null if none did. */
  readonly judge: Pick<PlanEndpoint, 'kind' | 'name' | 'base_url' | 'model'> | null;
  readonly reason: EndReason;
  readonly score: ReportScore | null;
  readonly counts: ReportCounts;
}

/** What became of it. */
export interface PairResult {
  readonly folder: string;
  readonly code: ExitCode;
  /** Why the code is not 0, in words. */
  readonly complaint: string | null;
  /** Null if the run was interrupted. */
  readonly run: RunOutline | null;
}

/** Run. */
export async function runPair(input: PairInput): Promise<PairResult> {
  const { folder, suite, endpoint, harness } = input;
  const names = [suite.definition.id, endpoint.identity.name, ...(harness === null ? [] : [harness])];
  const view = await showProgress(names.join(' × '));
  const byJudge = { isJudged: isJudged(suite) };
  const progress = followRun(suite.definition.unscored, (state) => view.update({ ...state, ...byJudge }));
  const end = await start(input, progress).finally(() => view.stop());
  for (const note of progress.notes()) warn(note);
  const run = outlineOf(end);
  if (run === null) return { folder, code: EXIT.interrupted, complaint: 'interrupted', run };
  const answered = end.finished?.end.counts['status_ok'] ?? 0;
  return { folder, run, ...judge(run, { answered, maxUnscored: input.maxUnscored, fault: progress.lastFault() }) };
}

async function start(
  { options, allowVersionChange, harness, ...input }: PairInput,
  { listener }: RunProgress,
): Promise<RunEnd> {
  const session = { ...input, listener, sandbox: programSandbox };
  if (options === null) return await resumeRun({ ...session, allowVersionChange });
  return await runSuite({ ...session, options: harness === null ? options : { ...options, harness } });
}

function outlineOf({ runId, plan, finished }: RunEnd): RunOutline | null {
  if (finished === null) return null;
  const { aggregates, end } = finished;
  const metrics = aggregates.map(
    (record) => ({ function: record.function, status: 'declared', result: record.result }) as const,
  );
  return {
    run_id: runId,
    suite: plan.suite.id,
    endpoint: labelOf(plan.endpoint),
    harness: harnessOf(plan.rules.harness),
    judge: plan.judge === undefined ? null : judgedBy(plan.judge),
    reason: end.reason,
    score: scoreOf(metrics),
    counts: countsOf({ plan, metrics, end }),
  };
}

function judgedBy({ kind, name, base_url, model }: PlanEndpoint): RunOutline['judge'] {
  return { kind, name, base_url, model };
}

// A replay is called one wherever it is named.
function labelOf({ kind, name }: PlanEndpoint): string {
  return kind === 'replay' && !name.startsWith('replay:') ? `${name} (replay)` : name;
}

interface Bounds {
  readonly answered: number;
  readonly maxUnscored: number | null;
  readonly fault: string | null;
}

function judge(
  { reason, counts }: RunOutline,
  { answered, maxUnscored, fault }: Bounds,
): Pick<PairResult, 'code' | 'complaint'> {
  if (answered === 0 && fault !== null) {
    const hint = FAULT_HINTS[fault];
    const complaint = `the endpoint gave no answer at all; the last fault was ${fault}`;
    return { code: EXIT.endpoint, complaint: hint === undefined ? complaint : `${complaint}: ${hint}` };
  }
  if (reason === 'budget') {
    return { code: EXIT.insufficient, complaint: 'the budget was reached before every sample was asked' };
  }
  // What need not be asked is not missing.
  const spared = reason === 'stop' ? (counts.reasons.find((each) => each.reason === 'skipped')?.count ?? 0) : 0;
  const unscored = (counts.unscored ?? 0) - spared;
  if (maxUnscored !== null && unscored > maxUnscored) {
    return { code: EXIT.insufficient, complaint: `${unscored} samples are unscored, allowed are ${maxUnscored}` };
  }
  return { code: EXIT.yes, complaint: null };
}
