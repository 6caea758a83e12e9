import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/errors.ts';
import { findScorer } from '../../src/scoring/registry.ts';
import { scoreAnswer } from '../../src/scoring/score-answer.ts';
import { MAX_ANSWER_LENGTH, type Scorer } from '../../src/scoring/scorer.ts';
import { UNSCORED_POLICY } from '../unscored-policy.ts';

function exact(): Scorer {
  const scorer = findScorer({ id: 'exact', version: 1, config: {} });
  if (scorer === null) throw new Error('there is no scorer exact@1');
  return scorer;
}

const RIGHT = { verdict: 'scored', num: 1, den: 1, extracted: '42', rule: 'whole' };

describe('scoreAnswer()', () => {
  it('scores an answer that ended by itself', () => {
    const answer = { text: ' 42', refused: false, finish: 'stop' };
    expect(scoreAnswer({ scorer: exact(), policy: UNSCORED_POLICY, answer, target: 42 })).toEqual(RIGHT);
  });

  it('scores an answer without a finish reason', () => {
    const answer = { text: '42', refused: false };
    expect(scoreAnswer({ scorer: exact(), policy: UNSCORED_POLICY, answer, target: '42' })).toEqual(RIGHT);
  });

  it.each([
    ['truncated', { text: '42', refused: false, finish: 'length' }],
    ['truncated', { text: '', refused: false, finish: 'length' }],
    ['filtered', { text: '42', refused: true, finish: 'content_filter' }],
    ['refused', { text: 'No.', refused: true, finish: 'length' }],
    ['empty', { text: ' \n', refused: false, finish: 'stop' }],
  ] as const)('says %s, and judges the answer where the suite does not know that reason', (reason, answer) => {
    const input = { scorer: exact(), answer, target: '42' };
    expect(scoreAnswer({ ...input, policy: UNSCORED_POLICY })).toEqual({ verdict: 'unscored', reason });
    expect(scoreAnswer({ ...input, policy: { ...UNSCORED_POLICY, [reason]: 'scored' } }).verdict).toBe('scored');
  });

  it('does not read an answer that is too long', () => {
    const longest = { text: `42${' '.repeat(MAX_ANSWER_LENGTH - 2)}`, refused: false };
    expect(scoreAnswer({ scorer: exact(), policy: UNSCORED_POLICY, answer: longest, target: '42' })).toEqual(RIGHT);
    const tooLong = { ...longest, text: `${longest.text} ` };
    const unscored = { verdict: 'unscored', reason: 'scorer' };
    expect(scoreAnswer({ scorer: exact(), policy: UNSCORED_POLICY, answer: tooLong, target: '42' })).toEqual(unscored);
  });

  it('replaces half of a surrogate pair, which could not be committed to', () => {
    const answer = { text: 'a\ud800b', refused: false };
    const verdict = scoreAnswer({ scorer: exact(), policy: UNSCORED_POLICY, answer, target: 'x' });
    expect(verdict).toMatchObject({ extracted: 'a\ufffdb' });
  });

  it.each([{ a: 1 }, [], [null], null])('says scorer for the target %j, which nothing can equal', (target) => {
    const answer = { text: '42', refused: false };
    const unscored = { verdict: 'unscored', reason: 'scorer' };
    expect(scoreAnswer({ scorer: exact(), policy: UNSCORED_POLICY, answer, target })).toEqual(unscored);
  });

  it('says scorer when an answer costs too much work', () => {
    const costly: Scorer = {
      extract: () => {
        throw new InputError('ERR_STEP_LIMIT', 'too much');
      },
      judge: () => ({ num: 0, den: 1 }),
    };
    const answer = { text: '42', refused: false };
    expect(scoreAnswer({ scorer: costly, policy: UNSCORED_POLICY, answer, target: '' })).toMatchObject({
      reason: 'scorer',
    });
  });

  it('does not hide a bug as a missing score', () => {
    const broken: Scorer = {
      extract: () => {
        throw new TypeError('bug');
      },
      judge: () => ({ num: 0, den: 1 }),
    };
    const answer = { text: '42', refused: false };
    expect(() => scoreAnswer({ scorer: broken, policy: UNSCORED_POLICY, answer, target: '' })).toThrow(TypeError);
  });
});
