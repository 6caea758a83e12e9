import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { canonicalize, type JsonObject } from '../../src/core/canonical-json.ts';
import { findHarness } from '../../src/harness/registry.ts';
import { parseSuiteFile } from '../../src/suites/parse-suite-file.ts';
import { SUITE_YAML } from './suite-folder.ts';

const guide = readFileSync(join(import.meta.dirname, '../../docs/suites.md'), 'utf8');
const examples = [...guide.matchAll(/```yaml\n([^`]*)```/g)].map((match) => match[1] ?? '');

describe('the guide for authors', () => {
  it('opens with a suite file that is accepted', async () => {
    const { file } = await parseSuiteFile(examples[0] ?? '', 'docs/suites.md');
    expect(file.id).toBe('arithmetic');
  });

  it('has examples of harnesses that can be used', () => {
    const harnesses = examples.flatMap((example) => (parse(example) as { harness?: JsonObject }).harness ?? []);
    expect(harnesses.map(({ id }) => id)).toEqual(['fixed-turns', 'tool-loop']);
    for (const { id, version, ...options } of harnesses) {
      const named = { id: String(id), version: Number(version), config: canonicalize(options) };
      expect(findHarness(named)).not.toBeNull();
    }
  });

  it('has examples of sections that are accepted in a suite file', async () => {
    expect(examples).toHaveLength(7);
    for (const example of examples.slice(1)) {
      const suite: object = { ...parse(SUITE_YAML), ...parse(example) };
      await expect(parseSuiteFile(JSON.stringify(suite), 'docs/suites.md')).resolves.toBeDefined();
    }
  });
});
