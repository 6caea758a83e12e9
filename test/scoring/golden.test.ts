import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/core/canonical-json.ts';
import type { ScorerConfig } from '../../src/suites/definition.ts';
import { findScorer, SCORER_KINDS } from '../../src/scoring/registry.ts';
import type { Scorer } from '../../src/scoring/scorer.ts';
import type { TrialEnd } from '../../src/scoring/trial.ts';
import type { Answer } from '../../src/transcript/wire/answer.ts';

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

/** For a scorer that asks a judge: what is concluded from its replies; nulls if nothing is. */
interface JudgedCase extends Omit<GoldenCase, 'num' | 'den'> {
  readonly input?: JsonObject;
  /** One for each question; a text stands for an answer that says it. */
  readonly replies: readonly (string | Partial<Answer>)[];
  readonly num: number | null;
  readonly den: number | null;
}

const folder = new URL('../golden/scoring/', import.meta.url);

function goldenCases(name: string): readonly (GoldenCase | JudgedCase)[] {
  const file: { readonly cases: readonly (GoldenCase | JudgedCase)[] } = JSON.parse(
    readFileSync(new URL(name, folder), 'utf8'),
  );
  return file.cases;
}

function expectConclusion(scorer: Scorer | null, golden: JudgedCase): void {
  const { answer, target, input = {}, replies, extracted, rule, num, den } = golden;
  const subject = { answer, target, input };
  expect(scorer?.asks?.questions(subject)).toHaveLength(replies.length);
  const answers = replies.map((reply) => ({
    text: '',
    refused: false,
    ...(typeof reply === 'string' ? { text: reply } : reply),
  }));
  const wanted = num === null || den === null ? null : { num, den, extraction: { text: extracted, rule } };
  expect(scorer?.asks?.conclude(answers, subject)).toEqual(wanted);
}

describe('golden files', () => {
  it('there is one for every scorer in every version', () => {
    const kinds = SCORER_KINDS.map(({ id, version }) => `${id}@${version}.json`);
    expect(readdirSync(folder).toSorted()).toEqual(kinds.toSorted());
  });

  describe.each(readdirSync(folder))('%s', (name) => {
    const [id = '', version = ''] = name.replace('.json', '').split('@');
    it.each(goldenCases(name))('%j', (golden) => {
      const scorer = findScorer({ id, version: Number(version), config: golden.config });
      if ('replies' in golden) return expectConclusion(scorer, golden);
      const { answer, target, extracted, rule, end, num, den, why } = golden;
      const extraction = scorer?.extract(answer, target) ?? null;
      expect({ extracted: extraction?.text ?? null, rule: extraction?.rule ?? null }).toEqual({ extracted, rule });
      expect(scorer?.judge(extracted, target, end)).toEqual({ num, den });
      if (why !== undefined) expect(scorer?.explain?.(extracted, target)).toBe(why);
    });
  });
});
