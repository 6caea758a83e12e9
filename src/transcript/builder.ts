/**
 * Builds a transcript record by record: sequence numbers, marks, commitments, the running tree.
 *
 * Pure: it turns facts into lines, in order; a journal makes them durable. Content lines come before the record that
 * commits to them, so a journal that writes content first never leaves a commitment without its content.
 */
import { createCompactRange } from '../core/compact-range.ts';
import { encodeHex } from '../core/bytes.ts';
import { leafHash } from '../core/merkle.ts';
import type { Digest } from '../core/digest.ts';
import { commit, deriveSalt, type Label } from './commitment.ts';
import { createTally } from './counts.ts';
import { createLinesHash } from './lines-hash.ts';
import { formatOpening, formatTextOpening } from './opening.ts';
import { formatRecord } from './record-line.ts';
import type { MarkRecord, TranscriptRecord } from './record.ts';

/** Every record whose sequence number is a positive multiple of this is a mark, and no other is. */
export const MARK_INTERVAL = 256;

type Unnumbered<R> = R extends TranscriptRecord ? Omit<R, 'seq'> : never;

/** A record without its sequence number, which the builder gives. */
export type NewRecord = Unnumbered<Exclude<TranscriptRecord, MarkRecord>>;

/** Lines that are to be written, content before records; without newlines. */
export interface PendingLines {
  readonly content: readonly string[];
  readonly records: readonly string[];
}

/** Content in one of its two forms; text must be well formed. */
type Content = Uint8Array | string;

/** The tree over all records so far. */
export interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

/** Accumulates the lines of one transcript. */
export interface TranscriptBuilder {
  /** Commit to content of the next record, and queue its opening. */
  commitNext(label: Exclude<Label, 'item' | 'target'>, content: Content): Digest;
  /** Queue the opening of an item or a target, whose commitment the suite has already made. */
  openItem(label: 'item' | 'target', index: number, salt: Uint8Array, content: Content): void;
  /** Queue a record; gives its sequence number. */
  append(record: NewRecord): number;
  /** Take in a line that is already written, after a resume; nothing is queued. */
  absorb(record: TranscriptRecord, line: string): void;
  /** The queued lines, which are then no longer queued. */
  take(): PendingLines;
  /** The tree over all records appended so far. */
  head(): TreeHead;
  /** The tree at the last mark, or over the header: the places that evidence may refer to later. */
  anchor(): TreeHead;
  /** The counts that an end record has to state now. */
  counts(): Readonly<Record<string, number>>;
  /** SHA-256 of records.jsonl. To be called once, after the last record. */
  recordsDigest(): Digest;
}

/**
 * An empty transcript.
 *
 * @param secret - 32 secret bytes of the run, from which all its salts are derived.
 */
export function createBuilder(secret: Uint8Array): TranscriptBuilder {
  const range = createCompactRange();
  let content: string[] = [];
  let records: string[] = [];
  const file = createLinesHash();
  const tally = createTally();

  let anchor: TreeHead = { size: 0, root: range.root() };

  const add = (record: TranscriptRecord, line: string): void => {
    if (record.k === 'mark') anchor = { size: range.size, root: range.root() };
    range.append(leafHash(line));
    if (record.k === 'header') anchor = { size: range.size, root: range.root() };
    file.add(line);
    tally.add(record);
  };
  const queue = (record: TranscriptRecord): void => {
    const line = formatRecord(record);
    add(record, line);
    records.push(line);
  };
  const markIfDue = (): void => {
    if (range.size === 0 || range.size % MARK_INTERVAL !== 0) return;
    queue({ k: 'mark', seq: range.size, size: range.size, root: encodeHex(range.root()) });
  };
  return {
    commitNext(label, bytes) {
      markIfDue();
      const salt = deriveSalt(secret, label, range.size);
      content.push(openingLine(label, range.size, salt, bytes));
      return commit(label, salt, bytes);
    },
    openItem(label, index, salt, bytes) {
      content.push(openingLine(label, index, salt, bytes));
    },
    append(record) {
      markIfDue();
      const seq = range.size;
      queue({ ...record, seq });
      return seq;
    },
    absorb: add,
    counts() {
      // A mark that is due comes before the end record, and is counted by it.
      markIfDue();
      return tally.counts();
    },
    take() {
      const pending = { content, records };
      content = [];
      records = [];
      return pending;
    },
    head: () => ({ size: range.size, root: range.root() }),
    anchor: () => anchor,
    recordsDigest: () => file.digest(),
  };
}

function openingLine(label: Label, number: number, salt: Uint8Array, content: Content): string {
  return typeof content === 'string'
    ? formatTextOpening(label, number, salt, content)
    : formatOpening({ label, number, salt, bytes: content });
}
