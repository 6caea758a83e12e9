/** Scorer `contains`: the target occurs in the answer, or any or all of them. */
import { boolean, object, oneOf } from '../transcript/shape.ts';
import { textNormalizer } from './normalize.ts';
import { MAX_DENOMINATOR } from '../transcript/record.ts';
import { readOptions, RIGHT, targetError, targetTexts, WRONG, type ScorerKind } from './scorer.ts';

interface ContainsOptions {
  readonly mode?: 'any' | 'all';
  /** With mode `all`: found / wanted instead of all or nothing. */
  readonly partial?: boolean;
  readonly whole_words?: boolean;
  readonly ignore_case?: boolean;
  readonly collapse_whitespace?: boolean;
}

const shape = object<ContainsOptions>(
  {},
  {
    mode: oneOf('any', 'all'),
    partial: boolean,
    whole_words: boolean,
    ignore_case: boolean,
    collapse_whitespace: boolean,
  },
);

/** Version 1. What it extracts is the JSON list of the targets that occur. */
export const contains1: ScorerKind = {
  id: 'contains',
  version: 1,
  prepare(config) {
    const options = readOptions('contains', shape, config);
    const normalize = textNormalizer({ ...options, trim: false });
    const occurs = options.whole_words === true ? occursAsWords : (text: string, part: string) => text.includes(part);
    return {
      extract(answer, target) {
        const text = normalize(answer);
        const found = distinctTargets(target).filter((part) => occurs(text, normalize(part)));
        return found.length === 0 ? null : { text: JSON.stringify(found), rule: 'found' };
      },
      judge(extracted, target) {
        const den = distinctTargets(target).length;
        const num = extracted === null ? 0 : (JSON.parse(extracted) as readonly string[]).length;
        if (options.mode !== 'all') return num > 0 ? RIGHT : WRONG;
        if (options.partial === true) return { num, den };
        return num === den ? RIGHT : WRONG;
      },
    };
  },
};

function distinctTargets(target: Parameters<typeof targetTexts>[0]): readonly string[] {
  const texts = [...new Set(targetTexts(target))];
  if (texts.length > MAX_DENOMINATOR) throw targetError(`want at most ${MAX_DENOMINATOR} texts`);
  // An empty text occurs in every answer.
  if (texts.includes('')) throw targetError('want texts that are not empty');
  return texts;
}

const WORD_BEFORE = /[\p{L}\p{N}_]$/u;
const WORD_AFTER = /^[\p{L}\p{N}_]/u;

function occursAsWords(text: string, part: string): boolean {
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) {
    const before = text.slice(Math.max(0, at - 2), at);
    const after = text.slice(at + part.length, at + part.length + 2);
    if (!WORD_BEFORE.test(before) && !WORD_AFTER.test(after)) return true;
  }
  return false;
}
