/**
 * The YAML of compose files from hostile reports.
 *
 * The library reads YAML by recursion, and near the end of the stack the engine may abort instead of throwing. So
 * nesting is bounded first, on the tokens of its lexer, which does not recurse.
 */
import { isScalar, Lexer, parseDocument, visit, type Document } from 'yaml';
import { isJsonObject, type JsonObject } from '../../core/canonical-json.ts';

/** Most UTF-16 units in a file: twice what has been seen, since some YAML takes long to read. */
export const MAX_COMPOSE_UNITS = 65_536;

// A block lies to the right of the one around it, or in the same column if it is the list of a key.
const MAX_COLUMN = 160;
const MAX_FLOW_DEPTH = 32;
const OPENING = ['[', '{'];
const CLOSING = [']', '}'];
const INDICATORS = ['-', '?', ':'];

/** The mapping in a YAML text; null if it is none, has a key twice, or is larger or deeper than a compose file is. */
export function tryParseCompose(text: string): JsonObject | null {
  if (text.length > MAX_COMPOSE_UNITS || !isShallow(text)) return null;
  const options = {
    merge: true,
    stringKeys: true,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  } as const;
  try {
    const document = parseDocument(text, options);
    if (document.errors.length > 0 || document.warnings.length > 0 || hasDuplicateKeys(document)) return null;
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    return isJsonObject(value) ? value : null;
  } catch {
    // An alias that is unresolved or grows without bound.
    return null;
  }
}

function isShallow(text: string): boolean {
  let column = 0;
  let flowDepth = 0;
  for (const token of new Lexer().lex(text)) {
    if (OPENING.includes(token)) flowDepth++;
    if (CLOSING.includes(token)) flowDepth = Math.max(0, flowDepth - 1);
    if (flowDepth > MAX_FLOW_DEPTH) return false;
    if (flowDepth === 0 && INDICATORS.includes(token) && column > MAX_COLUMN) return false;
    const lineStart = token.lastIndexOf('\n') + 1;
    column = lineStart === 0 ? column + token.length : token.length - lineStart;
  }
  return true;
}

// The library's own check compares every two keys of a mapping.
function hasDuplicateKeys(document: Document): boolean {
  let found = false;
  visit(document, {
    Map(_, { items }) {
      const names = items.map(({ key }) => (isScalar(key) ? String(key.value) : ''));
      found ||= new Set(names).size < names.length;
    },
  });
  return found;
}
