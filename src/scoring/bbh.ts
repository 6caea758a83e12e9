/**
 * Scorer `bbh`: the answer of BIG-Bench Hard, given at once or after a chain of thought that ends in "So the answer is X."
 *
 * The authors ship no scorer. This rule gives all their published accuracies from their recorded outputs.
 *
 * @see github.com/suzgunmirac/BIG-Bench-Hard
 */
import { object, oneOf } from '../transcript/shape.ts';
import { strip } from './python-text.ts';
import { readOptions, RIGHT, targetTexts, WRONG, type Extraction, type ScorerKind } from './scorer.ts';

interface BbhOptions {
  readonly mode?: 'direct' | 'cot';
}

const shape = object<BbhOptions>({}, { mode: oneOf('direct', 'cot') });

const MARKER = 'answer is ';

/** Version 1. A list of targets means any of them. */
export const bbh1: ScorerKind = {
  id: 'bbh',
  version: 1,
  prepare(config) {
    const { mode = 'cot' } = readOptions('bbh', shape, config);
    return {
      extract: (answer) => (mode === 'direct' ? { text: strip(answer), rule: 'whole' } : afterThought(answer)),
      judge: (extracted, target) => (targetTexts(target).some((wanted) => strip(wanted) === extracted) ? RIGHT : WRONG),
      gold: (target) => `${mode === 'cot' ? `So the ${MARKER}` : ''}${targetTexts(target)[0] ?? ''}`,
    };
  },
};

function afterThought(answer: string): Extraction {
  const at = answer.indexOf(MARKER);
  if (at === -1) return { text: strip(answer), rule: 'whole' };
  const line = strip(strip(answer.slice(at + MARKER.length)).split('\n', 1)[0] ?? '');
  return { text: line.endsWith('.') ? strip(line.slice(0, -1)) : line, rule: 'answer-is' };
}
