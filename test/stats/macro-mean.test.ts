import { describe, expect, it } from 'vitest';
import { estimateDifference } from '../../src/stats/difference.ts';
import { macroMean, type PartEstimate } from '../../src/stats/macro-mean.ts';
import { expectNear } from './reference.ts';
import { list, runPair, uniformOf, type World } from './worlds.ts';

const part = (value: number, low: number, high: number): PartEstimate => ({ value, interval: { low, high } });

describe('macroMean()', () => {
  it('is the mean, and its bounds are off by the root of the squares over the number', () => {
    // (0.1 + 0.3) / 2; 0.03 and 0.04 below, 0.05 and 0.12 above: sqrt(9 + 16) / 2 = 2.5 and sqrt(25 + 144) / 2 = 6.5 points.
    const mean = macroMean([part(0.1, 0.07, 0.15), part(0.3, 0.26, 0.42)]);
    expectNear(mean?.value, 0.2);
    expectNear(mean?.interval.low, 0.175);
    expectNear(mean?.interval.high, 0.265);
  });

  it('of one part is that part, and of none null', () => {
    expect(macroMean([part(0.5, 0.25, 0.75)])).toEqual(part(0.5, 0.25, 0.75));
    expect(macroMean([])).toBeNull();
  });

  it('covers the true mean difference of four suites of unequal size', { timeout: 30_000 }, () => {
    const suites: readonly (readonly [number, World])[] = [
      [30, { discordance: 0.1, difference: 0.02 }],
      [100, { discordance: 0.3, difference: -0.1 }],
      [400, { discordance: 0.2, difference: 0.05 }],
      [60, { discordance: 0.5, difference: 0.3 }],
    ];
    const truth = (0.02 - 0.1 + 0.05 + 0.3) / 4;
    const uniform = uniformOf('macro mean');
    const hits = list(1000, () => {
      const parts = suites.flatMap(([n, world]) => {
        const found = estimateDifference(runPair(uniform, n, world));
        return found === null ? [] : [{ value: found.difference, interval: found.interval }];
      });
      const { low, high } = macroMean(parts)?.interval ?? { low: 1, high: -1 };
      return low <= truth && truth <= high;
    }).filter(Boolean).length;
    expect(hits / 1000).toBeGreaterThanOrEqual(0.93);
    expect(hits / 1000).toBeLessThanOrEqual(0.975);
  });
});
