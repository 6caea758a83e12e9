import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { ScorerConfig } from '../../src/suites/definition.ts';
import { findScorer, SCORER_KINDS } from '../../src/scoring/registry.ts';

/** Options without which a scorer is of no use. */
const REQUIRED: Readonly<Record<string, ScorerConfig>> = {
  regex: { patterns: ['a'] },
  rubric: { prompt: '{{ answer }}', grades: ['GOOD', 'BAD'], scores: ['1', '0'] },
  pairwise: { prompt: '{{ first }} {{ second }}' },
};

describe('findScorer()', () => {
  it.each([
    ['exact', 2],
    ['oracle', 1],
    ['__proto__', 1],
  ])('does not know %s@%i', (id, version) => {
    expect(findScorer({ id, version, config: {} })).toBeNull();
  });

  it.each<[string, string, ScorerConfig]>([
    ['exact', 'an unknown option', { trimm: true }],
    ['exact', 'a wrong type', { trim: 'yes' }],
    ['exact', 'an unknown value', { take: 'middle' }],
    ['contains', 'an unknown mode', { mode: 'none' }],
    ['regex', 'no patterns', {}],
    ['regex', 'an empty list of patterns', { patterns: [] }],
    ['regex', 'a group that a pattern lacks', { patterns: ['(a)'], group: 2 }],
    ['number', 'a tolerance that is no decimal', { tolerance: 'a bit' }],
    ['number', 'a negative tolerance', { tolerance: '-1' }],
    ['number', 'an unknown format', { format: "1'234.5" }],
    ['choice', 'one option only', { choices: 1 }],
    ['choice', 'more options than letters', { choices: 27 }],
    ['choice', 'no rules', { rules: [] }],
    ['json', 'a schema that is not JSON', { schema: '{' }],
    ['json', 'nothing to judge by', { compare: 'none' }],
    ['mmlu-pro', 'an unknown level', { level: 'l3' }],
    ['bbh', 'an unknown mode', { mode: 'both' }],
    ['ifeval', 'an unknown score', { score: 'all' }],
    ['squad', 'an unknown score', { score: 'f2' }],
    ['bleu', 'an unknown option', { tokenize: 'intl' }],
    ['chrf', 'an unknown option', { word_order: 2 }],
    ['rouge-l', 'any option', { stemmer: true }],
    ['pot-numeric', 'any option', { tolerance: 1 }],
    ['refusal', 'any option', { ignore_case: true }],
    ['json-schema', 'an unknown place', { find: ['middle'] }],
    ['bfcl', 'an unknown form', { form: 'java' }],
    ['math', 'nowhere to look', { find: [] }],
    ['rubric', 'no prompt', { grades: ['a', 'b'], scores: ['1', '0'] }],
    ['rubric', 'a prompt that is no template', { ...REQUIRED['rubric'], prompt: '{{' }],
    ['rubric', 'one grade', { ...REQUIRED['rubric'], grades: ['a'], scores: ['1'] }],
    ['rubric', 'a grade twice', { ...REQUIRED['rubric'], grades: ['a', 'a'] }],
    ['rubric', 'a grade of two words', { ...REQUIRED['rubric'], grades: ['not good', 'good'] }],
    ['rubric', 'a grade without a score', { ...REQUIRED['rubric'], scores: ['1'] }],
    ['rubric', 'a score above 1', { ...REQUIRED['rubric'], scores: ['3/2', '0'] }],
    ['rubric', 'a score over 0', { ...REQUIRED['rubric'], scores: ['0/0', '0'] }],
    ['rubric', 'a score that is no fraction', { ...REQUIRED['rubric'], scores: ['one', '0'] }],
    ['rubric', 'an even number of votes', { ...REQUIRED['rubric'], votes: 2, temperature: 1 }],
    ['rubric', 'several votes at temperature 0', { ...REQUIRED['rubric'], votes: 3 }],
    ['rubric', 'a temperature that is too high', { ...REQUIRED['rubric'], temperature: '2.5' }],
    ['rubric', 'nowhere to look', { ...REQUIRED['rubric'], find: [] }],
    ['pairwise', 'four labels', { ...REQUIRED['pairwise'], labels: ['a', 'b', 'c', 'd'] }],
    ['pairwise', 'an unknown order', { ...REQUIRED['pairwise'], positions: 'third' }],
    ['pairwise', 'votes on odds', { ...REQUIRED['pairwise'], read: 'logprobs', votes: 3, temperature: 1 }],
    ['embedding-similarity', 'a threshold above 1', { threshold: '1.5' }],
  ])('refuses %s with %s', (id, _, config) => {
    expect(() => findScorer({ id, version: 1, config })).toThrow(
      expect.objectContaining({ code: 'ERR_SCORER_CONFIG' }),
    );
  });

  it('refuses a pattern and a schema by their own codes', () => {
    const regex = { id: 'regex', version: 1, config: { patterns: ['('] } };
    expect(() => findScorer(regex)).toThrow(expect.objectContaining({ code: 'ERR_PATTERN' }));
    const json = { id: 'json', version: 1, config: { schema: '{"unevaluatedItems":false}' } };
    expect(() => findScorer(json)).toThrow(expect.objectContaining({ code: 'ERR_JSON_SCHEMA' }));
  });

  it('has exactly the scorers and options of the published suite schema', () => {
    const url = new URL('../../src/suites/schema/suite.schema.json', import.meta.url);
    const schema: {
      readonly $defs: {
        readonly scorer: { readonly oneOf: readonly { readonly $ref: string }[] };
        readonly [name: string]: object;
      };
    } = JSON.parse(readFileSync(url, 'utf8'));
    const published = schema.$defs.scorer.oneOf.map(({ $ref }) => $ref.replace('#/$defs/', ''));
    expect(published.toSorted()).toEqual(SCORER_KINDS.map(({ id }) => id).toSorted());
    const ajv = new Ajv2020({ discriminator: true, strictTypes: false });
    const accepts = ajv.compile({
      ...schema,
      required: [],
      properties: {},
      $ref: '#/$defs/scorer',
      additionalProperties: true,
    });
    for (const { id, version } of SCORER_KINDS) {
      expect(accepts({ id, version, ...REQUIRED[id] })).toBe(true);
      expect(() => findScorer({ id, version, config: REQUIRED[id] ?? {} })).not.toThrow();
    }
  });
});

