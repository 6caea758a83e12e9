/**
 * A whole run, top to bottom: plan, sign, ask, score, add up, sign again.
 *
 * The folder is the run. However the process ends, what the folder holds is what was done, and a resume goes on from
 * there: an answer that is on the disk is never asked for again.
 */
import { join } from 'node:path';
import { openJournal } from '../archive/journal.ts';
import { createRunFolder, SECRET_BYTES } from '../archive/run-folder.ts';
import { lockRunFolder } from '../archive/run-lock.ts';
import { writeAtomic } from '../archive/write-atomic.ts';
import type { AttestationCheck } from '../attestation/claim.ts';
import { encodeHex } from '../core/bytes.ts';
import type { Digest } from '../core/digest.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import type { LoadedSuite } from '../suites/load.ts';
import type { Sandbox } from '../scoring/trial.ts';
import { createSequentialStop, type SequentialStop } from '../scoring/sequential-stop.ts';
import { askOrder, BASELINE_FILE, formatBaseline, type Baseline } from '../transcript/baseline.ts';
import { createBuilder } from '../transcript/builder.ts';
import { featuresOf, planDigest, runId, type Plan, type PlanRunner } from '../transcript/plan.ts';
import { formatPlan } from '../transcript/plan-text.ts';
import { FORMAT, type EndReason } from '../transcript/record.ts';
import { planStatement } from '../transcript/statement.ts';
import { createBudget } from './budget.ts';
import { openCheckpointer, type Checkpointer } from './checkpoints.ts';
import { formatTime, systemEnvironment, type RunEnvironment } from './environment.ts';
import { createJudging } from './judging.ts';
import { planRun, type RunOptions } from './plan-run.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import type { RunListener } from './run-event.ts';
import { newSamples, totalSamples } from './samples-left.ts';
import { runSession, type Finished, type RunControl, type Session } from './session.ts';
import { keysOf, type RunKeys, type RunSigner } from './signing.ts';

/** What every session of a run needs. */
export interface SessionInput {
  readonly folder: string;
  readonly suite: LoadedSuite;
  readonly endpoint: Endpoint;
  /** The model that judges answers; exactly for a suite whose scorer asks one. */
  readonly judge?: Endpoint;
  readonly runner: PlanRunner;
  readonly signer: RunSigner;
  /** How evidence is checked; needed for an endpoint that gives evidence. */
  readonly attestation?: AttestationCheck;
  /** Where answers that are programs run; needed for a suite whose answers are. */
  readonly sandbox?: Sandbox;
  readonly environment?: RunEnvironment;
  readonly listener?: RunListener;
  /** Aborted to stop the run: requests on their way are cancelled, and the run can be resumed. */
  readonly signal?: AbortSignal;
  /** Called once with what changes the run while it goes on. */
  readonly onControl?: (control: RunControl) => void;
}

/** What a new run needs; there may be nothing at the path of its folder. */
export interface RunInput extends SessionInput {
  readonly options: RunOptions;
}

/** How a session of a run ended. */
export interface RunEnd {
  readonly folder: string;
  readonly runId: string;
  readonly plan: Plan;
  readonly reason: EndReason | 'interrupted';
  /** Metrics and end record as written; null if the run was interrupted and can be resumed. */
  readonly finished: Finished | null;
}

/**
 * Run a suite against an endpoint, in a new run folder.
 *
 * @throws {@link UsageError} `ERR_USAGE` on options that are out of bounds or do not fit together
 * @throws {@link InputError} `ERR_RUN_EXISTS`, `ERR_RUN_LOCKED`, `ERR_RUN_WRITE`, and what the suite throws when an item
 *   is read
 */
