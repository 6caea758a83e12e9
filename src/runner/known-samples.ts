/** What the records of an interrupted run say about its samples; only those without a verdict are kept. */
import type { Digest } from '../core/digest.ts';
import { InputError } from '../core/errors.ts';
import type { Exchange } from '../endpoints/endpoint.ts';
import { parseOpening } from '../transcript/opening.ts';
import type { Plan } from '../transcript/plan.ts';
import { parseAnswerEvidence } from '../transcript/evidence.ts';
import type { EvidenceRecord, IntentRecord, OutcomeRecord, ScoreRecord } from '../transcript/record.ts';
import { parseAnswer } from '../transcript/wire/parse-answer.ts';
import type { Api } from '../transcript/wire/dialogue.ts';
import type { RequestSize } from './budget.ts';
import { newHistory, nextTurn, type AnsweredTurn, type SampleHistory } from './retry.ts';
import { newSamples, samplesAfter, type ItemLeft, type SampleLeft, type SamplesLeft } from './samples-left.ts';

/** An intent without an outcome. */
interface OpenIntent {
  readonly seq: number;
  readonly history: SampleHistory;
  readonly size: RequestSize;
}

/** Follows samples through their records. The methods throw {@link InputError} `ERR_RESUME_RECORDS`. */
export interface KnownSamples {
  /** @param openings - The opening lines of the record, that of the request last. */
  intent(record: IntentRecord, openings: readonly string[]): void;
  /**
   * Gives the size of the request that ended.
   *
   * @param response - The opening line of the response.
   */
  outcome(record: OutcomeRecord, response: string | null): RequestSize;
  /** @param content - The opening line of the evidence of an answer. */
  evidence(record: EvidenceRecord, content: string): void;
  score(record: ScoreRecord): void;
  /** The requests that nobody saw end. */
  openIntents(): readonly OpenIntent[];
  /** What is left to ask or to judge. Answers that nobody has judged are read back here. */
  left(): SamplesLeft;
}

interface KnownSample {
  readonly history: SampleHistory;
  /** What was asked for by the last request. */
  api: Api;
  /** Opening line of the last answer; it is parsed only if it turns out that nobody has judged it. */
  answerLine: string | null;
  /** Opening line of its evidence, likewise. */
  evidenceLine: string | null;
}

interface KnownItem {
  readonly samples: Map<number, KnownSample>;
  readonly scored: Set<number>;
  opened: boolean;
}

interface Underway {
  readonly sample: KnownSample;
  readonly size: RequestSize;
}

/** The samples of a plan of which nothing is known yet. */
export function createKnownSamples(plan: Plan, planDigest: Digest): KnownSamples {
  const { repeats } = plan.rules;
  const items = new Map<number, KnownItem>();
  const underway = new Map<number, Underway>();
  // Answers by their outcome, as long as their sample is open; only evidence asks for them.
  const answered = new Map<number, KnownSample>();
  const fresh = newSamples(plan, planDigest);
  const ranks = new Map(fresh.indices.map((index, rank) => [index, rank]));
  let lastRank = -1;

  const itemOf = (index: number): KnownItem => {
    const known = items.get(index);
    if (known !== undefined) return known;
    const rank = ranks.get(index) ?? -1;
    if (rank <= lastRank) throw recordsFault(`item ${index} comes up again after its last verdict, or is not planned`);
    lastRank = rank;
    const item: KnownItem = { samples: new Map(), scored: new Set(), opened: false };
    items.set(index, item);
    return item;
  };
  return {
    intent(record, openings) {
      const item = itemOf(record.index);
      const sample = openSample(item, record, repeats);
      beginAttempt(sample, record);
      item.opened = true;
      const bodyBytes = Buffer.byteLength(openings.at(-1) ?? '');
      underway.set(record.seq, { sample, size: { bodyBytes, role: record.role ?? 'subject' } });
    },
    outcome(record, response) {
      const { sample, size } = take(underway, record.of, `record ${record.seq} ends no request`);
      sample.history.last = { ...record, answer: null, exchange: null, evidence: null };
      sample.answerLine = record.status === 'ok' ? response : null;
      sample.evidenceLine = null;
      if (record.status === 'ok' && plan.evidence !== undefined) answered.set(record.seq, sample);
      if (record.status === 'cancelled' || record.status === 'lost') sample.history.interrupted++;
      return size;
    },
    evidence(record, content) {
      if (record.about === 'session') return;
      const sample = take(answered, record.of, `record ${record.seq} is evidence of no answer that waits for it`);
      sample.evidenceLine = content;
    },
    score(record) {
      if (record.of !== undefined) answered.delete(record.of);
      const item = itemOf(record.index);
      openSample(item, record, repeats);
      item.samples.delete(record.repeat);
      item.scored.add(record.repeat);
      if (item.scored.size === repeats) items.delete(record.index);
    },
    openIntents: () => [...underway].map(([seq, { sample, size }]) => ({ seq, size, history: sample.history })),
    left() {
      const begun = [...items].map(([index, item]): [number, ItemLeft] => [index, itemLeft(item, plan)]);
      return samplesAfter(fresh, new Map(begun), (index) => (ranks.get(index) ?? -1) <= lastRank);
    },
  };
}

