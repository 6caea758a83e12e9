/** From the files of a benchmark to a suite folder: items, suite files, and a note of where they come from. */
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { JsonValue } from '../../core/canonical-json.ts';
import { digestFromBytes, type Digest } from '../../core/digest.ts';
import { InputError } from '../../core/errors.ts';
import { createSha256 } from '../../core/sha256.ts';
import type { SuiteOrigin } from '../definition.ts';
import { loadSuite, type LoadedSuite } from '../load.ts';
import type { ItemsSection } from '../suite-file.ts';
import type { Benchmark, ConvertedRow, OriginFiles, SuiteOutline } from './benchmark.ts';

const ITEMS_FILE = 'items.jsonl';
/** The file by which a folder is known to have been pulled. */
export const ORIGIN_NOTE = 'origin.json';

/** Where a conversion writes, and what it says about where the data is from. */
export interface Conversion {
  /** An empty folder. */
  readonly folder: string;
  readonly origin: SuiteOrigin;
  readonly signal?: AbortSignal | undefined;
}

/** A suite that was written. */
export interface ConvertedSuite extends Pick<LoadedSuite, 'definition' | 'digest'> {
  /** Name of its suite file. */
  readonly file: string;
}

/**
 * Write the suites of a benchmark into a folder and load each of them as a run would.
 *
 * @param files - The files of the benchmark; they were checked.
 * @returns What was written, in the order of the benchmark.
 * @throws {@link InputError} `ERR_ORIGIN_FORM` if rows differ in their input fields or there are none, and what the
 *   converter and {@link loadSuite} throw
 */
export async function convertBenchmark(
  benchmark: Benchmark,
  files: OriginFiles,
  { folder, origin, signal }: Conversion,
): Promise<readonly ConvertedSuite[]> {
  const items = await writeItems(watched(benchmark.convert(files), signal), benchmark.name, join(folder, ITEMS_FILE));
  const names = Object.keys(benchmark.suites);
  for (const name of names) {
    const outline = benchmark.suites[name];
    if (outline !== undefined) await writeFile(join(folder, name), suiteText(benchmark, outline, { items, origin }));
  }
  await writeFile(join(folder, ORIGIN_NOTE), noteText(benchmark, origin));
  const suites: ConvertedSuite[] = [];
  for (const file of names) {
    const { definition, digest } = await loadSuite(join(folder, file));
    suites.push({ file, definition, digest });
  }
  return suites;
}

function suiteText(
  { name, homepage }: Benchmark,
  outline: SuiteOutline,
  sections: { readonly items: ItemsSection; readonly origin: SuiteOrigin },
): string {
  const { id, version, title, prompt, ...rest } = outline;
  const head = `# Written by: touchstone suites pull ${name}\n# Items of others, see ${homepage}\n`;
  // Aliases would make a text that people cannot read, and lines are left as long as they are.
  const text = stringify(
    { id, version, title, ...rest, ...sections, prompt },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
  return head + text;
}

function noteText({ name, title, licence, homepage, files }: Benchmark, origin: SuiteOrigin): string {
  const described = origin.files.map(({ name: file, sha256 }) => {
    const { urls = [], pinnedBy } = files.find((each) => each.name === file) ?? {};
    return { name: file, sha256, urls, ...(pinnedBy === undefined ? {} : { pinned_by: pinnedBy }) };
  });
  const note = { benchmark: name, title, licence, homepage, pin: origin.pin, files: described };
  return `${JSON.stringify(note, null, 2)}\n`;
}

async function* watched<T>(rows: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  for await (const row of rows) {
    signal?.throwIfAborted();
    yield row;
  }
}

async function writeItems(rows: AsyncIterable<ConvertedRow>, name: string, path: string): Promise<ItemsSection> {
  const sink = await openSink(path);
  let layout: Layout | null = null;
  let isTagged = false;
  try {
    for await (const row of rows) {
      layout ??= layoutOf(row);
      checkFields(name, layout, row);
      isTagged ||= (row.tags?.length ?? 0) > 0;
      await sink.write(`${JSON.stringify(lineOf(layout, row))}\n`);
    }
  } finally {
    await sink.close();
  }
  if (layout === null) throw formError(name, 'its files have no items');
  return sectionOf(layout, isTagged, sink.digest());
}

/** Input fields by the name under which they stand in the item file. */
type Layout = ReadonlyMap<string, string>;

const OWN_FIELDS: ReadonlySet<string> = new Set(['id', 'target', 'tags']);

function layoutOf({ input }: ConvertedRow): Layout {
  return new Map(Object.keys(input).map((name) => [name, OWN_FIELDS.has(name) ? `input_${name}` : name]));
}

function checkFields(name: string, layout: Layout, { id, input }: ConvertedRow): void {
  const fields = Object.keys(input);
  if (fields.length === layout.size && fields.every((field) => layout.has(field))) return;
  throw formError(name, `item "${id}" has the fields ${fields.join(', ')}, want ${[...layout.keys()].join(', ')}`);
}

function lineOf(layout: Layout, { id, input, target, tags = [] }: ConvertedRow): JsonValue {
  const fields = Object.entries(input).map(([name, value]) => [layout.get(name) ?? name, value] as const);
  return { id, ...Object.fromEntries(fields), target, tags: [...tags] };
}

function sectionOf(layout: Layout, isTagged: boolean, sha256: Digest): ItemsSection {
  const isRenamed = [...layout].some(([name, field]) => name !== field);
  return {
    file: ITEMS_FILE,
    sha256,
    id: 'id',
    input: isRenamed ? Object.fromEntries(layout) : [...layout.keys()],
    target: 'target',
    ...(isTagged ? { tags: ['tags'] } : {}),
  };
}

interface Sink {
  write(text: string): Promise<void>;
  close(): Promise<void>;
  digest(): Digest;
}

async function openSink(path: string): Promise<Sink> {
  const file = await open(path, 'wx');
  const hasher = createSha256();
  return {
    async write(text) {
      const bytes = Buffer.from(text);
      hasher.update(bytes);
      await file.writeFile(bytes);
    },
    close: () => file.close(),
    digest: () => digestFromBytes(hasher.digest()),
  };
}

function formError(name: string, fault: string): InputError {
  return new InputError('ERR_ORIGIN_FORM', `cannot convert benchmark "${name}": ${fault}`);
}
