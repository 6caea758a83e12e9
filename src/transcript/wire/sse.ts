/** The events of a server-sent event stream, from the bytes of a whole response. */
import { tryDecodeUtf8 } from '../../core/bytes.ts';

/**
 * The data of every event in a stream, in order; comments and other fields are skipped.
 *
 * @param text - The decoded response body. An event that is not closed by an empty line is dropped, as the
 *   specification asks, because a cut stream ends that way.
 * @see WHATWG HTML, 9.2.6 Interpreting an event stream
 */
export function eventData(text: string): readonly string[] {
  const events: string[] = [];
  let data: string[] = [];
  for (const line of text.split(/\r\n|\n|\r/).slice(0, -1)) {
    if (line === '') {
      if (data.length > 0) events.push(data.join('\n'));
      data = [];
    } else if (line === 'data' || line.startsWith('data:')) {
      data.push(line.slice(line.startsWith('data: ') ? 6 : 5));
    }
  }
  return events;
}

/** Whether a response body is an event stream and not one JSON value; empty lines before it keep a connection alive. */
export function isEventStream(text: string): boolean {
  return /^[\r\n]*(?:data|event|id|retry)?:/.test(text);
}

/**
 * Whether a response is an event stream and, if it is, whether it was sent to its end; null for any other response.
 *
 * The end is the event `[DONE]`, closed by an empty line: whatever comes later, and whatever a stream without it says, is
 * not the whole answer.
 */
export function streamEnd(response: Uint8Array): { readonly complete: boolean } | null {
  const text = tryDecodeUtf8(response);
  if (text === null || !isEventStream(text)) return null;
  return { complete: eventData(text).at(-1) === '[DONE]' };
}
