/**
 * A publication file in memory, as a page reads it: no Node, the same checks in the same order.
 *
 * @see https://compression.spec.whatwg.org/ (a stream that is followed by more bytes is an error)
 */
import { encodeHex, equalBytes } from '../core/bytes.ts';
import { crc32 } from '../core/crc32.ts';
import { VerificationError } from '../core/errors.ts';
import { createSha256 } from '../core/sha256.ts';
import { bundleError, formatSeal, GZIP_HEADER, SEAL_BYTES } from '../transcript/publication.ts';
import type { RunSource } from '../transcript/source.ts';
import { bundleLimits, checkUnpacked, sourceOfLines, type BundleLimits } from './bundle-lines.ts';
import { createLineSplitter } from './line-splitter.ts';

/** How to read a publication in memory. */
export interface BundleBytesOptions extends BundleLimits {
  /** Told how much of the file has been unpacked, from 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

const PIECE_BYTES = 256 * 1024;
const TRAILER_BYTES = 8;

interface Member {
  readonly name: string;
  readonly compressed: Uint8Array;
  readonly crc: number;
  readonly totalBytes: number;
  readonly options: BundleBytesOptions;
}

/**
 * The run in the bytes of a publication file. The bytes must not change while it is read.
 *
 * @throws {@link VerificationError} `ERR_BUNDLE_FORM`, `ERR_BUNDLE_SEAL`, `ERR_BUNDLE_LIMIT`, `ERR_LINE_FORM`; also while
 *   lines are read
 */
export async function openBundleBytes(
  name: string,
  bytes: Uint8Array,
  options: BundleBytesOptions = {},
): Promise<RunSource> {
  const member = openMember(name, bytes, options);
  return await sourceOfLines(name, () => memberLines(member));
}

function openMember(name: string, bytes: Uint8Array, options: BundleBytesOptions): Member {
  const sealOffset = bytes.length - SEAL_BYTES;
  const endOffset = sealOffset - TRAILER_BYTES;
  if (endOffset <= GZIP_HEADER.length) throw bundleError('it is too short');
  if (!equalBytes(bytes.subarray(0, GZIP_HEADER.length), GZIP_HEADER)) {
    throw bundleError('it does not begin with the gzip header of a bundle');
  }
  const digest = createSha256().update(bytes.subarray(0, sealOffset)).digest();
  if (!equalBytes(bytes.subarray(sealOffset), formatSeal(encodeHex(digest)))) {
    throw new VerificationError('ERR_BUNDLE_SEAL', 'cannot read bundle: the seal does not fit the bytes before it');
  }
  const trailer = new DataView(bytes.buffer, bytes.byteOffset + endOffset, TRAILER_BYTES);
  const compressed = bytes.subarray(GZIP_HEADER.length, endOffset);
  return { name, compressed, crc: trailer.getUint32(0, true), totalBytes: trailer.getUint32(4, true), options };
}

/** The lines of a member in batches; its checksum and its length are checked when it ends. */
async function* memberLines(member: Member): AsyncGenerator<readonly string[], void> {
  const limits = bundleLimits(member.options);
  const splitter = createLineSplitter(member.name, limits.maxLineBytes);
  const reader = inflated(member).getReader();
  let crc = 0;
  let totalBytes = 0;
  try {
    for (let piece = await read(reader); piece !== null; piece = await read(reader)) {
      crc = crc32(piece, crc);
      totalBytes += piece.length;
      checkUnpacked(totalBytes, member.compressed.length, limits);
      const lines = splitter.push(piece);
      if (lines.length > 0) yield lines;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
  if (crc !== member.crc || totalBytes % 2 ** 32 !== member.totalBytes) throw bundleError('its checksum is wrong');
  splitter.end();
}

// Pulled piece by piece, so that no more is unpacked than the lines that are asked for.
function inflated({ compressed, options }: Member): ReadableStream<Uint8Array> {
  let at = 0;
  const pieces = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (at >= compressed.length) return controller.close();
      controller.enqueue(Uint8Array.from(compressed.subarray(at, at + PIECE_BYTES)));
      at += PIECE_BYTES;
      options.onProgress?.(Math.min(1, at / compressed.length));
    },
  });
  return pieces.pipeThrough(new DecompressionStream('deflate-raw'));
}

async function read(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array | null> {
  const { done, value } = await reader.read().catch((cause: unknown) => {
    if (cause instanceof TypeError || isZlibError(cause)) throw bundleError('it is not one deflate stream');
    throw cause;
  });
  return done ? null : value;
}

// Node's own implementation gives the errors of its zlib.
function isZlibError(cause: unknown): boolean {
  return cause instanceof Error && String(Reflect.get(cause, 'code')).startsWith('Z_');
}
