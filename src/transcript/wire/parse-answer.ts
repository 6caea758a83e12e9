/**
 * What a response body says, as a function of its bytes alone.
 *
 * The runner reads a response with this function while it records, and the verifier reads the recorded bytes with the
 * same function years later. A body that is not an answer is a failed attempt with a code, never an empty answer.
 */
import { tryDecodeUtf8, toWellFormed } from '../../core/bytes.ts';
import type { JsonObject } from '../../core/canonical-json.ts';
import { tryParseObject } from '../../core/foreign-json.ts';
import type { Answer, ReportedFacts } from './answer.ts';
import { asObject, firstChoice, isNumber, isText, listOf, reportedFacts, reportedName } from './body.ts';
import type { Api } from './dialogue.ts';
import { chatTokens, completionTokens } from './likelihoods.ts';
import { eventData, isEventStream } from './sse.ts';
import { addCallParts, callsOf, type CallPart } from './tool-calls.ts';

/** Why a body with a good HTTP status is no answer. */
type BodyFault = 'ERR_BODY_NOT_UTF8' | 'ERR_BODY_NOT_JSON' | 'ERR_BODY_ERROR' | 'ERR_BODY_NO_CHOICE' | 'ERR_STREAM_CUT';

/** An answer, or why there is none. */
export type ParsedBody = { readonly answer: Answer } | { readonly fault: BodyFault };

/**
 * The answer in the body of a response.
 *
 * @param body - The body exactly as received, event stream framing included.
 * @param api - What was asked: a chat, plain or streamed; a completion; embeddings.
 * @see OpenAI API reference, chat completion object, chat completion chunk object, completion object, embedding object
 */
export function parseAnswer(body: Uint8Array, api: Api = 'chat'): ParsedBody {
  const decoded = tryDecodeUtf8(body);
  if (decoded === null) return { fault: 'ERR_BODY_NOT_UTF8' };
  // Every HTTP client drops a byte order mark, in JSON as in event streams.
  const text = decoded.replace(/^\uFEFF/, '');
  if (api === 'chat' && isEventStream(text)) return parseStream(eventData(text));
  const object = tryParseObject(text);
  if (object === null) return { fault: 'ERR_BODY_NOT_JSON' };
  if (isError(object)) return { fault: 'ERR_BODY_ERROR' };
  const answer = PARSERS[api](object);
  return answer === null ? { fault: 'ERR_BODY_NO_CHOICE' } : { answer: { ...answer, ...reportedFacts(object) } };
}

const PARSERS: Readonly<Record<Api, (body: JsonObject) => Answer | null>> = {
  chat: parseChat,
  completions: parseCompletion,
  embeddings: parseEmbeddings,
};

function parseChat(body: JsonObject): Answer | null {
  const choice = firstChoice(body);
  const message = asObject(choice?.['message']);
  if (choice === null || message === null) return null;
  return {
    text: toWellFormed(contentText(message['content'])),
    refused: isText(message['refusal']),
    ...reportedName('finish', choice['finish_reason']),
    ...callsOf(addCallParts([], message['tool_calls'])),
    ...chatTokens([choice['logprobs']]),
  };
}

function parseCompletion(body: JsonObject): Answer | null {
  const choice = firstChoice(body);
  if (choice === null || typeof choice['text'] !== 'string') return null;
  return {
    text: toWellFormed(choice['text']),
    refused: false,
    ...reportedName('finish', choice['finish_reason']),
    ...completionTokens(choice['logprobs']),
  };
}

function parseEmbeddings(body: JsonObject): Answer | null {
  const vectors = listOf(body['data']).map((entry) => listOf(asObject(entry)?.['embedding']));
  const isWhole = vectors.every((vector) => vector.length > 0 && vector.every(isNumber));
  if (vectors.length === 0 || !isWhole) return null;
  return { text: '', refused: false, vectors: vectors as readonly (readonly number[])[] };
}

function parseStream(events: readonly string[]): ParsedBody {
  const end = events.indexOf('[DONE]');
  const chat = createStreamedChat();
  for (const data of end === -1 ? events : events.slice(0, end)) {
    const chunk = tryParseObject(data);
    if (chunk === null) return { fault: 'ERR_BODY_NOT_JSON' };
    if (isError(chunk)) return { fault: 'ERR_BODY_ERROR' };
    chat.add(chunk);
  }
  // A stream that stops without saying so was cut; what came before is not an answer.
  const answer = chat.answer();
  if (end === -1 && answer.finish === undefined) return { fault: 'ERR_STREAM_CUT' };
  return chat.isBegun ? { answer } : { fault: 'ERR_BODY_NO_CHOICE' };
}

function createStreamedChat() {
  const parts: string[] = [];
  const calls: CallPart[] = [];
  const logprobs: unknown[] = [];
  let refused = false;
  let facts: ReportedFacts = {};
  let isBegun = false;
  return {
    /** Whether any piece was one of a message. */
    get isBegun() {
      return isBegun;
    },
    add(chunk: JsonObject): void {
      const choice = firstChoice(chunk);
      const delta = asObject(choice?.['delta']);
      isBegun ||= delta !== null;
      parts.push(contentText(delta?.['content']));
      addCallParts(calls, delta?.['tool_calls']);
      logprobs.push(choice?.['logprobs']);
      refused ||= isText(delta?.['refusal']);
      facts = { ...facts, ...reportedName('finish', choice?.['finish_reason']), ...reportedFacts(chunk) };
    },
    answer: (): Answer => {
      const text = toWellFormed(parts.join(''));
      return { text, refused, ...facts, ...callsOf(calls), ...chatTokens(logprobs) };
    },
  };
}

// Some servers send text as a list of parts; anything else that is not text is no text.
function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  return listOf(content)
    .map((part) => asObject(part)?.['text'])
    .filter((text) => typeof text === 'string')
    .join('');
}

// Some servers put the error into a member, others make it the whole object.
function isError(body: JsonObject): boolean {
  return (body['error'] !== undefined && body['error'] !== null) || body['object'] === 'error';
}
