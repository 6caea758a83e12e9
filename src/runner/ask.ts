/**
 * One sample, from its first attempt to its verdict.
 *
 * A failed request is never a wrong answer: it is tried again as far as the plan allows and ends as unscored. Everything
 * that leaves this machine is on the disk before.
 */
import type { JsonValue } from '../core/canonical-json.ts';
import type { Endpoint, Exchange } from '../endpoints/endpoint.ts';
import type { SuiteItem } from '../suites/item-store.ts';
import type { SequentialStop } from '../scoring/sequential-stop.ts';
import type { Plan } from '../transcript/plan.ts';
import { ANSWER_FACTS, type UnscoredReason } from '../transcript/record.ts';
import { parseAnswer, type Answer, type ParsedBody, type ReportedFacts } from '../transcript/wire/answer.ts';
import type { Attesting } from './attesting.ts';
import type { Budget, Reservation } from './budget.ts';
import { formatTime, type RunEnvironment } from './environment.ts';
import type { Judged, Judging } from './judging.ts';
import type { OutcomeFacts, Recorder, ScoreFacts } from './recorder.ts';
import { isFinal, waitMs, type LastOutcome, type SampleHistory } from './retry.ts';
import type { RunListener } from './run-event.ts';

/** What all samples of a run share. */
export interface AskContext {
  readonly plan: Plan;
  readonly endpoint: Pick<Endpoint, 'send'>;
  readonly judging: Judging;
  /** Present if the run may stop before all items are asked. */
  readonly stop: SequentialStop | null;
  /** Present if the endpoint gives evidence. */
  readonly attesting: Attesting | null;
  readonly recorder: Recorder;
  readonly budget: Budget;
  readonly environment: RunEnvironment;
  readonly emit: RunListener;
  /** Aborted when the run is to stop. */
  readonly signal: AbortSignal;
}

/** An item that is being asked. */
export interface OpenItem {
  readonly item: SuiteItem;
  readonly target: JsonValue;
  /** Whether an intent has opened it. */
  opened: boolean;
}

/** A sample that has no verdict yet. */
export interface Sample {
  readonly open: OpenItem;
  readonly repeat: number;
  readonly body: string;
  readonly history: SampleHistory;
}

/**
 * Ask until there is a verdict, or until the run is stopped; then the sample stays open for a resume.
 *
 * @throws {@link InputError} `ERR_RUN_WRITE` if the journal cannot be written
 */
export async function askSample(context: AskContext, sample: Sample): Promise<void> {
  const { signal, plan, budget } = context;
  const { history } = sample;
  // Left for the end, where everything that was not asked is skipped.
  if (history.attempts === 0 && isDecided(context.stop)) return;
  while (!isFinal(history, plan.rules.retry)) {
    if (signal.aborted) return;
    const reserved = budget.reserve({ bodyBytes: Buffer.byteLength(sample.body) });
    const reservation = reserved instanceof Promise ? await reserved : reserved;
    if (reservation === null) return unscored(context, sample, 'skipped');
    // Both may have come about while the budget was waited for.
    if (signal.aborted || (history.attempts === 0 && isDecided(context.stop))) return reservation.cancel();
    const wait = await attempt(context, sample, reservation);
    if (wait > 0 && !isFinal(history, plan.rules.retry)) {
      context.emit({ kind: 'waiting', waitMs: wait, ...placeOf(sample) });
      await context.environment.sleep(wait, signal);
    }
  }
  await conclude(context, sample);
}

// Gives the milliseconds to wait before another attempt.
async function attempt(context: AskContext, sample: Sample, reservation: Reservation): Promise<number> {
  const { recorder, endpoint, environment, plan, signal } = context;
  const { open, repeat, body, history } = sample;
  const facts = { at: formatTime(environment.nowMs()), attempt: history.attempts++, repeat };
  const of = recorder.intent(facts, open.item, !open.opened, body);
  open.opened = true;
  const exchange = await endpoint.send(body, {
    timeoutMs: plan.rules.limits.timeout_ms,
    maxResponseBytes: plan.rules.limits.max_response_bytes,
    signal,
    beforeSend: () => recorder.durable(),
  });
  const parsed = parsedBody(exchange);
  const outcome = recorder.outcome(outcomeFacts(of, exchange, parsed), exchange.response);
  reservation.settle(outcome);
  const answer = parsed !== null && 'answer' in parsed ? parsed.answer : null;
  const isKept = answer !== null && context.attesting !== null;
  history.last = { ...outcome, answer, exchange: isKept ? exchange : null, evidence: null };
  if (outcome.status === 'cancelled') history.interrupted++;
  emitAttempt(context, sample, outcome);
  const failures = history.attempts - history.interrupted;
  return outcome.status === 'ok' || outcome.status === 'cancelled'
    ? 0
    : waitMs(Math.max(1, failures), exchange.retryAfterMs, environment.random());
}

