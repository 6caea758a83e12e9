/**
 * Follows samples through their records and openings: joins what belongs together, checks it, counts what was checked.
 *
 * Openings follow the record that commits to them, so one record and the few open items are all that is kept.
 */
import type { AnswerMetric } from '../scoring/answer-metric.ts';
import { createAggregator } from '../scoring/aggregate.ts';
import type { LineObject } from '../core/line-form.ts';
import type { Sandbox } from '../scoring/trial.ts';
import type { Label } from '../transcript/commitment.ts';
import type { Opening } from '../transcript/opening.ts';
import { hasTurns, type Plan } from '../transcript/plan.ts';
import type {
  AnswerEvidenceRecord,
  EndReason,
  IntentRecord,
  OutcomeRecord,
  ScoreRecord,
} from '../transcript/record.ts';
import { sampleOf, type ClosedSample } from './closed-sample.ts';
import type { ContentCheck } from './content.ts';
import { createConversations } from './conversation.ts';
import type { Derivation } from './derivation.ts';
import { createAnsweredMetrics, type AnsweredMetrics } from './answered-metrics.ts';
import { createAnswerEvidence, type AnswerEvidenceCheck } from './answer-evidence.ts';
import type { EvidenceReader } from './evidence.ts';
import { createRunLedger } from './interruptions.ts';
import type { OpenItem, OpenSample } from './open-sample.ts';
import { createTotals, type TotalsTally } from './totals.ts';
import { createAttempts, createOpenedItems, type Openings } from './opened.ts';
import type { StopCheck } from './stop-check.ts';
import type { VerifiedSample } from './verified-transcript.ts';
import { recordsFault } from './fault.ts';
import { createRetrials } from './retrials.ts';

/** How many samples and requests there were, and how many were derived again. */
export interface SampleCoverage {
  readonly samples: number;
  readonly rescored: number;
  /** Samples whose verdict follows from how the request failed or from the level of the answer: there is nothing to score. */
  readonly unanswered: number;
  readonly requests: number;
  readonly rerendered: number;
  /** How many openings there are, and how many there could be. */
  readonly opened: number;
  readonly openable: number;
}

/** Reads the records and openings of samples. */
export interface SampleReader {
  record(record: SampleRecord): void;
  /** The run went on after it had been stopped. */
  resume(seq: number): void;
  opening(opening: Opening): void;
  /** Check the last record with its openings: no more of them will come. */
  settle(): void;
  /** Resolves when every program of the records so far has been run again. */
  retried(): Promise<void>;
  close(reason: EndReason): void;
  coverage(): SampleCoverage;
  /** The result of a metric over what was read; null if this version does not have it, or content for it is not open. */
  metric(name: string): LineObject | null;
  readonly totals: TotalsTally;
}

/** What a reader needs. */
export interface SampleReaderInput {
  readonly plan: Plan;
  readonly content: ContentCheck;
  readonly evidence: EvidenceReader;
  /** Selected items in the order in which they are asked. */
  readonly order: readonly number[];
  readonly stop: StopCheck;
  /** Metrics over answers that the plan asks for. */
  readonly metrics: readonly AnswerMetric[];
  /** Where programs are run again; without one nothing is concluded from them. */
  readonly sandbox?: Sandbox | null;
  /** Called with each sample when it is closed; not yet verified until the whole run is. */
  readonly onSample?: ((sample: VerifiedSample) => void) | undefined;
}

type SampleRecord = IntentRecord | OutcomeRecord | AnswerEvidenceRecord | ScoreRecord;

/** What may follow a record, in this order. */
const LABELS: { readonly [K in SampleRecord['k']]: readonly Label[] } = {
  intent: ['item', 'target', 'request'],
  outcome: ['response'],
  evidence: ['evidence'],
  score: ['extracted'],
};

