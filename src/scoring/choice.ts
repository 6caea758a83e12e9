/** Scorer `choice`: the letter of the option that the answer chooses. */
import type { JsonValue } from '../core/canonical-json.ts';
import { letterAt } from '../suites/letters.ts';
import { integer, list, object, oneOf } from '../transcript/shape.ts';
import { configError, readOptions, RIGHT, targetError, WRONG, type ScorerKind } from './scorer.ts';

type ChoiceRule = 'boxed' | 'answer-is' | 'only' | 'leading' | 'last-line' | 'last-letter';

interface ChoiceOptions {
  /** Number of options, from A on. */
  readonly choices?: number;
  readonly rules?: readonly ChoiceRule[];
}

const shape = object<ChoiceOptions>(
  {},
  {
    choices: integer(2, 26),
    rules: list(oneOf('boxed', 'answer-is', 'only', 'leading', 'last-line', 'last-letter'), 6),
  },
);

const DEFAULT_RULES: readonly ChoiceRule[] = ['boxed', 'answer-is', 'only', 'leading', 'last-line', 'last-letter'];

/** Finds a letter from A up to `last` in an answer. */
type Finder = (answer: string, last: string) => string | undefined;

// The patterns have bounded repetitions only, so a search is linear.
const FINDERS: Readonly<Record<ChoiceRule, Finder>> = {
  // \boxed{B}, \boxed{\text{B}}
  boxed: (answer, last) =>
    lastOf(answer, `\\\\boxed\\{\\s?(?:\\\\(?:text|mathrm|mathbf)\\{)?\\(?([A-${last}])\\)?[}. ]`),
  // answer is B, Answer: **(B)**
  'answer-is': (answer, last) =>
    lastOf(
      answer,
      `\\b[Aa](?:nswer|NSWER)(?:\\s{0,3}(?:is|IS))?\\s{0,3}:?[\\s*("'$]{0,8}([A-${last}])(?![\\p{L}\\p{N}])`,
    ),
  only: (answer, last) => onlyLetter(answer, last),
  // B) 42, (B) 42, B. 42, B: 42
  leading: (answer, last) =>
    new RegExp(`^\\s{0,8}[*(]{0,3}([A-${last}])(?:\\*{0,2}[).:]|\\*\\*)`, 'u').exec(answer)?.[1],
  'last-line': (answer, last) => onlyLetter(answer.trimEnd().split('\n').at(-1) ?? '', last),
  'last-letter': (answer, last) => lastOf(answer, `(?<![\\p{L}\\p{N}])([A-${last}])(?![\\p{L}\\p{N}])`),
};

/** Version 1. What it extracts is the letter. */
export const choice1: ScorerKind = {
  id: 'choice',
  version: 1,
  prepare(config) {
    const { choices = 4, rules = DEFAULT_RULES } = readOptions('choice', shape, config);
    if (rules.length === 0) throw configError('choice', '/rules: want at least one');
    const last = letterAt(choices - 1);
    return {
      extract(answer) {
        for (const rule of rules) {
          const text = FINDERS[rule](answer, last);
          if (text !== undefined) return { text, rule };
        }
        return null;
      },
      judge(extracted, target) {
        const wanted = (Array.isArray(target) ? target : [target]).map((entry: JsonValue) => letterOf(entry, choices));
        if (wanted.length === 0) throw targetError('want at least one letter');
        return extracted !== null && wanted.includes(extracted) ? RIGHT : WRONG;
      },
    };
  },
};

function letterOf(target: JsonValue, choices: number): string {
  const letter = typeof target === 'number' ? letterAt(target) : target;
  const isOption = typeof letter === 'string' && /^[A-Z]$/.test(letter) && letter <= letterAt(choices - 1);
  if (!isOption) throw targetError(`want a letter from A to ${letterAt(choices - 1)}, or its zero-based position`);
  return letter;
}

function lastOf(answer: string, source: string): string | undefined {
  let found: string | undefined;
  for (const match of answer.matchAll(new RegExp(source, 'gu'))) found = match[1];
  return found;
}

function onlyLetter(text: string, last: string): string | undefined {
  const bare = text.trim();
  return bare.length > 12 ? undefined : new RegExp(`^[*("'$]{0,4}([A-${last}])[*)"'$.:]{0,5}$`, 'u').exec(bare)?.[1];
}
