/** The arguments of an instruction, read without trust. */
import type { JsonObject, JsonValue } from '../../core/canonical-json.ts';
import { targetError } from '../scorer.ts';
import { strip } from '../python-text.ts';

/** Reads arguments; what is missing or of another kind makes the target of no use. */
export interface Arguments {
  text(name: string): string;
  texts(name: string): readonly string[];
  count(name: string): number;
  /** Whether a number is as many as wanted: `less than` or `at least` so many. */
  holds(relation: string, threshold: string, actual: number): boolean;
}

/** Longest text and longest list. */
const MAX_TEXT = 8192;
const MAX_LIST = 64;

/** The arguments in an object. */
export function readArguments(held: JsonObject): Arguments {
  const wanted = (name: string, what: string): Error => targetError(`want ${what} under "${name}"`);
  const text = (name: string): string => {
    const value = held[name];
    if (isText(value)) return value;
    throw wanted(name, 'a text');
  };
  const count = (name: string): number => {
    const value = held[name];
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    throw wanted(name, 'a number of at least 0');
  };
  return {
    text,
    count,
    texts(name) {
      const value = held[name];
      if (!Array.isArray(value) || value.length === 0 || value.length > MAX_LIST || !value.every(isText))
        throw wanted(name, 'texts');
      return value;
    },
    holds(relation, threshold, actual) {
      switch (text(relation)) {
        case 'less than':
          return actual < count(threshold);
        case 'at least':
          return actual >= count(threshold);
        default:
          throw wanted(relation, '"less than" or "at least"');
      }
    },
  };
}

function isText(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && strip(value) !== '' && value.length <= MAX_TEXT;
}
