/** Writes a finished run into one publication file, with as much of its content as is to be disclosed. */
import { join } from 'node:path';
import { crc32, createDeflateRaw } from 'node:zlib';
import { Readable } from 'node:stream';
import { decodeUtf8, encodeHex } from '../core/bytes.ts';
import { InputError, UsageError } from '../core/errors.ts';
import { MAX_LINE_BYTES } from '../core/line-form.ts';
import { createSha256 } from '../core/sha256.ts';
import { parsePlan } from '../transcript/plan-text.ts';
import { evidenceLine, formatContainerLine, formatSeal, GZIP_HEADER } from '../transcript/publication.ts';
import { parseRecord } from '../transcript/record-line.ts';
import { FORMAT } from '../transcript/record.ts';
import { RUN_FILES, type DisclosureLevel, type RunFile } from '../transcript/source.ts';
import { publishedFiles } from './disclosure.ts';
import { readEvidenceFile } from './evidence-files.ts';
import { joinFolder, openFolder } from './folder-source.ts';
import type { JoinedRecord } from './join-openings.ts';
import { readLines } from './read-lines.ts';
import { RECORDS_FILE } from './run-folder.ts';
import { writeAtomicFrom } from './write-atomic.ts';

/** What to publish. */
export interface BundleOptions {
  readonly level: DisclosureLevel;
  /** Indices of the items to open; with level D2 and with no other. */
  readonly items?: ReadonlySet<number>;
}

/**
 * Publish the run in a folder. The file appears whole or not at all; the same run and options give the same bytes.
 *
 * @throws {@link InputError} `ERR_RUN_MISSING` if the folder holds no finished run
 * @throws {@link UsageError} `ERR_USAGE` if level and items do not go together
 * @throws {@link VerificationError} `ERR_PLAN_FORM`, `ERR_LINE_FORM`, `ERR_OPENING_FORM`, `ERR_OPENING_STRAY`
 */
export async function writeBundle(folder: string, outPath: string, options: BundleOptions): Promise<void> {
  const pieces = folderPieces(folder, options);
  await writeAtomicFrom(outPath, async (file) => {
    for await (const piece of pieces) await file.writeFile(piece);
  });
}

/** The bytes of the publication of the run in a folder, piece by piece; see {@link writeBundle}. */
export async function* folderPieces(folder: string, options: BundleOptions): AsyncGenerator<Uint8Array> {
  const { level, items } = options;
  if ((level === 'D2') !== (items !== undefined)) {
    throw new UsageError('ERR_USAGE', `cannot publish at ${level}: chosen items go with D2 and with no other level`);
  }
  const { files } = await openFolder(folder);
  const head = headLines(files, level, folder);
  yield* compressed(bundleLines(folder, head, options));
}

/**
 * The first lines of a publication: what it is, and the small files that its level publishes.
 *
 * @throws {@link InputError} `ERR_RUN_MISSING` if one of them is missing
 */
export function headLines(
  files: ReadonlyMap<RunFile, Uint8Array>,
  level: DisclosureLevel,
  place: string,
): readonly string[] {
  const published = publishedFiles(level, parsePlan(textOf(files, 'plan.json', place)).suite);
  const head = [formatContainerLine({ t: 'bundle', format: FORMAT, level })];
  for (const name of RUN_FILES) {
    if (name === 'baseline.json' && !files.has(name)) continue;
    if (published.has(name)) head.push(formatContainerLine({ t: 'file', name, utf8: textOf(files, name, place) }));
  }
  return head;
}

function textOf(files: ReadonlyMap<RunFile, Uint8Array>, name: RunFile, folder: string): string {
  const bytes = files.get(name);
  if (bytes !== undefined) return decodeUtf8(bytes);
  const path = join(folder, name);
  throw new InputError('ERR_RUN_MISSING', `cannot publish run: there is no ${path}; want a finished run`, { path });
}

