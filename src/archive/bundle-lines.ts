/**
 * What the decompressed lines of a publication must be: a head of small files and evidence, then records with openings.
 *
 * How the lines are come by is the caller's business, so that Node reads them from a disk and a page from memory.
 */
import { encodeUtf8 } from '../core/bytes.ts';
import { VerificationError } from '../core/errors.ts';
import { isOpeningLine } from '../transcript/opening.ts';
import {
  bundleError,
  evidenceBytes,
  MAX_EVIDENCE_BYTES,
  MAX_FILE_BYTES,
  parseContainerLine,
  type ContainerLine,
} from '../transcript/publication.ts';
import { RUN_FILES, type DisclosureLevel, type RunFile, type RunSource } from '../transcript/source.ts';
import { MAX_CONTENT_LINE_BYTES } from './line-splitter.ts';

/** What a publication may take to read. */
export interface BundleLimits {
  readonly maxLineBytes?: number;
  /** Most bytes of all lines together. */
  readonly maxTotalBytes?: number;
  /** Most decompressed bytes for each compressed one. */
  readonly maxRatio?: number;
}

/** Opens the lines of a publication from their beginning, in batches; each call reads them anew. */
export type LineOpener = () => AsyncGenerator<readonly string[], void>;

/** Small files may compress better than the ratio allows. */
const FREE_BYTES = 16 * 1024 * 1024;
const NONE: readonly string[] = [];

/** Limits with defaults for those not given. */
export function bundleLimits(limits: BundleLimits): Required<BundleLimits> {
  return {
    maxLineBytes: limits.maxLineBytes ?? MAX_CONTENT_LINE_BYTES,
    maxTotalBytes: limits.maxTotalBytes ?? 64 * 2 ** 30,
    maxRatio: limits.maxRatio ?? 250,
  };
}

/**
 * Check how much came out of so many compressed bytes.
 *
 * @throws {@link VerificationError} `ERR_BUNDLE_LIMIT`
 */
export function checkUnpacked(totalBytes: number, compressedBytes: number, limits: Required<BundleLimits>): void {
  const { maxTotalBytes, maxRatio } = limits;
  if (totalBytes <= maxTotalBytes && totalBytes <= FREE_BYTES + maxRatio * compressedBytes) return;
  throw new VerificationError(
    'ERR_BUNDLE_LIMIT',
    `cannot read bundle: it has more than ${maxTotalBytes} bytes or more than ${maxRatio} for each compressed one`,
  );
}

/**
 * The run that the lines of a publication hold.
 *
 * The lines are opened once for the head and once for the records, so that a source nobody reads holds nothing open.
 *
 * @throws {@link VerificationError} `ERR_BUNDLE_FORM`; also while lines are read
 */
export async function sourceOfLines(name: string, open: LineOpener): Promise<RunSource> {
  const { level, files, evidence, records, lineCount } = await readHead(open());
  const isStatement = level === 'D0';
  if ((records === null) !== isStatement || (isStatement && evidence.size > 0))
    throw bundleError(`level ${level} goes with another kind of content`);
  const lines = records === null ? null : recordLines(open, { level, records, skip: lineCount });
  return { name, level, files, evidence, lines };
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

async function readHead(lines: AsyncGenerator<readonly string[], void>): Promise<Head> {
  const files = new Map<RunFile, Uint8Array>();
  const archived = createArchive();
  const { evidence } = archived;
  let level: DisclosureLevel | null = null;
  let lineCount = 0;
  for await (const batch of lines) {
    for (const line of batch) {
      lineCount++;
      const parsed = parseContainerLine(line, level === null ? 'bundle' : tagOf(line));
      if (parsed.t === 'bundle') level = parsed.level;
      else if (parsed.t === 'file') addFile(files, parsed, evidence.size > 0);
      else if (parsed.t === 'evidence') archived.add(parsed);
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

// The files of evidence in the order of their digests. There may be very many of them, all small.
function createArchive() {
  const evidence = new Map<string, Uint8Array>();
  let last = '';
  let totalBytes = 0;
  return {
    evidence,
    add(line: Extract<ContainerLine, { t: 'evidence' }>): void {
      if (last >= line.sha256) throw bundleError('a file of evidence is out of order');
      last = line.sha256;
      const bytes = evidenceBytes(line);
      totalBytes += bytes.length;
      if (bytes.length > MAX_FILE_BYTES || totalBytes > MAX_EVIDENCE_BYTES) {
        throw bundleError(`want files of evidence of at most ${MAX_FILE_BYTES} bytes, ${MAX_EVIDENCE_BYTES} together`);
      }
      evidence.set(line.sha256, bytes);
    },
  };
}

function addFile(
  files: Map<RunFile, Uint8Array>,
  { name, utf8 }: Extract<ContainerLine, { t: 'file' }>,
  isLate: boolean,
): void {
  if (isLate) throw bundleError(`${name} comes after the evidence`);
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

async function* recordLines(open: LineOpener, body: Body): AsyncGenerator<readonly string[], void> {
  let left = body.skip;
  let records = 0;
  for await (const batch of open()) {
    const lines = left >= batch.length ? NONE : batch.slice(left);
    left = Math.max(0, left - batch.length);
    for (const line of lines) if (!isOpeningLine(line)) records++;
    if (body.level === 'D1' && lines.some(isOpeningLine)) throw bundleError('level D1 goes without openings');
    if (lines.length > 0) yield lines;
  }
  if (records !== body.records) throw bundleError(`it has ${records} records instead of ${body.records}`);
}
