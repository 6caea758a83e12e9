/**
 * The book-keeping of a run: every planned item and repeat ends in exactly one score, and every intent in one outcome.
 *
 * Items begin in ascending order and few are open at a time, so the ledger needs memory for the open ones only, however
 * large the run is.
 */
import { createCompactRange } from '../core/compact-range.ts';
import { decodeHex, encodeHex } from '../core/bytes.ts';
import { leafHash } from '../core/merkle.ts';
import { selectIndices } from '../transcript/selection.ts';
import { hasTurns, type Plan } from '../transcript/plan.ts';
import type {
  AnswerEvidenceRecord,
  AttemptStatus,
  IntentRecord,
  OutcomeRecord,
  ScoreRecord,
  UnscoredReason,
} from '../transcript/record.ts';
import { recordsFault } from './fault.ts';
import type { Attempt, OpenItem, OpenSample } from './open-sample.ts';
import { beginTurn } from './turn-rules.ts';

/** Follows the records of a run in order. */
export interface Ledger {
  intent(record: IntentRecord): OpenItem;
  outcome(record: OutcomeRecord): { readonly item: OpenItem; readonly sample: OpenSample; readonly attempt: Attempt };
  /** Evidence of an answer, before the score of its sample and once. */
  evidence(record: AnswerEvidenceRecord): { readonly item: OpenItem; readonly sample: OpenSample };
  /** The sample is closed by its score and is given back with all its attempts. */
  score(record: ScoreRecord): { readonly item: OpenItem; readonly sample: OpenSample };
  /** Check that nothing is open and every planned sample has been scored. */
  close(): void;
}

const ASKED_AGAIN: ReadonlySet<AttemptStatus> = new Set(['cancelled', 'lost']);

/**
 * The ledger of a plan, before its first record.
 *
 * Its methods throw {@link VerificationError} with `ERR_ITEM_ORDER`, `ERR_ITEM_COMMITMENT`, `ERR_ITEM_MISSING`,
 * `ERR_ITEMS_ROOT`, `ERR_REPEAT`, `ERR_ATTEMPT`, `ERR_ATTEMPT_LIMIT`, `ERR_CONCURRENCY`, `ERR_INTENT_OPEN`,
 * `ERR_OUTCOME_ORPHAN`, `ERR_SCORE_DUPLICATE`, `ERR_SCORE_OUTCOME`, `ERR_TURN` or `ERR_UNSCORED_REASON`.
 */
export function createLedger(
  plan: Plan,
  order: readonly number[] = selectIndices(plan.selection.rule, plan.suite.size),
): Ledger {
  const { rules, concurrency, evidence } = plan;
  const items = createItemQueue(plan, order);
  const underway = new Map<number, { item: OpenItem; sample: OpenSample; attempt: Attempt }>();
  const answered = new Map<number, { item: OpenItem; sample: OpenSample }>();
  return {
    intent(record) {
      const item = items.take(record.index, record.item);
      const sample = sampleOf(item, record.repeat, rules.repeats);
      beginTurn(record, sample, plan);
      checkNextAttempt(record, sample, rules.retry);
      const attempt: Attempt = { intent: record };
      sample.attempts.push(attempt);
      underway.set(record.seq, { item, sample, attempt });
      if (underway.size > concurrency)
        throw recordsFault('ERR_CONCURRENCY', `more than ${concurrency} requests are on their way`);
      return item;
    },
    outcome(record) {
      const entry = underway.get(record.of);
      if (entry === undefined) throw recordsFault('ERR_OUTCOME_ORPHAN', `record ${record.seq} is of no open intent`);
      underway.delete(record.of);
      entry.attempt.outcome = record;
      if (evidence !== undefined && record.status === 'ok') answered.set(record.seq, entry);
      return entry;
    },
    evidence(record) {
      const entry = answered.get(record.of);
      if (entry === undefined) {
        throw recordsFault('ERR_EVIDENCE_PLACE', `evidence ${record.seq} is of no answer that waits for it`);
      }
      answered.delete(record.of);
      return entry;
    },
    score(record) {
      const item = record.item === undefined ? items.get(record.index) : items.take(record.index, record.item);
      const sample = sampleOf(item, record.repeat, rules.repeats);
      checkVerdict(record, sample, plan);
      if (record.of !== undefined) answered.delete(record.of);
      item.samples.delete(record.repeat);
      item.scored.add(record.repeat);
      if (item.scored.size === rules.repeats) items.finish(item);
      return { item, sample };
    },
    close() {
      if (underway.size > 0) throw recordsFault('ERR_INTENT_OPEN', `${underway.size} intents have no outcome`);
      items.close();
    },
  };
}