export async function runSuite(input: RunInput): Promise<RunEnd> {
  const { folder, suite, environment = systemEnvironment } = input;
  const secret = environment.randomBytes(SECRET_BYTES);
  const keys = keysOf(input.signer, secret);
  const plan = planRun({
    suite,
    endpoint: input.endpoint.identity,
    ...(input.judge === undefined ? {} : { judge: input.judge.identity }),
    options: input.options,
    runner: input.runner,
    signer: keys.identity,
    nowMs: environment.nowMs(),
    nonce: environment.randomBytes(16),
  });
  const judging = await createJudging(plan, suite, input.sandbox);
  const baseline = input.options.stop?.baseline ?? null;
  // A key that does not sign, such as one of an agent that has gone, leaves no folder behind.
  const signed = signPlan(plan, keys);
  const { digest } = signed;
  await createRunFolder(folder, secret);
  const lock = await lockRunFolder(folder);
  try {
    await writePlan(input, signed, baseline);
    const builder = createBuilder(secret);
    const journal = await openJournal(folder, environment.openAppend);
    const recorder = createRecorder({ builder, journal });
    const base = { ...sessionBase(input, plan, digest), keys, builder, journal, recorder };
    recordHeader(recorder, base);
    const checkpointer = await checkpointerOf(base);
    await checkpointer.write();
    base.emit({ kind: 'began', runId: runId(digest), totalSamples: totalSamples(plan), resumed: false });
    const left = newSamples(plan, digest);
    const finished = await runSession({
      ...base,
      checkpointer,
      judging,
      stop: stopOf(plan, digest, baseline),
      budget: createBudget(plan),
      left,
      attested: null,
      probed: [],
      aggregates: [],
      finished: null,
    });
    return runEnd({ folder, runId: runId(digest), plan, finished });
  } finally {
    await lock.release();
  }
}

/** How a session ended, by what it has finished. */
export function runEnd(end: Omit<RunEnd, 'reason'>): RunEnd {
  return { ...end, reason: end.finished?.end.reason ?? 'interrupted' };
}

interface SignedPlan {
  readonly planText: string;
  readonly digest: ReturnType<typeof planDigest>;
  readonly envelope: string;
}

function signPlan(plan: Plan, keys: RunKeys): SignedPlan {
  const planText = formatPlan(plan);
  const digest = planDigest(planText);
  return { planText, digest, envelope: keys.signStatement(planStatement(plan, digest)) };
}

// The plan is signed and on the disk before there is anything to record.
async function writePlan(
  { folder, suite }: RunInput,
  { planText, envelope }: SignedPlan,
  baseline: Baseline | null,
): Promise<void> {
  if (baseline !== null) await writeAtomic(join(folder, BASELINE_FILE), formatBaseline(baseline));
  await writeAtomic(join(folder, 'suite.json'), suite.definitionText);
  await writeAtomic(join(folder, 'plan.json'), planText);
  await writeAtomic(join(folder, 'plan.dsse.json'), envelope);
}

/** The stop rule of a plan, before the first verdict; null if it has none. */
export function stopOf(plan: Plan, digest: Digest, baseline: Baseline | null): SequentialStop | null {
  return baseline === null ? null : createSequentialStop(plan, baseline, askOrder(plan, digest));
}

/** The first record of a run. */
export function recordHeader(
  recorder: Recorder,
  { plan, planDigest: planSha256, environment }: Pick<Session, 'plan' | 'planDigest' | 'environment'>,
): void {
  recorder.append({
    k: 'header',
    at: formatTime(environment.nowMs()),
    features: featuresOf(plan),
    format: FORMAT,
    plan: planSha256,
    run_nonce: encodeHex(environment.randomBytes(16)),
  });
}

/** The part of a session that comes straight from its input. */
export function sessionBase(
  input: SessionInput,
  plan: Plan,
  digest: string,
): Pick<
  Session,
  | 'folder'
  | 'plan'
  | 'planDigest'
  | 'suite'
  | 'endpoint'
  | 'judge'
  | 'environment'
  | 'emit'
  | 'signal'
  | 'onControl'
  | 'concurrency'
  | 'attestation'
> {
  const { folder, suite, endpoint, environment = systemEnvironment } = input;
  return {
    folder,
    plan,
    planDigest: digest,
    suite,
    endpoint,
    judge: input.judge ?? null,
    environment,
    emit: input.listener ?? ((): void => undefined),
    signal: input.signal ?? new AbortController().signal,
    onControl: input.onControl ?? ((): void => undefined),
    concurrency: plan.concurrency,
    attestation: input.attestation ?? null,
  };
}

/** The checkpointer of a session, after what an earlier one has written. */
export async function checkpointerOf(
  base: Pick<Session, 'folder' | 'planDigest' | 'keys' | 'builder' | 'recorder' | 'environment' | 'emit'>,
  written?: { readonly text: string; readonly size: number },
): Promise<Checkpointer> {
  return await openCheckpointer({
    folder: base.folder,
    signer: base.keys.checkpointSigner(base.planDigest),
    head: () => base.builder.head(),
    durable: () => base.recorder.durable(),
    nowMs: base.environment.nowMs,
    open: base.environment.openAppend,
    onCheckpoint: (size) => base.emit({ kind: 'checkpoint', size }),
    ...(written === undefined ? {} : { written }),
  });
}
