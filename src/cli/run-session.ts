/** One `run`: every pair of suite and endpoint, one after the other, and what to say in the end. */
import { dirname, join } from 'node:path';
import { EVIDENCE_FOLDER } from '../archive/evidence-files.ts';
import { isTouchstoneError, VerificationError } from '../core/errors.ts';
import type { EndpointConfig } from '../endpoints/config.ts';
import { unscoredText } from '../reports/wording.ts';
import { RUN_DEFAULTS } from '../runner/plan-run.ts';
import type { RunSigner } from '../runner/signing.ts';
import { loadSuite, type LoadedSuite } from '../suites/load.ts';
import type { PlanRunner } from '../transcript/plan.ts';
import { watchEvidence, type AttestedRun } from './attested-run.ts';
import { EXIT, exitCodeOf, worstOf, type ExitCode } from './exit.ts';
import { onInterrupt } from './interrupt.ts';
import { exists } from './path-exists.ts';
import { reachEndpoint } from './reach-endpoint.ts';
import { endpointOfPlan, readPlan, suiteOfPlan } from './resume-choice.ts';
import { newRunFolder } from './run-folder-name.ts';
import { runPair, type PairResult, type RunOutline } from './run-pair.ts';
import type { RunRequest } from './run-request.ts';
import { runnerIdentity } from './runner-identity.ts';
import { print, printJson, say, sayError, warn, withHint } from './say.ts';
import { shellCommand } from './shell-words.ts';
import { chooseSigningKey } from './signing-key.ts';
import { scoreText } from './verdict-text.ts';

/** A suite against an endpoint; the folder is that of a run to go on with, or null for a new one. */
interface Pair {
  readonly suite: LoadedSuite;
  readonly config: EndpointConfig;
  readonly folder: string | null;
}

/** What all pairs share. */
interface Session {
  readonly request: RunRequest;
  readonly signer: RunSigner;
  readonly runner: PlanRunner;
  readonly signal: AbortSignal;
  readonly allowVersionChange: boolean;
}

/** How to go through the pairs. */
export interface RunMode {
  /** Folder of an interrupted run to go on with; it decides suite, endpoint and rules. */
  readonly resume: string | undefined;
  readonly allowVersionChange: boolean;
  readonly json: boolean;
}

/** Run whatever the request asks for, and print one result per run. */
export async function runAll(request: RunRequest, { resume, allowVersionChange, json }: RunMode): Promise<ExitCode> {
  const [signer, runner, suites] = await Promise.all([
    chooseSigningKey(request.key),
    runnerIdentity(),
    Promise.all(request.suites.map((path) => loadSuite(path))),
  ]);
  const pairs = resume === undefined ? allPairs(suites, request) : [await pairOf(resume, suites, request)];
  const interrupt = onInterrupt();
  const session: Session = { request, signer, runner, signal: interrupt.signal, allowVersionChange };
  const results: PairResult[] = [];
  const codes: ExitCode[] = [];
  for (const pair of pairs) {
    if (interrupt.signal.aborted) break;
    try {
      const result = await runOne(session, pair);
      results.push(result);
      codes.push(result.code);
      if (!json) show(result);
    } catch (error) {
      // One endpoint that is down, or is not what it says, must not keep the others from being asked.
      const code = exitCodeOf(error);
      if ((code !== EXIT.endpoint && code !== EXIT.no) || pairs.length === 1) throw error;
      sayError(error);
      codes.push(code);
    }
  }
  interrupt.dispose();
  const notBegun = pairs.length - codes.length;
  if (interrupt.signal.aborted) codes.push(EXIT.interrupted);
  if (json) printJson(results);
  sayNext(results, notBegun, request);
  return worstOf(codes);
}

function allPairs(suites: readonly LoadedSuite[], { endpoints }: RunRequest): readonly Pair[] {
  return endpoints.flatMap((config) => suites.map((suite) => ({ suite, config, folder: null })));
}

async function pairOf(folder: string, suites: readonly LoadedSuite[], { endpoints }: RunRequest): Promise<Pair> {
  const plan = await readPlan(folder);
  return { suite: suiteOfPlan(plan, suites), config: endpointOfPlan(plan, endpoints), folder };
}

async function runOne({ request, ...session }: Session, { suite, config, folder }: Pair): Promise<PairResult> {
  const connections = request.options.concurrency ?? RUN_DEFAULTS.concurrency;
  const endpoint = await reachEndpoint(config, { connections, suite });
  const { timeoutMs, prices } = config;
  const options = {
    ...request.options,
    ...(timeoutMs === null ? {} : { timeoutMs }),
    ...(prices === null ? {} : { prices }),
  };
  const watched = config.kind === 'tee' ? await watchEvidence(config, request.evidence) : null;
  const into = folder ?? (await newRunFolder(request.out, suite.definition.id, config.name, Date.now()));
  try {
    const result = await runPair({
      ...session,
      suite,
      endpoint,
      options: folder === null ? options : null,
      folder: into,
      maxUnscored: request.maxUnscored,
      ...(watched === null ? {} : { attestation: watched.attestation }),
    });
    return watched === null ? result : await judgeEvidence(result, watched, request);
  } catch (error) {
    throw await refusal(error, into);
  } finally {
    await endpoint.close();
  }
}

async function judgeEvidence(result: PairResult, watched: AttestedRun, request: RunRequest): Promise<PairResult> {
  const concern = await watched.concern();
  if (concern !== null) warn(concern);
  // Under a required level such answers are unscored, and the run holds without them.
  const contradiction = request.options.requireLevel === undefined ? watched.contradiction() : null;
  if (result.run === null || contradiction === null) return result;
  return { ...result, code: EXIT.no, complaint: contradiction };
}

// Evidence that is refused is recorded before it is looked at, so that it can be shown to its provider.
async function refusal(error: unknown, folder: string): Promise<unknown> {
  if (isTouchstoneError(error, 'ERR_EVIDENCE_SIMULATED') || !(error instanceof VerificationError)) return error;
  const kept = join(folder, EVIDENCE_FOLDER);
  if (!(await exists(kept))) return error;
  return withHint(error, `what it served is kept in ${kept}; touchstone endpoints attest shows every claim`);
}

function show({ folder, run, complaint }: PairResult): void {
  if (run !== null) print(resultLine(run, folder));
  if (run !== null && complaint !== null) say(`${folder}: ${complaint}`);
}

/** A finished run in one line: what, score with interval, n, unscored, folder. */
function resultLine({ suite, endpoint, score, counts }: RunOutline, folder: string): string {
  return `${suite} × ${endpoint}: ${scoreText(score)}, unscored ${unscoredText(counts)}, ${folder}`;
}

function sayNext(results: readonly PairResult[], notBegun: number, { evidence }: RunRequest): void {
  const interrupted = results.find(({ run }) => run === null);
  if (interrupted !== undefined) {
    const typed = process.argv
      .slice(3)
      .filter((word, index, words) => word !== '--resume' && words[index - 1] !== '--resume');
    say(`to go on: ${shellCommand(['touchstone', 'run', ...typed, '--resume', interrupted.folder])}`);
    if (notBegun > 0) say(`runs that had not begun: ${notBegun}; the command above does not begin them`);
  } else if (results.length > 0) {
    const folders = results.map(({ folder }) => folder);
    const few = folders.length <= 3 ? shellCommand(folders) : `${shellCommand([dirname(folders[0] ?? '')])}/*`;
    say(`next: touchstone report ${few} -o report${evidence.allowSimulated ? ' --allow-simulated' : ''}`);
  }
}
