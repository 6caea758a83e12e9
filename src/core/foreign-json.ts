/**
 * JSON of others, which have forms of their own: nothing is assumed of it but the JSON grammar.
 *
 * The caller bounds the size of a text before it is parsed. The engine's message is dropped, because it quotes the text.
 */
import { isJsonObject, type JsonObject } from './canonical-json.ts';

/** The value of a JSON text, or undefined if it is not one. */
export function tryParseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The object of a JSON text, or null for any other text. */
export function tryParseObject(text: string): JsonObject | null {
  const value = tryParseJson(text);
  return isJsonObject(value) ? value : null;
}
