/**
 * Text ↔ token ids: 6 specials, 256 bytes, then merged pieces that exist only for lower-case word parts.
 *
 * Digits, capitals and punctuation are always single tokens, any UTF-8 text can be encoded, and a control string such
 * as `<s>` inside a text stays ordinary characters: user text can never become a special token.
 */
const SPACE = '\u2581';
const BYTES = 256;
const CACHED_WORDS = 20_000;

/** Who says a message. */
export type Role = 'system' | 'user' | 'assistant';

/** One message of a dialogue. */
export interface ChatMessage {
  readonly role: Role;
  readonly content: string;
}

/** What a weight file says about its tokenizer: special tokens in id order, merged pieces in rank order. */
export interface Vocabulary {
  readonly special: readonly string[];
  readonly pieces: readonly string[];
}

const utf8 = new TextEncoder();

/** Encodes and decodes with one vocabulary. */
export class Tokenizer {
  readonly size: number;
  /** Begins every prompt. */
  readonly beginId: number;
  readonly #firstPiece: number;
  readonly #specials: readonly string[];
  readonly #pieceBytes: readonly Uint8Array[];
  readonly #ranks: ReadonlyMap<string, number>;
  readonly #cache = new Map<string, readonly number[]>();

  constructor(vocabulary: Vocabulary) {
    this.#specials = vocabulary.special;
    this.#firstPiece = vocabulary.special.length + BYTES;
    this.#ranks = new Map(vocabulary.pieces.map((piece, rank) => [piece, rank]));
    this.#pieceBytes = vocabulary.pieces.map((piece) => utf8.encode(piece.replaceAll(SPACE, ' ')));
    this.size = this.#firstPiece + vocabulary.pieces.length;
    this.beginId = this.#special('<s>');
  }

  /** Whether the id is a control token; a model that emits one has ended its turn. */
  isSpecial(id: number): boolean {
    return id < this.#specials.length;
  }

  /** The ids of a text, without any special token. A lone surrogate becomes U+FFFD; U+2581 reads as a space. */
  encode(text: string): number[] {
    const words = text.replaceAll(' ', SPACE).match(/\u2581?[a-z]+|[^]/gu) ?? [];
    return words.flatMap((word) => this.#word(word));
  }

  /** The prompt of a dialogue, up to and including the token after which the assistant speaks. */
  encodeChat(messages: readonly ChatMessage[]): number[] {
    const ids = [this.beginId];
    for (const { role, content } of messages) {
      ids.push(this.#special(`<|${role}|>`), ...this.encode(content));
      if (role === 'assistant') ids.push(this.#special('</s>'));
    }
    return [...ids, this.#special('<|assistant|>')];
  }

  /** The bytes that a token adds to the text; none for a special token. */
  bytesOf(id: number): Uint8Array {
    if (this.isSpecial(id)) return new Uint8Array();
    if (id < this.#firstPiece) return Uint8Array.of(id - this.#specials.length);
    return this.#pieceBytes[id - this.#firstPiece] ?? new Uint8Array();
  }

  #special(text: string): number {
    const id = this.#specials.indexOf(text);
    if (id < 0) throw new RangeError(`the vocabulary has no special token ${text}`);
    return id;
  }

  #word(word: string): readonly number[] {
    const known = this.#cache.get(word);
    if (known !== undefined) return known;
    const ids = mergePieces([...word], this.#ranks).flatMap((symbol) => this.#symbol(symbol));
    if (this.#cache.size < CACHED_WORDS) this.#cache.set(word, ids);
    return ids;
  }

  #symbol(symbol: string): number[] {
    const rank = this.#ranks.get(symbol);
    if (rank !== undefined) return [this.#firstPiece + rank];
    return Array.from(utf8.encode(symbol.replace(SPACE, ' ')), (byte) => this.#specials.length + byte);
  }
}

/** Merge neighbours until no pair is a piece; the lowest rank goes first, the leftmost of equals. */
function mergePieces(symbols: string[], ranks: ReadonlyMap<string, number>): readonly string[] {
  for (;;) {
    let best = Infinity;
    let at = -1;
    for (let i = 0; i + 1 < symbols.length; i++) {
      const rank = ranks.get(`${symbols[i]}${symbols[i + 1]}`) ?? Infinity;
      if (rank < best) [best, at] = [rank, i];
    }
    if (at < 0) return symbols;
    symbols.splice(at, 2, `${symbols[at]}${symbols[at + 1]}`);
  }
}
