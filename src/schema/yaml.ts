/** YAML as people write it: read strictly, as plain JSON, with the line of every part. */
import { isAlias, isMap, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import { canonicalize, type JsonValue } from '../core/canonical-json.ts';
import { InputError } from '../core/errors.ts';
import { pointerKeys } from '../core/json-pointer.ts';

/** A YAML text and where its parts stand. */
export interface YamlText {
  readonly value: JsonValue;
  /** One-based line of the value at a JSON pointer, or of the nearest value around it. */
  lineOf(pointer: string): number;
}

/** Makes the error of a fault at a one-based line. */
type YamlFault = (line: number, fault: string, cause?: unknown) => Error;

/**
 * Read a YAML text.
 *
 * Whatever has no JSON form is a fault, and so are duplicate keys, unknown tags and aliases that grow without bound.
 *
 * @param faultAt - Makes what is thrown.
 */
export function parseYaml(source: string, faultAt: YamlFault): YamlText {
  const lines = new LineCounter();
  const document = parseDocument(source, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    logLevel: 'silent',
  });
  const [fault] = [...document.errors, ...document.warnings].toSorted((a, b) => a.pos[0] - b.pos[0]);
  if (fault !== undefined) throw faultAt(lines.linePos(fault.pos[0]).line, fault.message);
  const lineOf = (pointer: string): number => Math.max(1, lines.linePos(offsetOf(document, pointer)).line);
  const value = valueOf(document, faultAt);
  checkPlain(value, lineOf, faultAt);
  return { value: value as JsonValue, lineOf };
}

function valueOf(document: Document, faultAt: YamlFault): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw faultAt(1, 'an alias is unresolved or grows without bound', cause);
  }
}

// YAML has numbers that JSON has not.
function checkPlain(value: unknown, lineOf: YamlText['lineOf'], faultAt: YamlFault): void {
  try {
    canonicalize(value);
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    throw faultAt(lineOf(cause.pointer ?? ''), 'a value is not plain JSON', cause);
  }
}

// For a key of a mapping, the place of the key: that is where the author looks.
function offsetOf(document: Document, pointer: string): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const key of pointerKeys(pointer)) {
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
