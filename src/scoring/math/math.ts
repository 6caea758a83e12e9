/**
 * Scorer `math`: the mathematical answer is equivalent to the right one, however it is written.
 *
 * LaTeX or plain text; fractions, decimals, roots, powers, symbols, percent, units, mixed numbers, tuples, intervals, sets,
 * unions, matrices, equations, inequalities. Two graders of this kind never agree on everything; docs/suites.md says what
 * this one does.
 *
 * @see D. Hendrycks et al., "Measuring Mathematical Problem Solving With the MATH Dataset", 2021; github.com/openai/prm800k,
 *   grading; github.com/huggingface/Math-Verify
 */
import { list, object, oneOf } from '../../transcript/shape.ts';
import { strip } from '../python-text.ts';
import { configError, readOptions, RIGHT, targetTexts, WRONG, type Extraction, type ScorerKind } from '../scorer.ts';
import { readAnswers } from './answer.ts';
import { closingBrace, MAX_MATH_LENGTH } from './clean-latex.ts';
import { areEquivalent } from './equivalent.ts';

type MathPlace = 'boxed' | 'answer-is' | 'last-math' | 'only' | 'last-number' | 'whole';

interface MathOptions {
  readonly find?: readonly MathPlace[];
}

const PLACES = ['boxed', 'answer-is', 'last-math', 'only', 'last-number', 'whole'] as const;
const shape = object<MathOptions>({}, { find: list(oneOf(...PLACES), PLACES.length) });

/** Version 1. What it extracts is the answer as it is written; a list of targets means any of them. */
export const math1: ScorerKind = {
  id: 'math',
  version: 1,
  prepare(config) {
    const { find = PLACES } = readOptions('math', shape, config);
    if (find.length === 0) throw configError('math', '/find: want at least one');
    return {
      extract(answer) {
        for (const place of find) {
          const text = FINDERS[place](answer);
          if (text !== undefined && strip(text) !== '') return { text: strip(text), rule: place } satisfies Extraction;
        }
        return null;
      },
      judge: (extracted, target) =>
        targetTexts(target).some((right) => extracted !== null && isRight(right, extracted)) ? RIGHT : WRONG,
      gold: (target) => inPlace(find[0], targetTexts(target)[0] ?? ''),
    };
  },
};

// A right answer where the scorer looks for it first.
function inPlace(place: MathPlace | undefined, right: string): string {
  if (place === 'boxed') return `\\boxed{${right}}`;
  if (place === 'answer-is') return `The answer is ${right}`;
  return place === 'last-math' ? `$${right}$` : right;
}

function isRight(right: string, extracted: string): boolean {
  if (strip(right) === extracted) return true;
  if (extracted.length > MAX_MATH_LENGTH || right.length > MAX_MATH_LENGTH) return false;
  const given = readAnswers(extracted);
  return readAnswers(right).some((wanted) => given.some((one) => areEquivalent(wanted, one)));
}

const FINDERS: Readonly<Record<MathPlace, (answer: string) => string | undefined>> = {
  boxed: lastBoxed,
  'answer-is': saidAnswer,
  'last-math': lastMath,
  only: (answer) => (isMathematics(answer) ? answer : undefined),
  'last-number': lastNumber,
  whole: (answer) => (answer.length <= MAX_MATH_LENGTH ? answer : undefined),
};

// Words of three letters and more that are no commands make a sentence.
function isMathematics(answer: string): boolean {
  if (answer.length > MAX_MATH_LENGTH || /(?<![\\A-Za-z])(?!sqrt|sin|cos|tan|log|frac)[A-Za-z]{3}/.test(answer))
    return false;
  return readAnswers(answer).every(({ kind }) => kind !== 'text');
}

// What follows the last "answer is" or "answer:"; of a sentence the mathematics, or what it says something is.
function saidAnswer(answer: string): string | undefined {
  const marker = [...answer.matchAll(/\b[Aa]nswer(?:\s{1,3}is|\s?:|\s?=)[:\s*]{0,5}/g)].at(-1);
  if (marker === undefined) return undefined;
  const line =
    answer
      .slice(marker.index + marker[0].length)
      .split('\n', 1)[0]
      ?.slice(0, MAX_MATH_LENGTH) ?? '';
  const first = line.split(/\.(?:\s|$)/, 1)[0] ?? line;
  const sentence = first.split(/\b(?:is|are)\s/).at(-1) ?? first;
  return lastMath(sentence) ?? (/^\S+(?:\s\S+){3,}$/.test(sentence) ? lastNumber(sentence) : undefined) ?? sentence;
}

function lastMath(answer: string): string | undefined {
  return lastGroup(answer, /\$\$?((?:[^$\n\\]|\\[^\n]){1,500})\$|\\\(([^\n]{1,500}?)\\\)|\\\[([^]{1,500}?)\\\]/g);
}

function lastNumber(answer: string): string | undefined {
  return lastGroup(answer, /(?<![\p{L}\d.,])(-?(?:\d+(?:,\d+)*)?(?:\.\d+)?(?<=\d)(?:\/\d+)?)/gu);
}

// The content of the last \boxed{…} or \fbox{…} that is closed.
function lastBoxed(answer: string): string | undefined {
  let from = answer.length;
  for (let tries = 0; tries < 8; tries++) {
    const at = Math.max(answer.lastIndexOf('\\boxed', from), answer.lastIndexOf('\\fbox', from));
    if (at === -1) return undefined;
    const open = /^\\(?:boxed|fbox)\s{0,2}\{/.exec(answer.slice(at, at + 12));
    const end = open === null ? -1 : closingBrace(answer, at + open[0].length - 1);
    if (open !== null && end !== -1) return answer.slice(at + open[0].length, end);
    const bare = /^\\boxed\s([^\s$]{1,100})/.exec(answer.slice(at, at + 110))?.[1];
    if (bare !== undefined) return bare;
    from = at - 1;
    if (from < 0) return undefined;
  }
  return undefined;
}

function lastGroup(answer: string, pattern: RegExp): string | undefined {
  const groups = [...answer.matchAll(pattern)].at(-1)?.slice(1) ?? [];
  return groups.find((group) => group !== undefined);
}
