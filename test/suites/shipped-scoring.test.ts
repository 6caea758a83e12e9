import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findScorer } from '../../src/scoring/registry.ts';
import { scoreAnswer } from '../../src/scoring/score-answer.ts';
import { loadSuite } from '../../src/suites/load.ts';

const FOLDER = resolve(import.meta.dirname, '../../suites');
/** The suites that the generator writes; what is written by hand promises nothing about training. */
const SUITES = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .filter((name) => readFileSync(resolve(FOLDER, name, 'suite.yaml'), 'utf8').includes('\nheld_out:'));

/** Answers in the form the embedded models give them, right and wrong. */
const ANSWERS: Readonly<Record<string, readonly (readonly [string, number])[]>> = {
  'products-steps': [
    ['57 * 30 = 1710\n57 * 9 = 513\n1710 + 513 = 2223', 1],
    ['57 * 30 = 1710\n57 * 9 = 513\n1710 + 513 = 2224', 0],
  ],
  'json-extraction': [
    ['{"age":53,"city":"Oslo","name":"Nadia"}', 1],
    ['{"name":"Nadia","age":"53","city":"Oslo"}', 0],
    ['{"name":"Nadia","age":53,"city":"Oslo"', 0],
  ],
  'multiple-choice': [
    ['A', 1],
    ['B', 0],
  ],
};

describe.each(SUITES)('suite %s', (id) => {
  it('loads, and its own scorer calls every target right and an empty remark wrong', async () => {
    const suite = await loadSuite(join(FOLDER, id, 'suite.yaml'));
    const scorer = findScorer(suite.definition.scorer);
    if (scorer === null) throw new Error('the suite names no known scorer');
    const score = (text: string, target: Parameters<typeof scoreAnswer>[0]['target']): unknown =>
      scoreAnswer({
        scorer,
        policy: suite.definition.unscored,
        answer: { text, refused: false, finish: 'stop' },
        target,
      });
    for await (const { target } of suite.items()) {
      const right = typeof target === 'string' ? target : JSON.stringify(target);
      expect(score(right, target), right).toMatchObject({ verdict: 'scored', num: 1, den: 1 });
      expect(score('no idea', target)).toMatchObject({ verdict: 'scored', num: 0 });
    }
    for await (const { target } of suite.items([0])) {
      for (const [text, num] of ANSWERS[id] ?? []) expect(score(text, target), text).toMatchObject({ num });
    }
  });
});
