/**
 * Reads an interrupted run back into memory: the tree, the counts, the verdicts, and what is left to ask.
 *
 * Every record is checked against the records before it, because whatever is wrong now would be signed at the end.
 */
import { encodeHex, equalBytes } from '../core/bytes.ts';
import { parseDigest } from '../core/digest.ts';
import { InputError } from '../core/errors.ts';
import type { RecoveredRecord } from '../archive/recover.ts';
import type { Checkpoint } from '../core/checkpoint.ts';
import { MARK_INTERVAL, type TranscriptBuilder } from '../transcript/builder.ts';
import type { Plan } from '../transcript/plan.ts';
import type {
  AggregateRecord,
  EndRecord,
  MarkRecord,
  ProbeRecord,
  ScoreRecord,
  SessionEvidenceRecord,
  TranscriptRecord,
} from '../transcript/record.ts';
import type { Budget } from './budget.ts';
import type { Judging } from './judging.ts';
import { createKnownSamples, recordsFault, type KnownSamples } from './known-samples.ts';
import type { SequentialStop } from '../scoring/sequential-stop.ts';
import { arePlanned } from './probe-run.ts';
import type { RunListener } from './run-event.ts';

/** What a run is read back into. */
export interface RecallInput {
  readonly plan: Plan;
  readonly planDigest: string;
  readonly checkpoints: readonly Checkpoint[];
  readonly builder: TranscriptBuilder;
  readonly judging: Judging;
  readonly stop: SequentialStop | null;
  readonly budget: Budget;
  readonly emit: RunListener;
}

/** Follows the records of an interrupted run in order. */
export interface Recall {
  readonly visit: (recovered: RecoveredRecord) => void;
  /** Check that nothing that was signed is missing. To be called after the last record. */
  readonly close: () => void;
  readonly samples: KnownSamples;
  /** Number of records. */
  readonly size: number;
  readonly aggregates: readonly AggregateRecord[];
  readonly attested: readonly SessionEvidenceRecord[];
  readonly probed: readonly ProbeRecord[];
  /** Null unless the records are complete. */
  readonly end: EndRecord | null;
}

/**
 * Requires records that `recoverRunFolder` has read. `visit` and `close` throw {@link InputError} `ERR_RESUME_RECORDS` or
 * `ERR_RESUME_CHECKPOINT`.
 */
export function createRecall(input: RecallInput): Recall {
  const { builder, checkpoints } = input;
  const samples = createKnownSamples(input.plan, parseDigest(input.planDigest));
  const aggregates: AggregateRecord[] = [];
  const attested: SessionEvidenceRecord[] = [];
  const probed: ProbeRecord[] = [];
  let end: EndRecord | null = null;
  let size = 0;
  let passed = 0;

  const checkCheckpoint = (): void => {
    if (checkpoints[passed]?.size !== size) return;
    const { root } = checkpoints[passed++] ?? {};
    if (root === undefined || !equalBytes(root, builder.head().root)) {
      throw checkpointFault(`the one at ${size} states another tree`);
    }
  };
  return {
    visit({ record, line, openings }) {
      checkPlace(record, size);
      if (record.k === 'aggregate') aggregates.push(record);
      if (record.k === 'evidence' && record.about === 'session') attested.push(record);
      if (record.k === 'probe') probed.push(record);
      checkProbes(input.plan, record, probed);
      if (record.k === 'end') end = record;
      apply(input, samples, record, openings);
      builder.absorb(record, line);
      size++;
      checkCheckpoint();
    },
    close() {
      if (size > 1 && checkpoints.length === 0) throw checkpointFault('there is none');
      if (passed < checkpoints.length) throw checkpointFault('records are missing that were signed');
    },
    samples,
    get size() {
      return size;
    },
    aggregates,
    attested,
    probed,
    get end() {
      return end;
    },
  };
}

function apply(input: RecallInput, samples: KnownSamples, record: TranscriptRecord, openings: readonly string[]): void {
  switch (record.k) {
    case 'header':
      if (record.plan !== input.planDigest) throw recordsFault('the header names another plan');
      return;
    case 'intent':
      samples.intent(record, openings);
      return;
    case 'outcome':
      input.budget.absorb(samples.outcome(record, openings[0] ?? null), record);
      return;
    case 'score':
      samples.score(record);
      recallVerdict(input, record);
      return;
    case 'evidence':
      samples.evidence(record, openings[0] ?? '');
      return;
    case 'mark':
      checkMark(record, input.builder);
      return;
    case 'probe':
    case 'resume':
    case 'aggregate':
    case 'end':
  }
}

function recallVerdict({ judging, stop, budget, emit }: RecallInput, score: ScoreRecord): void {
  judging.add(score);
  stop?.add(score);
  if (score.unscored === 'skipped' && (stop === null || stop.endReason() === 'budget')) budget.exhaust();
  const { num = 0, den = 1, unscored } = score;
  emit({ kind: 'recalled', verdict: unscored === undefined ? { num, den } : { unscored } });
}

// They come first, in the order of the plan, and nothing is asked before all of them are made.
function checkProbes(plan: Plan, record: TranscriptRecord, probed: readonly ProbeRecord[]): void {
  const isComplete = probed.length === (plan.probes?.length ?? 0);
  const isInPlace = record.k === 'intent' || record.k === 'score' ? isComplete : arePlanned(plan, probed);
  if (!isInPlace) throw recordsFault(`record ${record.seq} is not in its place among the probes`);
}

function checkMark(mark: MarkRecord, builder: TranscriptBuilder): void {
  if (mark.root !== encodeHex(builder.head().root)) throw recordsFault(`the mark at ${mark.seq} states another tree`);
}

function checkPlace(record: TranscriptRecord, position: number): void {
  const isMarkPlace = position > 0 && position % MARK_INTERVAL === 0;
  const isRight = record.seq === position && (record.k === 'header') === (position === 0);
  if (!isRight || (record.k === 'mark') !== isMarkPlace) throw recordsFault(`record ${position} is not in its place`);
}

function checkpointFault(what: string): InputError {
  return new InputError('ERR_RESUME_CHECKPOINT', `cannot resume under the checkpoints: ${what}`);
}
