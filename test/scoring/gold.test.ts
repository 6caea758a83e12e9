import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/core/canonical-json.ts';
import { passesGold, rightAnswersOf } from '../../src/scoring/gold.ts';
import { findScorer } from '../../src/scoring/registry.ts';
import type { Sandbox } from '../../src/scoring/trial.ts';
import type { ScorerConfig } from '../../src/suites/definition.ts';
import type { GoldOutcome, RightAnswers } from '../../src/suites/lint/check.ts';

function passes(id: string, config: ScorerConfig, target: JsonValue): boolean {
  const scorer = findScorer({ id, version: 1, config });
  if (scorer === null) throw new Error(`there is no scorer ${id}@1`);
  return passesGold(scorer, target);
}

describe('passesGold()', () => {
  it.each<[string, ScorerConfig, JsonValue]>([
    ['exact', {}, 'Paris'],
    ['exact', {}, ['Paris', 'Lutetia']],
    ['contains', { mode: 'all' }, ['Paris', 'Seine']],
    ['contains', {}, 'x'],
    ['regex', { patterns: ['#### (.+)'] }, '42'],
    ['number', { after: ['####'] }, '1,234.5'],
    ['number', {}, [1, 2]],
    ['number', { format: '1.234,5' }, 1234.5],
    ['number', { format: '1 234,5' }, '1 234,5'],
    ['math', { find: ['whole'] }, '\\text{Evelyn}'],
    ['math', { find: ['answer-is'] }, '10,000'],
    ['math', { find: ['last-math'] }, '5.'],
    ['choice', { choices: 26 }, 25],
    ['choice', {}, 'C'],
    ['choice', {}, 2],
    ['json', {}, { a: 1 }],
    ['json', { schema: '{"type":"array"}' }, [1]],
  ])('holds for %s with %j and the target %j', (id, config, target) => {
    expect(passes(id, config, target)).toBe(true);
  });

  it.each<[string, ScorerConfig, JsonValue]>([
    ['exact', {}, { a: 1 }],
    ['number', {}, 'many'],
    ['choice', {}, 'E'],
    ['contains', {}, ''],
    ['json', { schema: '{"type":"array"}' }, { a: 1 }],
    ['json', {}, 'not parsed'],
  ])('does not hold for %s with %j and the target %j', (id, config, target) => {
    expect(passes(id, config, target)).toBe(false);
  });
});

describe('rightAnswersOf()', () => {
  const NO_SANDBOX: Sandbox = {
    ready: () => Promise.reject(new Error('no sandbox')),
    run: () => Promise.reject(new Error('no sandbox')),
    evaluate: () => Promise.reject(new Error('no sandbox')),
    close: () => Promise.resolve(),
  };
  const answersOf = (id: string): RightAnswers => {
    const scorer = findScorer({ id, version: 1, config: {} });
    if (scorer === null) throw new Error(`there is no scorer ${id}@1`);
    return rightAnswersOf(scorer, NO_SANDBOX);
  };

  it.each<[string, JsonValue, GoldOutcome, readonly string[]]>([
    ['exact', 'Paris', 'right', ['Paris']],
    ['exact', ['Paris', 'Lutetia'], 'right', ['["Paris","Lutetia"]', 'Paris', 'Lutetia']],
    ['number', 'many', 'unreachable-answer', []],
    ['number', [1, 2], 'right', ['1']],
    ['mmlu-pro', 'C', 'right', ['The answer is (C).']],
    ['mmlu-pro', 'third', 'unreachable-answer', []],
  ])('%s, target %j: %s', (id, target, outcome, texts) => {
    expect(answersOf(id).outcomeOf(target)).toBe(outcome);
    expect(answersOf(id).textsOf(target)).toEqual(texts);
  });
});

const folder = new URL('../golden/scoring/', import.meta.url);

/** Golden files whose scorers judge neither by a model nor by running anything. */
const FILES = readdirSync(folder).filter((name) => !/^(?:rubric|pairwise|embedding-similarity|\w+-tests)@/.test(name));

/** Targets of golden cases to which there is no right answer, and why. */
const WITHOUT_GOLD: Readonly<Record<string, string>> = {
  'json {"b":1}': 'the schema wants another key',
  'json "x"': 'the target is not compared, and the schema wants an object',
  'math ""': 'an empty answer is none',
  'pot-numeric "nan"': 'NaN does not equal itself',
  'rouge-l "日本語テスト"': 'no word in ASCII',
  'rouge-l "..."': 'no word',
  'rouge-l "???"': 'no word',
};

describe('right answers to the targets of all golden cases', () => {
  it.each(FILES)('%s: score 1', (name) => {
    const [id = '', version = ''] = name.replace('.json', '').split('@');
    const { cases }: { readonly cases: readonly { readonly config: ScorerConfig; readonly target: JsonValue }[] } =
      JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
    const failing = cases.flatMap(({ config, target }) => {
      const scorer = findScorer({ id, version: Number(version), config });
      if (scorer === null) throw new Error(`there is no scorer ${id}@${version}`);
      return passesGold(scorer, target) ? [] : [`${id} ${JSON.stringify(target)}`];
    });
    expect([...new Set(failing)]).toEqual(Object.keys(WITHOUT_GOLD).filter((subject) => subject.startsWith(`${id} `)));
  });
});
