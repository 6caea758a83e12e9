/**
 * Follows samples through their records and openings: joins what belongs together, checks it, counts what was checked.
 *
 * Openings follow the record that commits to them, so one record and the few open items are all that is kept.
 */
import { VerificationError, type VerificationCode } from '../core/errors.ts';
import type { Opening } from '../transcript/opening.ts';
import type { Label } from '../transcript/commitment.ts';
import type { Plan } from '../transcript/plan.ts';
import type { EndReason, IntentRecord, OutcomeRecord, ScoreRecord } from '../transcript/record.ts';
import type { ParsedBody } from '../transcript/wire/answer.ts';
import { createAggregator, type Aggregator } from '../scoring/aggregate.ts';
import type { ContentCheck, ItemContent } from './content.ts';
import { createLedger, type OpenItem, type OpenSample } from './ledger.ts';
import { createTotals, type TotalsTally } from './totals.ts';
import type { VerifiedSample } from './verified-transcript.ts';

/** How many samples and requests there were, and how many were derived again. */
export interface SampleCoverage {
  readonly samples: number;
  readonly rescored: number;
  /** Samples whose verdict follows from how the request failed, so that there is nothing to score. */
  readonly unanswered: number;
  readonly requests: number;
  readonly rerendered: number;
}

/** Reads the records and openings of samples. */
export interface SampleReader {
  record(record: SampleRecord): void;
  opening(opening: Opening): void;
  /** Check the last record with its openings: no more of them will come. */
  settle(): void;
  close(reason: EndReason): void;
  coverage(): SampleCoverage;
  readonly aggregator: Aggregator;
  readonly totals: TotalsTally;
}

type SampleRecord = IntentRecord | OutcomeRecord | ScoreRecord;

interface Current {
  readonly record: SampleRecord;
  readonly openings: Map<Label, Opening>;
}

const LABELS: { readonly [K in SampleRecord['k']]: ReadonlySet<Label> } = {
  intent: new Set<Label>(['item', 'target', 'request']),
  outcome: new Set<Label>(['response']),
  score: new Set<Label>(['extracted']),
};

/** What a reader needs. */
export interface SampleReaderInput {
  readonly plan: Plan;
  readonly content: ContentCheck;
  /** Called with each sample when it is closed; not yet verified until the whole run is. */
  readonly onSample?: ((sample: VerifiedSample) => void) | undefined;
}

