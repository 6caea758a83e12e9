/** Takes up a run that was interrupted, under the very plan it began with. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openJournal } from '../archive/journal.ts';
import { recoverRunFolder, type TornBytes } from '../archive/recover.ts';
import { CHECKPOINTS_FILE, checkRunFolder, isSystemError, readRunFile, readSecret } from '../archive/run-folder.ts';
import { lockRunFolder } from '../archive/run-lock.ts';
import { decodeUtf8 } from '../core/bytes.ts';
import { canonicalize } from '../core/canonical-json.ts';
import { parseCheckpoint, type Checkpoint } from '../core/checkpoint.ts';
import { InputError, isTouchstoneError } from '../core/errors.ts';
import { parseLine } from '../core/line-form.ts';
import { openNote } from '../core/note.ts';
import { noteVerifiers } from '../core/signer.ts';
import { BASELINE_FILE, parseBaseline } from '../transcript/baseline.ts';
import { createBuilder } from '../transcript/builder.ts';
import { checkpointOrigin, planDigest, runId, type Plan } from '../transcript/plan.ts';
import { parsePlan } from '../transcript/plan-text.ts';
import { createBudget, type Budget } from './budget.ts';
import { formatTime, systemEnvironment } from './environment.ts';
import { createJudging } from './judging.ts';
import { createRecall, type Recall } from './recall.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { checkpointerOf, recordHeader, runEnd, sessionBase, stopOf, type RunEnd, type SessionInput } from './run.ts';
import { totalSamples } from './samples-left.ts';
import { runSession } from './session.ts';
import { keysOf, type RunKeys } from './signing.ts';

/** What a resume needs; suite, endpoint and signer must be those of the plan. */
export interface ResumeInput extends SessionInput {
  /** Requests on their way at once; at most, and by default, what the plan says. */
  readonly concurrency?: number;
  /** Resume although another version of the runner began the run; the transcript says so. */
  readonly allowVersionChange?: boolean;
}

/**
 * Go on with the run in a folder.
 *
 * Torn lines are cut and kept aside; requests without an outcome are recorded as lost and asked again; answers that nobody
 * has judged are judged. A run that was stopped before its first record begins; one that only lacks its signed result
 * gets it.
 *
 * @throws {@link InputError} `ERR_RUN_MISSING`, `ERR_RUN_SECRET`, `ERR_RUN_LOCKED`, `ERR_RUN_FINISHED`, `ERR_RUN_WRITE`,
 *   `ERR_RESUME_PLAN` if suite, endpoint or signer are not those of the plan, `ERR_RESUME_VERSION`, `ERR_RESUME_RECORDS`,
 *   `ERR_RESUME_CONTENT`, `ERR_RESUME_CHECKPOINT`
 */
export async function resumeRun(input: ResumeInput): Promise<RunEnd> {
  const { folder } = input;
  await checkRunFolder(folder);
  const lock = await lockRunFolder(folder);
  try {
    await checkUnfinished(folder);
    const planText = decodeUtf8(await readRunFile(folder, 'plan.json'));
    const plan = parsePlan(planText);
    const secret = await readSecret(folder);
    const keys = keysOf(input.signer, secret);
    checkSamePlan(input, plan, keys);
    const base = sessionBase(input, plan, planDigest(planText));
    const builder = createBuilder(secret);
    const judging = await createJudging(plan, input.suite, input.sandbox);
    const budget = createBudget(plan);
    const written = await readCheckpoints(folder, base.planDigest, keys);
    base.emit({ kind: 'began', runId: runId(planDigest(planText)), totalSamples: totalSamples(plan), resumed: true });
    const baseline = plan.stop === undefined ? null : parseBaseline(await readRunFile(folder, BASELINE_FILE), plan);
    const stop = stopOf(plan, planDigest(planText), baseline);
    const recall = createRecall({ ...base, builder, judging, stop, budget, checkpoints: written.checkpoints });
    const torn = await readBack(folder, recall);
    const journal = await openJournal(folder, base.environment.openAppend);
    const recorder = createRecorder({ builder, journal });
    const started = { ...base, keys, builder, journal, recorder, judging, stop, budget };
    const checkpointer = await checkpointerOf(started, written);
    if (recall.size === 0) recordHeader(recorder, base);
    // The first checkpoint is over the header alone.
    if (written.size === 0) await checkpointer.write();
    if (recall.size > 0 && recall.end === null) recordInterruption(input, { recorder, recall, budget, torn });
    const finished = await runSession({
      ...started,
      checkpointer,
      concurrency: Math.min(input.concurrency ?? plan.concurrency, plan.concurrency),
      left: recall.samples.left(),
      attested: recall.size === 0 ? null : recall.attested,
      probed: recall.probed,
      aggregates: recall.aggregates,
      finished: recall.end === null ? null : { aggregates: recall.aggregates, end: recall.end },
    });
    return runEnd({ folder, runId: runId(planDigest(planText)), plan, finished });
  } finally {
    await lock.release();
  }
}

