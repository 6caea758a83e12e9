/** One attempt at a question: recorded before it leaves, and whatever comes of it is recorded as it came. */
import type { Exchange } from '../endpoints/endpoint.ts';
import { ANSWER_FACTS } from '../transcript/record.ts';
import type { Answer, ReportedFacts } from '../transcript/wire/answer.ts';
import { parseAnswer, type ParsedBody } from '../transcript/wire/parse-answer.ts';
import type { Api } from '../transcript/wire/dialogue.ts';
import type { Reservation } from './budget.ts';
import { formatTime } from './environment.ts';
import type { IntentFacts, OutcomeFacts, Recorder } from './recorder.ts';
import { placeOf, type AskContext, type Asked, type Sample } from './sample.ts';

/** Send a request once; what came of it is in the history of the sample. */
export async function sendAttempt(
  context: AskContext,
  sample: Sample,
  { role, api, body, endpoint, reservation }: Asked & { readonly reservation: Reservation },
): Promise<{ readonly retryAfterMs: number | null }> {
  const { recorder, environment, plan, signal } = context;
  const { open, history } = sample;
  const at = formatTime(environment.nowMs());
  const of = recorder.intent({ at, ...factsOf(sample, { role, api }) }, open.item, !open.opened, body);
  history.attempts++;
  open.opened = true;
  const exchange = await endpoint.send(body, {
    api,
    timeoutMs: plan.rules.limits.timeout_ms,
    maxResponseBytes: plan.rules.limits.max_response_bytes,
    signal,
    beforeSend: () => recorder.durable(),
  });
  const parsed = parsedBody(exchange, api);
  const outcome = recorder.outcome(outcomeFacts(of, exchange, parsed), exchange.response);
  reservation.settle(outcome);
  const answer = parsed !== null && 'answer' in parsed ? parsed.answer : null;
  const isKept = answer !== null && context.attesting !== null;
  history.last = { ...outcome, answer, exchange: isKept ? exchange : null, evidence: null };
  if (outcome.status === 'cancelled') history.interrupted++;
  emitAttempt(context, sample, outcome);
  return exchange;
}

// What is usual is not said.
function factsOf({ repeat, history }: Sample, { role, api }: Pick<Asked, 'role' | 'api'>): Omit<IntentFacts, 'at'> {
  const turn = history.answered.length;
  return {
    attempt: history.attempts,
    repeat,
    ...(turn === 0 ? {} : { turn }),
    ...(role === 'subject' ? {} : { role }),
    ...(api === 'chat' ? {} : { api }),
  };
}

// However an exchange with a good status ended, an answer that came is an answer.
function parsedBody({ status, httpStatus, response }: Exchange, api: Api): ParsedBody | null {
  if (httpStatus === null || httpStatus < 200 || httpStatus > 299) return null;
  const parsed = parseAnswer(response ?? new Uint8Array(), api);
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
