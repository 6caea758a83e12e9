/** JSON, CSV and TSV item files as rows. */
import { InputError } from '../core/errors.ts';
import { tryParseJson } from '../core/foreign-json.ts';
import { isFields, type RawRow } from './rows.ts';

/**
 * The rows of a JSON file: one list of objects.
 *
 * @throws {@link InputError} `ERR_ITEMS_SYNTAX` with the line of a syntax error or the pointer of an element that is no
 *   object.
 */
export function parseJsonList(text: string, path: string): readonly RawRow[] {
  const value = parseJson(text, path);
  if (!Array.isArray(value)) throw syntaxError(path, 'want a list of objects', { pointer: '' });
  return value.map((fields: unknown, index) => {
    if (isFields(fields)) return { fields, line: undefined };
    throw syntaxError(path, `element ${index} is not an object`, { pointer: `/${index}` });
  });
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const position = /position (\d+)/.exec(cause instanceof Error ? cause.message : '')?.[1];
    const line = position === undefined ? 1 : text.slice(0, Number(position)).split('\n').length;
    // The engine's message quotes the text, which may be private.
    throw syntaxError(path, 'it is not JSON', { line });
  }
}

/**
 * The rows of a text of JSON lines.
 *
 * @throws {@link InputError} `ERR_ITEMS_SYNTAX` with the line.
 */
export function parseJsonLines(text: string, path: string): readonly RawRow[] {
  return text.split('\n').flatMap((source, index) => {
    if (/^[ \t\r]*$/.test(source)) return [];
    const fields = tryParseJson(source);
    if (isFields(fields)) return [{ fields, line: index + 1 }];
    throw syntaxError(path, 'want one JSON object per line', { line: index + 1 });
  });
}

/**
 * The rows of a CSV file whose first row names the fields.
 *
 * @throws {@link InputError} `ERR_ITEMS_SYNTAX` with the line.
 * @see RFC 4180
 */
export async function parseCsv(text: string, path: string): Promise<readonly RawRow[]> {
  return await parseTable(text, path, {});
}

/**
 * The rows of a TSV file whose first row names the fields; a quote is a character like any other.
 *
 * @throws {@link InputError} `ERR_ITEMS_SYNTAX` with the line.
 * @see https://www.iana.org/assignments/media-types/text/tab-separated-values
 */
export async function parseTsv(text: string, path: string): Promise<readonly RawRow[]> {
  return await parseTable(text, path, { delimiter: '\t', quote: null });
}

async function parseTable(text: string, path: string, form: TableForm): Promise<readonly RawRow[]> {
  const { parse } = await import('csv-parse/sync');
  try {
    const records: unknown = parse(text, { columns: checkedHeader, info: true, skip_empty_lines: true, ...form });
    return (records as readonly CsvRecord[]).map(({ record, info }) => ({ fields: record, line: info.lines }));
  } catch (cause) {
    const { code, lines } = cause as { readonly code?: string; readonly lines?: number };
    throw syntaxError(path, TABLE_FAULTS[code ?? ''] ?? 'it is not a table of texts', { line: lines ?? 1 });
  }
}

interface TableForm {
  readonly delimiter?: string;
  readonly quote?: null;
}

interface CsvRecord {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

const TABLE_FAULTS: Readonly<Record<string, string>> = {
  CSV_RECORD_INCONSISTENT_COLUMNS: 'the row has another number of fields than the first row',
  CSV_QUOTE_NOT_CLOSED: 'a quoted field is never closed',
  CSV_INVALID_CLOSING_QUOTE: 'text follows a closing quote',
  INVALID_OPENING_QUOTE: 'a quote stands inside a field that is not quoted',
  DUPLICATE_HEADER: 'two fields have the same name',
};

function checkedHeader(names: readonly string[]): string[] {
  const isDistinct = new Set(names).size === names.length;
  if (!isDistinct) throw Object.assign(new Error('duplicate header'), { code: 'DUPLICATE_HEADER' });
  return [...names];
}

function syntaxError(
  path: string,
  fault: string,
  place: { readonly line?: number; readonly pointer?: string },
): InputError {
  const where = place.line === undefined ? '' : ` line ${place.line}`;
  return new InputError('ERR_ITEMS_SYNTAX', `cannot read "${path}"${where}: ${fault}`, { path, ...place });
}
