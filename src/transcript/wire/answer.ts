/**
 * What a response body says, as a function of its bytes alone.
 *
 * The runner reads a response with this function while it records, and the verifier reads the recorded bytes with the
 * same function years later. A body that is not an answer is a failed attempt with a code, never an empty answer.
 */
import { tryDecodeUtf8 } from '../../core/bytes.ts';
import { isJsonObject, type JsonObject } from '../../core/canonical-json.ts';
import { nameText } from '../shape.ts';
import { eventData, isEventStream } from './sse.ts';

/** Why a body with a good HTTP status is no answer. */
type BodyFault = 'ERR_BODY_NOT_UTF8' | 'ERR_BODY_NOT_JSON' | 'ERR_BODY_ERROR' | 'ERR_BODY_NO_CHOICE' | 'ERR_STREAM_CUT';

/** An answer; fields that the server left out, or filled with something unprintable, are absent. */
export interface Answer {
  readonly text: string;
  /** Whether the server flagged the answer as a refusal of the model. */
  readonly refused: boolean;
  readonly finish?: string;
  readonly model?: string;
  readonly fingerprint?: string;
  readonly prompt_tokens?: number;
  readonly completion_tokens?: number;
}

/** An answer, or why there is none. */
export type ParsedBody = { readonly answer: Answer } | { readonly fault: BodyFault };

const isReported = nameText(128);

/**
 * The answer in the body of a chat completion, plain or streamed.
 *
 * @param body - The body exactly as received, event stream framing included.
 * @see OpenAI API reference, chat completion object and chat completion chunk object
 */
export function parseAnswer(body: Uint8Array): ParsedBody {
  const decoded = tryDecodeUtf8(body);
  if (decoded === null) return { fault: 'ERR_BODY_NOT_UTF8' };
  // Every HTTP client drops a byte order mark, in JSON as in event streams.
  const text = decoded.replace(/^\uFEFF/, '');
  return isEventStream(text) ? parseStream(eventData(text)) : parseCompletion(parseObject(text));
}

function parseObject(text: string): JsonObject | null {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return null;
  }
}

function parseCompletion(completion: JsonObject | null): ParsedBody {
  if (completion === null) return { fault: 'ERR_BODY_NOT_JSON' };
  if (isError(completion)) return { fault: 'ERR_BODY_ERROR' };
  const choice = firstChoice(completion);
  const message = asObject(choice?.['message']);
  if (choice === null || message === null) return { fault: 'ERR_BODY_NO_CHOICE' };
  return {
    answer: {
      text: wellFormed(contentText(message['content'])),
      refused: isText(message['refusal']),
      ...reportedName('finish', choice['finish_reason']),
      ...reportedFacts(completion),
    },
  };
}

function parseStream(events: readonly string[]): ParsedBody {
  const parts: string[] = [];
  let refused = false;
  let facts: Omit<Answer, 'text' | 'refused'> = {};
  let answered = false;
  let done = false;
  for (const data of events) {
    if (data === '[DONE]') {
      done = true;
      break;
    }
    const chunk = parseObject(data);
    if (chunk === null) return { fault: 'ERR_BODY_NOT_JSON' };
    if (isError(chunk)) return { fault: 'ERR_BODY_ERROR' };
    const choice = firstChoice(chunk);
    const delta = asObject(choice?.['delta']);
    answered ||= delta !== null;
    if (delta !== null) parts.push(contentText(delta['content']));
    refused ||= isText(delta?.['refusal']);
    facts = { ...facts, ...reportedName('finish', choice?.['finish_reason']), ...reportedFacts(chunk) };
  }
  // A stream that stops without saying so was cut; what came before is not an answer.
  if (!done && facts.finish === undefined) return { fault: 'ERR_STREAM_CUT' };
  if (!answered) return { fault: 'ERR_BODY_NO_CHOICE' };
  return { answer: { text: wellFormed(parts.join('')), refused, ...facts } };
}

// JSON can spell half of a surrogate pair, which has no UTF-8 form; it is read as U+FFFD, as a decoder would.
function wellFormed(text: string): string {
  return text.replaceAll(/\p{Surrogate}/gu, '\uFFFD');
}

function reportedFacts(body: JsonObject): Omit<Answer, 'text' | 'refused' | 'finish'> {
  const usage = asObject(body['usage']);
  return {
    ...reportedName('model', body['model']),
    ...reportedName('fingerprint', body['system_fingerprint']),
    ...tokenCount('prompt_tokens', usage?.['prompt_tokens']),
    ...tokenCount('completion_tokens', usage?.['completion_tokens']),
  };
}

function reportedName<K extends string>(key: K, value: unknown): { readonly [P in K]?: string } {
  return (isReported(value) === null ? { [key]: value } : {}) as { readonly [P in K]?: string };
}

function tokenCount<K extends string>(key: K, value: unknown): { readonly [P in K]?: number } {
  const isCount = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
  return (isCount ? { [key]: value } : {}) as { readonly [P in K]?: number };
}

// Some servers send text as a list of parts; anything else that is not text is no text.
function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part) => asObject(part)?.['text'])
    .filter((text) => typeof text === 'string')
    .join('');
}

function firstChoice(body: JsonObject): JsonObject | null {
  const choices = body['choices'];
  return Array.isArray(choices) ? asObject(choices[0]) : null;
}

// Some servers put the error into a member, others make it the whole object.
function isError(body: JsonObject): boolean {
  return (body['error'] !== undefined && body['error'] !== null) || body['object'] === 'error';
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function asObject(value: unknown): JsonObject | null {
  return isJsonObject(value) ? value : null;
}
