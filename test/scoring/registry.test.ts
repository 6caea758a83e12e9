import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { ScorerConfig } from '../../src/suites/definition.ts';
import { findScorer, SCORER_KINDS } from '../../src/scoring/registry.ts';

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
    ['choice', 'no rules', { rules: [] }],
    ['json', 'a schema that is not JSON', { schema: '{' }],
    ['json', 'nothing to judge by', { compare: 'none' }],
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
    expect(published).toEqual(SCORER_KINDS.map(({ id }) => id));
    const ajv = new Ajv2020({ discriminator: true, strictTypes: false });
    const accepts = ajv.compile({
      ...schema,
      required: [],
      properties: {},
      $ref: '#/$defs/scorer',
      additionalProperties: true,
    });
    for (const { id, version } of SCORER_KINDS) {
      const options = id === 'regex' ? { patterns: ['a'] } : {};
      expect(accepts({ id, version, ...options })).toBe(true);
    }
  });
});

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
  ])('%s says so', (id, config, target) => {
    const scorer = findScorer({ id, version: 1, config });
    expect(() => scorer?.judge(null, target)).toThrow(expect.objectContaining({ code: 'ERR_SCORER_TARGET' }));
  });
});
