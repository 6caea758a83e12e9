/** The id under which a provider keeps what it says about an answer. */
import { tryParseObject } from '../../core/foreign-json.ts';
import { eventData, isEventStream } from '../../transcript/wire/sse.ts';

/** Part of an event stream in which the id has to be. */
const MAX_STREAM_HEAD_BYTES = 65_536;

const MAX_JSON_BYTES = 16 * 1024 * 1024;

// Not one or two dots alone, which a server may take for a step in a path.
const ID = /^(?!\.{1,2}$)[\x21-\x7e]{1,256}$/;

/**
 * The id in a response: that of a JSON body, or of the first event of a stream that has one.
 *
 * @returns Null if there is none of 1 to 256 visible ASCII characters.
 */
export function chatId(response: Uint8Array): string | null {
  const head = latin1(response.subarray(0, MAX_STREAM_HEAD_BYTES));
  if (isEventStream(head)) return firstId(eventData(head));
  return response.length > MAX_JSON_BYTES ? null : firstId([latin1(response)]);
}

function firstId(texts: readonly string[]): string | null {
  for (const text of texts) {
    const id = tryParseObject(text)?.['id'];
    if (typeof id === 'string') return ID.test(id) ? id : null;
  }
  return null;
}

// ASCII reads the same in Latin-1 and in UTF-8, and no cut is inside a character. Clients drop a byte order mark.
function latin1(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return text.startsWith('\u00EF\u00BB\u00BF') ? text.slice(3) : text;
}
