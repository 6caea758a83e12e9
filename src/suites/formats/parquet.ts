/** Parquet files as rows of plain JSON, decoded in a thread of their own. */
import { Worker, type ResourceLimits } from 'node:worker_threads';
import { InputError, isTouchstoneError } from '../../core/errors.ts';
import type { RawRow } from '../rows.ts';
import { decodeParquet } from './decode-parquet.ts';

const TIME_LIMIT_MS = 60_000;
const MEMORY: ResourceLimits = { maxOldGenerationSizeMb: 2048, maxYoungGenerationSizeMb: 64 };

/** What the thread starts with. */
export interface DecodeOrder {
  readonly bytes: Uint8Array;
  readonly path: string;
}

/** What the thread says: the rows, or what is wrong with the file. */
export type DecodeReport =
  | { readonly rows: readonly RawRow[]; readonly fault?: never }
  | { readonly rows?: never; readonly fault: { readonly code: string; readonly message: string } | null };

/** Where and how long a file is decoded. */
export interface DecodeThread {
  /** The compiled entry of the thread; null decodes in this thread. */
  readonly worker?: URL | null;
  readonly timeLimitMs?: number;
}

// A thread needs the compiled file; under a test runner the sources run in the calling thread.
const OWN_WORKER: URL | null = import.meta.url.endsWith('.js') ? new URL('./parquet-worker.js', import.meta.url) : null;

/**
 * The rows of a Parquet file.
 *
 * Integers beyond 2^53 become texts, moments ISO 8601 texts in UTC, and bytes base64; missing values are null.
 *
 * @param path - For messages only.
 * @throws {@link InputError} `ERR_ITEMS_SYNTAX` if it is not a Parquet file, `ERR_ITEMS_LIMIT` if it holds too much or takes
 *   too long, `ERR_UTF8`
 * @see https://parquet.apache.org/docs/file-format
 */
export async function parseParquet(
  bytes: Uint8Array,
  path: string,
  { worker = OWN_WORKER, timeLimitMs = TIME_LIMIT_MS }: DecodeThread = {},
): Promise<readonly RawRow[]> {
  if (worker !== null) return await decodeInThread(worker, { bytes, path }, timeLimitMs);
  try {
    return await decodeParquet(bytes, path);
  } catch (cause) {
    throw isTouchstoneError(cause) ? cause : damaged(path, cause);
  }
}

async function decodeInThread(entry: URL, order: DecodeOrder, timeLimitMs: number): Promise<readonly RawRow[]> {
  const worker = new Worker(entry, { workerData: order, resourceLimits: MEMORY, stderr: true });
  let timer: NodeJS.Timeout | undefined;
  try {
    const { rows, fault } = await new Promise<DecodeReport>((resolve, reject) => {
      timer = setTimeout(() => reject(tooMuch(order.path, `takes longer than ${timeLimitMs / 1000} s`)), timeLimitMs);
      worker.once('message', resolve);
      worker.once('error', (cause) => reject(threadError(order.path, cause)));
      worker.once('exit', () => reject(damaged(order.path)));
    });
    if (rows !== undefined) return rows;
    if (fault === null) throw damaged(order.path);
    throw new InputError(fault.code === 'ERR_UTF8' ? 'ERR_UTF8' : 'ERR_ITEMS_LIMIT', fault.message, {
      path: order.path,
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}

function threadError(path: string, cause: Error): InputError {
  const isFull = 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return isFull ? tooMuch(path, 'needs too much memory') : damaged(path, cause);
}

function tooMuch(path: string, fault: string): InputError {
  return new InputError('ERR_ITEMS_LIMIT', `cannot read "${path}": decoding it ${fault}`, { path });
}

function damaged(path: string, cause?: unknown): InputError {
  return new InputError('ERR_ITEMS_SYNTAX', `cannot read "${path}": it is damaged or not a Parquet file`, {
    path,
    cause,
  });
}
