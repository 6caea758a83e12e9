/** Event streams as bytes: taking them apart at their blank lines and rewriting what is in them. */
import { concatBytes, decodeUtf8, encodeUtf8 } from '../../../core/bytes.ts';
import { canonicalize, type JsonObject } from '../../../core/canonical-json.ts';
import { tryParseObject } from '../../../core/foreign-json.ts';

const LINE_FEED = 10;
const DONE = 'data: [DONE]';

/** The events of a stream, each with the blank line that ends it; what follows the last blank line comes last. */
export async function* splitEvents(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array();
  for await (const chunk of body) {
    rest = concatBytes(rest, chunk);
    for (let end = endOfEvent(rest); end !== -1; end = endOfEvent(rest)) {
      yield rest.subarray(0, end);
      rest = rest.subarray(end);
    }
  }
  if (rest.length > 0) yield rest;
}

function endOfEvent(bytes: Uint8Array): number {
  for (let i = 1; i < bytes.length; i++) if (bytes[i] === LINE_FEED && bytes[i - 1] === LINE_FEED) return i + 1;
  return -1;
}

/** Whether an event is the one that ends a stream. */
export function isDone(event: Uint8Array): boolean {
  return decodeUtf8(event).trim() === DONE;
}

/** The JSON object in an event, or null. */
export function eventData(event: Uint8Array): JsonObject | null {
  const text = decodeUtf8(event).trim();
  if (!text.startsWith('data: ')) return null;
  return tryParseObject(text.slice('data: '.length));
}

/**
 * An event as a gateway writes it again: keys sorted, usage left out unless the client asked for it.
 *
 * @returns Null for an event that has nothing but usage.
 */
export function rewriteEvent(event: Uint8Array, includeUsage: boolean): Uint8Array | null {
  const chunk = eventData(event);
  if (chunk === null) return event;
  const { usage, ...rest } = chunk;
  const onlyUsage = Array.isArray(chunk['choices']) && chunk['choices'].length === 0;
  if (onlyUsage && !includeUsage) return null;
  const kept = onlyUsage && usage !== undefined ? { ...rest, usage } : rest;
  return encodeUtf8(`data: ${canonicalize(kept)}\n\n`);
}
