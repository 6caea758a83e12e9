import * as fc from '../../property.ts';
import { describe, expect, it } from 'vitest';
import { findMetrics, findScorer } from '../../../src/scoring/registry.ts';
import { MAX_ANSWER_LENGTH } from '../../../src/scoring/scorer.ts';
import { MAX_TURNS } from '../../../src/transcript/wire/dialogue.ts';
import type { ScorerConfig } from '../../../src/suites/definition.ts';
import type { Answer } from '../../../src/transcript/wire/answer.ts';

const FIND = ['first-line', 'last-line', 'json'];

const CONFIGS: readonly [string, ScorerConfig][] = [
  ['rubric', { prompt: '{{ answer }}', grades: ['A', 'B'], scores: ['1', '0'], find: FIND, votes: 3, temperature: 1 }],
  ['pairwise', { prompt: '{{ first }} {{ second }}', find: FIND, votes: 3, temperature: 1 }],
  ['pairwise', { prompt: '{{ first }} {{ second }}', read: 'logprobs' }],
  ['embedding-similarity', {}],
];

/** Texts that are as long as is read, and made to be expensive. */
const FLOODS: readonly string[] = [
  'A',
  ' ',
  '\n',
  'A\n',
  '*',
  '* A',
  ': ',
  'A:',
  '{',
  '[',
  '{"grade":',
  '{}',
  '"',
  '\\',
  ' A',
  '“',
  '{{',
  '{% for a in b %}',
].map((unit) => unit.repeat(MAX_ANSWER_LENGTH).slice(0, MAX_ANSWER_LENGTH));

const number = fc.oneof(
  fc.double({ noDefaultInfinity: true, noNaN: true }),
  fc.constantFrom(0, -0, 1e308, -1e308, 5e-324),
);
const likely = fc.record({ text: fc.constantFrom('A', 'B', 'a', '', 'TIE'), logprob: number });
const anyReply: fc.Arbitrary<Answer> = fc.record(
  {
    text: fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.constantFrom('A', 'Grade: B', '{"grade":"A"}', 'TIE'),
    ),
    refused: fc.boolean(),
    finish: fc.constantFrom('stop', 'length', 'content_filter', 'tool_calls'),
    tokens: fc.array(
      fc.record({ text: fc.constantFrom('A', 'B'), logprob: number, top: fc.array(likely, { maxLength: 4 }) }),
      { maxLength: 2 },
    ),
    vectors: fc.array(fc.array(number, { maxLength: 3 }), { maxLength: 3 }),
  },
  { requiredKeys: ['text', 'refused'] },
);

describe.each(CONFIGS)('%s %j', (id, config) => {
  const scorer = findScorer({ id, version: 1, config });

  it('concludes a score or nothing from any replies, and its metrics add up any', () => {
    const metrics = findMetrics({ id, version: 1, config });
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), fc.array(anyReply, { maxLength: 31 }), (answer, replies) => {
        const verdict = scorer?.asks?.conclude(replies, { answer, target: 'target', input: {} }) ?? null;
        for (const metric of metrics) metric.add(answer, 'target', replies);
        if (verdict === null) return;
        expect(verdict.num).toBeGreaterThanOrEqual(0);
        expect(verdict.num).toBeLessThanOrEqual(verdict.den);
        expect(verdict.den).toBeLessThanOrEqual(1000);
        expect([verdict.num, verdict.den].every(Number.isInteger)).toBe(true);
        expect(verdict.extraction.text).not.toMatch(/NaN|Infinity/);
      }),
      { numRuns: 500 },
    );
    for (const metric of metrics) expect(JSON.stringify(metric.result())).not.toMatch(/NaN|Infinity|null/);
  });

  it('asks about any answer, a bounded number of times', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (answer) => {
        const questions = scorer?.asks?.questions({ answer, target: 'target', input: {} }) ?? [];
        expect(questions.length).toBeGreaterThan(0);
        expect(questions.length).toBeLessThan(MAX_TURNS);
      }),
    );
  });

  it('asks about the longest answers, and reads the longest replies, in bounded time', () => {
    for (const flood of FLOODS) {
      const started = performance.now();
      const subject = { answer: flood, target: 'target', input: {} };
      const questions = scorer?.asks?.questions(subject) ?? [];
      const replies = questions.map(() => ({ text: flood, refused: false }));
      scorer?.asks?.conclude(replies, subject);
      expect(performance.now() - started, JSON.stringify(flood.slice(0, 10))).toBeLessThan(5_000);
    }
  });
});
