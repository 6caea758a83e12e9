/** The bodies of recorded responses: whole, and as the events of a stream. */
import { isJsonObject, type JsonObject, type JsonValue } from '../core/canonical-json.ts';
import type { AskedMember } from './replay-question.ts';

/** Counts of tokens, as a recording states them. */
export interface TokenCounts {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
}

/** An answer given earlier, of which nothing but its text was kept. */
export interface RecordedAnswer {
  readonly answer: string;
  /** Reason for the end of the answer; `stop` if it was not recorded. */
  readonly finish: string;
  readonly usage: TokenCounts | null;
}

/** Code points of a text in one event of a stream. */
const PIECE_LENGTH = 16;

/** The body of a response that says an answer to messages or to a prompt. */
export function answerBody({ answer, finish, usage }: RecordedAnswer, asked: AskedMember): JsonObject {
  const message = { role: 'assistant', content: answer, refusal: null };
  const said = asked === 'messages' ? { message } : { text: answer };
  const choices = [{ index: 0, ...said, logprobs: null, finish_reason: finish }];
  return { choices, ...(usage === null ? {} : { usage: withTotal(usage) }) };
}

/**
 * What a recorded response keeps of itself: who answered and when is said by the replay.
 *
 * @returns a text that says what is missing, if the value is no body of a response.
 */
export function recordedBody(body: JsonValue, asked: AskedMember): JsonObject | string {
  const {
    id: _id,
    created: _created,
    model: _model,
    system_fingerprint: _fingerprint,
    object: _object,
    ...kept
  } = isJsonObject(body) ? body : {};
  const [list, member, fits] = WANTED[asked];
  const entries = kept[list];
  const isWhole =
    Array.isArray(entries) && entries.length > 0 && entries.every((entry) => fits(memberOf(entry, member)));
  return isWhole ? kept : `${list} with ${member}`;
}

/** For each member that is asked: the list in the body of a response, and what each of its entries has. */
const WANTED: Readonly<Record<AskedMember, readonly [string, string, (value: unknown) => boolean]>> = {
  messages: ['choices', 'message', isJsonObject],
  prompt: ['choices', 'text', (value) => typeof value === 'string'],
  input: ['data', 'embedding', (value) => Array.isArray(value) && value.every((entry) => typeof entry === 'number')],
};

/** The choices of each event with which a body is streamed, but for the event that counts tokens. */
export function* streamedChoices({ choices }: JsonObject, asked: AskedMember): Generator<JsonObject> {
  for (const [place, choice] of objects(choices).entries()) {
    if (asked === 'messages') yield* chatParts({ index: place, ...choice });
    else yield { index: place, ...choice };
  }
}

function* chatParts({
  index = 0,
  message = null,
  finish_reason = null,
  logprobs = null,
}: JsonObject): Generator<JsonObject> {
  const { content = null, tool_calls = null, ...members } = isJsonObject(message) ? message : {};
  const said = Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
  const part = (delta: JsonObject): JsonObject => ({ index, delta, finish_reason: null });
  yield { ...part({ ...said, content: '' }), ...(logprobs === null ? {} : { logprobs }) };
  for (const piece of pieces(content)) yield part({ content: piece });
  for (const [at, call] of objects(tool_calls).entries()) yield part({ tool_calls: [{ index: at, ...call }] });
  yield { index, delta: {}, finish_reason };
}

function* pieces(content: JsonValue): Generator<JsonValue> {
  if (typeof content !== 'string') {
    if (content !== null) yield content;
    return;
  }
  const points = Array.from(content);
  for (let at = 0; at < points.length; at += PIECE_LENGTH) yield points.slice(at, at + PIECE_LENGTH).join('');
}

function objects(list: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

function memberOf(entry: JsonValue, member: string): unknown {
  return isJsonObject(entry) ? entry[member] : undefined;
}

function withTotal({ prompt_tokens, completion_tokens }: TokenCounts): JsonObject {
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}