/** A reader of the samples of a plan. */
export function createSampleReader({ plan, content, onSample }: SampleReaderInput): SampleReader {
  const ledger = createLedger(plan);
  const aggregator = createAggregator(plan.rules.repeats, plan.rules.unscored);
  const totals = createTotals();
  const contents = new Map<number, ItemContent>();
  const answers = new WeakMap<OpenSample, ParsedBody>();
  const counts = { samples: 0, rescored: 0, unanswered: 0, requests: 0, rerendered: 0 };
  let current: Current | null = null;
  let skipped = 0;

  const settleIntent = (record: IntentRecord, openings: Current['openings']): void => {
    const item = ledger.intent(record);
    const [itemOpening, targetOpening, request] = [
      openings.get('item'),
      openings.get('target'),
      openings.get('request'),
    ];
    if (itemOpening !== undefined) {
      if (contents.has(item.index)) throw fault('ERR_OPENING_STRAY', `item ${item.index} is opened twice`);
      contents.set(item.index, content.item(itemOpening, item.commitment));
    }
    const opened = contents.get(item.index);
    if (targetOpening !== undefined) {
      if (opened === undefined || opened.target !== null)
        throw fault('ERR_OPENING_STRAY', `target ${item.index} without its item, or twice`);
      content.target(targetOpening, opened);
    }
    counts.requests++;
    if (request === undefined) return;
    content.request(request, opened ?? null, record.repeat, record.request);
    if (opened?.messages) counts.rerendered++;
  };
  const settleOutcome = (record: OutcomeRecord, openings: Current['openings']): void => {
    const { sample } = ledger.outcome(record);
    totals.add(record);
    const response = openings.get('response');
    // What an earlier attempt was answered says nothing about this one.
    if (response === undefined) answers.delete(sample);
    else answers.set(sample, content.response(response, record));
  };
  const settleScore = (record: ScoreRecord, openings: Current['openings']): void => {
    const { item, sample } = ledger.score(record);
    const opened = contents.get(item.index);
    if (item.scored.size === plan.rules.repeats) contents.delete(item.index);
    const body = answers.get(sample);
    const extracted = openings.get('extracted') ?? null;
    const isAnswered = sample.attempts.at(-1)?.outcome?.status === 'ok';
    const answer = isAnswered && body !== undefined && 'answer' in body ? body.answer : null;
    const again = content.score(record, answer, opened ?? null, extracted);
    aggregator.add(record);
    counts.samples++;
    if (again !== undefined) counts.rescored++;
    if (!isAnswered) counts.unanswered++;
    if (record.unscored === 'skipped') skipped++;
    onSample?.(sampleOf({ record, item, sample, opened, answer: answer?.text, extracted: again }));
  };

  return {
    aggregator,
    totals,
    record(record) {
      current = { record, openings: new Map() };
    },
    opening(opening) {
      const record = current?.record;
      const isItem = opening.label === 'item' || opening.label === 'target';
      const place = record === undefined || !isItem ? record?.seq : indexOf(record);
      if (record === undefined || !LABELS[record.k].has(opening.label) || opening.number !== place) {
        throw fault(
          'ERR_OPENING_STRAY',
          `an opening of ${opening.label} ${opening.number} follows a record that has none`,
        );
      }
      if (current?.openings.has(opening.label))
        throw fault('ERR_OPENING_STRAY', `${opening.label} ${opening.number} is opened twice`);
      current?.openings.set(opening.label, opening);
    },
    settle() {
      const settled = current;
      current = null;
      if (settled === null) return;
      const { record, openings } = settled;
      if (record.k === 'intent') settleIntent(record, openings);
      else if (record.k === 'outcome') settleOutcome(record, openings);
      else settleScore(record, openings);
    },
    close(reason) {
      ledger.close();
      if (skipped > 0 !== (reason === 'budget')) {
        throw fault('ERR_END', `the run ended "${reason}" with ${skipped} items skipped`);
      }
      const { max_requests, max_cost_usd } = plan.budget;
      const isSpent = max_cost_usd !== undefined || (max_requests !== undefined && counts.requests >= max_requests);
      if (reason === 'budget' && !isSpent)
        throw fault('ERR_END', 'items were skipped although the budget was not used up');
      if (max_requests !== undefined && counts.requests > max_requests)
        throw fault('ERR_ATTEMPT_LIMIT', 'more requests than planned');
    },
    coverage: () => counts,
  };
}

function indexOf(record: SampleRecord): number | undefined {
  return record.k === 'outcome' ? undefined : record.index;
}

interface ClosedSample {
  readonly record: ScoreRecord;
  readonly item: OpenItem;
  readonly sample: OpenSample;
  readonly opened: ItemContent | undefined;
  readonly answer: string | undefined;
  readonly extracted: string | null | undefined;
}

function sampleOf({ record, item, sample, opened, answer, extracted }: ClosedSample): VerifiedSample {
  const last = sample.attempts.at(-1)?.outcome;
  const { num, den, unscored, rule } = record;
  return {
    index: record.index,
    repeat: record.repeat,
    item: item.commitment,
    ...(opened === undefined ? {} : { id: opened.item.id, tags: opened.item.tags ?? [] }),
    ...(opened?.messages ? { messages: opened.messages } : {}),
    ...(answer === undefined ? {} : { answer }),
    ...(extracted === undefined ? {} : { extracted }),
    ...(rule === undefined ? {} : { rule }),
    ...(opened?.target ? { target: opened.target.text } : {}),
    score: num === undefined || den === undefined ? null : { num, den },
    unscored: unscored ?? null,
    rescored: extracted !== undefined,
    attempts: sample.attempts.map(({ outcome }) => outcome?.status ?? 'lost'),
    latencyUs: last?.latency_us ?? null,
    firstByteUs: last?.first_byte_us ?? null,
    promptTokens: last?.prompt_tokens ?? null,
    completionTokens: last?.completion_tokens ?? null,
  };
}

function fault(code: VerificationCode, what: string): VerificationError {
  return new VerificationError(code, `cannot accept records: ${what}`);
}
