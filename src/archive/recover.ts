/**
 * Makes a run folder whole again after its writer died: reads what is there, and cuts what is torn.
 *
 * Content is durable before the records that commit to it, so a record without its content means that something else
 * than a crash happened, and the folder is refused. Nothing is changed before all of it has been read.
 */
import { open, readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../core/errors.ts';
import { MAX_LINE_BYTES } from '../core/line-form.ts';
import type { Label } from '../transcript/commitment.ts';
import { parseRecord } from '../transcript/record-line.ts';
import type { TranscriptRecord } from '../transcript/record.ts';
import { MAX_CONTENT_LINE_BYTES } from './line-splitter.ts';
import { joinOpenings, openingLabel, type JoinedRecord } from './join-openings.ts';
import { endOfLastLine, offsetOfLine, readLines } from './read-lines.ts';
import { CHECKPOINTS_FILE, CONTENT_FILE, isSystemError, RECORDS_FILE } from './run-folder.ts';
import { writeAtomic } from './write-atomic.ts';

/** How many bytes were cut from the end of each file. */
export interface TornBytes {
  readonly records: number;
  readonly content: number;
}

/** A record with the opening lines that belong to it, in order; what commits to what has been checked by label only. */
export interface RecoveredRecord extends JoinedRecord {
  readonly record: TranscriptRecord;
}

/**
 * Read all whole records of a folder, then cut what is torn and keep it aside.
 *
 * @param visit - Called with each record in order; what it throws leaves the folder as it was.
 * @param close - Called after the last record, likewise.
 * @throws {@link InputError} `ERR_RESUME_CONTENT` if content is missing that a record commits to
 * @throws {@link VerificationError} `ERR_LINE_FORM`, `ERR_RECORD_KIND`, `ERR_RECORD_FIELD`, `ERR_OPENING_FORM`,
 *   `ERR_OPENING_STRAY`
 */
export async function recoverRunFolder(
  folder: string,
  visit: (recovered: RecoveredRecord) => void,
  close: () => void = () => undefined,
): Promise<TornBytes> {
  const recordsPath = join(folder, RECORDS_FILE);
  const contentPath = join(folder, CONTENT_FILE);
  const recordsEnd = await endOfLastLine(recordsPath);
  const records = readLines(recordsPath, { maxLineBytes: MAX_LINE_BYTES, endOffset: recordsEnd });
  const content = readLines(contentPath, {
    maxLineBytes: MAX_CONTENT_LINE_BYTES,
    endOffset: await endOfLastLine(contentPath),
  });
  const check = createContentCheck();
  let joinedOpenings = 0;
  const joined = joinOpenings(records, content, (end) => {
    joinedOpenings = end.joinedOpenings;
  });
  for await (const batch of joined) {
    for (const { line, openings } of batch) {
      const record = parseRecord(line);
      check(record, openings);
      visit({ line, openings, record });
    }
  }
  close();
  const contentEnd = await offsetOfLine(contentPath, joinedOpenings);
  await cutCheckpoints(folder);
  return { records: await cut(folder, RECORDS_FILE, recordsEnd), content: await cut(folder, CONTENT_FILE, contentEnd) };
}

// The content of an item goes with its first intent, and a run that may stop early asks items in no order of their own.
function createContentCheck(): (record: TranscriptRecord, openings: readonly string[]) => void {
  const begun = new Set<number>();
  return (record, openings) => {
    const isFirst = (record.k === 'intent' || record.k === 'score') && !begun.has(record.index);
    if (isFirst) begun.add(record.index);
    const want = labelsOf(record, isFirst);
    if (openings.map(openingLabel).join() === want.join()) return;
    throw new InputError(
      'ERR_RESUME_CONTENT',
      `cannot resume: record ${record.seq} wants content for ${want.join(', ') || 'nothing'} and the folder has other`,
    );
  };
}

function labelsOf(record: TranscriptRecord, isFirst: boolean): readonly Label[] {
  switch (record.k) {
    case 'intent':
      return isFirst ? ['item', 'target', 'request'] : ['request'];
    case 'probe':
      return ['probe'];
    case 'outcome':
      return presentIf(record.response !== undefined, 'response');
    case 'score':
      return presentIf(record.extracted !== undefined, 'extracted');
    case 'evidence':
      return presentIf(record.about === 'answer', 'evidence');
    case 'header':
    case 'mark':
    case 'resume':
    case 'aggregate':
    case 'end':
      return [];
  }
}

function presentIf(isThere: boolean, label: Label): readonly Label[] {
  return isThere ? [label] : [];
}

async function cutCheckpoints(folder: string): Promise<void> {
  try {
    await cut(folder, CHECKPOINTS_FILE, await endOfLastLine(join(folder, CHECKPOINTS_FILE)));
  } catch (cause) {
    if (!isSystemError(cause, 'ENOENT')) throw cause;
  }
}

async function cut(folder: string, name: string, size: number): Promise<number> {
  const path = join(folder, name);
  const { size: total } = await stat(path);
  if (total === size) return 0;
  const torn = (await readFile(path)).subarray(size);
  await keepAside(join(folder, `${name.replace('.jsonl', '')}.torn-${size}`), torn);
  await truncate(path, size);
  const file = await open(path, 'r+');
  await file.sync();
  await file.close();
  return total - size;
}

// Two interruptions may tear a file at the same place; neither of them may overwrite what the other left.
async function keepAside(path: string, torn: Uint8Array, attempt = 1): Promise<void> {
  const free = attempt === 1 ? path : `${path}-${attempt}`;
  try {
    const known = await readFile(free);
    if (!known.equals(torn)) await keepAside(path, torn, attempt + 1);
  } catch (cause) {
    if (!isSystemError(cause, 'ENOENT')) throw cause;
    await writeAtomic(free, torn);
  }
}
