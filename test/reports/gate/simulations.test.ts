/** Whole gates over simulated runs: do they alarm as rarely as the policy says, and is their power what the formula says? */
import { describe, expect, it } from 'vitest';
import type { RuleOutcome } from '../../../src/reports/gate/model.ts';
import { discordanceVariance, powerOf, requiredItems } from '../../../src/stats/power.ts';
import { list, runPair, uniformOf, type Uniform, type World } from '../../stats/worlds.ts';
import type { VerifiedTranscript } from '../../../src/verifier/verified-transcript.ts';
import { run, sample } from '../runs.ts';
import { decidePair } from './gate-input.ts';

const RUNS = 1000;
const ALPHA = 0.05;

// Made once: what a simulation repeats a million times is only which of the two an item is.
const MOST = 400;
const WRONG = list(MOST, (index) => sample(index, { score: { num: 0, den: 1 } }));
const RIGHT = list(MOST, (index) => sample(index));

function simulated(name: string, scores: readonly number[]): VerifiedTranscript {
  expect(scores.length).toBeLessThanOrEqual(MOST);
  const samples = scores.flatMap((score, index) => (score === 1 ? RIGHT : WRONG)[index] ?? []);
  return run({ samples, endpoint: { name } });
}

/** The verdict of a gate over one simulated pair of runs. */
function gateOver(uniform: Uniform, n: number, world: World & { readonly margin: number }): RuleOutcome {
  const pair = runPair(uniform, n, world);
  const rules = { metrics: { 'mean/1': { non_inferiority: { margin: world.margin, alpha: ALPHA } } } };
  return decidePair(rules, simulated('old', pair.baseline), simulated('new', pair.candidate)).verdict;
}

function shareOf(outcomes: readonly RuleOutcome[], wanted: RuleOutcome): number {
  return outcomes.filter((outcome) => outcome === wanted).length / outcomes.length;
}

describe('A/A gates', { timeout: 120_000 }, () => {
  it.each([0.1, 0.3])('with discordance %d alarm in no more than alpha, and in more than none', (discordance) => {
    const uniform = uniformOf(`gate A/A ${discordance}`);
    const outcomes = list(RUNS, () => gateOver(uniform, 200, { discordance, difference: 0, margin: 0 }));
    const alarms = shareOf(outcomes, 'regressed');
    expect(alarms).toBeGreaterThan(0);
    expect(alarms).toBeLessThanOrEqual(ALPHA + 3 * Math.sqrt((ALPHA * (1 - ALPHA)) / RUNS));
    // Nobody can show that equal runs are better.
    expect(shareOf(outcomes, 'pass')).toBeLessThanOrEqual(ALPHA + 3 * Math.sqrt((ALPHA * (1 - ALPHA)) / RUNS));
  });

  it('with a margin never alarm about equal runs of enough items, and let most of them pass', () => {
    const uniform = uniformOf('gate A/A margin');
    const outcomes = list(300, () => gateOver(uniform, 250, { discordance: 0.1, difference: 0, margin: 0.05 }));
    expect(shareOf(outcomes, 'regressed')).toBe(0);
    expect(shareOf(outcomes, 'pass')).toBeGreaterThan(0.75);
  });
});

describe('the power of a gate', { timeout: 120_000 }, () => {
  it.each([
    ['equal, discordance 0.1, margin 0.05', { discordance: 0.1, difference: 0, margin: 0.05 }, 0.8],
    ['a little worse, discordance 0.2, margin 0.1', { discordance: 0.2, difference: -0.02, margin: 0.1 }, 0.9],
    ['a little better, discordance 0.1, margin 0.05', { discordance: 0.1, difference: 0.01, margin: 0.05 }, 0.7],
  ] as const)('is within three points of the formula: %s', (name, world, power) => {
    const { discordance, difference, margin } = world;
    const design = { variance: discordanceVariance(discordance, difference), alpha: ALPHA, sides: 1 } as const;
    const n = requiredItems(difference + margin, design, power) ?? NaN;
    const uniform = uniformOf(`gate power ${name}`);
    const passed = shareOf(
      list(RUNS, () => gateOver(uniform, n, world)),
      'pass',
    );
    expect(Math.abs(passed - (powerOf(difference + margin, n, design) ?? NaN))).toBeLessThanOrEqual(0.03);
  });

  it('finds a regression as the formula says', () => {
    const world = { discordance: 0.2, difference: -0.15, margin: 0.05 };
    const design = { variance: discordanceVariance(0.2, -0.15), alpha: ALPHA, sides: 1 } as const;
    const n = requiredItems(0.1, design, 0.8) ?? NaN;
    const uniform = uniformOf('gate power regression');
    const alarms = shareOf(
      list(RUNS, () => gateOver(uniform, n, world)),
      'regressed',
    );
    expect(Math.abs(alarms - (powerOf(0.1, n, design) ?? NaN))).toBeLessThanOrEqual(0.03);
  });
});