/** A reader of the samples of a plan. */
export function createSampleReader(input: SampleReaderInput): SampleReader {
  const checks = createChecks(input);
  let record: SampleRecord | null = null;
  let openings = new Map<Label, Opening>();
  return {
    metric: checks.metric,
    totals: checks.totals,
    coverage: () => checks.counts,
    record(next) {
      record = next;
    },
    resume: (seq) => checks.resume(seq),
    opening(opening) {
      const { label, number } = opening;
      const labels = record === null ? [] : LABELS[record.k];
      if (record === null || !labels.includes(label) || number !== numberOf(record, label)) {
        throw recordsFault('ERR_OPENING_STRAY', `an opening of ${label} ${number} follows a record that has none`);
      }
      if (labels.slice(labels.indexOf(label)).some((later) => openings.has(later))) {
        throw recordsFault('ERR_OPENING_STRAY', `${label} ${number} is opened twice or out of order`);
      }
      openings.set(label, opening);
      checks.counts.opened++;
    },
    settle() {
      if (record === null) return;
      if (record.k === 'intent') checks.intent(record, openings);
      else if (record.k === 'outcome') checks.outcome(record, openings);
      else if (record.k === 'evidence') checks.evidence(record, openings);
      else checks.score(record, openings);
      record = null;
      if (openings.size > 0) openings = new Map();
    },
    retried: () => checks.retried(),
    close: (reason) => checks.close(reason),
  };
}

function numberOf(record: SampleRecord, label: Label): number | undefined {
  if (label !== 'item' && label !== 'target') return record.seq;
  return record.k === 'intent' || record.k === 'score' ? record.index : undefined;
}

function createChecks(input: SampleReaderInput) {
  const { plan, content, evidence, order, stop, metrics } = input;
  const ledger = createRunLedger(plan, order);
  const aggregator = createAggregator(plan.rules.repeats, plan.rules.unscored);
  const answered = createAnsweredMetrics(metrics);
  const totals = createTotals();
  const attested = createAnswerEvidence(plan, evidence);
  const items = createOpenedItems(content);
  const derivations = hasTurns(plan) ? createConversations(plan, content) : createAttempts(content);
  const counts: Counts = { ...NOTHING };
  const closing = createClosing(input, counts, answered);
  return {
    /** The result of a metric; null if this version does not have it, or an answer that it needs is not open. */
    metric: (name: string) => aggregator.result(name) ?? answered.result(name),
    totals,
    counts,
    retried: closing.retried,
    resume(seq: number): void {
      ledger.resume(seq);
      evidence.passed('resume', seq);
    },
    intent(record: IntentRecord, openings: Openings): void {
      const { item, sample } = ledger.intent(record);
      evidence.passed('intent', record.seq);
      stop.intent(record);
      const opened = items.open(item, openings, isFirstIntent(item, sample));
      countRequest(counts, isFirstIntent(item, sample));
      attested.asked(sample, openings.get('request')?.bytes ?? null);
      if (derivations.asked(sample, record, openings.get('request'), opened)) counts.rerendered++;
    },
    outcome(record: OutcomeRecord, openings: Openings): void {
      const { sample } = ledger.outcome(record);
      totals.add(record, sample.attempts.at(-1)?.intent.role);
      if (record.response !== undefined) counts.openable++;
      derivations.answered(sample, record, openings.get('response'));
      attested.answered(sample, openings.get('response')?.bytes ?? null);
    },
    evidence(record: AnswerEvidenceRecord, openings: Openings): void {
      const { sample } = ledger.evidence(record);
      counts.openable++;
      attested.evidence(sample, record, openings.get('evidence') ?? null);
    },
    score(record: ScoreRecord, openings: Openings): void {
      const { item, sample } = ledger.score(record);
      evidence.passed('score', record.seq);
      const opened = items.get(item.index, item.scored.size === plan.rules.repeats);
      const extracted = openings.get('extracted') ?? null;
      const derivation = derivations.scored(sample, { record, item: opened ?? null, extracted });
      stop.score(record);
      aggregator.add(record);
      closing.close({ record, item, sample, opened }, derivation, grade(attested, sample, record));
    },
    close(reason: EndReason): void {
      ledger.close();
      checkBudget(plan, reason, counts);
      stop.close(reason);
    },
  };
}

