/** Simulations: do intervals cover? */
import { describe, expect, it } from 'vitest';
import { estimateDifference, type DifferenceEstimate } from '../../src/stats/difference.ts';
import { estimateMean, type MeanEstimate } from '../../src/stats/mean-estimate.ts';
import { list, runPair, uniformOf, type Uniform } from './worlds.ts';

interface Coverage {
  readonly covered: number;
  /** Share of runs in which the t interval was the one to use. */
  readonly byT: number;
}

function coverageOf(runs: number, truth: number, estimate: () => MeanEstimate | DifferenceEstimate | null): Coverage {
  const intervals = list(runs, () => estimate()?.interval ?? null);
  const hits = intervals.filter((interval) => interval !== null && interval.low <= truth && truth <= interval.high);
  const byT = intervals.filter((interval) => interval?.method === 't' || interval?.method === 'paired-t');
  return { covered: hits.length / runs, byT: byT.length / runs };
}

/** Right-or-wrong answers in clusters of 1 to 8 items; each cluster has its own chance, `p` on average. */
function clusteredAnswers(uniform: Uniform, p: number, clusters: number): { scores: number[]; names: number[] } {
  const scores: number[] = [];
  const names: number[] = [];
  for (let cluster = 0; cluster < clusters; cluster++) {
    // Half of the clusters are easier by as much as the others are harder.
    const chance = p + (uniform() < 0.5 ? 1 : -1) * 0.6 * Math.min(p, 1 - p);
    const size = 1 + Math.floor(uniform() * 8);
    for (let item = 0; item < size; item++) {
      scores.push(uniform() < chance ? 1 : 0);
      names.push(cluster);
    }
  }
  return { scores, names };
}

describe('coverage of a mean', () => {
  it.each([
    [100, 0.5],
    [50, 0.3],
    [300, 0.1],
  ])('graded scores of %i items around %d', (n, p) => {
    const uniform = uniformOf(`graded ${n} ${p}`);
    // Three repeats per item, each item with its own chance.
    const score = (): number => {
      const chance = p + (uniform() - 0.5) * 2 * Math.min(p, 1 - p);
      return list(3, () => (uniform() < chance ? 1 : 0)).reduce<number>((sum, right) => sum + right, 0) / 3;
    };
    const { covered, byT } = coverageOf(1000, p, () => estimateMean(list(n, score)));
    expect(byT).toBeGreaterThan(0.9);
    expect(covered).toBeGreaterThanOrEqual(0.92);
    expect(covered).toBeLessThanOrEqual(0.97);
  });

  it.each([
    [20, 0.5],
    [40, 0.3],
    [60, 0.15],
    [100, 0.8],
  ])('%i clusters around %d', (clusters, p) => {
    const uniform = uniformOf(`clustered ${clusters} ${p}`);
    const { covered, byT } = coverageOf(1000, p, () => {
      const { scores, names } = clusteredAnswers(uniform, p, clusters);
      return estimateMean(scores, { clusters: names });
    });
    expect(byT).toBeGreaterThan(0.9);
    expect(covered).toBeGreaterThanOrEqual(0.92);
    expect(covered).toBeLessThanOrEqual(0.97);
  });

  it.each([
    [6, 0.5],
    [20, 0.05],
    [40, 0.02],
    [15, 0.97],
  ])('too little for t: %i clusters around %d', (clusters, p) => {
    const uniform = uniformOf(`few ${clusters} ${p}`);
    const { covered, byT } = coverageOf(1000, p, () => {
      const { scores, names } = clusteredAnswers(uniform, p, clusters);
      return estimateMean(scores, { clusters: names });
    });
    expect(byT).toBeLessThan(0.1);
    expect(covered).toBeGreaterThanOrEqual(0.92);
  });
});

describe('coverage of a difference', () => {
  it.each([
    [200, 0.3, 0.05],
    [400, 0.1, 0],
    [100, 0.4, -0.2],
  ])('paired t: %i items, discordance %d, difference %d', (n, discordance, difference) => {
    const uniform = uniformOf(`paired ${n} ${discordance} ${difference}`);
    const { covered, byT } = coverageOf(1000, difference, () =>
      estimateDifference(runPair(uniform, n, { discordance, difference })),
    );
    expect(byT).toBeGreaterThan(0.9);
    expect(covered).toBeGreaterThanOrEqual(0.92);
    expect(covered).toBeLessThanOrEqual(0.97);
  });

  it.each([
    [20, 0.2, 0.1],
    [100, 0.03, 0],
    [50, 0.1, -0.1],
  ])('too little for t: %i items, discordance %d, difference %d', (n, discordance, difference) => {
    const uniform = uniformOf(`tango ${n} ${discordance} ${difference}`);
    const { covered, byT } = coverageOf(1000, difference, () =>
      estimateDifference(runPair(uniform, n, { discordance, difference })),
    );
    expect(byT).toBeLessThan(0.1);
    expect(covered).toBeGreaterThanOrEqual(0.92);
  });

  it('betting: few clusters', () => {
    const uniform = uniformOf('betting');
    const { covered, byT } = coverageOf(500, 0, () => {
      const scores = runPair(uniform, 30, { discordance: 0.5, difference: 0 });
      return estimateDifference(scores, { clusters: list(30, (index) => Math.floor(index / 5)) });
    });
    expect(byT).toBe(0);
    expect(covered).toBeGreaterThanOrEqual(0.95);
  });
});
