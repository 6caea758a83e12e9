/** The events of a server-sent event stream, from the bytes of a whole response. */

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
