import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { itemFile } from '../../suites/generate.mjs';
import { isHeldOut, keyOf } from '../../suites/keys.mjs';

const FOLDER = resolve(import.meta.dirname, '../../suites');
/** The suites that the generator writes; what is written by hand promises nothing about training. */
const SUITES = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .filter((name) => readFileSync(resolve(FOLDER, name, 'suite.yaml'), 'utf8').includes('\nheld_out:'));

interface Item {
  readonly id: string;
  readonly question: string;
  readonly target: unknown;
  readonly tag: string;
  readonly key: string;
}

function readText(suite: string): string {
  return readFileSync(resolve(FOLDER, suite, 'items.jsonl'), 'utf8');
}

function readItems(suite: string): Item[] {
  return readText(suite)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Right answers by other means than the generator's: read the question again and compute. */
const oracles: readonly (readonly [RegExp, (...parts: string[]) => unknown])[] = [
  [/^(?:What is|Add|) ?(\d+) (?:\+|and) (\d+)[ ?.=]/, (a, b) => BigInt(a ?? 0) + BigInt(b ?? 0)],
  [/^(?:What is )?(\d+) - (\d+)/, (a, b) => BigInt(a ?? 0) - BigInt(b ?? 0)],
  [/^Subtract (\d+) from (\d+)\.$/, (a, b) => BigInt(b ?? 0) - BigInt(a ?? 0)],
  [/^What is (\d+) \* (\d+)\?$/, (a, b) => BigInt(a ?? 0) * BigInt(b ?? 0)],
  [/larger[,:] (\d+) or (\d+)\?$/, (a, b) => ((a ?? '') > (b ?? '') ? a : b)],
  [/smaller[,:] (\d+) or (\d+)\?$/, (a, b) => ((a ?? '') < (b ?? '') ? a : b)],
  [/^Is (\d+) (?:greater|larger) than (\d+)\?/, (a, b) => ((a ?? '') > (b ?? '') ? 'yes' : 'no')],
  [/^(?:Repeat|Copy this text): (\w+)$/, (text) => text],
];

describe.each(SUITES)('suite %s', (suite) => {
  const items = readItems(suite);

  it('is what the generator writes, byte for byte', () => {
    expect(readText(suite)).toBe(itemFile(suite));
  });

  it('has at least 150 items with different ids, questions and keys', () => {
    expect(items.length).toBeGreaterThanOrEqual(150);
    for (const field of ['id', 'question', 'key'] as const) {
      expect(new Set(items.map((item) => item[field])).size).toBe(items.length);
    }
  });

  it('has keys that follow from the questions and are held out', () => {
    for (const { question, key } of items) {
      expect(key).toBe(keyOf(question));
      // The rule once more, as docs/suites.md states it.
      const digest = createHash('sha256').update(`touchstone/tiny/held-out/v1\n${key}`).digest('hex');
      expect(Number.parseInt(digest.slice(0, 8), 16) % 1000).toBeLessThan(100);
    }
  });

  it('has right targets, as far as another way to compute them is short', () => {
    for (const { question, target } of items) {
      for (const [form, compute] of oracles) {
        const match = form.exec(question);
        if (match) expect(target, question).toBe(String(compute(...match.slice(1))));
      }
    }
  });
});

describe('products', () => {
  it('are the same items asked directly and in steps', () => {
    expect(readText('products-steps')).toBe(readText('products-direct'));
  });
});

describe('keyOf()', () => {
  it.each([
    ['What is 45 + 12?', 'Add 12 and 45.'],
    ['What is 45 - 12?', 'Subtract 45 from 12.'],
    ['What is 45 * 12?', 'Multiply 12 by 45.'],
    ['Which is larger, 450 or 120?', 'Is 120 greater than 450?'],
    ['Repeat: ABC', 'Reverse: CBA'],
    ['Sort the letters: CAB', 'Put the letters of BCA in order.'],
    ['Count the letter A in ABA.', 'How many times does A appear in BAA?'],
    ['What is 45 + 12?', 'Which number equals 12 + 45?\nA) 57\nB) 58\nC) 56\nD) 47'],
    ['What comes next: 3, 5, 7, 9?', 'Which number comes next: 3, 5, 7, 9?\nA) 11\nB) 10\nC) 12\nD) 13'],
    [
      'Which number is the largest?\nA) 70\nB) 25\nC) 32\nD) 23',
      'Which number is the smallest?\nA) 23\nB) 70\nC) 32\nD) 25',
    ],
  ])('gives one key to %j and %j', (one, other) => {
    expect(keyOf(one)).toBe(keyOf(other));
  });

  it('refuses a question of no known form', () => {
    expect(() => keyOf('Who are you?')).toThrow();
  });
});

// Written by models/train/problem_vectors.py: what the trainer calls a problem, and whether it kept it from training.
const trained: readonly TrainedProblem[] = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../vectors/embedded/problems.json'), 'utf8'),
);
const ONLY_TRAINED = new Set(['parity', 'sentiment', 'word', 'sort_numbers', 'mc_same', 'mul22_steps']);

interface TrainedProblem {
  readonly task: string;
  readonly question: string;
  readonly key: string;
  readonly held_out: boolean;
}

describe('the trainer in Python', () => {
  it('gives every problem of the suites the same key', () => {
    const shipped = trained.filter(({ task }) => !ONLY_TRAINED.has(task));
    expect(shipped.length).toBeGreaterThan(200);
    for (const { question, key } of shipped) expect(keyOf(question)).toBe(key);
  });

  it('holds out the same keys', () => {
    expect(trained.filter(({ held_out }) => held_out).length).toBeGreaterThan(10);
    for (const { key, held_out } of trained) expect(isHeldOut(key), key).toBe(held_out);
  });
});

describe('isHeldOut()', () => {
  it('holds out one problem in ten', () => {
    const keys = Array.from({ length: 10_000 }, (_, i) => `mul ${i} ${i + 1}`);
    // Five standard deviations, 5 * sqrt(10000 * 0.1 * 0.9) = 150.
    expect(Math.abs(keys.filter(isHeldOut).length - 1000)).toBeLessThan(150);
  });
});
