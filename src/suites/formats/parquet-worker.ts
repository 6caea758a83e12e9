/** The entry of the thread that decodes one Parquet file. */
import { parentPort, workerData } from 'node:worker_threads';
import { isTouchstoneError } from '../../core/errors.ts';
import { decodeParquet } from './decode-parquet.ts';
import type { DecodeOrder, DecodeReport } from './parquet.ts';

async function decode({ bytes, path }: DecodeOrder): Promise<DecodeReport> {
  try {
    return { rows: await decodeParquet(bytes, path) };
  } catch (cause) {
    return { fault: isTouchstoneError(cause) ? { code: cause.code, message: cause.message } : null };
  }
}

parentPort?.postMessage(await decode(workerData as DecodeOrder));
