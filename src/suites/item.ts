/**
 * Items and their commitments.
 *
 * The bytes of an item hold its id, its input fields, its tags and the commitment of its target, so one commitment binds
 * question and answer, and a question can be opened while its answer stays secret.
 */
import { decodeHex, tryDecodeUtf8 } from '../core/bytes.ts';
import { canonicalize, type JsonObject, type JsonValue } from '../core/canonical-json.ts';
import { createCompactRange, type CompactRange } from '../core/compact-range.ts';
import type { Digest } from '../core/digest.ts';
import { VerificationError } from '../core/errors.ts';
import { leafHash } from '../core/merkle.ts';
import { commit, deriveSalt } from '../transcript/commitment.ts';
import { conform, digestText, list, object, text, type Shape } from '../transcript/shape.ts';

/** Most bytes in the canonical text of an item, and of a target. */
export const MAX_ITEM_BYTES = 1_048_576;

/** An item as its author wrote it. */
export interface ItemRow {
  readonly id: string;
  /** What prompt templates can see. */
  readonly input: JsonObject;
  readonly tags: readonly string[];
  /** The right answer; its form is the scorer's business. */
  readonly target: JsonValue;
}

/** An item as its bytes state it: the target is a commitment. */
export interface Item {
  readonly id: string;
  readonly input: JsonObject;
  readonly tags?: readonly string[];
  readonly target: string;
}

/** An item with everything that opens its commitments. */
export interface CommittedItem {
  readonly itemText: string;
  readonly itemSalt: Uint8Array;
  readonly itemCommitment: Digest;
  readonly targetText: string;
  readonly targetSalt: Uint8Array;
  readonly targetCommitment: Digest;
}

/** Name of an input field, as templates write it. */
const INPUT_NAME: RegExp = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/**
 * Commit to an item.
 *
 * @param secret - The suite secret; `PUBLIC_SUITE_SECRET` for a public suite.
 * @param index - Zero-based position in the suite.
 * @throws {@link InputError} `ERR_CANONICAL_JSON` if the row holds anything but plain, well-formed JSON.
 */
export function commitItem(secret: Uint8Array, index: number, row: ItemRow): CommittedItem {
  const targetText = canonicalize(row.target);
  const targetSalt = deriveSalt(secret, 'target', index);
  const targetCommitment = commit('target', targetSalt, targetText);
  const tags = row.tags.length === 0 ? {} : { tags: row.tags };
  const itemText = canonicalize({ id: row.id, input: row.input, ...tags, target: targetCommitment });
  const itemSalt = deriveSalt(secret, 'item', index);
  const itemCommitment = commit('item', itemSalt, itemText);
  return { itemText, itemSalt, itemCommitment, targetText, targetSalt, targetCommitment };
}

/** Grows the tree over item commitments, in index order. */
export interface ItemTree {
  readonly size: number;
  append(itemCommitment: Digest): void;
  root(): Uint8Array;
}

/** An empty item tree: an RFC 6962 tree whose leaves are the raw commitments. */
export function createItemTree(): ItemTree {
  const range: CompactRange = createCompactRange();
  return {
    get size() {
      return range.size;
    },
    append: (itemCommitment) => range.append(leafHash(decodeHex(itemCommitment))),
    root: () => range.root(),
  };
}

const inputShape: Shape<JsonObject> = (value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return ': want an object';
  const names = Object.keys(value);
  if (names.length === 0 || names.length > 64) return ': want 1 to 64 fields';
  return names.every((name) => INPUT_NAME.test(name)) ? null : `: want field names like ${INPUT_NAME.source}`;
};

const itemShape = object<Item>({ id: text(256), input: inputShape, target: digestText }, { tags: list(text(128), 64) });

/**
 * The item in opened bytes.
 *
 * @throws {@link VerificationError} `ERR_ITEM_FORM` unless the bytes are the canonical JSON of an item.
 */
export function parseItem(bytes: Uint8Array): Item {
  return conform(itemShape, canonicalValue(bytes, 'item'), (complaint) => formError('item', complaint));
}

/**
 * The item in a text that {@link commitItem} made, which needs no proof of being canonical.
 *
 * @throws {@link VerificationError} `ERR_ITEM_FORM` if it is not an item.
 */
export function itemOf(itemText: string): Item {
  return conform(itemShape, JSON.parse(itemText), (complaint) => formError('item', complaint));
}

/**
 * The target in opened bytes.
 *
 * @throws {@link VerificationError} `ERR_ITEM_FORM` unless the bytes are canonical JSON.
 */
export function parseTarget(bytes: Uint8Array): JsonValue {
  return canonicalValue(bytes, 'target');
}

function canonicalValue(bytes: Uint8Array, what: 'item' | 'target'): JsonValue {
  if (bytes.length > MAX_ITEM_BYTES) throw formError(what, `: want at most ${MAX_ITEM_BYTES} bytes`);
  const source = tryDecodeUtf8(bytes);
  if (source === null) throw formError(what, ': want UTF-8');
  try {
    const value = JSON.parse(source) as JsonValue;
    if (canonicalize(value) === source) return value;
  } catch {
    // The engine's message quotes the text, which may be private.
    throw formError(what, ': want JSON');
  }
  throw formError(what, ': want canonical JSON');
}

function formError(what: 'item' | 'target', complaint: string): VerificationError {
  return new VerificationError('ERR_ITEM_FORM', `cannot read ${what}${complaint}`);
}
