/** Which integers of a JSON text are written as floats: to draft 4, 1.0 is no integer, and no parser tells. */
import type { JsonValue } from '../../core/canonical-json.ts';

/** The integers that are written with a fraction or an exponent, by what holds them. */
export interface WrittenFloats {
  /** Whether the whole value is one. */
  readonly root: boolean;
  readonly inside: ReadonlyMap<object, ReadonlySet<string>>;
}

/** None. */
export const NO_FLOATS: WrittenFloats = { root: false, inside: new Map() };

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/gs;

/**
 * The floats of a JSON text.
 *
 * @param text - A JSON text that parses.
 * @param value - What it parses to.
 */
export function findFloats(text: string, value: JsonValue): WrittenFloats {
  let isAny = false;
  const marked = text.replace(STRING_OR_NUMBER, (token) => {
    const isFloat = /^[-\d].*[.eE]/s.test(token) && Number.isInteger(Number(token));
    isAny ||= isFloat;
    return isFloat ? 'null' : token;
  });
  if (!isAny) return NO_FLOATS;
  const inside = new Map<object, ReadonlySet<string>>();
  const twin: JsonValue = JSON.parse(marked) as JsonValue;
  walk(value, twin, inside);
  return { root: typeof value === 'number' && twin === null, inside };
}

// Both trees have the same form; a number that is null in the twin is written as a float.
function walk(value: JsonValue, twin: JsonValue, inside: Map<object, ReadonlySet<string>>): void {
  if (typeof value !== 'object' || value === null || typeof twin !== 'object' || twin === null) return;
  const twins = new Map(Object.entries(twin));
  const floats = new Set<string>();
  for (const [key, held] of Object.entries<JsonValue>(value as Readonly<Record<string, JsonValue>>)) {
    const other = twins.get(key) ?? null;
    if (typeof held === 'number' && other === null) floats.add(key);
    walk(held, other, inside);
  }
  if (floats.size > 0) inside.set(value, floats);
}
