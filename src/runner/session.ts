/** One session of a run: from the first request it sends until the run is finished, or stopped and left to a resume. */
import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { readEvidenceFiles } from '../archive/evidence-files.ts';
import type { Journal } from '../archive/journal.ts';
import { writeAtomic } from '../archive/write-atomic.ts';
import type { AttestationCheck } from '../attestation/claim.ts';
import { encodeHex } from '../core/bytes.ts';
import { parseDigest } from '../core/digest.ts';
import type { JsonValue } from '../core/canonical-json.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import type { SuiteItem } from '../suites/item-store.ts';
import type { LoadedSuite } from '../suites/load.ts';
import type { SequentialStop } from '../scoring/sequential-stop.ts';
import type { TranscriptBuilder } from '../transcript/builder.ts';
import type { Plan } from '../transcript/plan.ts';
import type { AggregateRecord, EndRecord, ProbeRecord, SessionEvidenceRecord } from '../transcript/record.ts';
import { askOrder } from '../transcript/baseline.ts';
import { resultStatement } from '../transcript/statement.ts';
import { answerAggregates } from './answer-metrics.ts';
import { askSample, isDecided } from './ask.ts';
import { createAttesting, type Attesting } from './attesting.ts';
import type { Budget } from './budget.ts';
import type { Checkpointer } from './checkpoints.ts';
import { formatTime, type RunEnvironment } from './environment.ts';
import type { Judging } from './judging.ts';
import { createParties } from './party.ts';
import { createLimiter, type Limiter } from './limiter.ts';
import { probeForRun } from './probe-run.ts';
import type { Recorder } from './recorder.ts';
import type { RunListener } from './run-event.ts';
import type { AskContext, OpenItem } from './sample.ts';
import { totalSamples, type SamplesLeft } from './samples-left.ts';
import type { RunKeys } from './signing.ts';

/** Changes a run while it goes on. */
export interface RunControl {
  /** How many requests are on their way at once, from 1 to what the plan allows. */
  concurrency: number;
}

/** What a session works with. */
export interface Session {
  readonly folder: string;
  readonly plan: Plan;
  readonly planDigest: string;
  readonly suite: LoadedSuite;
  readonly endpoint: Endpoint;
  readonly judge: Endpoint | null;
  readonly keys: RunKeys;
  readonly environment: RunEnvironment;
  readonly emit: RunListener;
  readonly signal: AbortSignal;
  readonly onControl: (control: RunControl) => void;
  readonly concurrency: number;
  readonly builder: TranscriptBuilder;
  readonly journal: Journal;
  readonly recorder: Recorder;
  readonly checkpointer: Checkpointer;
  readonly judging: Judging;
  readonly stop: SequentialStop | null;
  readonly budget: Budget;
  readonly left: SamplesLeft;
  /** How evidence is checked; null unless the endpoint gives some. */
  readonly attestation: AttestationCheck | null;
  /** Attestations of earlier sessions; null in the first. */
  readonly attested: readonly SessionEvidenceRecord[] | null;
  /** Probes of earlier sessions. */
  readonly probed: readonly ProbeRecord[];
  /** Metrics that an earlier session has recorded. */
  readonly aggregates: readonly AggregateRecord[];
  /** Set if an earlier session recorded the end and only the result is missing. */
  readonly finished: Finished | null;
}

/** The last records of a run. */
export interface Finished {
  readonly aggregates: readonly AggregateRecord[];
  readonly end: EndRecord;
}

/**
 * Ask what is left, and finish the run if nothing stopped it.
 *
 * Closes journal and checkpoints in every case.
 */
export async function runSession(session: Session): Promise<Finished | null> {
  const { journal, checkpointer } = session;
  try {
    const finished = session.finished ?? (await askAll(session));
    await checkpointer.write();
    if (finished !== null) await writeResult(session, finished);
    session.emit({ kind: 'ended', reason: finished?.end.reason ?? 'interrupted' });
    return finished;
  } finally {
    await Promise.allSettled([checkpointer.close(), journal.close()]);
  }
}

// Asks what is left; gives the last records if that was all.
async function askAll(session: Session): Promise<Finished | null> {
  const stop = new AbortController();
  const signal = AbortSignal.any([session.signal, stop.signal]);
  // Every request on its way listens.
  setMaxListeners(0, signal);
  const failures: unknown[] = [];
  const fail = (cause: unknown): void => {
    failures.push(cause);
    stop.abort();
  };
  const attesting = await openAttesting(session, signal, fail);
  // Whoever stops a run while its endpoint is probed wants the rest of the probes of a resume.
  if (!(await probeForRun({ ...session, signal }))) return null;
  const limiter = createLimiter(session.concurrency, fail);
  session.onControl(controlOf(limiter, session.plan));
  try {
    await feed({ ...session, signal, attesting, parties: createParties(session.plan, session) }, limiter);
  } catch (cause) {
    fail(cause);
  }
  await limiter.idle();
  await attesting?.idle();
  // The first is the reason for the others.
  if (failures.length > 0) throw failures[0];
  if (!session.signal.aborted && isDecided(session.stop)) skipRest(session);
  if (!isScored(session)) return null;
  await attesting?.attestLast();
  // Whoever stops a run while it is attested wants the attestation of a resume.
  if (attesting !== null && session.signal.aborted) return null;
  return conclude(session);
}

