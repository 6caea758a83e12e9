/** Rows of item files, whatever the format. */
import { InputError } from '../core/errors.ts';

/** A row as its file format gives it, and where it stands. */
export interface RawRow {
  readonly fields: Readonly<Record<string, unknown>>;
  /** One-based line, or undefined where the format has none. */
  readonly line: number | undefined;
}

/** The rows of an item file, to be read twice. */
export interface RowSource {
  /** All rows in order. To be read to its end once before `at`. */
  scan(): AsyncGenerator<RawRow>;
  /** The rows with these zero-based indices, in this order; ascending order is fastest. */
  at(indices: Iterable<number>): AsyncGenerator<RawRow>;
}

/** Whether a value can be a row. */
export function isFields(value: unknown): value is RawRow['fields'] {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Check the digest that a suite pins.
 *
 * @throws {@link InputError} `ERR_ITEMS_DIGEST`
 */
export function checkPin(got: string, pinned: string, path: string): void {
  if (got === pinned) return;
  throw new InputError('ERR_ITEMS_DIGEST', `item file "${path}" has SHA-256 ${got}, want ${pinned}`, { path });
}
