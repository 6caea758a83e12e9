/** Reads the rows of an origin file as its publisher documents them. */
import { InputError } from '../../core/errors.ts';
import { tryParseObject } from '../../core/foreign-json.ts';
import type { OriginFiles } from '../pull/benchmark.ts';

/** A row of an origin file; every reader throws {@link InputError} `ERR_ORIGIN_FORM` that names file, row and field. */
export interface OriginRow {
  /** Zero-based position in the file. */
  readonly index: number;
  /** A text, which may be empty. */
  text(field: string): string;
  /** A text, or the empty one if the field is absent. */
  optionalText(field: string): string;
  /** An integer from `low` to `high`, as a number or as the text of one. */
  integer(field: string, low: number, high: number): number;
  /** A list of at least one text. */
  texts(field: string): readonly string[];
  /** An object. */
  object(field: string): Readonly<Record<string, unknown>>;
  /** A list of objects. */
  objects(field: string): readonly Readonly<Record<string, unknown>>[];
  /** The error for a field that is not as documented. */
  fault(field: string, wanted: string): InputError;
}

/**
 * The rows of a file, in its order.
 *
 * @throws {@link InputError} what {@link OriginFiles.rows} throws
 */
export async function* originRows(files: OriginFiles, name: string): AsyncGenerator<OriginRow> {
  let index = 0;
  for await (const fields of files.rows(name)) yield originRow(fields, { name, index: index++ });
}

/** A row of fields at a place. */
export function originRow(fields: Readonly<Record<string, unknown>>, { name, index }: OriginPlace): OriginRow {
  const fault = (field: string, wanted: string): InputError => originFault({ name, index, field }, wanted);
  const held = (field: string): unknown => (Object.hasOwn(fields, field) ? fields[field] : undefined);
  const read =
    <T>(is: (value: unknown) => value is T, wanted: string) =>
    (field: string): T => {
      const value = held(field);
      if (is(value)) return value;
      throw fault(field, wanted);
    };
  const text = read(isText, 'a text');
  return {
    index,
    fault,
    text,
    optionalText: (field) => ((held(field) ?? null) === null ? '' : text(field)),
    integer(field, low, high) {
      const value = held(field);
      const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
      const fits = typeof number === 'number' && Number.isSafeInteger(number) && number >= low && number <= high;
      if (fits) return number;
      throw fault(field, `an integer from ${low} to ${high}`);
    },
    texts: read(isTexts, 'a list of texts'),
    object: read(isObject, 'an object'),
    objects: read(isObjects, 'a list of objects'),
  };
}

/**
 * The row in the text of a JSON object.
 *
 * @throws {@link InputError} `ERR_ORIGIN_FORM` if it is none
 */
export function originRowOf(text: string, place: OriginPlace): OriginRow {
  const fields = tryParseObject(text);
  if (fields === null) throw originFault(place, 'a JSON object');
  return originRow(fields, place);
}

/** A place in an origin file. */
export interface OriginPlace {
  /** Name of the file. */
  readonly name: string;
  /** Zero-based row. */
  readonly index: number;
  readonly field?: string;
}

/** The error for an origin file that is not as documented; it never quotes the file. */
export function originFault({ name, index, field }: OriginPlace, wanted: string): InputError {
  const where = field === undefined ? '' : `, field "${field}"`;
  return new InputError('ERR_ORIGIN_FORM', `cannot convert "${name}" row ${index + 1}${where}: want ${wanted}`);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every(isText);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isObjects(value: unknown): value is readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) && value.every(isObject);
}