// However an exchange with a good status ended, an answer that came is an answer.
function parsedBody({ status, httpStatus, response }: Exchange): ParsedBody | null {
  if (httpStatus === null || httpStatus < 200 || httpStatus > 299) return null;
  const parsed = parseAnswer(response ?? new Uint8Array());
  return status === 'ok' || 'answer' in parsed ? parsed : null;
}

/** What a record says of an exchange: a good status whose body is no answer is a failure like any other. */
function outcomeFacts(of: number, exchange: Exchange, parsed: ParsedBody | null): OutcomeFacts {
  const { httpStatus, errorCode, latencyUs, firstByteUs } = exchange;
  const fault = parsed !== null && 'fault' in parsed ? parsed.fault : null;
  const answer = parsed !== null && 'answer' in parsed ? parsed.answer : null;
  const error = answer === null ? (fault ?? errorCode) : null;
  return {
    of,
    status: answer === null ? statusOf(exchange, fault) : 'ok',
    ...(httpStatus === null ? {} : { http: httpStatus }),
    ...(error === null ? {} : { error }),
    ...(answer === null ? {} : reportedBy(answer)),
    latency_us: latencyUs,
    ...(firstByteUs === null ? {} : { first_byte_us: firstByteUs }),
  };
}

function statusOf(exchange: Exchange, fault: string | null): OutcomeFacts['status'] {
  if (fault === null) return exchange.status;
  return fault === 'ERR_BODY_ERROR' ? 'http' : 'network';
}

function reportedBy(answer: Answer): ReportedFacts {
  return Object.fromEntries(ANSWER_FACTS.flatMap((fact) => (answer[fact] === undefined ? [] : [[fact, answer[fact]]])));
}

async function conclude(context: AskContext, sample: Sample): Promise<void> {
  const { last } = sample.history;
  const answer = last?.answer ?? null;
  if (last === null || answer === null) return unscored(context, sample, reasonOf(last));
  const judged = context.judging.judge(answer, sample.open.target);
  // A program runs before evidence is looked at: from there to the verdict nothing may come between.
  const verdict = judged instanceof Promise ? await judged : judged;
  if (context.attesting === null || last.exchange === null) return score(context, sample, last, verdict);
  await context.attesting.follow({
    seq: last.seq,
    body: sample.body,
    exchange: last.exchange,
    known: last.evidence,
    conclude(isAttested) {
      if (isAttested) score(context, sample, last, verdict);
      else unscored(context, sample, 'unattested');
    },
  });
}

function score(context: AskContext, sample: Sample, last: LastOutcome, verdict: Judged): void {
  if (verdict.verdict === 'unscored') {
    unscored(context, sample, verdict.reason);
    return;
  }
  const { num, den, rule, extracted } = verdict;
  const facts = { ...placeOf(sample), of: last.seq, num, den, ...(rule === null ? {} : { rule }) };
  record(context, sample, facts, extracted);
}

function reasonOf(last: LastOutcome | null): UnscoredReason {
  switch (last?.status) {
    case 'timeout':
      return 'timeout';
    case 'cancelled':
    case 'lost':
      return 'lost';
    case undefined:
      return 'skipped';
    case 'ok':
    case 'http':
    case 'network':
      return 'transport';
  }
}

function unscored(context: AskContext, sample: Sample, reason: UnscoredReason): void {
  const { last } = sample.history;
  const origin = last === null ? { item: sample.open.item.itemCommitment } : { of: last.seq };
  record(context, sample, { ...placeOf(sample), ...origin, unscored: reason }, null);
}

function record(context: AskContext, sample: Sample, facts: ScoreFacts, extracted: string | null): void {
  const score = context.recorder.score(facts, extracted);
  context.judging.add(score);
  context.stop?.add(score);
  const { num, den, unscored: reason } = score;
  const verdict = reason === undefined ? { num: num ?? 0, den: den ?? 1 } : { unscored: reason };
  context.emit({ kind: 'verdict', ...placeOf(sample), verdict });
}

/** Whether the difference is certain, so that no further item is asked. */
export function isDecided(stop: SequentialStop | null): boolean {
  return stop !== null && stop.look().decision !== 'undecided';
}

function emitAttempt(context: AskContext, sample: Sample, outcome: ReturnType<Recorder['outcome']>): void {
  context.emit({
    kind: 'attempt',
    ...placeOf(sample),
    status: outcome.status,
    http: outcome.http ?? null,
    error: outcome.error ?? null,
    promptTokens: outcome.prompt_tokens ?? 0,
    completionTokens: outcome.completion_tokens ?? 0,
    latencyUs: outcome.latency_us ?? 0,
    spentUsd: context.budget.spentUsd,
  });
}

function placeOf({ open, repeat }: Sample): { readonly index: number; readonly repeat: number } {
  return { index: open.item.index, repeat };
}
