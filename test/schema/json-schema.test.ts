import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/core/canonical-json.ts';
import { isTouchstoneError } from '../../src/core/errors.ts';
import { compileSchema } from '../../src/schema/json-schema.ts';
import { describeRealData } from '../testdata.ts';

describe('compileSchema()', () => {
  const VALUES: readonly JsonValue[] = [
    null,
    true,
    0,
    1,
    -1.5,
    19.99,
    7,
    '',
    'a',
    'abc',
    '😀',
    [],
    [1],
    [1, 1],
    ['a', 1],
    [1, 'a'],
    {},
    { a: 1 },
    { a: 'x', b: 2 },
    { b: 1, c: [] },
  ];
  it.each<[JsonValue]>([
    [true],
    [false],
    [{}],
    [{ type: ['integer', 'null'] }],
    [{ type: 'object', required: ['a'], properties: { a: { type: 'number' } }, additionalProperties: false }],
    [{ enum: [1, 'a', { a: 1 }] }],
    [{ const: [1] }],
    [{ minimum: 0, exclusiveMaximum: 7 }],
    [{ multipleOf: 7 }],
    [{ maxLength: 1, minLength: 1 }],
    [{ pattern: '^a' }],
    [{ minItems: 1, maxItems: 1, uniqueItems: true }],
    [{ uniqueItems: true }],
    [{ prefixItems: [{ type: 'string' }], items: { type: 'number' } }],
    [{ contains: { type: 'string' }, minContains: 1, maxContains: 1 }],
    [{ minProperties: 1, maxProperties: 1 }],
    [{ propertyNames: { pattern: '^[ab]$' } }],
    [{ patternProperties: { '^[ab]$': { type: 'number' } }, additionalProperties: { type: 'array' } }],
    [{ dependentRequired: { b: ['a'] } }],
    [{ dependentSchemas: { b: { required: ['c'] } } }],
    [{ allOf: [{ type: 'number' }, { minimum: 1 }] }],
    [{ anyOf: [{ type: 'null' }, { type: 'string' }] }],
    [{ oneOf: [{ type: 'number' }, { minimum: 1 }] }],
    [{ not: { type: 'object' } }],
    [JSON.parse('{"if":{"type":"number"},"then":{"minimum":0},"else":{"type":"string"}}')],
    [{ $ref: '#/$defs/leaf', $defs: { leaf: { type: 'string' } } }],
    [{ anyOf: [{ type: 'integer' }, { type: 'array', items: { $ref: '#' } }] }],
  ])('judges as another validator does by %j', (schema) => {
    const other = new Ajv2020({ strict: false }).compile(schema as object);
    const check = compileSchema(schema);
    for (const value of VALUES) expect(check(value), JSON.stringify(value)).toBe(other(value));
  });

  it('is exact where floating point is not', () => {
    expect(compileSchema({ multipleOf: 0.01 })(19.99)).toBe(true);
  });

  it.each<[string, JsonValue]>([
    ['a keyword that is not known', { minimumm: 1 }],
    ['another dialect', { $schema: 'http://json-schema.org/draft-07/schema#' }],
    ['a keyword that needs state', { unevaluatedProperties: false }],
    ['a base URI inside', { properties: { a: { $id: 'x' } } }],
    ['a remote reference', { $ref: 'https://example.org/schema' }],
    ['a reference to nowhere', { $ref: '#/$defs/none' }],
    ['a reference that is no pointer', { $ref: '#/%zz' }],
    ['a schema that is no schema', { not: 7 }],
    ['an unknown type', { type: 'text' }],
    ['a bound that is no number', { minimum: '1' }],
    ['a negative size', { minItems: -1 }],
    ['a divisor of zero', { multipleOf: 0 }],
    ['a pattern that is no text', { pattern: 1 }],
    ['uniqueness by number', { uniqueItems: 1 }],
    ['required by number', { required: [1] }],
    ['required as text', { required: 'a' }],
    ['a list of dependencies', { dependentRequired: [] }],
    ['a list of properties', { properties: [] }],
    ['no patterns', { additionalProperties: true, patternProperties: 1 }],
    ['an empty combination', { anyOf: [] }],
    ['one item schema as prefix', { prefixItems: {} }],
    ['a text as count', { contains: true, minContains: '1' }],
  ])('refuses %s', (_, schema) => {
    expect(() => compileSchema(schema)).toThrow(expect.objectContaining({ code: 'ERR_JSON_SCHEMA' }));
  });

  it.each<[string, JsonValue]>([
    ['a reference to itself', { $ref: '#' }],
    [
      'two references to each other',
      { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } },
    ],
    ['a doubling chain', doublingChain(40)],
    ['many looks at a long list', { allOf: Array.from({ length: 400 }, (_, i) => ({ not: { const: i } })) }],
    ['many counts of a long list', { allOf: Array.from({ length: 400 }, () => ({ items: { type: 'number' } })) }],
  ])('stops at %s', (_, schema) => {
    const value = Array.from({ length: 30_000 }, () => 1);
    expect(() => compileSchema(schema)(value)).toThrow(expect.objectContaining({ code: 'ERR_STEP_LIMIT' }));
  });
});

/** A schema that takes 2^n steps. */
function doublingChain(n: number): JsonValue {
  const defs = Object.fromEntries(
    Array.from({ length: n }, (_, i) => [
      `d${i}`,
      { allOf: [{ $ref: `#/$defs/d${i + 1}` }, { $ref: `#/$defs/d${i + 1}` }] },
    ]),
  );
  return { $ref: '#/$defs/d0', $defs: { ...defs, [`d${n}`]: true } };
}

interface SuiteRow {
  readonly id: string;
  readonly schema: JsonValue;
  readonly data: JsonValue;
  readonly valid: boolean;
}

describeRealData('JSON-Schema-Test-Suite, draft 2020-12', 'data/json_schema/suite_draft2020-12.jsonl', (path) => {
  it('every schema is judged as published or refused by code', () => {
    const lines = readFileSync(join(path), 'utf8').trim().split('\n');
    const wrong: string[] = [];
    let judged = 0;
    for (const { id, schema, data, valid } of lines.map((line): SuiteRow => JSON.parse(line))) {
      try {
        if (compileSchema(schema)(data) !== valid) wrong.push(id);
        judged++;
      } catch (error) {
        if (!isTouchstoneError(error, 'ERR_JSON_SCHEMA', 'ERR_PATTERN')) throw error;
      }
    }
    expect(wrong).toEqual([]);
    expect(judged).toBeGreaterThanOrEqual(900);
  });
});
