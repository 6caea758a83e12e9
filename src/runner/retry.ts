/** Whether a sample is asked again, and after what wait. */
import type { Exchange, TransportCode } from '../endpoints/endpoint.ts';
import { isRetryable } from '../endpoints/retry.ts';
import type { PlanRules } from '../transcript/plan.ts';
import type { AnswerEvidence } from '../transcript/evidence.ts';
import type { OutcomeRecord } from '../transcript/record.ts';
import type { Answer } from '../transcript/wire/answer.ts';

/** The end of the last attempt at a sample. */
export interface LastOutcome extends Pick<OutcomeRecord, 'seq' | 'status' | 'http' | 'error' | 'latency_us'> {
  /** What the model answered; null unless the status is ok. */
  readonly answer: Answer | null;
  /** The exchange that the answer came in, for what its provider says of it; null unless it is kept for that. */
  readonly exchange: Exchange | null;
  /** Evidence of the answer that an earlier session has recorded. */
  readonly evidence: AnswerEvidence | null;
}

/** An answered question, to which another one has followed. */
export interface AnsweredTurn {
  /** Sequence number of the outcome. */
  readonly seq: number;
  readonly answer: Answer;
  readonly latencyUs: number;
}

/** What has happened to a sample so far. */
export interface SampleHistory {
  /** The questions before the one that is asked now. */
  readonly answered: AnsweredTurn[];
  /** Number of attempts at the question that is asked now, and so the number of the next one. */
  attempts: number;
  /** Those that were cancelled or lost: they say nothing about the endpoint. */
  interrupted: number;
  /** The last attempt at it. */
  last: LastOutcome | null;
}

/** A sample that was never asked. */
export function newHistory(): SampleHistory {
  return { answered: [], attempts: 0, interrupted: 0, last: null };
}

/** Go on to the next question: the one that was asked has its answer. */
export function nextTurn(history: SampleHistory, turn: AnsweredTurn): void {
  history.answered.push(turn);
  history.attempts = 0;
  history.interrupted = 0;
  history.last = null;
}

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 30_000;

/** Whether the last outcome is final, so that the sample gets its verdict from it. */
export function isFinal({ attempts, interrupted, last }: SampleHistory, retry: PlanRules['retry']): boolean {
  if (last === null) return false;
  if (last.status === 'lost' || last.status === 'cancelled') return interrupted > retry.max_lost;
  return !isWorthAnother(last) || attempts - interrupted >= retry.max_attempts;
}

function isWorthAnother({ status, http, error }: LastOutcome): boolean {
  if (status === 'ok') return false;
  // A good status with a body that is no answer: the server had trouble and may have none the next time.
  if (error?.startsWith('ERR_BODY_') === true || error === 'ERR_STREAM_CUT') return true;
  if (status === 'lost') return true;
  return isRetryable({ status, httpStatus: http ?? null, errorCode: (error ?? null) as TransportCode | null });
}

/**
 * The wait before the next attempt: what the server asked for, or twice as long each time, and never exactly the same
 * for two samples that failed together.
 *
 * @param failures - How many attempts have failed, at least 1.
 * @param random - A number in [0, 1).
 */
export function waitMs(failures: number, retryAfterMs: number | null, random: number): number {
  if (retryAfterMs !== null) return Math.ceil(retryAfterMs + random * Math.max(50, retryAfterMs / 10));
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
  return Math.ceil(longest * (0.5 + random / 2));
}
