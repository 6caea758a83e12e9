/** Bytes of strangers on their way to a file: counted, hashed, and looked at. */
import { open } from 'node:fs/promises';
import { digestFromBytes, type Digest } from '../../core/digest.ts';
import { InputError } from '../../core/errors.ts';
import { createSha256 } from '../../core/sha256.ts';

/** What is known of a file before its bytes are. */
export interface Expected {
  readonly name: string;
  /** A longer file is refused as soon as it is longer. */
  readonly maxBytes: number;
}

/** A file that has arrived. */
export interface Received {
  readonly sha256: Digest;
  readonly bytes: number;
}

/**
 * Write bytes to a new file.
 *
 * @param path - There must be nothing there; what was written so far stays there if this rejects.
 * @param onBytes - Called with the number of bytes so far.
 * @throws {@link InputError} `ERR_ORIGIN_LIMIT` if there are too many, `ERR_ORIGIN_FORM` if they are a page of HTML and the
 *   name says otherwise, and whatever the chunks throw
 */
export async function receive(
  chunks: AsyncIterable<Uint8Array>,
  path: string,
  { name, maxBytes }: Expected,
  onBytes: (bytes: number) => void = () => {},
): Promise<Received> {
  const file = await open(path, 'wx');
  const hasher = createSha256();
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      if (bytes === 0) checkNoPage(chunk, name);
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLong(name, maxBytes);
      hasher.update(chunk);
      await file.writeFile(chunk);
      onBytes(bytes);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { sha256: digestFromBytes(hasher.digest()), bytes };
}

/** The error of a file that is longer than its benchmark says it can be. */
export function tooLong(name: string, maxBytes: number): InputError {
  return new InputError('ERR_ORIGIN_LIMIT', `cannot use "${name}": it is too long, want at most ${maxBytes} bytes`);
}

const PAGE = /^\uFEFF?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^]*?-->\s*)*<(?:!doctype\s+html|html)\b/i;

// A portal, a login or a page about an error is often served as if it were the file.
function checkNoPage(start: Uint8Array, name: string): void {
  if (/\.x?html?$/i.test(name)) return;
  const text = new TextDecoder().decode(start.subarray(0, 4096));
  if (PAGE.test(text)) throw new InputError('ERR_ORIGIN_FORM', `cannot use "${name}": it is a page of HTML, want data`);
}