// What cannot be read is refused under one code; the cause says what is wrong with it.
async function readBack(folder: string, recall: Recall): Promise<TornBytes> {
  try {
    return await recoverRunFolder(folder, recall.visit, recall.close);
  } catch (cause) {
    if (!isTouchstoneError(cause) || cause instanceof InputError) throw cause;
    const message = `cannot resume from records: ${cause.message}`;
    throw new InputError('ERR_RESUME_RECORDS', message, { path: folder, cause });
  }
}

interface Interruption {
  readonly recorder: Recorder;
  readonly recall: Recall;
  readonly budget: Budget;
  readonly torn: TornBytes;
}

function recordInterruption(input: ResumeInput, { recorder, recall, budget, torn }: Interruption): void {
  const { environment = systemEnvironment, runner } = input;
  recorder.append({
    k: 'resume',
    at: formatTime(environment.nowMs()),
    torn_bytes: torn.records,
    torn_content_bytes: torn.content,
    version: runner.version,
  });
  for (const { seq, history, size } of recall.samples.openIntents()) {
    const outcome = recorder.outcome({ of: seq, status: 'lost' }, null);
    history.last = { ...outcome, answer: null, exchange: null, evidence: null };
    history.interrupted++;
    budget.absorb(size, outcome);
  }
}

async function checkUnfinished(folder: string): Promise<void> {
  try {
    await stat(join(folder, 'result.dsse.json'));
  } catch (cause) {
    if (isSystemError(cause, 'ENOENT')) return;
    throw cause;
  }
  const message = `cannot resume ${folder}: the run is finished, its result is signed`;
  throw new InputError('ERR_RUN_FINISHED', message, { path: folder });
}

function checkSamePlan(
  { suite, endpoint, judge, runner, allowVersionChange }: ResumeInput,
  plan: Plan,
  keys: RunKeys,
): void {
  const { name: _name, ...signer } = keys.identity;
  const { name: _planned, ...plannedSigner } = plan.signer;
  checkSame('the suite', suite.digest, plan.suite.digest);
  checkSame('the endpoint', endpoint.identity, plan.endpoint);
  checkSame('the judge', judge?.identity ?? {}, plan.judge ?? {});
  checkSame('the signer', signer, plannedSigner);
  if (runner.version === plan.runner.version || allowVersionChange === true) return;
  throw new InputError(
    'ERR_RESUME_VERSION',
    `cannot resume with version ${runner.version}: version ${plan.runner.version} began the run`,
  );
}

function checkSame(what: string, given: unknown, planned: unknown): void {
  if (canonicalize(given) === canonicalize(planned)) return;
  throw new InputError('ERR_RESUME_PLAN', `cannot resume: ${what} is not the one that the plan of the run names`);
}

interface WrittenCheckpoints {
  readonly text: string;
  readonly size: number;
  readonly checkpoints: readonly Checkpoint[];
}

// Only whole lines; what follows the last newline is cut together with the rest.
async function readCheckpoints(folder: string, digest: string, keys: RunKeys): Promise<WrittenCheckpoints> {
  const all = await readOrNothing(join(folder, CHECKPOINTS_FILE));
  const text = all.slice(0, all.lastIndexOf('\n') + 1);
  const verifiers = Object.values(noteVerifiers(keys.checkpoint.publicKey, checkpointOrigin(digest)));
  try {
    const checkpoints = text
      .split('\n')
      .slice(0, -1)
      .map((line) => parseCheckpoint(openNote(noteOf(line), verifiers).text));
    return { text, size: checkpoints.at(-1)?.size ?? 0, checkpoints };
  } catch (cause) {
    if (!isTouchstoneError(cause)) throw cause;
    const message = `cannot resume under the checkpoints: ${cause.message}`;
    throw new InputError('ERR_RESUME_CHECKPOINT', message, { path: folder, cause });
  }
}

function noteOf(line: string): string {
  const { note } = parseLine(line);
  return typeof note === 'string' ? note : '';
}

async function readOrNothing(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (isSystemError(cause, 'ENOENT')) return '';
    throw cause;
  }
}
