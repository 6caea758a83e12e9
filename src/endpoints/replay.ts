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
import { answerBody, recordedBody, type RecordedAnswer, type TokenCounts } from './replay-body.ts';
import { ASKED, memberDigest, questionKey, type AskedMember } from './replay-question.ts';
import type { Message } from '../transcript/wire/request.ts';

/** Most UTF-16 units in a recording. */
const MAX_RECORDING_LENGTH = 256 * 1024 * 1024;
// Every request is looked for under each of them.
const MAX_SHAPES = 64;

/** The answers of one model. */
export interface Recording {
  /** SHA-256 of the text of the recording. */
  readonly digest: Digest;
  /** Response bodies by the key of their question, without the members that say who answered and when. */
  readonly responses: ReadonlyMap<Digest, JsonObject>;
  /** The sets of names by which its questions are narrowed down, the larger first. */
  readonly shapes: readonly (readonly string[])[];
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
  const shapes = new Map<string, readonly string[]>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const fault = (what: string): InputError => malformed(path, index + 1, what);
    const row = wellFormed(() => parseRow(parseLine(line, fault), findMessages, fault), fault);
    if (row === null) continue;
    const known = responses.get(row.key);
    if (known !== undefined && canonicalize(known) !== canonicalize(row.response))
      throw fault('the same question has another answer');
    responses.set(row.key, row.response);
    shapes.set(row.shape.join(' '), row.shape);
    if (shapes.size > MAX_SHAPES) throw fault(`want at most ${MAX_SHAPES} sets of names under when`);
  }
  if (responses.size === 0) throw malformed(path, 1, 'want at least one answer');
  const narrowest = [...shapes.values()].toSorted((a, b) => b.length - a.length);
  return { digest: digest(text), responses, shapes: narrowest };
}

type Fault = (what: string) => InputError;

/** A line as it is kept. */
interface Row {
  readonly key: Digest;
  readonly response: JsonObject;
  /** Names of the members that narrow its question down, in order. */
  readonly shape: readonly string[];
}

function parseLine(line: string, fault: Fault): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw fault('not JSON');
  }
  if (!isJsonObject(value)) throw fault('want an object');
  return value;
}

// Text with lone surrogates, and nesting without end, have no canonical form and so no digest.
function wellFormed<T>(make: () => T, fault: Fault): T {
  try {
    return make();
  } catch (error) {
    if (!isTouchstoneError(error, 'ERR_CANONICAL_JSON')) throw error;
    throw fault('want well-formed text that is not nested too deeply');
  }
}

/** What a line says; null if its item is not in the suite. */
function parseRow(entry: JsonObject, findMessages: FindMessages | null, fault: Fault): Row | null {
  const asked = askedOf(entry, findMessages, fault);
  const response = responseOf(entry, asked.member, fault);
  canonicalize(response);
  const when = whenOf(entry, fault);
  const shape = Object.keys(when).toSorted();
  if (asked.digest === null) return null;
  const members = shape.map((name): [string, Digest] => [name, memberDigest(when[name])]);
  return { key: questionKey(new Map([[asked.member, asked.digest], ...members])), response, shape };
}

/** Members that a request must have, beside the one that is asked. */
function whenOf({ when = {}, seed }: JsonObject, fault: Fault): JsonObject {
  if (!isJsonObject(when)) throw fault('want an object under when');
  if (seed === undefined) return when;
  if (!Number.isSafeInteger(seed)) throw fault('want a whole number under seed');
  return { ...when, seed };
}

/** What a line says was asked; without a digest if its item is not in the suite. */
interface Asked {
  readonly member: AskedMember;
  readonly digest: Digest | null;
}

function askedOf(entry: JsonObject, findMessages: FindMessages | null, fault: Fault): Asked {
  const [asked, ...others] = Object.values(ASKED).flatMap((member): Asked[] => {
    const known = entry[`${member}_sha256`];
    if (known !== undefined && !isDigest(known)) throw fault(`want 64 lowercase hex digits under ${member}_sha256`);
    if (known !== undefined) return [{ member, digest: known }];
    return entry[member] === undefined ? [] : [{ member, digest: memberDigest(entry[member]) }];
  });
  if (others.length > 0) throw fault('want one of messages, prompt and input');
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

function responseOf(entry: JsonObject, asked: AskedMember, fault: Fault): JsonObject {
  const { response } = entry;
  if (response === undefined && asked === 'input') throw fault('want a response, because embeddings are no text');
  if (response === undefined) return answerBody(answerOf(entry, fault), asked);
  const body = recordedBody(response, asked);
  if (typeof body === 'string') throw fault(`want ${body} under response`);
  return body;
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