async function* bundleLines(
  folder: string,
  head: readonly string[],
  { level, items }: BundleOptions,
): AsyncGenerator<readonly string[]> {
  yield head;
  if (level === 'D0') return;
  const recordsPath = join(folder, RECORDS_FILE);
  const { lines, evidence } = await surveyRecords(recordsPath);
  for (const name of evidence) yield [formatContainerLine(evidenceLine(name, await readEvidenceFile(folder, name)))];
  yield [formatContainerLine({ t: 'records', lines })];
  if (level === 'D1') {
    yield* readLines(recordsPath, { maxLineBytes: MAX_LINE_BYTES });
    return;
  }
  const isChosen = items === undefined ? (): boolean => true : createItemFilter(items);
  for await (const batch of joinFolder(folder)) {
    yield batch.flatMap((joined) => (isChosen(joined) ? [joined.line, ...joined.openings] : [joined.line]));
  }
}

/** How many records there are, and which files of evidence they name, in the order of a bundle. */
async function surveyRecords(path: string): Promise<{ readonly lines: number; readonly evidence: readonly string[] }> {
  let lines = 0;
  const named = new Set<string>();
  for await (const batch of readLines(path, { maxLineBytes: MAX_LINE_BYTES })) {
    lines += batch.length;
    for (const line of batch) {
      // The first key of such a record; parsing all of them would take most of the time.
      if (!line.startsWith('{"about":"session"')) continue;
      const record = parseRecord(line);
      if (record.k !== 'evidence' || record.about !== 'session') continue;
      for (const { sha256 } of record.files) named.add(sha256);
    }
  }
  return { lines, evidence: [...named].toSorted() };
}

/** Tells which records to open if only some items are. Records are asked about in order. */
export function createItemFilter(items: ReadonlySet<number>): (joined: Pick<JoinedRecord, 'line'>) => boolean {
  // Outcomes do not say of which item they are, so the few samples on their way are remembered.
  const underway = new Set<number>();
  return ({ line }) => {
    const record = parseRecord(line);
    if (record.k === 'probe') return true;
    if (record.k === 'outcome') {
      const isChosen = underway.delete(record.of);
      if (isChosen && record.status === 'ok') underway.add(record.seq);
      return isChosen;
    }
    if (record.k === 'evidence') return record.about === 'answer' && underway.delete(record.of);
    if (record.k !== 'intent' && record.k !== 'score') return false;
    const isChosen = items.has(record.index);
    if (isChosen && record.k === 'intent') underway.add(record.seq);
    // Most answers have no evidence, and none comes after the verdict.
    if (record.k === 'score' && record.of !== undefined) underway.delete(record.of);
    return isChosen;
  };
}

/** The bytes of a publication with the given lines: one deflate stream, its checksum, and the seal. */
export async function* compressed(batches: AsyncIterable<readonly string[]>): AsyncGenerator<Uint8Array> {
  const hasher = createSha256();
  let crc = 0;
  let totalBytes = 0;
  const hashed = (bytes: Uint8Array): Uint8Array => {
    hasher.update(bytes);
    return bytes;
  };
  async function* plain(): AsyncGenerator<Buffer> {
    for await (const batch of batches) {
      const piece = Buffer.from(batch.map((line) => `${line}\n`).join(''), 'utf8');
      crc = crc32(piece, crc);
      totalBytes += piece.length;
      yield piece;
    }
  }
  yield hashed(GZIP_HEADER);
  const source = Readable.from(plain());
  const deflate = createDeflateRaw({ level: 6 });
  source.on('error', (cause) => deflate.destroy(cause));
  try {
    for await (const piece of source.pipe(deflate) as AsyncIterable<Buffer>) yield hashed(piece);
  } finally {
    source.destroy();
    deflate.destroy();
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc, 0);
  trailer.writeUInt32LE(totalBytes % 2 ** 32, 4);
  yield hashed(trailer);
  yield formatSeal(encodeHex(hasher.digest()));
}
