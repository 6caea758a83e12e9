/** Simulated runs over the same items. */
import { createHash } from 'node:crypto';
import type { PairedScores } from '../../src/stats/difference.ts';
import { seededRandom } from '../../src/stats/random.ts';
import type { ExactScore } from '../../src/stats/sequential.ts';

export const RIGHT: ExactScore = { num: 1, den: 1 };
export const WRONG: ExactScore = { num: 0, den: 1 };

/** Right-or-wrong pairs with a share of flips and a mean difference. */
export interface World {
  readonly discordance: number;
  readonly difference: number;
}

export function* pairsOf(
  { discordance, difference }: World,
  seed: string,
): Generator<readonly [ExactScore, ExactScore]> {
  const random = seededRandom(createHash('sha256').update(seed).digest());
  const gained = (discordance + difference) / 2;
  for (;;) {
    const u = random() / 2 ** 32;
    if (u < gained) yield [RIGHT, WRONG];
    else if (u < discordance) yield [WRONG, RIGHT];
    else yield [RIGHT, RIGHT];
  }
}

/** A source of uniform numbers. */
export type Uniform = () => number;

/** Uniform numbers from 0 to 1. */
export function uniformOf(seed: string): Uniform {
  const random = seededRandom(createHash('sha256').update(seed).digest());
  return () => random() / 2 ** 32;
}

/** A list of values by index. */
export function list<T>(length: number, make: (index: number) => T): T[] {
  return Array.from({ length }, (_, index) => make(index));
}

/** Two runs of right-or-wrong scores with a share of flips and a mean difference. */
export function runPair(uniform: Uniform, n: number, { discordance, difference }: World): PairedScores {
  const baseline: number[] = [];
  const candidate: number[] = [];
  const gained = (discordance + difference) / 2;
  for (let item = 0; item < n; item++) {
    const u = uniform();
    // What agrees is half right and half wrong.
    const both = u < discordance + (1 - discordance) / 2 ? 1 : 0;
    const isFlip = u < discordance;
    candidate.push(isFlip ? Number(u < gained) : both);
    baseline.push(isFlip ? Number(u >= gained) : both);
  }
  return { baseline, candidate };
}
