import { describe, expect, it } from 'vitest';
import { createBudget, type Budget, type Reservation } from '../../src/runner/budget.ts';
import type { Plan } from '../../src/transcript/plan.ts';

/** A dollar per million prompt tokens and two per million completion tokens, of which there are at most 100. */
function budgetOf(budget: Plan['budget'], hasPrices = true): Budget {
  const prices = { prompt_usd_per_mtok: '1', completion_usd_per_mtok: '2', dated: '2026-01-01' };
  const rules = { parameters: { max_tokens: 100 } } as Plan['rules'];
  return createBudget({ budget, rules, ...(hasPrices ? { prices } : {}) });
}

function reserveNow(budget: Budget, bodyBytes = 800): Reservation {
  const reservation = budget.reserve({ bodyBytes });
  if (reservation === null || reservation instanceof Promise) throw new Error('there is no room');
  return reservation;
}

const answered = { status: 'ok', prompt_tokens: 200, completion_tokens: 10, response: 'x' } as const;

describe('createBudget()', () => {
  it('createBudget() without limits refuses nothing and counts what is spent', () => {
    const budget = budgetOf({});
    reserveNow(budget).settle(answered);
    // 200 × $1/M + 10 × $2/M
    expect(budget.spentUsd).toBeCloseTo(0.00022, 12);
    expect(budgetOf({}, false).spentUsd).toBeNull();
  });

  it('createBudget() counts requests, whatever came of them, but not those that were never sent', () => {
    const budget = budgetOf({ max_requests: 2 }, false);
    reserveNow(budget).settle({ status: 'http' });
    reserveNow(budget).cancel();
    reserveNow(budget);
    expect(budget.exhausted).toBe(false);
    expect(budget.reserve({ bodyBytes: 1 })).toBeNull();
    expect(budget.exhausted).toBe(true);
  });

  it('createBudget() refuses everything after a request was refused in an earlier session', () => {
    const budget = budgetOf({ max_cost_usd: '1' });
    budget.exhaust();
    expect(budget.reserve({ bodyBytes: 1 })).toBeNull();
  });

  it('createBudget() makes requests wait for what others give back, in order, and refuses the rest', async () => {
    // Each reserves 800 × $1/M + 100 × $2/M = $0.001 and takes $0.00022.
    const budget = budgetOf({ max_cost_usd: '0.0021' });
    const first = reserveNow(budget);
    const second = reserveNow(budget);
    const order: string[] = [];
    const waiting = ['third', 'fourth'].map(async (name) => {
      const reservation = await budget.reserve({ bodyBytes: 800 });
      order.push(`${name} ${reservation === null ? 'refused' : 'reserved'}`);
      return reservation;
    });
    first.settle(answered);
    await Promise.resolve();
    expect(order).toEqual([]);
    second.settle(answered);
    const third = await waiting[0];
    expect(order).toEqual(['third reserved']);
    third?.settle({ status: 'timeout' });
    expect(await waiting[1]).toBeNull();
    expect(order).toEqual(['third reserved', 'fourth refused']);
    expect(budget.reserve({ bodyBytes: 1 })).toBeNull();
    // Two answers, and the third as much as it could have taken.
    expect(budget.spentUsd).toBeCloseTo(2 * 0.00022 + 0.001, 12);
  });

  it.each([
    [{ status: 'http', response: 'x' }, 0],
    [{ status: 'network' }, 0],
    [{ status: 'network', response: 'x' }, 0.001],
    [{ status: 'timeout' }, 0.001],
    [{ status: 'cancelled' }, 0.001],
    [{ status: 'lost' }, 0.001],
    [{ status: 'ok', response: 'x' }, 0.001],
    [answered, 0.00022],
  ] as const)('createBudget() takes %j as %d dollars', (usage, usd) => {
    const budget = budgetOf({});
    reserveNow(budget).settle(usage);
    expect(budget.spentUsd).toBeCloseTo(usd, 12);
    const resumed = budgetOf({});
    resumed.absorb({ bodyBytes: 800 }, usage);
    expect(resumed.spentUsd).toBeCloseTo(usd, 12);
  });
});