// Counts a sample and passes it on, as soon as it is known what was derived from its answer.
function createClosing({ sandbox, onSample }: SampleReaderInput, counts: Counts, answered: AnsweredMetrics) {
  const retrials = createRetrials(sandbox ?? null);
  return {
    retried: (): Promise<void> => retrials.settled(),
    close(closed: Omit<ClosedSample, 'extracted' | 'answer'>, derivation: Derivation, isUnanswered: boolean): void {
      const { record, sample, opened } = closed;
      retrials.add(derivation.again, (extracted) => {
        const { findings, compared } = derivation;
        counts.rerendered += compared;
        if (isConcluded(sample, record)) answered.add(record, findings, opened?.target?.value);
        countSample(counts, record, { isRescored: extracted !== undefined, isUnanswered });
        onSample?.(sampleOf({ ...closed, answer: findings?.answer?.text, extracted }));
      });
    },
  };
}

// Gives whether there is nothing to score: the request failed, or the level of the answer was derived and is too low.
function grade(attested: AnswerEvidenceCheck, sample: OpenSample, record: ScoreRecord): boolean {
  if (!isAnswered(sample)) return true;
  return attested.scored(sample, record) && record.unscored === 'unattested';
}

function isAnswered({ attempts }: OpenSample): boolean {
  return attempts.at(-1)?.outcome?.status === 'ok';
}

// A budget may be used up between two questions; then nothing is made of the answers before.
function isConcluded(sample: OpenSample, { unscored }: ScoreRecord): boolean {
  return isAnswered(sample) && unscored !== 'skipped';
}

type Counts = { -readonly [K in keyof SampleCoverage | 'skipped']: number };

const NOTHING: Readonly<Counts> = {
  samples: 0,
  rescored: 0,
  unanswered: 0,
  requests: 0,
  rerendered: 0,
  opened: 0,
  openable: 0,
  skipped: 0,
};

function countRequest(counts: Counts, isFirst: boolean): void {
  counts.openable += isFirst ? 3 : 1;
  counts.requests++;
}

function countSample(
  counts: Counts,
  { extracted, unscored }: ScoreRecord,
  { isRescored, isUnanswered }: { readonly isRescored: boolean; readonly isUnanswered: boolean },
): void {
  counts.samples++;
  if (extracted !== undefined) counts.openable++;
  if (isRescored) counts.rescored++;
  if (isUnanswered) counts.unanswered++;
  if (unscored === 'skipped') counts.skipped++;
}

function isFirstIntent({ samples, scored }: OpenItem, { attempts, turns }: OpenSample): boolean {
  return samples.size === 1 && scored.size === 0 && attempts.length === 1 && turns.length === 0;
}

interface Spent {
  readonly skipped: number;
  readonly requests: number;
}

// Items are skipped for a budget that is used up, and for nothing else.
function checkBudget({ budget, prices }: Plan, reason: EndReason, { skipped, requests }: Spent): void {
  const { max_requests, max_cost_usd } = budget;
  if (max_requests !== undefined && requests > max_requests) {
    throw recordsFault('ERR_ATTEMPT_LIMIT', `${requests} requests were sent, planned are ${max_requests}`);
  }
  if (skipped > 0 !== (reason !== 'complete')) {
    throw recordsFault('ERR_END', `the run ended "${reason}" with ${skipped} samples skipped`);
  }
  const canSpend = max_cost_usd !== undefined && prices !== undefined;
  const isSpent = canSpend || (max_requests !== undefined && requests === max_requests);
  if (reason === 'budget' && !isSpent)
    throw recordsFault('ERR_END', 'samples were skipped although the budget was not used up');
}