// The planned items in their order: those that have begun and are not finished, and how many begin later.
function createItemQueue({ suite, selection, concurrency, evidence, stop }: Plan, order: readonly number[]) {
  // One more than the plan allows at once: the next item may begin while the last repeats of others are on their way.
  const most = concurrency + 1 + (evidence?.max_pending ?? 0);
  if (order.length !== selection.size)
    throw recordsFault('ERR_PLAN_FORM', 'the selection rule does not give the planned size');
  if (order.length === suite.size && selection.root !== suite.root)
    throw recordsFault('ERR_ITEMS_ROOT', 'all items are selected, but the items planned are not those of the suite');
  const open = new Map<number, OpenItem>();
  const begun = createBegunItems(order, stop === undefined);

  const begin = (index: number, commitment: string): OpenItem => {
    const expected = order[begun.size];
    if (expected === undefined || begun.isPast(index))
      throw recordsFault(
        'ERR_SCORE_DUPLICATE',
        `item ${index} is not planned, or was already scored in all its repeats`,
      );
    if (index !== expected) throw recordsFault('ERR_ITEM_ORDER', `item ${index} begins before item ${expected}`);
    begun.add(index, commitment);
    const item: OpenItem = { index, commitment, samples: new Map(), scored: new Set() };
    open.set(index, item);
    if (open.size > most) throw recordsFault('ERR_CONCURRENCY', `more than ${most} items are open`);
    return item;
  };
  return {
    get(index: number): OpenItem {
      const item = open.get(index);
      if (item === undefined)
        throw recordsFault('ERR_SCORE_DUPLICATE', `item ${index} was never asked, or is already done`);
      return item;
    },
    take(index: number, commitment: string): OpenItem {
      const item = open.get(index) ?? begin(index, commitment);
      if (item.commitment !== commitment)
        throw recordsFault('ERR_ITEM_COMMITMENT', `item ${index} has two commitments`);
      return item;
    },
    finish: (item: OpenItem): void => void open.delete(item.index),
    close(): void {
      if (open.size > 0 || begun.size < order.length)
        throw recordsFault(
          'ERR_ITEM_MISSING',
          `${open.size + order.length - begun.size} planned items have no final outcome`,
        );
      if (begun.rootHex() !== selection.root)
        throw recordsFault('ERR_ITEMS_ROOT', 'the items asked are not the items planned');
    },
  };
}

// The tree is over the items in ascending order; a run that may stop early asks them in another one.
function createBegunItems(order: readonly number[], isAscending: boolean) {
  const tree = createCompactRange();
  const commitments = new Map<number, string>();
  const append = (commitment: string): void => tree.append(leafHash(decodeHex(commitment)));
  let size = 0;
  return {
    get size() {
      return size;
    },
    isPast: (index: number): boolean => (isAscending ? index < (order[size] ?? 0) : commitments.has(index)),
    add(index: number, commitment: string): void {
      size++;
      if (isAscending) append(commitment);
      else commitments.set(index, commitment);
    },
    rootHex(): string {
      for (const [, commitment] of [...commitments].toSorted(([a], [b]) => a - b)) append(commitment);
      return encodeHex(tree.root());
    },
  };
}

function sampleOf(item: OpenItem, repeat: number, repeats: number): OpenSample {
  if (repeat >= repeats) throw recordsFault('ERR_REPEAT', `item ${item.index} has repeat ${repeat} of ${repeats}`);
  if (item.scored.has(repeat))
    throw recordsFault('ERR_SCORE_DUPLICATE', `item ${item.index} repeat ${repeat} already has its score`);
  const sample = item.samples.get(repeat) ?? { repeat, attempts: [], turns: [] };
  item.samples.set(repeat, sample);
  return sample;
}

