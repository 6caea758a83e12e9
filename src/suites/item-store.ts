/**
 * The items of a suite on disk: committed to on a first pass, read again when they are asked for.
 *
 * Between the passes 32 bytes are kept per item. An item that no longer opens its commitment is refused.
 */
import { encodeHex } from '../core/bytes.ts';
import { digestFromBytes, type Digest } from '../core/digest.ts';
import { InputError, type InputCode } from '../core/errors.ts';
import { MAX_SUITE_SIZE } from '../transcript/plan.ts';
import { commitItem, createItemTree, itemOf, MAX_ITEM_BYTES, type CommittedItem, type ItemRow } from './item.ts';
import type { RowMapper } from './map-row.ts';
import type { RawRow, RowSource } from './rows.ts';

/** An item of a loaded suite: what it says and what opens its commitments. */
export interface SuiteItem extends ItemRow, CommittedItem {
  /** Zero-based position in the suite. */
  readonly index: number;
}

/** Items that have been checked and committed to. */
export interface ItemStore {
  /** Root of the item tree, in hex. */
  readonly root: string;
  readonly size: number;
  commitmentOf(index: number): Digest;
  items(indices: Iterable<number>): AsyncGenerator<SuiteItem>;
}

/** Where items come from. */
export interface ItemOrigin {
  readonly path: string;
  readonly rows: RowSource;
  readonly toItem: RowMapper;
  /** The suite secret. */
  readonly secret: Uint8Array;
}

/** Where in an item file something stands. */
export interface ItemPlace {
  readonly path: string;
  readonly line?: number;
}

/**
 * Commit to every item of a file.
 *
 * @param onFirst - Called with the first item, so that what would fail on all items fails on it.
 * @throws {@link InputError} `ERR_ITEMS_EMPTY`, `ERR_ITEMS_DUPLICATE`, `ERR_ITEMS_LIMIT` and what rows and mapper throw
 */
export async function createItemStore(
  origin: ItemOrigin,
  onFirst: (item: SuiteItem, place: ItemPlace) => void,
): Promise<ItemStore> {
  const tree = createItemTree();
  const ids = new Set<string>();
  let commitments = new Uint8Array(32 * 1024);
  for await (const row of origin.rows.scan()) {
    const place = placeOf(origin.path, row);
    if (tree.size >= MAX_SUITE_SIZE)
      throw itemError('ERR_ITEMS_LIMIT', place, `it has more than ${MAX_SUITE_SIZE} items`);
    const item = commitRow(origin, row, tree.size);
    if (ids.has(item.id)) throw itemError('ERR_ITEMS_DUPLICATE', place, `id "${item.id}" is taken by an earlier item`);
    ids.add(item.id);
    if (tree.size === 0) onFirst(item, place);
    if (32 * tree.size === commitments.length) commitments = doubled(commitments);
    commitments.set(Buffer.from(item.itemCommitment, 'hex'), 32 * tree.size);
    tree.append(item.itemCommitment);
  }
  if (tree.size === 0) throw itemError('ERR_ITEMS_EMPTY', { path: origin.path }, 'it has no items');
  const held = commitments.slice(0, 32 * tree.size);
  const commitmentOf = (index: number): Digest => {
    if (!(index >= 0 && index < tree.size)) throw new RangeError(`no item ${index} among ${tree.size}`);
    return digestFromBytes(held.subarray(32 * index, 32 * index + 32));
  };
  const items = (indices: Iterable<number>): AsyncGenerator<SuiteItem> => readItems(origin, indices, commitmentOf);
  return { root: encodeHex(tree.root()), size: tree.size, commitmentOf, items };
}

async function* readItems(
  origin: ItemOrigin,
  indices: Iterable<number>,
  commitmentOf: (index: number) => Digest,
): AsyncGenerator<SuiteItem> {
  const wanted = [...indices];
  let position = 0;
  for await (const row of origin.rows.at(wanted)) {
    const item = commitRow(origin, row, wanted[position++] ?? 0);
    if (item.itemCommitment !== commitmentOf(item.index)) {
      throw itemError('ERR_ITEMS_CHANGED', placeOf(origin.path, row), `item ${item.index} changed since it was loaded`);
    }
    yield item;
  }
}

function commitRow({ path, toItem, secret }: ItemOrigin, row: RawRow, index: number): SuiteItem {
  const item = toItem(row, index);
  const committed = commitItem(secret, index, item);
  const longest = Math.max(mostBytes(committed.itemText), mostBytes(committed.targetText));
  if (longest > MAX_ITEM_BYTES) {
    throw itemError(
      'ERR_ITEMS_LIMIT',
      placeOf(path, row),
      `item ${index} has ${longest} bytes, want at most ${MAX_ITEM_BYTES}`,
    );
  }
  // Templates see nested keys in canonical order, as they do for a verifier, who has the canonical text only.
  const input = isFlat(item) ? item.input : itemOf(committed.itemText).input;
  return { ...item, ...committed, input, index };
}

function isFlat({ input }: ItemRow): boolean {
  return Object.values(input).every((value) => typeof value !== 'object');
}

// A UTF-16 unit takes at most three bytes of UTF-8, so short texts need no counting.
function mostBytes(text: string): number {
  return 3 * text.length <= MAX_ITEM_BYTES ? 3 * text.length : Buffer.byteLength(text);
}

function placeOf(path: string, row: RawRow): ItemPlace {
  return row.line === undefined ? { path } : { path, line: row.line };
}

function itemError(code: InputCode, place: ItemPlace, fault: string): InputError {
  const line = place.line === undefined ? '' : ` line ${place.line}`;
  return new InputError(code, `cannot use item file "${place.path}"${line}: ${fault}`, place);
}

function doubled(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const grown = new Uint8Array(2 * bytes.length);
  grown.set(bytes);
  return grown;
}