function take<T>(from: Map<number, T>, seq: number, complaint: string): T {
  const known = from.get(seq);
  if (known === undefined) throw recordsFault(complaint);
  from.delete(seq);
  return known;
}

function openSample(item: KnownItem, { seq, repeat }: IntentRecord | ScoreRecord, repeats: number): KnownSample {
  if (repeat >= repeats || item.scored.has(repeat)) throw recordsFault(`record ${seq} is of a sample that is not open`);
  const sample = item.samples.get(repeat) ?? {
    history: newHistory(),
    api: 'chat' as const,
    answerLine: null,
    evidenceLine: null,
  };
  item.samples.set(repeat, sample);
  return sample;
}

function itemLeft(item: KnownItem, { rules: { repeats }, evidence }: Plan): ItemLeft {
  const samples: SampleLeft[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    if (!item.scored.has(repeat))
      samples.push({ repeat, history: historyOf(item.samples.get(repeat), evidence !== undefined) });
  }
  return { opened: item.opened, samples };
}

// Of the connection nothing is known any more.
function recalledExchange(response: Uint8Array): Exchange {
  const timing = { latencyUs: 0, firstByteUs: null };
  const connection = { errorCode: null, retryAfterMs: null, peerSpki: null, receiptId: null };
  return { status: 'ok', httpStatus: 200, response, ...connection, ...timing };
}

function historyOf(sample: KnownSample | undefined, isEvident: boolean): SampleHistory {
  if (sample === undefined) return newHistory();
  const { history, answerLine, evidenceLine } = sample;
  if (answerLine === null || history.last === null) return history;
  const response = parseOpening(answerLine).bytes;
  const { answer } = answeredTurn(sample);
  const exchange = isEvident ? recalledExchange(response) : null;
  const evidence = evidenceLine === null ? null : parseAnswerEvidence(parseOpening(evidenceLine).bytes);
  return { ...history, last: { ...history.last, answer, exchange, evidence } };
}

function beginAttempt(sample: KnownSample, { seq, turn = 0, attempt, api }: IntentRecord): void {
  const { history } = sample;
  if (turn > history.answered.length) nextTurn(history, answeredTurn(sample));
  if (attempt !== history.attempts || turn !== history.answered.length) {
    throw recordsFault(`record ${seq} is not the next attempt`);
  }
  history.attempts++;
  sample.api = api ?? 'chat';
}

// The question that was asked last, with its answer.
function answeredTurn({ history: { last }, answerLine, api }: KnownSample): AnsweredTurn {
  if (last === null || answerLine === null) throw recordsFault('a question follows on one that was not answered');
  const body = parseAnswer(parseOpening(answerLine).bytes, api);
  if (!('answer' in body)) throw recordsFault(`record ${last.seq} is "ok", but its response is no answer`);
  return { seq: last.seq, answer: body.answer, latencyUs: last.latency_us ?? 0 };
}

/** The error of records from which no run can go on. */
export function recordsFault(what: string): InputError {
  return new InputError('ERR_RESUME_RECORDS', `cannot resume from records: ${what}`);
}
