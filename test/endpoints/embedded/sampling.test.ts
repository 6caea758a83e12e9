import { describe, expect, it } from 'vitest';
import { logProbabilities, mostProbable, pickToken } from '../../../src/endpoints/embedded/sampling.ts';

/** Log-probabilities of 0.5, 0.3 and 0.2. */
const logprobs = Float64Array.from([0.3, 0.5, 0.2], Math.log);

/** How often each of the three tokens is picked in 4,000 draws. */
function counts(temperature: number, topP: number, seed: number): number[] {
  const seen = [0, 0, 0];
  for (let step = 0; step < 4000; step++) {
    const id = pickToken(logprobs, { temperature, topP, seed }, step);
    seen[id] = (seen[id] ?? 0) + 1;
  }
  return seen;
}

describe('logProbabilities()', () => {
  it('of equal logits is the logarithm of the share, however large they are', () => {
    expect([...logProbabilities(Float32Array.of(1000, 1000, 1000, 1000))]).toEqual(Array(4).fill(Math.log(1 / 4)));
  });
});

describe('mostProbable()', () => {
  it('falls, and puts the lower id first among equals', () => {
    expect(mostProbable(Float64Array.of(-1, -2, -1, -0.5), 3)).toEqual([3, 0, 2]);
  });
});

describe('pickToken()', () => {
  it('is greedy at temperature 0 and takes the lowest of equals', () => {
    expect(pickToken(logprobs, { temperature: 0, topP: 1, seed: 5 }, 0)).toBe(1);
    expect(pickToken(Float64Array.of(-3, -1, -1), { temperature: 0, topP: 1, seed: 5 }, 0)).toBe(1);
  });

  it('draws by probability at temperature 1', () => {
    // Five standard deviations of a binomial count, sqrt(4000 p (1 - p)), are at most 160.
    counts(1, 1, 7).forEach((count, id) =>
      expect(Math.abs(count - 4000 * Math.exp(logprobs[id] ?? 0))).toBeLessThan(160),
    );
  });

  it('sharpens at a low temperature', () => {
    // At temperature 0.5 the shares are 0.09 : 0.25 : 0.04.
    expect(Math.abs((counts(0.5, 1, 7)[1] ?? 0) - (4000 * 0.25) / 0.38)).toBeLessThan(160);
  });

  it('keeps the fewest tokens that reach top_p, at least one', () => {
    expect(counts(1, 0.6, 7)[2]).toBe(0);
    expect(counts(1, 0, 7)).toEqual([0, 4000, 0]);
  });

  it('repeats with the seed and differs without it', () => {
    expect(counts(1, 1, 1)).toEqual(counts(1, 1, 1));
    expect(counts(1, 1, 1)).not.toEqual(counts(1, 1, 2));
  });
});
