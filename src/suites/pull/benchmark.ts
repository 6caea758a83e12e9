/**
 * What a public benchmark is before it is pulled: where its files come from, what they have to be, and how they become a
 * suite. Nothing of the data itself is part of this project.
 */
import type { JsonValue } from '../../core/canonical-json.ts';
import type { SuiteFile } from '../suite-file.ts';

/** A file of a benchmark as its publisher serves it. */
export interface OriginFile {
  /** Name under which `--from` looks for it; no slash. */
  readonly name: string;
  /** Addresses, tried in order; empty if only the user can get it. */
  readonly urls: readonly string[];
  /** SHA-256 of the file, where somebody who can be named has published it; otherwise the user has to accept one. */
  readonly sha256?: string;
  /** Who says so: a citation of the source of the digest. Present with `sha256`. */
  readonly pinnedBy?: string;
  /** A longer file is refused. */
  readonly maxBytes: number;
}

/** A row of an item file to be written: an id, input fields, target and tags. */
export interface ConvertedRow {
  readonly id: string;
  readonly input: Readonly<Record<string, JsonValue>>;
  readonly target: JsonValue;
  readonly tags?: readonly string[];
}

/** The files of a benchmark after their digests were checked, by name. */
export interface OriginFiles {
  /** The bytes of a file, unpacked if it is compressed with gzip. */
  bytes(name: string): Promise<Uint8Array>;
  /** The text of a file. @throws InputError `ERR_UTF8` */
  text(name: string): Promise<string>;
  /** The rows of a JSONL, JSON, CSV, TSV or Parquet file, by the ending of its name. Numbers of Parquet that are beyond 2^53 are texts. */
  rows(name: string): AsyncIterable<Readonly<Record<string, unknown>>>;
  /** The files in a zip archive whose path matches, in order of path. */
  entries(name: string, path: RegExp): AsyncIterable<{ readonly path: string; readonly bytes: Uint8Array }>;
}

/** A suite file without its items section, which pulling adds. */
export type SuiteOutline = Omit<SuiteFile, 'items' | 'origin'>;

/** A public benchmark. */
export interface Benchmark {
  /** Name on the command line and id of its first suite. */
  readonly name: string;
  readonly title: string;
  /** Where it is described: paper or project page. */
  readonly homepage: string;
  /** SPDX expression, or NOASSERTION. */
  readonly licence: string;
  readonly files: readonly OriginFile[];
  /** How to get a copy, for a benchmark whose publisher asks for consent; then `urls` are empty. */
  readonly gated?: string;
  /** Whether its converter was run on the original files; said in documents and on the command line. */
  readonly isTriedOnOriginal: boolean;
  /** The items, in the order of the origin. Throws InputError `ERR_ORIGIN_FORM` on a file that is not as documented. */
  readonly convert: (files: OriginFiles) => AsyncIterable<ConvertedRow>;
  /** Suite files by name; `suite.yaml` is the first and the one that the name means. */
  readonly suites: Readonly<Record<string, SuiteOutline>>;
}
