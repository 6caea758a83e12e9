/**
 * Scorer `pot-numeric`: the result of a program equals the right one when both are rounded to the places of the shorter one.
 *
 * It compares results; nothing is run. A text is a number if Python would print one so: 18.0 has one place, 18 has none
 * and counts as five.
 *
 * @see W. Chen et al., "Program of Thoughts Prompting", TMLR 2023; github.com/wenhuchen/Program-of-Thoughts, finqa_equal
 */
import type { JsonValue } from '../core/canonical-json.ts';
import { object } from '../transcript/shape.ts';
import { floatText, parsePythonNumber, roundHalfEven, type PythonNumber } from './python-number.ts';
import { strip } from './python-text.ts';
import { readOptions, RIGHT, targetTexts, WRONG, type Extraction, type ScorerKind } from './scorer.ts';

const shape = object<object>({});

const DEFAULT_PLACES = 5;

/** Version 1. What it extracts is the result; write the target as a text if it is a float such as 18.0. */
export const potNumeric1: ScorerKind = {
  id: 'pot-numeric',
  version: 1,
  prepare(config) {
    readOptions('pot-numeric', shape, config);
    return {
      extract: readResult,
      judge: (extracted, target) =>
        targetTexts(target).some((right) => extracted !== null && isEqual(extracted, strip(right))) ? RIGHT : WRONG,
      gold: (target: JsonValue) => targetTexts(target)[0] ?? '',
    };
  },
};

function readResult(answer: string): Extraction | null {
  const text = strip(answer);
  if (text === '' || text === 'None' || text === 'null') return null;
  return { text, rule: parsePythonNumber(text) === null ? 'text' : 'number' };
}

function isEqual(result: string, right: string): boolean {
  if (result === 'True') return right === 'yes';
  if (result === 'False') return right === 'no';
  const [got, wanted] = [parsePythonNumber(result), parsePythonNumber(right)];
  if (got === null || wanted === null) return result === right;
  const places = Math.min(placesOf(got), placesOf(wanted));
  return roundHalfEven(got.value, places) === roundHalfEven(wanted.value, places);
}

// An exponent counts as places too, as in the official code.
function placesOf({ kind, value }: PythonNumber): number {
  const text = kind === 'int' ? '' : floatText(value);
  return text.includes('.') ? (text.split('.').at(-1) ?? '').length : DEFAULT_PLACES;
}
