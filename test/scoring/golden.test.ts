import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/core/canonical-json.ts';
import type { ScorerConfig } from '../../src/suites/definition.ts';
import { findScorer, SCORER_KINDS } from '../../src/scoring/registry.ts';
import type { TrialEnd } from '../../src/scoring/trial.ts';

interface GoldenCase {
  readonly config: ScorerConfig;
  readonly answer: string;
  readonly target: JsonValue;
  readonly extracted: string | null;
  readonly rule: string | null;
  /** For code: how the program of the scorer ends. */
  readonly end?: TrialEnd;
  readonly num: number;
  readonly den: number;
  /** What is wrong, where the scorer says. */
  readonly why?: string | null;
}

const folder = new URL('../golden/scoring/', import.meta.url);

function goldenCases(name: string): readonly GoldenCase[] {
  const file: { readonly cases: readonly GoldenCase[] } = JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
  return file.cases;
}

describe('golden files', () => {
  it('there is one for every scorer in every version', () => {
    const kinds = SCORER_KINDS.map(({ id, version }) => `${id}@${version}.json`);
    expect(readdirSync(folder).toSorted()).toEqual(kinds.toSorted());
  });

  describe.each(readdirSync(folder))('%s', (name) => {
    const [id = '', version = ''] = name.replace('.json', '').split('@');
    it.each(goldenCases(name))('%j', ({ config, answer, target, extracted, rule, end, num, den, why }) => {
      const scorer = findScorer({ id, version: Number(version), config });
      const extraction = scorer?.extract(answer, target) ?? null;
      expect({ extracted: extraction?.text ?? null, rule: extraction?.rule ?? null }).toEqual({ extracted, rule });
      expect(scorer?.judge(extracted, target, end)).toEqual({ num, den });
      if (why !== undefined) expect(scorer?.explain?.(extracted, target)).toBe(why);
    });
  });
});
