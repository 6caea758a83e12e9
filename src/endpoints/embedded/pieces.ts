/** Text and tokens of an answer, told together: no token before the text it stands for is final. */
import { codePoints } from './answer-text.ts';
import type { TokenStep } from './generate.ts';

/** A token with its place in the text. */
export interface PlacedToken extends Pick<TokenStep, 'bytes' | 'logprob' | 'top'> {
  /** Code points of the text before it. */
  readonly offset: number;
}

/** The next part of an answer. */
export interface Piece {
  readonly text: string;
  readonly tokens: readonly PlacedToken[];
}

/** Puts the steps of one job together; the texts of its pieces join to the answer, after the prompt if that is echoed. */
export class Pieces {
  #promptTokens: number;
  #offset = 0;
  #toldLength = 0;
  #waiting: PlacedToken[] = [];

  /** @param promptTokens - How many of the first steps are those of an echoed prompt. */
  constructor(promptTokens: number) {
    this.#promptTokens = promptTokens;
  }

  /** What is final with a step; text and tokens may be empty. */
  add({ bytes, logprob, top, text, length }: TokenStep): Piece {
    this.#waiting.push({ bytes, logprob, top, offset: this.#offset });
    this.#offset += length;
    this.#toldLength += codePoints(text);
    return { text, tokens: this.#take(this.#promptTokens-- > 0) };
  }

  /** The rest, with the text that was held back until the end; tokens of a stop string are left out, as it is. */
  end(tail: string): Piece {
    this.#toldLength += codePoints(tail);
    return { text: tail, tokens: this.#take(false) };
  }

  // Control tokens of a prompt have no text, so they are told at once.
  #take(all: boolean): PlacedToken[] {
    const isWaiting = ({ offset }: PlacedToken): boolean => !all && offset >= this.#toldLength;
    const ready = this.#waiting.filter((token) => !isWaiting(token));
    this.#waiting = this.#waiting.filter(isWaiting);
    return ready;
  }
}
