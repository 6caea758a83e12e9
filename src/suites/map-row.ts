/** From a row of an item file to an item: which field means what, as the suite file says. Pure. */
import { isWellFormed } from '../core/bytes.ts';
import type { JsonValue } from '../core/canonical-json.ts';
import { InputError } from '../core/errors.ts';
import { formatPointer } from '../core/json-pointer.ts';
import type { ItemRow } from './item.ts';
import type { RawRow } from './rows.ts';
import type { ItemsSection, TargetField } from './suite-file.ts';

/** Makes an item of the row at an index. */
export type RowMapper = (row: RawRow, index: number) => ItemRow;

/** Most UTF-16 units in an id; most in a tag; most tags. */
const MAX_ID = 256;
const MAX_TAG = 128;
const MAX_TAGS = 64;

/**
 * The mapper that an `items` section describes.
 *
 * It throws {@link InputError} `ERR_ITEMS_FIELD` for a field that is missing or is not what its use wants,
 * `ERR_ITEMS_SYNTAX` for a JSON field that is not JSON, `ERR_UTF8` for text that is not valid Unicode.
 *
 * @param path - Path of the item file, for messages only.
 */
export function createRowMapper(items: ItemsSection, path: string): RowMapper {
  const input: readonly (readonly [string, string])[] = Array.isArray(items.input)
    ? items.input.map((name: string) => [name, name] as const)
    : Object.entries(items.input as Readonly<Record<string, string>>);
  const target: TargetField = typeof items.target === 'string' ? { field: items.target } : items.target;
  const pattern = target.pattern === undefined ? undefined : new RegExp(target.pattern, 'u');
  const asJson = new Set(items.json_fields);
  return (row, index) => {
    const read: FieldReader = { row, index, path, asJson };
    return {
      id: items.id === undefined ? `${index}` : readId(read, items.id),
      input: Object.fromEntries(input.map(([name, field]) => [name, readField(read, field)])),
      tags: readAllTags(read, items.tags ?? []),
      target: readTarget(read, target, pattern),
    };
  };
}

interface FieldReader {
  readonly row: RawRow;
  readonly index: number;
  readonly path: string;
  readonly asJson: ReadonlySet<string>;
}

function readField(read: FieldReader, field: string): JsonValue {
  const { fields } = read.row;
  if (!Object.hasOwn(fields, field)) {
    throw fieldError(read, field, `it is missing, the row has ${Object.keys(fields).slice(0, 20).join(', ')}`);
  }
  const held = fields[field];
  const value = read.asJson.has(field) ? parseField(read, field, held) : held;
  checkValue(read, field, value);
  return value as JsonValue;
}

function parseField(read: FieldReader, field: string, held: unknown): unknown {
  if (typeof held !== 'string') throw fieldError(read, field, 'want a text of JSON');
  try {
    return JSON.parse(held);
  } catch {
    throw itemError('ERR_ITEMS_SYNTAX', read, field, 'the text is not JSON');
  }
}

function checkValue(read: FieldReader, field: string, value: unknown): void {
  if (typeof value === 'string') {
    if (!isWellFormed(value)) throw itemError('ERR_UTF8', read, field, 'the text has a lone surrogate');
  } else if (typeof value === 'number') {
    const isExact = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
    if (!isExact) throw fieldError(read, field, 'the number is not exact here: write it as a text');
  } else if (typeof value === 'object' && value !== null) {
    for (const held of Object.values(value)) checkValue(read, field, held);
  }
}

function readId(read: FieldReader, field: string): string {
  const value = readField(read, field);
  const id = typeof value === 'number' && Number.isSafeInteger(value) ? `${value}` : value;
  if (typeof id !== 'string' || id === '' || id.length > MAX_ID || /\p{Cc}/u.test(id)) {
    throw fieldError(
      read,
      field,
      `want an id: an integer or a text of 1 to ${MAX_ID} characters without control characters`,
    );
  }
  return id;
}

function readAllTags(read: FieldReader, fields: readonly string[]): readonly string[] {
  const tags = fields.flatMap((field) => readTags(read, field));
  if (tags.length <= MAX_TAGS) return tags;
  throw fieldError(read, fields.at(-1) ?? '', `want at most ${MAX_TAGS} tags`);
}

function readTags(read: FieldReader, field: string): readonly string[] {
  const value = readField(read, field);
  const tags = Array.isArray(value) ? value : [value];
  return tags
    .filter((tag) => tag !== '' && tag !== null)
    .map((tag) => {
      if (typeof tag === 'string' && tag.length <= MAX_TAG) return tag;
      throw fieldError(read, field, `want a tag, or a list of tags, of at most ${MAX_TAG} characters`);
    });
}

function readTarget(read: FieldReader, target: TargetField, pattern: RegExp | undefined): JsonValue {
  const value = readField(read, target.field);
  if (pattern === undefined && target.remove === undefined) return value;
  if (typeof value !== 'string') throw fieldError(read, target.field, 'want a text to take the answer from');
  const answer = pattern === undefined ? value : pattern.exec(value)?.[1];
  if (answer === undefined) throw fieldError(read, target.field, 'the pattern of the target does not match');
  const removed = new Set(target.remove);
  return [...answer].filter((character) => !removed.has(character)).join('');
}

function fieldError(read: FieldReader, field: string, fault: string): InputError {
  return itemError('ERR_ITEMS_FIELD', read, field, fault);
}

function itemError(
  code: 'ERR_ITEMS_FIELD' | 'ERR_ITEMS_SYNTAX' | 'ERR_UTF8',
  { path, index, row }: FieldReader,
  field: string,
  fault: string,
): InputError {
  const place = row.line === undefined ? `item ${index}` : `line ${row.line}`;
  const where = { path, pointer: formatPointer([field]) };
  const message = `cannot read "${path}" ${place}, field "${field}": ${fault}`;
  return new InputError(code, message, row.line === undefined ? where : { ...where, line: row.line });
}
