import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rightAnswersOf } from '../../src/scoring/gold.ts';
import { findScorer } from '../../src/scoring/registry.ts';
import { lintSuite } from '../../src/suites/lint/lint-suite.ts';
import { loadSuite } from '../../src/suites/load.ts';

const PATH = resolve(import.meta.dirname, '../../suites/short-answers/suite.yaml');

describe('suite short-answers', () => {
  it('has twenty items, each of which a judge can be asked about', async () => {
    const suite = await loadSuite(PATH);
    const asks = findScorer(suite.definition.scorer)?.asks;
    const ids = new Set<string>();
    for await (const { id, input, target } of suite.items()) {
      ids.add(id);
      const questions = asks?.questions({ answer: 'I do not know.', target, input }) ?? [];
      expect(questions).toHaveLength(3);
      const asked = JSON.stringify(questions[0]?.members);
      expect(asked).toContain(JSON.stringify(target).slice(1, -1));
      expect(asked).toContain(JSON.stringify(input['question']).slice(1, -1));
    }
    expect(ids.size).toBe(20);
  });

  it('has no faults', async () => {
    const suite = await loadSuite(PATH);
    const scorer = findScorer(suite.definition.scorer);
    if (scorer === null) throw new Error('the suite names no known scorer');
    const unused = (): Promise<never> => Promise.reject(new Error('there are no programs'));
    const sandbox = { ready: unused, run: unused, evaluate: unused, close: unused };
    expect(await lintSuite(suite, rightAnswersOf(scorer, sandbox))).toEqual([]);
  });

  it('never shows the model what a right answer says', async () => {
    const suite = await loadSuite(PATH);
    for await (const { input, target } of suite.items()) {
      expect(JSON.stringify(suite.renderer.render(input))).not.toContain(JSON.stringify(target).slice(1, -1));
    }
  });
});
