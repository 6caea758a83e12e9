/**
 * The journal of a run: content and records on their way to the disk.
 *
 * Group commit: whatever waits goes out in one write and one fdatasync per file, and what comes in meanwhile waits for the
 * next round; there is no timer. Content is durable before the records that commit to it are written. After a failed
 * write nothing more is accepted, because nobody knows what the disk holds.
 */
import { join } from 'node:path';
import { setImmediate } from 'node:timers';
import { InputError } from '../core/errors.ts';
import type { PendingLines } from '../transcript/builder.ts';
import { openAppend, type AppendFile, type OpenAppend } from './append-file.ts';
import { createByteQueue, type ByteQueue } from './byte-queue.ts';
import { CONTENT_FILE, RECORDS_FILE } from './run-folder.ts';
import { syncFolder } from './write-atomic.ts';

/** Writes lines of content and records; one writer per run folder. */
export interface Journal {
  /**
   * Queue lines. They are on their way from now on; nobody has to wait for them.
   *
   * @throws {@link InputError} `ERR_RUN_WRITE` if an earlier write has failed
   */
  append(lines: PendingLines): void;
  /**
   * Resolves when everything queued before this call is durable.
   *
   * Rejects with {@link InputError} `ERR_RUN_WRITE` if it could not be written.
   */
  durable(): Promise<void>;
  /** Queue lines and wait until they are durable. */
  commit(lines: PendingLines): Promise<void>;
  /** Write what is queued and close the files, once. Rejects as `durable` does. */
  close(): Promise<void>;
}

interface Batch {
  readonly content: ByteQueue;
  readonly records: ByteQueue;
  settled: Settled;
}

/** A promise with the two ends that settle it; `Promise.withResolvers` needs Node 22. */
interface Settled {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

/** A journal of the run in a folder; its files are created if they are not there. */
export async function openJournal(folder: string, open: OpenAppend = openAppend): Promise<Journal> {
  const content = await open(join(folder, CONTENT_FILE));
  const records = await open(join(folder, RECORDS_FILE));
  await syncFolder(folder);
  return createJournal(content, records);
}

/** A journal that appends to two open files. */
export function createJournal(content: AppendFile, records: AppendFile): Journal {
  let waiting = newBatch();
  let spare = newBatch();
  let writing: Settled | null = null;
  let failure: InputError | null = null;

  const flush = async (): Promise<void> => {
    const batch = waiting;
    waiting = spare;
    spare = batch;
    writing = batch.settled;
    try {
      await appendAndSync(content, batch.content);
      await appendAndSync(records, batch.records);
      batch.settled.resolve();
    } catch (cause) {
      failure = writeError(content.path, records.path, cause);
      batch.settled.reject(failure);
      waiting.settled.reject(failure);
    }
    batch.settled = newSettled();
    writing = null;
    if (failure === null && !isEmpty(waiting)) schedule();
  };
  // What other callbacks of this turn of the event loop add still gets into the batch.
  const schedule = (): void => {
    setImmediate(() => void flush());
  };
  const append = (lines: PendingLines): void => {
    if (failure !== null) throw failure;
    const isFirst = isEmpty(waiting) && writing === null;
    for (const line of lines.content) waiting.content.addLine(line);
    for (const line of lines.records) waiting.records.addLine(line);
    if (isFirst && !isEmpty(waiting)) schedule();
  };
  const durable = (): Promise<void> => {
    if (failure !== null) return Promise.reject(failure);
    if (!isEmpty(waiting)) return waiting.settled.promise;
    return writing === null ? Promise.resolve() : writing.promise;
  };
  let closed: Promise<void> | null = null;
  const closeNow = async (): Promise<void> => {
    try {
      await durable();
    } finally {
      await content.close();
      await records.close();
    }
  };
  return {
    append,
    durable,
    async commit(lines) {
      append(lines);
      await durable();
    },
    close: () => (closed ??= closeNow()),
  };
}

// Two batches take turns, so their memory is used again.
function newBatch(): Batch {
  return { content: createByteQueue(), records: createByteQueue(), settled: newSettled() };
}

function newSettled(): Settled {
  const ends: Partial<Record<'resolve' | 'reject', Settled['reject']>> = {};
  const promise = new Promise<void>((resolve, reject) => {
    ends.resolve = () => resolve();
    ends.reject = reject;
  });
  // A batch that nobody waits for may fail too; the failure then shows at the next call.
  promise.catch(() => undefined);
  return { promise, ...(ends as Omit<Settled, 'promise'>) };
}

function isEmpty(batch: Batch): boolean {
  return batch.content.length === 0 && batch.records.length === 0;
}

async function appendAndSync(file: AppendFile, queue: ByteQueue): Promise<void> {
  if (queue.length === 0) return;
  await file.append(queue.bytes());
  await file.sync();
  queue.clear();
}

function writeError(contentPath: string, recordsPath: string, cause: unknown): InputError {
  const code = cause instanceof Error ? String(Reflect.get(cause, 'code')) : 'unknown';
  const message = `cannot write ${contentPath} or ${recordsPath} (${code}): the run stops here and can be resumed`;
  return new InputError('ERR_RUN_WRITE', message, { path: recordsPath, cause });
}
