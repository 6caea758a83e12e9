/**
 * A publication file as a verifier reads it.
 *
 * The seal is checked over the raw bytes before anything is decompressed; then there is one form for every byte: fixed
 * header, one deflate stream that fills its member exactly, right checksum. From here on every byte is attacker-controlled,
 * so lines, the whole and the ratio of both are bounded.
 */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import { encodeHex, equalBytes } from '../core/bytes.ts';
import { InputError, VerificationError } from '../core/errors.ts';
import { createSha256 } from '../core/sha256.ts';
import { bundleError, formatSeal, GZIP_HEADER, SEAL_BYTES } from '../transcript/publication.ts';
import type { RunSource } from '../transcript/source.ts';
import { bundleLimits, checkUnpacked, sourceOfLines, type BundleLimits } from './bundle-lines.ts';
import { createLineSplitter } from './line-splitter.ts';
import { isSystemError } from './run-folder.ts';

const PIECE_BYTES = 256 * 1024;
const TRAILER_BYTES = 8;

/** Where the one deflate stream of a publication lies, and what follows it. */
interface Member {
  readonly path: string;
  readonly endOffset: number;
  readonly crc: number;
  readonly totalBytes: number;
  readonly limits: Required<BundleLimits>;
}

/**
 * The run in a publication file. Records and openings are read from the disk while they are consumed.
 *
 * @throws {@link InputError} `ERR_RUN_MISSING` if there is no such file
 * @throws {@link VerificationError} `ERR_BUNDLE_FORM`, `ERR_BUNDLE_SEAL`, `ERR_BUNDLE_LIMIT`, `ERR_LINE_FORM`; also while
 *   lines are read
 */
export async function openBundle(path: string, limits: BundleLimits = {}): Promise<RunSource> {
  const member = await openMember(path, bundleLimits(limits));
  return await sourceOfLines(path, () => memberLines(member));
}

async function openMember(path: string, limits: Required<BundleLimits>): Promise<Member> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    const code = isSystemError(cause, 'ENOENT', 'EACCES', 'EISDIR') ? String(cause.code) : 'unknown';
    throw new InputError('ERR_RUN_MISSING', `cannot read ${path} (${code}): want a bundle`, { path, cause });
  });
  try {
    const { size } = await file.stat();
    const endOffset = size - SEAL_BYTES - TRAILER_BYTES;
    if (endOffset <= GZIP_HEADER.length) throw bundleError('it is too short');
    const hasher = createSha256();
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    for (let at = 0; at < size - SEAL_BYTES;) {
      const { bytesRead } = await file.read(piece, 0, Math.min(PIECE_BYTES, size - SEAL_BYTES - at), at);
      if (bytesRead === 0) throw bundleError('it is cut');
      if (at === 0 && !equalBytes(piece.subarray(0, GZIP_HEADER.length), GZIP_HEADER)) {
        throw bundleError('it does not begin with the gzip header of a bundle');
      }
      hasher.update(piece.subarray(0, bytesRead));
      at += bytesRead;
    }
    const tail = Buffer.alloc(TRAILER_BYTES + SEAL_BYTES);
    await file.read(tail, 0, tail.length, endOffset);
    if (!equalBytes(tail.subarray(TRAILER_BYTES), formatSeal(encodeHex(hasher.digest())))) {
      throw new VerificationError('ERR_BUNDLE_SEAL', 'cannot read bundle: the seal does not fit the bytes before it');
    }
    return { path, endOffset, crc: tail.readUInt32LE(0), totalBytes: tail.readUInt32LE(4), limits };
  } finally {
    await file.close();
  }
}

/** The lines of a member in batches; its checksum and its length are checked when it ends. */
async function* memberLines(member: Member): AsyncGenerator<readonly string[], void> {
  const { path, endOffset, limits } = member;
  const compressedBytes = endOffset - GZIP_HEADER.length;
  const splitter = createLineSplitter(path, limits.maxLineBytes);
  const inflate = createInflateRaw({ chunkSize: PIECE_BYTES });
  const file = createReadStream(path, { start: GZIP_HEADER.length, end: endOffset - 1, highWaterMark: PIECE_BYTES });
  file.on('error', (cause) => inflate.destroy(cause));
  file.pipe(inflate);
  let crc = 0;
  let totalBytes = 0;
  try {
    for await (const piece of inflate as AsyncIterable<Buffer>) {
      crc = crc32(piece, crc);
      totalBytes += piece.length;
      checkUnpacked(totalBytes, compressedBytes, limits);
      const lines = splitter.push(piece);
      if (lines.length > 0) yield lines;
    }
  } catch (cause) {
    throw isZlibError(cause) ? bundleError('it is not one deflate stream') : cause;
  } finally {
    file.destroy();
    inflate.destroy();
  }
  if (inflate.bytesWritten !== compressedBytes) throw bundleError('there are bytes after the deflate stream');
  if (crc !== member.crc || totalBytes % 2 ** 32 !== member.totalBytes) throw bundleError('its checksum is wrong');
  splitter.end();
}

function isZlibError(cause: unknown): boolean {
  return cause instanceof Error && /^Z_(?:BUF|DATA|NEED|STREAM)/.test(String(Reflect.get(cause, 'code')));
}
