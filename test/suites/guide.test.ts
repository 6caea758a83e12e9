import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { canonicalize } from '../../src/core/canonical-json.ts';
import { findHarness } from '../../src/harness/registry.ts';
import { rightAnswersOf } from '../../src/scoring/gold.ts';
import { findScorer } from '../../src/scoring/registry.ts';
import { lintSuite } from '../../src/suites/lint/lint-suite.ts';
import { loadSuite } from '../../src/suites/load.ts';
import { parseSuiteFile } from '../../src/suites/parse-suite-file.ts';
import type { HarnessSection } from '../../src/suites/suite-file.ts';
import { SUITE_YAML, suiteFolder } from './suite-folder.ts';

const guide = readFileSync(join(import.meta.dirname, '../../docs/suites.md'), 'utf8');
const examples = [...guide.matchAll(/```yaml\n([^`]*)```/g)].map((match) => match[1] ?? '');

describe('the guide for authors', () => {
  it('opens with a suite that is sound', async () => {
    const [items = ''] = [...guide.matchAll(/```json\n([^`]*)```/g)].map((match) => match[1]);
    const folder = suiteFolder({ 'suite.yaml': examples[0] ?? '', 'items.jsonl': items });
    const suite = await loadSuite(join(folder, 'suite.yaml'));
    const scorer = findScorer(suite.definition.scorer);
    if (scorer === null) throw new Error('the suite has no known scorer');
    const unused = (): Promise<never> => Promise.reject(new Error('there are no programs'));
    const sandbox = { ready: unused, run: unused, evaluate: unused, close: unused };
    expect(await lintSuite(suite, rightAnswersOf(scorer, sandbox))).toEqual([]);
    expect(suite.definition.items.size).toBe(3);
  });

  it('explains a suite file that is accepted', async () => {
    const { file } = await parseSuiteFile(examples[1] ?? '', 'docs/suites.md');
    expect(file.id).toBe('arithmetic');
  });

  it('has examples of harnesses that can be used', () => {
    const harnesses = examples.flatMap((example): readonly HarnessSection[] => {
      const { harness } = parse(example) as { readonly harness?: HarnessSection };
      return harness === undefined ? [] : [harness];
    });
    expect(harnesses.map(({ id }) => id)).toEqual(['fixed-turns', 'tool-loop']);
    for (const { id, version, ...options } of harnesses) {
      expect(findHarness({ id, version, config: canonicalize(options) })).not.toBeNull();
    }
  });

  it('has examples of sections that are accepted in a suite file', async () => {
    expect(examples).toHaveLength(8);
    for (const example of examples.slice(1)) {
      const suite: object = { ...parse(SUITE_YAML), ...parse(example) };
      await expect(parseSuiteFile(JSON.stringify(suite), 'docs/suites.md')).resolves.toBeDefined();
    }
  });
});
