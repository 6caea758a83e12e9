import * as fc from '../property.ts';
import { describe, expect, it } from 'vitest';
import type { ScorerConfig } from '../../src/suites/definition.ts';
import { findScorer } from '../../src/scoring/registry.ts';
import { MAX_ANSWER_LENGTH } from '../../src/scoring/scorer.ts';

const CONFIGS: readonly [string, ScorerConfig, string][] = [
  [
    'exact',
    { ignore_case: true, collapse_whitespace: true, strip_punctuation: true, take: 'last-line', remove: ',' },
    'x',
  ],
  ['contains', { mode: 'all', partial: true, whole_words: true, ignore_case: true }, 'x'],
  ['regex', { patterns: ['(\\d+)\\s*$', '(?:a|b)+c', '.*x.*y'], take: 'last' }, 'x'],
  ['number', { after: ['####'] }, '1'],
  ['choice', {}, 'A'],
  ['json', { find: ['whole', 'fenced', 'first', 'last'], partial: true, schema: '{"type":"object"}' }, 'x'],
];

/** Texts that are as long as a scorer reads and made to be expensive. */
const FLOODS: readonly string[] = [
  'a',
  '1',
  ' ',
  '\n',
  '{',
  '[',
  '"',
  '```',
  '-',
  '1,',
  ',111',
  '.',
  '\\',
  '\\boxed{',
  'Answer: ',
  '(((',
  'A ',
  '{"a":',
  '[{}',
  '****',
].map((unit) => unit.repeat(MAX_ANSWER_LENGTH).slice(0, MAX_ANSWER_LENGTH));

describe.each(CONFIGS)('%s', (id, config, target) => {
  const scorer = findScorer({ id, version: 1, config });

  it('takes any answer', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (answer) => {
        const extracted = scorer?.extract(answer, target) ?? null;
        const verdict = scorer?.judge(extracted?.text ?? null, target);
        expect(verdict?.den).toBeGreaterThanOrEqual(1);
        expect(verdict?.num).toBeLessThanOrEqual(verdict?.den ?? 0);
      }),
    );
  });

  it('reads the most expensive answers in bounded time', () => {
    for (const flood of FLOODS) {
      const started = performance.now();
      try {
        const extracted = scorer?.extract(flood, target) ?? null;
        scorer?.judge(extracted?.text ?? null, target);
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_STEP_LIMIT' });
      }
      expect(performance.now() - started, JSON.stringify(flood.slice(0, 10))).toBeLessThan(5_000);
    }
  });
});
