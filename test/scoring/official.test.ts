import * as fc from '../property.ts';
import { describe, expect, it } from 'vitest';
import { isTouchstoneError } from '../../src/core/errors.ts';
import { passesGold } from '../../src/scoring/gold.ts';
import { findScorer } from '../../src/scoring/registry.ts';
import { MAX_ANSWER_LENGTH, type Scorer, type Verdict } from '../../src/scoring/scorer.ts';
import { OFFICIAL_CASES, type OfficialCase } from './official-cases.ts';

const TIME_LIMIT_MS = 2_000;

function prepared({ id, config }: OfficialCase): Scorer {
  const scorer = findScorer({ id, version: 1, config });
  if (scorer === null) throw new Error(`there is no scorer ${id}@1`);
  return scorer;
}

/** The verdict, or null if the scorer says that the answer costs too much work. */
function verdictOn(scorer: Scorer, answer: string, { target }: OfficialCase): Verdict | null {
  try {
    return scorer.judge(scorer.extract(answer, target)?.text ?? null, target);
  } catch (error) {
    if (isTouchstoneError(error, 'ERR_STEP_LIMIT')) return null;
    throw error;
  }
}

describe.each(OFFICIAL_CASES.map((official) => [official.id, official] as const))('%s', (_, official) => {
  const scorer = prepared(official);

  it('gives 1 for the right answer, and lint can reach it', () => {
    const verdict = verdictOn(scorer, official.right, official);
    expect(verdict?.num).toBe(verdict?.den);
    expect(passesGold(scorer, official.target)).toBe(true);
  });

  it('takes any answer made of what it looks for', () => {
    const piece = fc.oneof(fc.constantFrom(...official.pieces), fc.string({ unit: 'grapheme', maxLength: 4 }));
    const answers = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(answers, (answer) => {
        const verdict = verdictOn(scorer, answer, official);
        if (verdict === null) return;
        expect(verdict.den).toBeGreaterThanOrEqual(1);
        expect(verdict.den).toBeLessThanOrEqual(1000);
        expect(verdict.num).toBeGreaterThanOrEqual(0);
        expect(verdict.num).toBeLessThanOrEqual(verdict.den);
      }),
    );
  });

  it('reads the most expensive answers in bounded time', () => {
    const pairs = official.pieces.flatMap((a) => [a, ...official.pieces.map((b) => a + b)]);
    const step = Math.ceil(pairs.length / 24);
    for (const piece of [...pairs.filter((_, position) => position % step === 0), 'a', 'a ', '1', '\ud83d\ude00']) {
      const answer = piece.repeat(Math.ceil(MAX_ANSWER_LENGTH / piece.length)).slice(0, MAX_ANSWER_LENGTH);
      const started = performance.now();
      verdictOn(scorer, answer, official);
      expect(performance.now() - started, JSON.stringify(piece)).toBeLessThan(TIME_LIMIT_MS);
    }
  });
});
