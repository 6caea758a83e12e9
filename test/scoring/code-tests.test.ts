import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/core/canonical-json.ts';
import { findScorer } from '../../src/scoring/registry.ts';
import { scoreAnswer, trialOf } from '../../src/scoring/score-answer.ts';
import { passesGold, passesTrial } from '../../src/scoring/gold.ts';
import { MAX_ANSWER_LENGTH, type Scorer } from '../../src/scoring/scorer.ts';
import type { Sandbox, TrialEnd } from '../../src/scoring/trial.ts';
import * as fc from '../property.ts';
import { UNSCORED_POLICY } from '../unscored-policy.ts';

function scorerOf(id: string, config = {}): Scorer {
  const scorer = findScorer({ id, version: 1, config });
  if (scorer === null) throw new Error(`there is no scorer ${id}@1`);
  return scorer;
}

const python = scorerOf('python-tests');
const TARGET = { prompt: 'x = ', tests: ['assert x', 'assert y'], entry_point: 'f' };

function sandboxOf(end: TrialEnd): Sandbox {
  return {
    ready: () => Promise.resolve(),
    run: () => Promise.resolve(end),
    evaluate: () => Promise.resolve({ end: 'failed', output: null }),
    close: () => Promise.resolve(),
  };
}

describe.each(['python-tests', 'javascript-tests'])('%s', (id) => {
  it.each<[string, JsonValue]>([
    ['a text', 'assert x'],
    ['a list', ['assert x']],
    ['nothing', null],
    ['no tests', {}],
    ['an empty list of tests', { tests: [] }],
    ['tests that are no texts', { tests: [1] }],
    ['a prompt that is no text', { tests: 'x', prompt: 1 }],
    ['a solution that is no text', { tests: 'x', solution: ['y'] }],
    ['an unknown field', { tests: 'x', test: 'y' }],
  ])('cannot judge by %s', (_, target) => {
    const scorer = scorerOf(id);
    expect(() => scorer.extract('x', target)).toThrow(expect.objectContaining({ code: 'ERR_SCORER_TARGET' }));
    const answer = { text: 'x', refused: false };
    expect(trialOf({ scorer, policy: UNSCORED_POLICY, answer, target })).toBeNull();
    expect(scoreAnswer({ scorer, policy: UNSCORED_POLICY, answer, target })).toEqual({
      verdict: 'unscored',
      reason: 'scorer',
    });
  });

  it.each([{ find: [] }, { find: ['first'] }, { max_steps: 0 }, { timeout_ms: 1 }, { packages: ['os; import x'] }])(
    'refuses the options %j',
    (config) => {
      expect(() => scorerOf(id, config)).toThrow(expect.objectContaining({ code: 'ERR_SCORER_CONFIG' }));
    },
  );

  it('takes any answer, in time that grows with its length', () => {
    const scorer = scorerOf(id);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        const extracted = scorer.extract(text, TARGET)?.text ?? null;
        expect(scorer.programs?.of(extracted, TARGET)?.source).toContain('assert y');
      }),
    );
    for (const unit of ['```', '```py\n', '~~~', '`', '\n', ' ', '```\n```\n', 'def f\n']) {
      const flood = unit.repeat(MAX_ANSWER_LENGTH).slice(0, MAX_ANSWER_LENGTH);
      const started = performance.now();
      scorer.extract(flood, TARGET);
      expect(performance.now() - started).toBeLessThan(5_000);
    }
  });
});

describe('trialOf()', () => {
  const input = (text: string, finish?: string) => ({
    scorer: python,
    policy: UNSCORED_POLICY,
    answer: { text, refused: false, ...(finish === undefined ? {} : { finish }) },
    target: TARGET,
  });

  it('is the program of prompt, answer and tests', () => {
    expect(trialOf(input('1'))).toEqual({
      language: 'python',
      setUp: '',
      source: 'x = 1\nassert x\nassert y',
      maxSteps: 100_000_000,
      timeoutMs: 30_000,
    });
  });

  it('runs nothing for an answer that is not looked at', () => {
    expect(trialOf(input('1', 'length'))).toBeNull();
    expect(trialOf(input(' '))).toBeNull();
    expect(trialOf(input('x'.repeat(MAX_ANSWER_LENGTH + 1)))).toBeNull();
    expect(trialOf({ ...input('1'), scorer: scorerOf('exact') })).toBeNull();
  });

  it('names how the program ended beside the rule', () => {
    expect(scoreAnswer(input('1'), 'passed')).toMatchObject({ num: 1, den: 1, rule: 'whole:passed' });
    expect(scoreAnswer(input('1'), 'timed-out')).toMatchObject({ num: 0, den: 1, rule: 'whole:timed-out' });
  });

  it('gives no verdict on a program that nobody has run', () => {
    expect(() => scoreAnswer(input('1'))).toThrow(RangeError);
  });
});

describe('passesTrial()', () => {
  it('runs the solution of a target', async () => {
    const target = { ...TARGET, solution: '1' };
    expect(await passesTrial(python, target, sandboxOf('passed'))).toBe(true);
    expect(await passesTrial(python, target, sandboxOf('failed'))).toBe(false);
  });

  it('holds nothing against a target without one, and everything against one that is of no use', async () => {
    expect(await passesTrial(python, TARGET, sandboxOf('failed'))).toBe(true);
    expect(await passesTrial(python, 'x', sandboxOf('passed'))).toBe(false);
    expect(passesGold(python, 'x')).toBe(false);
  });
});
