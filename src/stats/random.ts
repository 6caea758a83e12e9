/**
 * A small generator of random numbers, the same on every machine: xoshiro128**.
 *
 * It is fit for resampling, not for secrets. The seed decides everything, so draw it from digests that nobody could choose
 * after seeing the scores, such as that of the plan.
 */

/** A source of integers from 0 to 2^32 - 1. */
export type Random = () => number;

/**
 * A generator for a seed.
 *
 * The state is four little-endian words: the first half of the seed XOR its second half.
 *
 * @param seed - 32 bytes, as a SHA-256 digest has.
 * @see D. Blackman and S. Vigna, "Scrambled linear pseudorandom number generators", ACM Transactions on Mathematical Software
 * 47(4) (2021), xoshiro128** 1.1
 */
export function seededRandom(seed: Uint8Array): Random {
  if (seed.length !== 32) throw new RangeError(`a seed has 32 bytes, not ${seed.length}`);
  const view = new DataView(seed.buffer, seed.byteOffset, seed.byteLength);
  const word = (at: number): number => view.getInt32(at, true) ^ view.getInt32(at + 16, true);
  let [a, b, c, d] = [word(0), word(4), word(8), word(12)];
  // All zero is the one state that never leaves itself.
  if ((a | b | c | d) === 0) a = 1;
  return () => {
    const result = Math.imul(rotated(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotated(d, 11);
    return result;
  };
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

// Below it, a word times the bound is an exact number.
const MAX_BOUND = 2 ** 21;

/**
 * A random integer below a bound, each with the same probability.
 *
 * @param bound - 1 to 2^21.
 * @see D. Lemire, "Fast random integer generation in an interval", ACM Transactions on Modeling and Computer Simulation 29(1)
 * (2019), article 3
 */
export function randomBelow(random: Random, bound: number): number {
  if (!(bound >= 1 && bound <= MAX_BOUND)) throw new RangeError(`no random integer below ${bound}`);
  let product = random() * bound;
  let result = Math.floor(product / 2 ** 32);
  // Some results would have one word more than others; the remainder tells which words are too many.
  while (product - result * 2 ** 32 < bound && product - result * 2 ** 32 < 2 ** 32 % bound) {
    product = random() * bound;
    result = Math.floor(product / 2 ** 32);
  }
  return result;
}

/**
 * A random order of items.
 *
 * @returns A new list.
 * @see D. E. Knuth, The Art of Computer Programming, volume 2, 3.4.2, algorithm P
 */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = randomBelow(random, last + 1);
    [order[last], order[other]] = [order[other] as T, order[last] as T];
  }
  return order;
}
