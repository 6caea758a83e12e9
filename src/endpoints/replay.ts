/**
 * Recordings: answers given earlier, found again by the digest of the question they answer.
 *
 * A recording is JSON lines. Each says what was asked – by `messages`, `prompt` or `input`, by the digest of one of
 * them, or by an item of a suite – and what came back: a whole `response`, or the text of an `answer`. What comes back
 * from a recording is a replay; it shows what was recorded, never that a model would answer so again.
 */
import { isWellFormed } from '../core/bytes.ts';
import { canonicalize, isJsonObject, type JsonObject } from '../core/canonical-json.ts';
import { digest, isDigest, type Digest } from '../core/digest.ts';
import { InputError, isTouchstoneError } from '../core/errors.ts';
import type { Message } from '../transcript/wire/request.ts';
import { answerBody, bodyFault, type RecordedAnswer, type TokenCounts } from './replay-body.ts';
import { ASKED, memberDigest, NARROWING, questionKey, type AskedMember } from './replay-question.ts';

/** Most UTF-16 units in a recording. */
const MAX_RECORDING_LENGTH = 256 * 1024 * 1024;

/** The answers of one model. */
export interface Recording {
  /** SHA-256 of the text of the recording. */
  readonly digest: Digest;
  /** Response bodies by the key of their question, without the members that say who answered. */
  readonly responses: ReadonlyMap<Digest, JsonObject>;
}

/** Finds the messages of an item by its id, or by its zero-based index; null if there is no such item. */
export type FindMessages = (item: { readonly id: string } | { readonly index: number }) => readonly Message[] | null;

/** An answer with the messages it answers. */
export interface ReplayPair extends Partial<Omit<RecordedAnswer, 'answer'>> {
  readonly messages: readonly Message[];
  readonly answer: string;
}

/** The digest by which an answer is found: SHA-256 of the canonical JSON of the messages. */
export function messagesDigest(messages: readonly Message[]): Digest {
  return memberDigest(messages.map(({ role, content }) => ({ content, role })));
}

/** The text of a recording of these answers. */
export function buildReplay(pairs: Iterable<ReplayPair>): string {
  let text = '';
  for (const { messages, answer, finish, usage } of pairs) {
    const more = {
      ...(finish === undefined ? {} : { finish }),
      ...(usage === undefined || usage === null ? {} : { usage }),
    };
    text += `${canonicalize({ messages_sha256: messagesDigest(messages), answer, ...more })}\n`;
  }
  return text;
}

/**
 * The recording in a text.
 *
 * @param path - Path of the file, for messages.
 * @param findMessages - Says the messages of lines that name only their item.
 * @throws {@link InputError} `ERR_REPLAY_MALFORMED` with path and line. Two answers to the same question are malformed,
 *   because a replay could give only one of them. An item that is not found is left out.
 */
export function parseRecording(text: string, path: string, findMessages: FindMessages | null = null): Recording {
  if (text.length > MAX_RECORDING_LENGTH) throw malformed(path, 1, `want at most ${MAX_RECORDING_LENGTH} characters`);
  const responses = new Map<Digest, JsonObject>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const fault = (what: string): InputError => malformed(path, index + 1, what);
    const entry = parseLine(line, fault);
    const asked = askedOf(entry, findMessages, fault);
    const response = responseOf(entry, asked.member, fault);
    if (asked.digest === null) continue;
    const key = questionKey(new Map([[asked.member, asked.digest], ...narrowing(entry)]));
    if (canonicalize(responses.get(key) ?? response) !== canonicalize(response))
      throw fault(`the same ${asked.member} have another answer`);
    responses.set(key, response);
  }
  if (responses.size === 0) throw malformed(path, 1, 'want at least one answer');
  return { digest: digest(text), responses };
}

type Fault = (what: string) => InputError;

function parseLine(line: string, fault: Fault): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(line);
    canonicalize(value);
  } catch (error) {
    throw fault(isTouchstoneError(error) ? 'want well-formed text that is not nested too deeply' : 'not JSON');
  }
  if (!isJsonObject(value)) throw fault('want an object');
  return value;
}

/** What a line says was asked; without a digest if its item is not in the suite. */
interface Asked {
  readonly member: AskedMember;
  readonly digest: Digest | null;
}

function askedOf(entry: JsonObject, findMessages: FindMessages | null, fault: Fault): Asked {
  const named = Object.values(ASKED).flatMap((member) => {
    const known = entry[`${member}_sha256`];
    if (known === undefined) return entry[member] === undefined ? [] : [{ member, digest: memberDigest(entry[member]) }];
    if (!isDigest(known)) throw fault(`want 64 lowercase hex digits under ${member}_sha256`);
    return [{ member, digest: known }];
  });
  const [asked] = named;
  if (named.length > 1) throw fault('want one of messages, prompt and input');
  return asked ?? { member: 'messages', digest: itemDigest(entry, findMessages, fault) };
}

function itemDigest({ id, index }: JsonObject, findMessages: FindMessages | null, fault: Fault): Digest | null {
  const item = itemOf(id, index);
  if (item === null) throw fault('want messages_sha256, messages, prompt or input, or id or index of the item');
  if (findMessages === null) throw fault('want messages_sha256, because no suite is at hand to find the item');
  const messages = findMessages(item);
  return messages === null ? null : messagesDigest(messages);
}

function itemOf(id: unknown, index: unknown): Parameters<FindMessages>[0] | null {
  if (typeof id === 'string' || Number.isSafeInteger(id)) return { id: String(id) };
  return typeof index === 'number' && Number.isSafeInteger(index) && index >= 0 ? { index } : null;
}

function narrowing(entry: JsonObject): [string, Digest][] {
  return NARROWING.filter((name) => entry[name] !== undefined).map((name) => [name, memberDigest(entry[name])]);
}

function responseOf(entry: JsonObject, asked: AskedMember, fault: Fault): JsonObject {
  const { response } = entry;
  if (response === undefined) return answerBody(answerOf(entry, fault), asked);
  const what = bodyFault(response, asked);
  if (what !== null || !isJsonObject(response)) throw fault(`want ${what} under response`);
  return response;
}

function answerOf(entry: JsonObject, fault: Fault): RecordedAnswer {
  const answer = entry['answer'] ?? entry['output'];
  if (typeof answer !== 'string' || !isWellFormed(answer)) throw fault('want a text under answer or output');
  const { finish = 'stop', usage = null } = entry;
  if (typeof finish !== 'string' || !/^[a-z_]{1,64}$/.test(finish))
    throw fault('want a reason such as stop under finish');
  return { answer, finish, usage: usage === null ? null : usageOf(usage, fault) };
}

function usageOf(usage: unknown, fault: Fault): TokenCounts {
  const { prompt_tokens, completion_tokens } = Object(usage) as Readonly<Record<string, unknown>>;
  if (!isCount(prompt_tokens) || !isCount(completion_tokens)) throw fault('want counts of tokens under usage');
  return { prompt_tokens, completion_tokens };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function malformed(path: string, line: number, fault: string): InputError {
  return new InputError('ERR_REPLAY_MALFORMED', `cannot read recording "${path}" line ${line}: ${fault}`, {
    path,
    line,
  });
}