const FUNCTION = { name: 'f', parameters: { properties: {}, required: [] } };

describe('a scorer whose target is of no use', () => {
  it.each<[string, ScorerConfig, Parameters<NonNullable<ReturnType<typeof findScorer>>['judge']>[1]]>([
    ['exact', {}, [[1]]],
    ['contains', {}, ''],
    ['contains', {}, Array.from({ length: 1001 }, (_, i) => `t${i}`)],
    ['number', {}, 'many'],
    ['choice', {}, 'E'],
    ['choice', {}, 4],
    ['choice', {}, []],
    ['choice', {}, 'AB'],
    ['mmlu-pro', {}, 'K'],
    ['mmlu-pro', {}, { answer: 'B', options: 11 }],
    ['mmlu-pro', { no_answer: 'guess' }, 'B'],
    ['bbh', {}, [null]],
    ['ifeval', {}, { instruction_id_list: ['punctuation:no_comma'], kwargs: [] }],
    ['ifeval', {}, { instruction_id_list: ['punctuation:no_colon'], kwargs: [{}] }],
    [
      'ifeval',
      {},
      { instruction_id_list: Array(33).fill('punctuation:no_comma'), kwargs: Array.from({ length: 33 }, () => ({})) },
    ],
    ['squad', {}, Array(17).fill('x')],
    ['bleu', {}, 'x'.repeat(65_537)],
    ['chrf', {}, {}],
    ['rouge-l', {}, []],
    ['refusal', {}, 'maybe'],
    ['pot-numeric', {}, []],
    ['math', {}, {}],
    ['json-schema', {}, { schema: '{' }],
    ['json-schema', {}, { schema: {}, more: 1 }],
    ['json-schema', {}, { schema: { $schema: 'http://json-schema.org/draft-03/schema#' } }],
    ['bfcl', {}, { category: 'java' }],
    ['bfcl', {}, { category: 'simple', function: { name: 'f' }, ground_truth: '{}' }],
    ['bfcl', {}, { category: 'simple', function: FUNCTION, ground_truth: '{' }],
    ['bfcl', {}, { category: 'simple', function: FUNCTION, ground_truth: '[]' }],
    ['bfcl', {}, { category: 'simple', function: FUNCTION, ground_truth: '{"f":{"x":1}}' }],
    [
      'bfcl',
      {},
      {
        category: 'simple',
        function: { ...FUNCTION, parameters: { properties: { x: { type: 'list' } }, required: [] } },
      },
    ],
  ])('%s says so', (id, config, target) => {
    const scorer = findScorer({ id, version: 1, config });
    expect(() => scorer?.judge(null, target)).toThrow(expect.objectContaining({ code: 'ERR_SCORER_TARGET' }));
  });
});

describe('an instruction of IFEval whose arguments are of no use', () => {
  const scorer = findScorer({ id: 'ifeval', version: 1, config: {} });

  it.each([
    ['keywords:existence', { keywords: [] }],
    ['keywords:existence', { keywords: 'cat' }],
    ['keywords:letter_frequency', { letter: 'ab', let_frequency: 1, let_relation: 'at least' }],
    ['language:response_language', { language: 'tlh' }],
    ['length_constraints:number_words', { num_words: 1, relation: 'at most' }],
    ['length_constraints:number_words', { num_words: -1, relation: 'at least' }],
    ['startend:end_checker', { end_phrase: null }],
    ['startend:end_checker', { end_phrase: ' ' }],
  ])('%s %j', (id, kwargs) => {
    const target = { instruction_id_list: [id], kwargs: [kwargs] };
    expect(() => scorer?.extract('some words', target)).toThrow(expect.objectContaining({ code: 'ERR_SCORER_TARGET' }));
  });
});
