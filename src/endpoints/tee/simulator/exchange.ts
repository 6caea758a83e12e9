/** One answer on its way through a provider: asked, rewritten as the provider does, hashed, signed, sent. */
import { createHash, type Hash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { concatBytes, decodeUtf8, encodeUtf8 } from '../../../core/bytes.ts';
import type { JsonObject } from '../../../core/canonical-json.ts';
import { tryParseObject } from '../../../core/foreign-json.ts';
import type { SimulatedAnswer, SimulatedReply } from './answer.ts';
import { eventData, isDone, rewriteEvent, splitEvents } from './events.ts';
import { header, readBody, send, type Exchange } from './http.ts';
import { refusal } from './refusal.ts';
import { sha256Hex, type Simulation } from './simulation.ts';

/** What is known of an answer when it has been sent. */
export interface AnsweredExchange {
  readonly chatId: string | null;
  /** Model that was asked for, or null. */
  readonly model: string | null;
  readonly requestSha256: string;
  readonly responseSha256: string;
  /** Whether a gateway wrote the answer anew, so that the model server cannot have signed it. */
  readonly rewritten: boolean;
  /** Whether the client went away before the end. */
  readonly disconnected: boolean;
}

/** How a provider takes part in an answer. */
export interface ExchangeOptions {
  readonly simulation: Simulation;
  readonly answer: SimulatedAnswer;
  /** Token whose holder may name the hash of the request; null for nobody. */
  readonly operatorToken: string | null;
  /** Called before the end of the response is sent. */
  readonly onAnswered: (answered: AnsweredExchange) => void;
}

interface Asked {
  readonly body: Uint8Array;
  readonly fields: JsonObject;
  readonly requestSha256: string;
}

/** Answer a generation request. */
export async function handleExchange(exchange: Exchange, options: ExchangeOptions): Promise<void> {
  const body = await readBody(exchange.request);
  const fields = tryParseObject(tryText(body));
  if (fields === null) throw refusal(400, 'Invalid JSON in request body');
  const asked: Asked = { body, fields, requestSha256: requestHash(exchange, options, body) };
  const signal = whenClientLeaves(exchange);
  const reply = await options.answer({ path: exchange.path, body, signal });
  if (reply.status !== 200) {
    return send(exchange.response, reply.status, reply.contentType, await wholeOf(reply));
  }
  const isStream = reply.contentType.startsWith('text/event-stream');
  await (isStream ? sendStream : sendWhole)(exchange, options, asked, reply);
}

function tryText(body: Uint8Array): string {
  try {
    return decodeUtf8(body);
  } catch {
    // Not UTF-8, so not JSON either.
    return '';
  }
}

/** The Python proxy believes any caller, the one after it only its operator. */
function requestHash({ request }: Exchange, { simulation, operatorToken }: ExchangeOptions, body: Uint8Array): string {
  const claimed = header(request, 'x-request-hash');
  const isOperator = operatorToken !== null && header(request, 'authorization') === `Bearer ${operatorToken}`;
  const believed = simulation.mode === 'vllm-proxy' || (simulation.mode === 'near-direct' && isOperator);
  return claimed !== null && believed ? claimed : sha256Hex(body);
}

function whenClientLeaves({ response }: Exchange): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}

async function wholeOf(reply: SimulatedReply): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of reply.body) chunks.push(chunk);
  return concatBytes(...chunks);
}

async function sendWhole(
  { response }: Exchange,
  options: ExchangeOptions,
  asked: Asked,
  reply: SimulatedReply,
): Promise<void> {
  const { simulation, onAnswered } = options;
  const original = await wholeOf(reply);
  const parsed = tryParseObject(decodeUtf8(original));
  // The model server streams from its engine and writes the JSON itself; the Python proxy may write it with other spaces.
  const spaced = simulation.faults().has('answer-rewritten');
  const sent =
    parsed === null || (simulation.mode === 'vllm-proxy' && !spaced)
      ? original
      : encodeUtf8(spaced ? JSON.stringify(parsed, null, 1) : JSON.stringify(parsed));
  onAnswered({
    ...about(asked, parsed),
    responseSha256: sha256Hex(simulation.mode === 'vllm-proxy' ? original : sent),
    rewritten: false,
    disconnected: false,
  });
  send(response, reply.status, reply.contentType, sent);
}

function about({ fields, requestSha256 }: Asked, reply: JsonObject | null) {
  const { model } = fields;
  const id = reply?.['id'];
  return {
    requestSha256,
    model: typeof model === 'string' ? model : null,
    chatId: typeof id === 'string' ? id : null,
  };
}

async function sendStream(
  { response }: Exchange,
  options: ExchangeOptions,
  asked: Asked,
  reply: SimulatedReply,
): Promise<void> {
  const rewritten = isRewritten(options.simulation, asked.fields);
  const hash = createHash('sha256');
  const seen: { first: JsonObject | null; done: boolean } = { first: null, done: false };
  const finish = (disconnected: boolean): void => {
    const responseSha256 = hash.digest('hex');
    options.onAnswered({ ...about(asked, seen.first), responseSha256, rewritten, disconnected });
  };
  async function* outgoing(): AsyncGenerator<Uint8Array> {
    for await (const event of splitEvents(reply.body)) {
      seen.first ??= eventData(event);
      seen.done ||= isDone(event);
      yield* hashed(hash, outgoingEvent(event, options.simulation, rewritten ? asked.fields : null));
    }
    // What did not reach its end is not signed.
    if (seen.done) finish(false);
  }
  response.writeHead(reply.status, { 'content-type': reply.contentType, 'cache-control': 'no-cache' });
  try {
    await pipeline(outgoing, response);
  } catch {
    // The client or the engine went away: nothing can be sent any more, and there is nothing to sign.
    if (!seen.done) finish(true);
  }
}

/** A gateway leaves alone what asks for usage all along, and nothing else. */
function isRewritten({ mode }: Simulation, fields: JsonObject): boolean {
  return mode === 'near-gateway' && !streamOption(fields, 'continuous_usage_stats');
}

function streamOption(fields: JsonObject, name: string): boolean {
  const options = fields['stream_options'];
  return typeof options === 'object' && options !== null && Reflect.get(options, name) === true;
}

function outgoingEvent(event: Uint8Array, { faults }: Simulation, rewriteFor: JsonObject | null): Uint8Array | null {
  if (faults().has('stream-cut') && isDone(event)) return null;
  return rewriteFor === null ? event : rewriteEvent(event, streamOption(rewriteFor, 'include_usage'));
}

function* hashed(hash: Hash, event: Uint8Array | null): Generator<Uint8Array> {
  if (event === null) return;
  hash.update(event);
  yield event;
}
