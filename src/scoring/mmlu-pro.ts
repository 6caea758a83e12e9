/**
 * Scorer `mmlu-pro`: the letter by the extraction rules of MMLU-Pro, of which the first is far stricter than the second.
 *
 * The official aggregate replaces a missing answer by a random letter; `no_answer: guess` gives the expected value of that,
 * one of as many as the item has options, so that the mean is exact and the same every time.
 *
 * @see github.com/TIGER-AI-Lab/MMLU-Pro, compute_accuracy.py and evaluate_from_local.py
 */
import { isJsonObject, type JsonValue } from '../core/canonical-json.ts';
import { object, oneOf } from '../transcript/shape.ts';
import { PYTHON_SPACE, PYTHON_WORD } from './python-text.ts';
import { readOptions, RIGHT, targetError, WRONG, type Extraction, type ScorerKind } from './scorer.ts';

interface MmluProOptions {
  readonly level?: 'l1' | 'l2';
  readonly no_answer?: 'wrong' | 'guess';
}

const shape = object<MmluProOptions>({}, { level: oneOf('l1', 'l2'), no_answer: oneOf('wrong', 'guess') });

/** Version 1. What it extracts is the letter; the target is a letter, or `{answer, options}` with the number of options. */
export const mmluPro1: ScorerKind = {
  id: 'mmlu-pro',
  version: 1,
  prepare(config) {
    const { level = 'l2', no_answer = 'wrong' } = readOptions('mmlu-pro', shape, config);
    return {
      extract: (answer) => extractLetter(answer, level),
      judge(extracted, target) {
        const { letter, options } = readTarget(target);
        if (extracted !== null || no_answer === 'wrong') return extracted === letter ? RIGHT : WRONG;
        if (options === null) throw targetError('want {"answer": letter, "options": number} to guess by');
        return { num: 1, den: options };
      },
      gold: (target) => `The answer is (${readTarget(target).letter}).`,
    };
  },
};

const ANSWER_IS = /answer is \(?([A-J])\)?/;
const ANSWER_COLON = new RegExp(`[aA]nswer:[${PYTHON_SPACE}]*([A-J])`, 'gu');
const LONE_LETTER = new RegExp(`(?<![${PYTHON_WORD}])[A-J](?![${PYTHON_WORD}])`, 'gu');

function extractLetter(answer: string, level: 'l1' | 'l2'): Extraction | null {
  const first = ANSWER_IS.exec(answer)?.[1];
  if (first !== undefined) return { text: first, rule: 'answer-is' };
  if (level === 'l1') return null;
  const second = afterColon(answer);
  if (second !== undefined) return { text: second, rule: 'answer-colon' };
  const last = [...answer.matchAll(LONE_LETTER)].at(-1)?.[0];
  return last === undefined ? null : { text: last, rule: 'last-letter' };
}

// The official pattern begins with a greedy `.*`, so the first line that has a match counts, and the last match in it.
// Matches may overlap: in "Answer: Answer: B" the first one takes the A of the second.
function afterColon(answer: string): string | undefined {
  let found: RegExpExecArray | null = null;
  const pattern = new RegExp(ANSWER_COLON);
  for (let match = pattern.exec(answer); match !== null; match = pattern.exec(answer)) {
    if (found !== null && answer.slice(found.index, match.index).includes('\n')) break;
    found = match;
    pattern.lastIndex = match.index + 1;
  }
  return found?.[1];
}

function readTarget(target: JsonValue): { readonly letter: string; readonly options: number | null } {
  const letter = isJsonObject(target) ? target['answer'] : target;
  const options = isJsonObject(target) ? (target['options'] ?? null) : null;
  const isCount = typeof options === 'number' && Number.isInteger(options) && options >= 1 && options <= 10;
  if (typeof letter !== 'string' || !/^[A-J]$/.test(letter)) throw targetError('want a letter from A to J');
  if (options !== null && !isCount) throw targetError('want 1 to 10 options');
  return { letter, options };
}
