/** JSON that a model wrote. */
import type { JsonValue } from '../../core/canonical-json.ts';

/** The value in a text; undefined if it is no JSON. */
export function tryParseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
