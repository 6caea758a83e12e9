/** Simulations: do gates alarm as rarely as they claim, and is power what the formula says? */
import { describe, expect, it } from 'vitest';
import { decideByInterval, itemsToDecide } from '../../src/stats/decision.ts';
import { estimateDifference } from '../../src/stats/difference.ts';
import { discordanceVariance, powerOf, requiredItems } from '../../src/stats/power.ts';
import { tangoInterval } from '../../src/stats/tango.ts';
import { list, runPair, uniformOf } from './worlds.ts';

describe('gates with a number of items fixed before', () => {
  it.each([
    [400, 0.1],
    [400, 0.3],
    [100, 0.1],
  ])('A/A over %i items with discordance %d alarms in no more than alpha, and in more than none', (n, discordance) => {
    const runs = 2000;
    const uniform = uniformOf(`A/A ${n} ${discordance}`);
    const decisions = list(runs, () => {
      const estimate = estimateDifference(runPair(uniform, n, { discordance, difference: 0 }), { level: 0.9 });
      return decideByInterval(estimate?.interval ?? null, 0);
    });
    const alarms = decisions.filter((decision) => decision === 'regressed').length / runs;
    expect(alarms).toBeGreaterThan(0);
    expect(alarms).toBeLessThanOrEqual(0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs));
  });

  it.each([
    [0.2, 0, 0.05, 0.8],
    [0.1, 0.01, 0.03, 0.9],
    [0.3, -0.02, 0.1, 0.7],
  ])(
    'power is that of the formula: discordance %d, difference %d, margin %d',
    (discordance, difference, margin, power) => {
      const runs = 1000;
      const design = { variance: discordanceVariance(discordance, difference), alpha: 0.05, sides: 1 } as const;
      const n = requiredItems(difference + margin, design, power) ?? NaN;
      const uniform = uniformOf(`power ${discordance} ${difference}`);
      const passed = list(runs, () => {
        const estimate = estimateDifference(runPair(uniform, n, { discordance, difference }), { level: 0.9 });
        return decideByInterval(estimate?.interval ?? null, margin);
      }).filter((decision) => decision === 'pass').length;
      expect(Math.abs(passed / runs - (powerOf(difference + margin, n, design) ?? NaN))).toBeLessThanOrEqual(0.03);
    },
  );

  it('decideByInterval() decides nothing without an interval', () => {
    expect(decideByInterval(null, 0.1)).toBe('undecided');
    expect(decideByInterval({ low: -0.1, high: 0.1 }, 0.1)).toBe('undecided');
    expect(decideByInterval({ low: -0.09, high: 0.1 }, 0.1)).toBe('pass');
    expect(decideByInterval({ low: -0.3, high: -0.11 }, 0.1)).toBe('regressed');
    expect(() => decideByInterval(null, -1)).toThrow(RangeError);
  });

  it('itemsToDecide() says how many items decide', () => {
    // ((1.644854 + 0.841621) / 0.03)² · 0.2 = 1373.9, with 400 items of a standard error of √(0.2 / 400).
    const open = { n: 400, units: 400, difference: 0.01, standardError: Math.sqrt(0.2 / 400) };
    expect(itemsToDecide(open, { margin: 0.02 })).toBe(1374);
    // The same spread per unit of two items each.
    expect(itemsToDecide({ ...open, n: 800 }, { margin: 0.02 })).toBe(2748);
    expect(itemsToDecide({ ...open, difference: -0.02 }, { margin: 0.02 })).toBeNull();
    expect(itemsToDecide({ ...open, standardError: null }, { margin: 0.02 })).toBeNull();
  });

  it('itemsToDecide() without flips is where the score interval ends at the margin', () => {
    const equal = { n: 20, units: 20, difference: 0, standardError: 0 };
    const needed = itemsToDecide(equal, { margin: 0.02 }) ?? NaN;
    const decided = (n: number): string => decideByInterval(tangoInterval({ gained: 0, lost: 0, n }, 0.9), 0.02);
    expect([decided(needed - 1), decided(needed)]).toEqual(['undecided', 'pass']);
    expect(itemsToDecide(equal, { margin: 0 })).toBeNull();
    expect(itemsToDecide({ ...equal, difference: 1 }, { margin: 0.02 })).toBeNull();
  });
});
