/**
 * Reads the YAML of a suite file and checks it against the published schema.
 *
 * Whatever is wrong is reported with file, line, JSON pointer and a sentence about what was wanted, because the reader of
 * the message is the author of the file.
 */
import { readFileSync } from 'node:fs';
import type { ErrorObject } from 'ajv/dist/2020.js';
import { isAlias, isMap, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import { canonicalize, type JsonValue } from '../core/canonical-json.ts';
import { InputError } from '../core/errors.ts';
import { compileSchema } from '../core/json-schema/schema.ts';
import { describeFault, pointerOf } from './schema-fault.ts';
import type { SuiteFile } from './suite-file.ts';

/** Most UTF-16 units in a suite file. */
export const MAX_SUITE_FILE_LENGTH = 1_048_576;

/** A suite file and where its parts stand. */
export interface ParsedSuiteFile {
  readonly file: SuiteFile;
  /** One-based line of the value at a JSON pointer, or of the nearest value around it. */
  lineOf(pointer: string): number;
}

let schema: JsonValue | undefined;
let isValid: ((value: JsonValue) => boolean) | undefined;

function suiteSchema(): JsonValue {
  schema ??= JSON.parse(readFileSync(new URL('./schema/suite.schema.json', import.meta.url), 'utf8')) as JsonValue;
  return schema;
}

/**
 * The suite file in a YAML text.
 *
 * @param source - The text of the file.
 * @param path - Its path, for messages only.
 * @throws {@link InputError} `ERR_SUITE_YAML` if it is not YAML, `ERR_SUITE_SCHEMA` if it does not satisfy the schema,
 *   `ERR_SUITE_LIMIT` if it is too long
 */
export async function parseSuiteFile(source: string, path: string): Promise<ParsedSuiteFile> {
  if (source.length > MAX_SUITE_FILE_LENGTH) {
    throw new InputError('ERR_SUITE_LIMIT', `cannot read "${path}": want at most ${MAX_SUITE_FILE_LENGTH} characters`, {
      path,
    });
  }
  const lines = new LineCounter();
  const document = parseDocument(source, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    logLevel: 'silent',
  });
  const lineOf = (pointer: string): number => Math.max(1, lines.linePos(offsetOf(document, pointer)).line);
  const value = plainValue(document, lines, path);
  checkPlain(value, lineOf, path);
  isValid ??= compileSchema(suiteSchema(), ['discriminator']);
  if (!isValid(value as JsonValue)) throw await schemaError(value, lineOf, path);
  return { file: value as SuiteFile, lineOf };
}

function plainValue(document: Document, lines: LineCounter, path: string): unknown {
  const [fault] = [...document.errors, ...document.warnings].toSorted((a, b) => a.pos[0] - b.pos[0]);
  if (fault !== undefined) throw yamlError(path, lines.linePos(fault.pos[0]).line, fault.message);
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw yamlError(path, 1, 'an alias is unresolved or grows without bound', cause);
  }
}

// YAML has numbers that JSON has not.
function checkPlain(value: unknown, lineOf: (pointer: string) => number, path: string): void {
  try {
    canonicalize(value);
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    throw yamlError(path, lineOf(cause.pointer ?? ''), 'a value is not plain JSON', cause);
  }
}

function yamlError(path: string, line: number, fault: string, cause?: unknown): InputError {
  return new InputError('ERR_SUITE_YAML', `cannot read "${path}" line ${line}: ${fault}`, { path, line, cause });
}

// Only a validator that compiles schemas says what is wrong, and it takes a while to load: so it is asked only then.
async function schemaError(value: unknown, lineOf: (pointer: string) => number, path: string): Promise<InputError> {
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  const ajv = new Ajv2020({ allErrors: true, discriminator: true, verbose: true, strictTypes: false });
  const check = ajv.compile(suiteSchema() as object);
  check(value);
  const [first, ...more] = (check.errors ?? [])
    .filter((error: ErrorObject) => error.keyword !== 'propertyNames')
    .map((error: ErrorObject) => ({ error, line: lineOf(pointerOf(error)) }))
    .toSorted((a, b) => a.line - b.line);
  if (first === undefined) throw new Error('two validators disagree about a suite file');
  const pointer = pointerOf(first.error);
  const rest = more.length === 0 ? '' : `; ${more.length} more below`;
  const message = `cannot read "${path}" line ${first.line} at ${pointer || 'the top'}: ${describeFault(first.error)}${rest}`;
  return new InputError('ERR_SUITE_SCHEMA', message, { path, line: first.line, pointer });
}

// For a key of a mapping, the place of the key: that is where the author looks.
function offsetOf(document: Document, pointer: string): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const step of pointer.split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (isAlias(node)) node = node.resolve(document);
    const found = isMap(node) ? pairAt(node.items, key) : { place: undefined, value: undefined };
    const next: unknown = isSeq(node) ? node.items[Number(key)] : found.value;
    offset = startOf(found.place ?? next) ?? offset;
    node = next;
  }
  return offset;
}

function pairAt(
  pairs: readonly { readonly key: unknown; readonly value: unknown }[],
  key: string,
): { place: unknown; value: unknown } {
  const pair = pairs.find((candidate) => scalarText(candidate.key) === key);
  return { place: pair?.key, value: pair?.value };
}

function scalarText(node: unknown): string {
  return typeof node === 'object' && node !== null ? String(Reflect.get(node, 'value')) : String(node);
}

function startOf(node: unknown): number | undefined {
  const range: unknown = typeof node === 'object' && node !== null ? Reflect.get(node, 'range') : undefined;
  return Array.isArray(range) && typeof range[0] === 'number' ? range[0] : undefined;
}
