/**
 * Recordings: answers given earlier, found again by the digest of the messages they answer.
 *
 * A recording is JSON lines. Each is either `{"messages_sha256", "answer", "finish"?, "usage"?}`, which is complete, or
 * `{"id" | "index", "output"}`, which says the item and needs a suite to say the messages. What comes back from a
 * recording is a replay; it shows what was recorded, never that a model would answer so again.
 */
import { isWellFormed } from '../core/bytes.ts';
import { canonicalize } from '../core/canonical-json.ts';
import { digest, isDigest, type Digest } from '../core/digest.ts';
import { InputError } from '../core/errors.ts';
import type { Message } from '../transcript/wire/request.ts';

/** Most UTF-16 units in a recording. */
const MAX_RECORDING_LENGTH = 256 * 1024 * 1024;

/** An answer given earlier. */
export interface RecordedAnswer {
  readonly answer: string;
  /** Reason for the end of the answer; `stop` if it was not recorded. */
  readonly finish: string;
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number } | null;
}

/** The answers of one model. */
export interface Recording {
  /** SHA-256 of the text of the recording. */
  readonly digest: Digest;
  readonly answers: ReadonlyMap<Digest, RecordedAnswer>;
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
  return digest(canonicalize(messages.map(({ role, content }) => ({ content, role }))));
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
 * @throws {@link InputError} `ERR_REPLAY_MALFORMED` with path and line. Two answers to the same messages are malformed,
 *   because a replay could give only one of them. An item that is not found is left out.
 */
export function parseRecording(text: string, path: string, findMessages: FindMessages | null = null): Recording {
  if (text.length > MAX_RECORDING_LENGTH) throw malformed(path, 1, `want at most ${MAX_RECORDING_LENGTH} characters`);
  const answers = new Map<Digest, RecordedAnswer>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const fault = (what: string): InputError => malformed(path, index + 1, what);
    const entry = parseLine(line, fault);
    const key = keyOf(entry, findMessages, fault);
    const answer = answerOf(entry, fault);
    if (key === null) continue;
    if (canonicalize(answers.get(key) ?? answer) !== canonicalize(answer))
      throw fault('the same messages have another answer');
    answers.set(key, answer);
  }
  if (answers.size === 0) throw malformed(path, 1, 'want at least one answer');
  return { digest: digest(text), answers };
}

type Entry = Readonly<Record<string, unknown>>;
type Fault = (what: string) => InputError;

function parseLine(line: string, fault: Fault): Entry {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw fault('not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw fault('want an object');
  return value as Entry;
}

function keyOf(entry: Entry, findMessages: FindMessages | null, fault: Fault): Digest | null {
  const { messages_sha256: known, id, index } = entry;
  if (known !== undefined) {
    if (!isDigest(known)) throw fault('want 64 lowercase hex digits under messages_sha256');
    return known;
  }
  const item = itemOf(id, index);
  if (item === null) throw fault('want messages_sha256, or id or index of the item');
  if (findMessages === null) throw fault('want messages_sha256, because no suite is at hand to find the item');
  const messages = findMessages(item);
  return messages === null ? null : messagesDigest(messages);
}

function itemOf(id: unknown, index: unknown): Parameters<FindMessages>[0] | null {
  if (typeof id === 'string' || Number.isSafeInteger(id)) return { id: String(id) };
  return typeof index === 'number' && Number.isSafeInteger(index) && index >= 0 ? { index } : null;
}

function answerOf(entry: Entry, fault: Fault): RecordedAnswer {
  const answer = entry['answer'] ?? entry['output'];
  if (typeof answer !== 'string' || !isWellFormed(answer)) throw fault('want a text under answer or output');
  const { finish = 'stop', usage = null } = entry;
  if (typeof finish !== 'string' || !/^[a-z_]{1,64}$/.test(finish))
    throw fault('want a reason such as stop under finish');
  return { answer, finish, usage: usage === null ? null : usageOf(usage, fault) };
}

function usageOf(usage: unknown, fault: Fault): RecordedAnswer['usage'] {
  const { prompt_tokens, completion_tokens } = Object(usage) as Entry;
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