function checkNextAttempt(record: IntentRecord, sample: OpenSample, retry: Plan['rules']['retry']): void {
  const { attempts } = sample;
  const place = `item ${record.index} repeat ${record.repeat}`;
  if (record.attempt !== attempts.length)
    throw recordsFault('ERR_ATTEMPT', `${place} has attempt ${record.attempt} after ${attempts.length}`);
  const last = attempts.at(-1);
  if (last === undefined) return;
  if (last.outcome === undefined)
    throw recordsFault('ERR_ATTEMPT', `${place} is asked again before its last attempt has ended`);
  if (last.outcome.status === 'ok') throw recordsFault('ERR_ATTEMPT', `${place} is asked again after it was answered`);
  const lost = countLost(attempts);
  if (lost > retry.max_lost)
    throw recordsFault('ERR_ATTEMPT_LIMIT', `${place} is asked again after ${lost} lost attempts`);
  if (attempts.length - lost >= retry.max_attempts) {
    throw recordsFault('ERR_ATTEMPT_LIMIT', `${place} has more than ${retry.max_attempts} attempts`);
  }
}

function countLost(attempts: readonly Attempt[]): number {
  return attempts.filter(({ outcome }) => outcome !== undefined && ASKED_AGAIN.has(outcome.status)).length;
}

// A score follows from the last attempt: an answer is scored or unscored for what it is, a failure for how it failed.
function checkVerdict(record: ScoreRecord, sample: OpenSample, plan: Plan): void {
  const { retry } = plan.rules;
  const place = `item ${record.index} repeat ${record.repeat}`;
  const last = sample.attempts.at(-1);
  const outcome = last?.outcome;
  if (record.of !== outcome?.seq || (last !== undefined && outcome === undefined)) {
    throw recordsFault('ERR_SCORE_OUTCOME', `${place} is not scored by its last outcome`);
  }
  const verdict = record.unscored ?? 'scored';
  if (!verdictsFor(outcome?.status, plan).includes(verdict)) {
    throw recordsFault('ERR_UNSCORED_REASON', `${place} ended "${outcome?.status ?? 'unasked'}" but says "${verdict}"`);
  }
  if (outcome !== undefined && verdict !== 'skipped' && isGivenUpEarly(outcome, sample.attempts, retry)) {
    throw recordsFault('ERR_ATTEMPT_LIMIT', `${place} was given up after ${sample.attempts.length} attempts`);
  }
}

const ANSWERED: readonly (UnscoredReason | 'scored')[] = [
  'scored',
  'truncated',
  'refused',
  'filtered',
  'empty',
  'scorer',
];

function verdictsFor(status: AttemptStatus | undefined, plan: Plan): readonly (UnscoredReason | 'scored')[] {
  switch (status) {
    case undefined:
      return ['skipped'];
    case 'ok':
      // Where there are several questions the budget may be used up between two of them.
      if (hasTurns(plan)) return [...ANSWERED, 'skipped'];
      return plan.evidence?.require_level === undefined ? ANSWERED : [...ANSWERED, 'unattested'];
    case 'timeout':
      return ['timeout', 'skipped'];
    case 'http':
    case 'network':
      return ['transport', 'skipped'];
    case 'cancelled':
    case 'lost':
      return ['lost', 'skipped'];
  }
}

function isGivenUpEarly(last: OutcomeRecord, attempts: readonly Attempt[], retry: Plan['rules']['retry']): boolean {
  const lost = countLost(attempts);
  if (ASKED_AGAIN.has(last.status)) return lost <= retry.max_lost;
  return isRetryable(last) && attempts.length - lost < retry.max_attempts;
}

// Other transport faults may last, so giving up on them early is the runner's right.
function isRetryable({ status, http = 0 }: OutcomeRecord): boolean {
  return status === 'timeout' || (status === 'http' && (http === 408 || http === 429 || (http >= 500 && http <= 599)));
}
