/** One `run`: every pair of suite and endpoint, one after the other, and what to say in the end. */
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EVIDENCE_FOLDER } from '../archive/evidence-files.ts';
import { SECRET_BYTES } from '../archive/run-folder.ts';
import { isTouchstoneError, VerificationError } from '../core/errors.ts';
import type { EndpointConfig } from '../endpoints/config.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import { JUDGEMENT, judgeText } from '../reports/harness.ts';
import { unscoredText } from '../reports/wording.ts';
import { RUN_DEFAULTS, type PlanInput } from '../runner/plan-run.ts';
import { keysOf, type RunSigner } from '../runner/signing.ts';
import { loadSuite } from '../suites/load.ts';
import type { PlanRunner } from '../transcript/plan.ts';
import { askedSuites, judgeFor, type AskedSuite, type GivenSuite } from './asked-suites.ts';
import { watchEvidence, type AttestedRun } from './attested-run.ts';
import { EXIT, exitCodeOf, worstOf, type ExitCode } from './exit.ts';
import { onInterrupt } from './interrupt.ts';
import { exists } from './path-exists.ts';
import { reachEndpoint } from './reach-endpoint.ts';
import { endpointOfPlan, judgeOfPlan, readPlan, suiteOfPlan } from './resume-choice.ts';
import { newRunFolder } from './run-folder-name.ts';
import type { GatedRun, RunVerdict } from './gated-run.ts';
import { runPair, type PairResult, type RunOutline } from './run-pair.ts';
import type { RunRequest } from './run-request.ts';
import { runnerIdentity } from './runner-identity.ts';
import { print, printJson, say, sayError, warn, withHint } from './say.ts';
import { shellCommand } from './shell-words.ts';
import { chooseSigningKey } from './signing-key.ts';
import { scoreText } from './verdict-text.ts';

/** A suite against an endpoint; the folder is that of a run to go on with, or null for a new one. */
interface Pair extends AskedSuite {
  readonly config: EndpointConfig;
  /** The model that judges answers; null for a suite that needs none. */
  readonly judge: EndpointConfig | null;
  readonly folder: string | null;
}

/** What all pairs share. */
interface Session {
  readonly request: RunRequest;
  readonly signer: RunSigner;
  readonly runner: PlanRunner;
  readonly signal: AbortSignal;
  readonly allowVersionChange: boolean;
  /** What the runs are held against; null if nothing is. */
  readonly gate: GatedRun | null;
}

/** How to go through the pairs. */
export interface RunMode {
  /** Folder of an interrupted run to go on with; it decides suite, endpoint and rules. */
  readonly resume: string | undefined;
  readonly allowVersionChange: boolean;
  readonly json: boolean;
  /** What the runs are held against; null if nothing is. */
  readonly gate: GatedRun | null;
}

/** Run whatever the request asks for, and print one result per run, and the verdict of the gate if there is one. */
export async function runAll(request: RunRequest, mode: RunMode): Promise<ExitCode> {
  const { resume, json, gate } = mode;
  const [signer, runner, suites] = await Promise.all([
    chooseSigningKey(request.key),
    runnerIdentity(),
    Promise.all(request.suites.map(async (given) => ({ ...given, suite: await loadSuite(given.path) }))),
  ]);
  const asked = resume === undefined ? allPairs(suites, request) : [await pairOf(resume, suites, request)];
  // Without a policy or a sound baseline nothing could pass, so nothing is paid for.
  const pairs = gate === null || gate.isReady ? asked : [];
  const interrupt = onInterrupt();
  const session: Session = { request, signer, runner, signal: interrupt.signal, ...mode };
  const { results, codes } = await runEach(session, pairs, json);
  interrupt.dispose();
  const notBegun = pairs.length - codes.length;
  if (interrupt.signal.aborted) codes.push(EXIT.interrupted);
  const concluded = await conclude(session, results);
  if (concluded !== null) codes.push(concluded.code);
  if (json) printJson(gate === null ? results : { runs: results, gate: concluded?.verdict ?? null });
  else for (const line of concluded?.lines ?? []) print(line);
  sayNext(results, notBegun, request);
  return worstOf(codes);
}

// A run that was interrupted can still be anything.
async function conclude({ gate, signal, signer }: Session, results: readonly PairResult[]): Promise<RunVerdict | null> {
  if (gate === null || signal.aborted) return null;
  const folders = results.map(({ folder }) => folder);
  return await gate.conclude(folders, signer);
}

