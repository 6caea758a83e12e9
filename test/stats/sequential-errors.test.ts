/** Simulations of the sequential test under continuous peeking. */
import { describe, expect, it } from 'vitest';
import { createSequentialTest, type Look, type SequentialRule } from '../../src/stats/sequential.ts';
import { pairsOf, type World } from './worlds.ts';

/** Looks after every pair and stops at the first decision, as a gate would. */
function peek(rule: SequentialRule, world: World, { seed, most }: { seed: string; most: number }): Look {
  const test = createSequentialTest(rule);
  for (const [candidate, baseline] of pairsOf(world, seed)) {
    const look = test.add(candidate, baseline);
    if (look.decision !== 'undecided' || look.pairs === most) return look;
  }
  throw new Error('the pairs ended');
}

function simulate(rule: SequentialRule, world: World, { runs, most }: { runs: number; most: number }): Look[] {
  return Array.from({ length: runs }, (_, run) => peek(rule, world, { seed: `${JSON.stringify(world)} ${run}`, most }));
}

const share = (looks: readonly Look[], decision: Look['decision']): number =>
  looks.filter((look) => look.decision === decision).length / looks.length;

describe('errors of the sequential test, looked at after every pair', () => {
  // The difference is exactly minus the margin, the hardest case for both claims.
  it.each([0.1, 0.3])('each wrong decision stays below alpha over 2,000 runs, discordance %d', (discordance) => {
    const looks = simulate(
      { margin: 0.05, alpha: 0.05 },
      { discordance, difference: -0.05 },
      { runs: 2000, most: 600 },
    );
    expect(share(looks, 'pass')).toBeLessThanOrEqual(0.05);
    expect(share(looks, 'regressed')).toBeLessThanOrEqual(0.05);
  });

  it.each([0.1, 0.3])(
    'A/A with no margin alarms sometimes, and in no more than alpha, discordance %d',
    (discordance) => {
      const looks = simulate({ margin: 0, alpha: 0.05 }, { discordance, difference: 0 }, { runs: 2000, most: 600 });
      expect(share(looks, 'regressed')).toBeGreaterThan(0);
      expect(share(looks, 'regressed')).toBeLessThanOrEqual(0.05);
      expect(share(looks, 'pass')).toBeLessThanOrEqual(0.05);
    },
  );
});

describe('what the sequential test saves', () => {
  it.each([
    ['a clear loss', 'regressed', { discordance: 0.3, difference: -0.15 }],
    ['a broken candidate', 'regressed', { discordance: 0.6, difference: -0.6 }],
    ['a clear gain', 'pass', { discordance: 0.3, difference: 0.15 }],
    ['an equal candidate that rarely differs', 'pass', { discordance: 0.04, difference: 0 }],
  ] as const)('%s saves half of 1,319 requests or more', (_, decision, world) => {
    const looks = simulate({ margin: 0.04, alpha: 0.05 }, world, { runs: 200, most: 1319 });
    expect(share(looks, decision)).toBeGreaterThanOrEqual(0.99);
    expect(looks.reduce((sum, { pairs }) => sum + pairs, 0) / looks.length).toBeLessThanOrEqual(1319 / 2);
  });
});
