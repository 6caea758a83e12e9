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
import { encodeHex, encodeUtf8, equalBytes } from '../core/bytes.ts';
import { InputError, VerificationError } from '../core/errors.ts';
import { createSha256 } from '../core/sha256.ts';
import { isOpeningLine } from '../transcript/opening.ts';
import {
  bundleError,
  evidenceBytes,
  formatSeal,
  GZIP_HEADER,
  MAX_EVIDENCE_BYTES,
  parseContainerLine,
  SEAL_BYTES,
  type ContainerLine,
} from '../transcript/publication.ts';
import { RUN_FILES, type DisclosureLevel, type RunFile, type RunSource } from '../transcript/source.ts';
import { MAX_CONTENT_LINE_BYTES } from './folder-source.ts';
import { createLineSplitter } from './line-splitter.ts';
import { isSystemError } from './run-folder.ts';

/** What a publication may take to read. */
export interface BundleLimits {
  readonly maxLineBytes?: number;
  /** Most bytes of all lines together. */
  readonly maxTotalBytes?: number;
  /** Most decompressed bytes for each compressed one. */
  readonly maxRatio?: number;
}

const PIECE_BYTES = 256 * 1024;
const TRAILER_BYTES = 8;
/** Small files may compress better than the ratio allows. */
const FREE_BYTES = 16 * 1024 * 1024;
const NONE: readonly string[] = [];

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
  const member = await openMember(path, {
    maxLineBytes: limits.maxLineBytes ?? MAX_CONTENT_LINE_BYTES,
    maxTotalBytes: limits.maxTotalBytes ?? 64 * 2 ** 30,
    maxRatio: limits.maxRatio ?? 250,
  });
  const { level, files, evidence, records, lineCount } = await readHead(member);
  if ((records === null) !== (level === 'D0')) throw bundleError(`level ${level} goes with another kind of content`);
  const lines = records === null ? null : recordLines(member, { level, records, skip: lineCount });
  return { name: path, level, files, evidence, lines };
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
      checkLimits(totalBytes, compressedBytes, limits);
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

function checkLimits(totalBytes: number, compressedBytes: number, limits: Required<BundleLimits>): void {
  const { maxTotalBytes, maxRatio } = limits;
  if (totalBytes <= maxTotalBytes && totalBytes <= FREE_BYTES + maxRatio * compressedBytes) return;
  throw new VerificationError(
    'ERR_BUNDLE_LIMIT',
    `cannot read bundle: it has more than ${maxTotalBytes} bytes or more than ${maxRatio} for each compressed one`,
  );
}

function isZlibError(cause: unknown): boolean {
  return cause instanceof Error && /^Z_(?:BUF|DATA|NEED|STREAM)/.test(String(Reflect.get(cause, 'code')));
}

interface Head {
  readonly level: DisclosureLevel;
  readonly files: ReadonlyMap<RunFile, Uint8Array>;
  readonly evidence: ReadonlyMap<string, Uint8Array>;
  /** Number of records; null if the publication has none. */
  readonly records: number | null;
  /** Number of lines before the records. */
  readonly lineCount: number;
}

// The stream is opened once for the head and once for the records, so that a source nobody reads holds nothing open.
async function readHead(member: Member): Promise<Head> {
  const files = new Map<RunFile, Uint8Array>();
  const evidence = new Map<string, Uint8Array>();
  let level: DisclosureLevel | null = null;
  let lineCount = 0;
  for await (const batch of memberLines(member)) {
    for (const line of batch) {
      lineCount++;
      const parsed = parseContainerLine(line, level === null ? 'bundle' : tagOf(line));
      if (parsed.t === 'bundle') level = parsed.level;
      else if (parsed.t === 'file') addFile(files, evidence, parsed);
      else if (parsed.t === 'evidence') addEvidence(evidence, parsed);
      else if (level !== null) return { level, files, evidence, records: parsed.lines, lineCount };
    }
  }
  if (level === null) throw bundleError('it has no lines');
  return { level, files, evidence, records: null, lineCount };
}

function tagOf(line: string): 'evidence' | 'file' | 'records' {
  if (line.startsWith('{"lines":')) return 'records';
  return line.startsWith('{"name":') ? 'file' : 'evidence';
}

type Evidence = Map<string, Uint8Array>;

function addEvidence(evidence: Evidence, line: Extract<ContainerLine, { t: 'evidence' }>): void {
  if (([...evidence.keys()].at(-1) ?? '') >= line.sha256) throw bundleError('a file of evidence is out of order');
  evidence.set(line.sha256, evidenceBytes(line));
  const totalBytes = [...evidence.values()].reduce((sum, { length }) => sum + length, 0);
  if (totalBytes > MAX_EVIDENCE_BYTES) throw bundleError(`want at most ${MAX_EVIDENCE_BYTES} bytes of evidence`);
}

function addFile(
  files: Map<RunFile, Uint8Array>,
  evidence: Evidence,
  { name, utf8 }: Extract<ContainerLine, { t: 'file' }>,
): void {
  if (evidence.size > 0) throw bundleError(`${name} comes after the evidence`);
  const last = [...files.keys()].at(-1);
  if (last !== undefined && RUN_FILES.indexOf(name) <= RUN_FILES.indexOf(last)) {
    throw bundleError(`${name} comes twice or after ${last}`);
  }
  files.set(name, encodeUtf8(utf8));
}

interface Body {
  readonly level: DisclosureLevel;
  readonly records: number;
  /** Number of lines before the first record. */
  readonly skip: number;
}

async function* recordLines(member: Member, body: Body): AsyncGenerator<readonly string[], void> {
  let left = body.skip;
  let records = 0;
  for await (const batch of memberLines(member)) {
    const lines = left >= batch.length ? NONE : batch.slice(left);
    left = Math.max(0, left - batch.length);
    for (const line of lines) if (!isOpeningLine(line)) records++;
    if (body.level === 'D1' && lines.some(isOpeningLine)) throw bundleError('level D1 goes without openings');
    if (lines.length > 0) yield lines;
  }
  if (records !== body.records) throw bundleError(`it has ${records} records instead of ${body.records}`);
}