async function runEach(
  session: Session,
  pairs: readonly Pair[],
  json: boolean,
): Promise<{ readonly results: PairResult[]; readonly codes: ExitCode[] }> {
  const results: PairResult[] = [];
  const codes: ExitCode[] = [];
  for (const pair of pairs) {
    if (session.signal.aborted) break;
    try {
      const result = await runOne(session, pair);
      results.push(result);
      codes.push(result.code);
      if (!json) show(result);
    } catch (error) {
      // One endpoint that is down, or is not what it says, must not keep the others from being asked, nor a gate from closing.
      const code = exitCodeOf(error);
      const isAlone = pairs.length === 1 && session.gate === null;
      if ((code !== EXIT.endpoint && code !== EXIT.no) || isAlone) throw error;
      sayError(error);
      codes.push(code);
    }
  }
  return { results, codes };
}

function allPairs(given: readonly GivenSuite[], { endpoints, harnesses, judge }: RunRequest): readonly Pair[] {
  const asked = askedSuites(given, harnesses).map((each) => ({ ...each, judge: judgeFor(each.suite, judge) }));
  if (judge !== null && asked.every((each) => each.judge === null))
    warn('no suite here has its answers judged: the judge is not asked');
  return endpoints.flatMap((config) => asked.map((each) => ({ ...each, config, folder: null })));
}

async function pairOf(folder: string, given: readonly GivenSuite[], { endpoints, judge }: RunRequest): Promise<Pair> {
  const plan = await readPlan(folder);
  const suites = given.map(({ suite }) => suite);
  return {
    suite: suiteOfPlan(plan, suites),
    harness: plan.rules.harness.name ?? null,
    config: endpointOfPlan(plan, endpoints),
    judge: judgeOfPlan(plan, judge),
    folder,
  };
}

async function runOne(session: Session, pair: Pair): Promise<PairResult> {
  const connections = session.request.options.concurrency ?? RUN_DEFAULTS.concurrency;
  const endpoint = await reachEndpoint(pair.config, { connections, suite: pair.suite });
  try {
    const judge = pair.judge === null ? null : await reachEndpoint(pair.judge, { connections, suite: null });
    try {
      return await runWith(session, pair, judge === null ? { endpoint } : { endpoint, judge });
    } finally {
      await judge?.close();
    }
  } finally {
    await endpoint.close();
  }
}

interface Opened {
  readonly endpoint: Endpoint;
  readonly judge?: Endpoint;
}

async function runWith(
  { request, gate, ...session }: Session,
  { suite, harness, config, folder }: Pair,
  opened: Opened,
): Promise<PairResult> {
  const { timeoutMs, prices } = config;
  const options = {
    ...request.options,
    ...(timeoutMs === null ? {} : { timeoutMs }),
    ...(prices === null ? {} : { prices }),
  };
  const watched = config.kind === 'tee' ? await watchEvidence(config, request.evidence) : null;
  const named = { suite: suite.definition.id, endpoint: config.name, harness };
  const into = folder ?? (await newRunFolder(request.out, named, Date.now()));
  try {
    const stop =
      folder === null && gate !== null
        ? gate.stopFor(plannedRun(session, { suite, harness, options, ...opened }))
        : null;
    const result = await runPair({
      ...session,
      ...opened,
      suite,
      harness,
      options: folder === null ? { ...options, ...(stop === null ? {} : { stop }) } : null,
      folder: into,
      maxUnscored: request.maxUnscored,
      ...(watched === null ? {} : { attestation: watched.attestation }),
    });
    return watched === null ? result : await judgeEvidence(result, watched, request);
  } catch (error) {
    // Refused before the first question: there is nothing to go on with or to report, and it would only be in the way.
    if (folder === null && isTouchstoneError(error, 'ERR_CAPABILITY')) await rm(into, { recursive: true, force: true });
    throw await refusal(error, into);
  }
}

// As it would be planned now; the real plan differs only in its moment, its nonce and its stop rule.
function plannedRun(
  { signer, runner }: Pick<Session, 'signer' | 'runner'>,
  { suite, harness, endpoint, judge, options }: Opened & AskedSuite & Pick<PlanInput, 'options'>,
): PlanInput {
  const { identity } = keysOf(signer, new Uint8Array(SECRET_BYTES));
  const moment = { nowMs: Date.now(), nonce: new Uint8Array(16) };
  return {
    suite,
    endpoint: endpoint.identity,
    ...(judge === undefined ? {} : { judge: judge.identity }),
    options: harness === null ? options : { ...options, harness },
    runner,
    signer: identity,
    ...moment,
  };
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

/** A finished run in one line: what, score with interval, n, judge, unscored, folder. */
function resultLine({ suite, endpoint, harness, judge, score, counts }: RunOutline, folder: string): string {
  const name = [suite, endpoint, ...(harness.name === null ? [] : [harness.name])].join(' × ');
  const judged = judge === null ? '' : ` (${JUDGEMENT}: by ${judgeText(judge)})`;
  return `${name}: ${scoreText(score)}${judged}, unscored ${unscoredText(counts)}, ${folder}`;
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
