/**
 * Turns the bytes of tokens into text that may be sent: a character that is not complete yet is held back, and so is
 * the beginning of a possible stop string. Chunks therefore always join to the text of the whole answer.
 */

/** Collects one answer. */
export class AnswerText {
  readonly #stops: readonly string[];
  // ignoreBOM: a byte order mark is text like any other.
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #held = '';
  #stopped = false;

  /** @param stops - Strings that end the answer and are not part of it; none is empty. */
  constructor(stops: readonly string[]) {
    this.#stops = stops;
  }

  /** Whether a stop string was met; nothing more will come. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Take the bytes of one token; returns the text that is now safe to send, which may be empty. */
  add(bytes: Uint8Array): string {
    return this.#release(this.#decoder.decode(bytes, { stream: true }), false);
  }

  /** No more tokens: returns what was held back, an incomplete character as U+FFFD. */
  end(): string {
    return this.#release(this.#decoder.decode(), true);
  }

  #release(text: string, last: boolean): string {
    if (this.#stopped) return '';
    const all = this.#held + text;
    const places = this.#stops.map((stop) => all.indexOf(stop)).filter((place) => place >= 0);
    if (places.length > 0) {
      this.#stopped = true;
      return all.slice(0, Math.min(...places));
    }
    const safe = last ? all.length : all.length - heldLength(all, this.#stops);
    this.#held = all.slice(safe);
    return all.slice(0, safe);
  }
}

/** Number of code points in a text. */
export function codePoints(text: string): number {
  return [...text].length;
}

/** Length of the longest end of the text that begins a stop string. */
function heldLength(text: string, stops: readonly string[]): number {
  const longest = Math.max(0, ...stops.map((stop) => stop.length - 1));
  for (let length = Math.min(longest, text.length); length > 0; length--) {
    const end = text.slice(-length);
    if (stops.some((stop) => stop.startsWith(end))) return length;
  }
  return 0;
}
