// A seeded source of numbers for the suite generator: SHA-256 of seed and counter, the same on every machine.
import { createHash } from 'node:crypto';

/** Numbers that depend on the seed only. */
export class Random {
  #seed;
  #count = 0;

  constructor(seed) {
    this.#seed = seed;
  }

  /** A whole number from `low` to `high`, both possible. */
  between(low, high) {
    const digest = createHash('sha256').update(`${this.#seed}\n${this.#count++}`).digest();
    // 48 bits over at most a few thousand values: the bias is below one in 10^10.
    return low + (digest.readUIntBE(0, 6) % (high - low + 1));
  }

  /** One of the values. */
  pick(values) {
    return values[this.between(0, values.length - 1)];
  }

  /** `count` different values, in random order. */
  sample(values, count) {
    const left = [...values];
    return Array.from({ length: count }, () => left.splice(this.between(0, left.length - 1), 1)[0]);
  }

  /** A word of capital letters out of an alphabet. */
  word(shortest, longest, alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ') {
    return Array.from({ length: this.between(shortest, longest) }, () => this.pick([...alphabet])).join('');
  }
}
