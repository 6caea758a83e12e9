/** Finds JSON in the answer of a model: the whole answer, a fenced block, or something between balanced brackets. */
import { canonicalize, type JsonValue } from '../core/canonical-json.ts';
import { isTouchstoneError } from '../core/errors.ts';
import type { Extraction } from './scorer.ts';

/** Where to look. */
export type JsonPlace = 'whole' | 'fenced' | 'first' | 'last';

/** Most opening brackets that lead nowhere before the search is given up. */
const MAX_DEAD_ENDS = 64;

/** The value of a JSON text that has a canonical form, or undefined. */
export function parseJson(source: string): JsonValue | undefined {
  try {
    const value = JSON.parse(source) as JsonValue;
    // Refuses nesting without bound, numbers beyond range and lone surrogates.
    canonicalize(value);
    return value;
  } catch (error) {
    if (error instanceof SyntaxError || isTouchstoneError(error, 'ERR_CANONICAL_JSON')) return undefined;
    throw error;
  }
}

/** The first place, in the given order, at which there is JSON. */
export function findJson(answer: string, places: readonly JsonPlace[]): Extraction | null {
  for (const place of places) {
    const text = textAt(answer, place);
    if (text !== undefined) return { text, rule: place };
  }
  return null;
}

function textAt(answer: string, place: JsonPlace): string | undefined {
  switch (place) {
    case 'whole':
      return parseJson(answer.trim()) === undefined ? undefined : answer.trim();
    case 'fenced':
      return fencedBlocks(answer).find((block) => parseJson(block) !== undefined);
    case 'first':
      return bracketedValues(answer).next().value ?? undefined;
    case 'last':
      return [...bracketedValues(answer)].at(-1);
  }
}

function fencedBlocks(answer: string): readonly string[] {
  const blocks: string[] = [];
  // Every second piece between fences is inside one; its first line may name a language.
  for (const [position, piece] of answer.split('```').entries()) {
    if (position % 2 === 1) blocks.push(piece.replace(/^[A-Za-z0-9_-]*[ \t]*\r?\n/, '').trim());
  }
  return blocks;
}

/** The outermost bracketed texts that are JSON, from left to right. */
function* bracketedValues(answer: string): Generator<string, undefined> {
  let deadEnds = 0;
  for (let at = nextBracket(answer, 0); at !== -1 && deadEnds < MAX_DEAD_ENDS;) {
    const text = balancedText(answer, at);
    if (text !== undefined && parseJson(text) !== undefined) {
      yield text;
      at = nextBracket(answer, at + text.length);
    } else {
      deadEnds++;
      at = nextBracket(answer, at + 1);
    }
  }
}

function nextBracket(answer: string, from: number): number {
  for (let at = from; at < answer.length; at++) if (answer[at] === '{' || answer[at] === '[') return at;
  return -1;
}

// The text from a bracket to the one that closes it; brackets inside strings do not count.
function balancedText(answer: string, start: number): string | undefined {
  let depth = 0;
  for (let at = start; at < answer.length; at++) {
    const unit = answer[at];
    if (unit === '"') at = stringEnd(answer, at);
    else if (unit === '{' || unit === '[') depth++;
    else if (unit === '}' || unit === ']') depth--;
    if (depth === 0) return answer.slice(start, at + 1);
  }
  return undefined;
}

function stringEnd(answer: string, start: number): number {
  let at = start + 1;
  while (at < answer.length && answer[at] !== '"') at += answer[at] === '\\' ? 2 : 1;
  return at;
}