// An endpoint that gives evidence is attested before anything is asked of it.
async function openAttesting(
  session: Session,
  signal: AbortSignal,
  onError: (cause: unknown) => void,
): Promise<Attesting | null> {
  const { plan, endpoint, attestation: check, attested, folder, keys } = session;
  if (plan.evidence === undefined) return null;
  if (endpoint.evidence === undefined || check === null) throw new RangeError('want the checks of the evidence');
  const runSigned = keys.identity.kind !== 'ephemeral';
  const { evidence } = plan;
  const attesting = createAttesting({
    ...session,
    evidence,
    source: endpoint.evidence,
    check,
    runSigned,
    signal,
    onError,
  });
  const files = attested === null ? new Map<string, Uint8Array>() : await readEvidenceFiles(folder);
  for (const record of attested ?? []) attesting.recall(record, files);
  if (session.left.indices.length > 0) await attesting.attest(attested === null ? 'before' : 'resume');
  return attesting;
}

// What was not asked before the difference was certain is skipped, in the order in which it would have been asked.
function skipRest({ suite, plan, planDigest, recorder, judging, stop, emit }: Session): void {
  const asked = recorder.counts()['score'] ?? 0;
  for (const index of askOrder(plan, parseDigest(planDigest)).slice(asked)) {
    const facts = { index, repeat: 0, item: suite.commitmentOf(index), unscored: 'skipped' as const };
    const score = recorder.score(facts, null);
    judging.add(score);
    stop?.add(score);
    emit({ kind: 'verdict', index, repeat: 0, verdict: { unscored: 'skipped' } });
  }
}

function isScored({ recorder, plan }: Session): boolean {
  return (recorder.counts()['score'] ?? 0) >= totalSamples(plan);
}

// Items are read and rendered just before there is room for them, so memory does not grow with the suite.
async function feed(session: Session & AskContext, limiter: Limiter): Promise<void> {
  const { suite, left, judging, checkpointer, signal } = session;
  for await (const item of suite.items(left.indices)) {
    const { opened, samples } = left.of(item.index);
    if (!opened && isDecided(session.stop)) return;
    const open: OpenItem = { item, target: targetOf(item), opened };
    for (const { repeat, history } of samples) {
      if (signal.aborted) return;
      const sample = { open, repeat, history, inquiry: judging.inquire(open) };
      await limiter.start(() => askSample(session, sample));
      checkpointer.tick();
    }
  }
}

// As a verifier reads it: from the text that was committed to.
function targetOf({ targetText }: SuiteItem): JsonValue {
  return JSON.parse(targetText) as JsonValue;
}

function controlOf(limiter: Limiter, plan: Plan): RunControl {
  return {
    get concurrency() {
      return limiter.concurrency;
    },
    set concurrency(value) {
      limiter.concurrency = Math.min(Math.max(1, Math.trunc(value)), plan.concurrency);
    },
  };
}

// Metrics and end, when every sample has its verdict.
async function conclude(session: Session): Promise<Finished> {
  const { folder, plan, suite, recorder, judging, aggregates: known, environment } = session;
  const recorded = new Set(known.map((aggregate) => aggregate.function));
  await recorder.durable();
  const overAnswers = await answerAggregates({ folder, plan, suite }, judging);
  const added = [
    ...judging.aggregates(recorded),
    ...overAnswers.filter((metric) => !recorded.has(metric.function)),
  ].map((aggregate) => ({ ...aggregate, seq: recorder.append(aggregate) }));
  const counts = recorder.counts();
  const isSkipped = (counts['unscored_skipped'] ?? 0) > 0;
  const reason = session.stop?.endReason() ?? (isSkipped ? ('budget' as const) : ('complete' as const));
  const end = { k: 'end' as const, at: formatTime(environment.nowMs()), reason, counts };
  return { aggregates: [...known, ...added], end: { ...end, seq: recorder.append(end) } };
}

async function writeResult(session: Session, { aggregates, end }: Finished): Promise<void> {
  const { folder, plan, planDigest, builder, checkpointer, journal, keys, suite } = session;
  const checkpoints = await checkpointer.close();
  await journal.close();
  const { size, root } = builder.head();
  const statement = resultStatement({
    plan,
    digests: { plan: planDigest, suite: suite.digest, records: builder.recordsDigest(), checkpoints },
    tree: { size, rootHex: encodeHex(root) },
    aggregates,
    end,
  });
  await writeAtomic(join(folder, 'result.dsse.json'), keys.signStatement(statement));
}
