import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/core/canonical-json.ts';
import { standardSchema, type StandardOptions } from '../../src/schema/standard/evaluate.ts';
import { isFormat } from '../../src/schema/standard/formats.ts';

function check(schema: JsonValue, value: JsonValue, options?: StandardOptions): boolean {
  return standardSchema(schema, options)(value);
}

const code = (name: string) => expect.objectContaining({ code: name });

describe('standardSchema()', () => {
  it('takes the outermost dynamic anchor', () => {
    const tree = {
      $id: 'http://example.com/tree',
      $dynamicAnchor: 'node',
      type: 'object',
      properties: { children: { type: 'array', items: { $dynamicRef: '#node' } } },
    };
    const strict = {
      $id: 'http://example.com/strict',
      $dynamicAnchor: 'node',
      $ref: 'tree',
      unevaluatedProperties: false,
    };
    const documents = { 'http://example.com/tree': tree };
    expect(check(strict, { children: [{ children: [] }] }, { documents })).toBe(true);
    expect(check(strict, { children: [{ wrong: 1 }] }, { documents })).toBe(false);
    expect(check(tree, { children: [{ wrong: 1 }] })).toBe(true);
  });

  it('knows no identifier inside of a value', () => {
    const schema = {
      $defs: { a: { enum: [{ $id: 'http://example.com/x', type: 'null' }] } },
      $ref: 'http://example.com/x',
    };
    expect(() => check(schema, null)).toThrow(code('ERR_JSON_SCHEMA'));
  });

  it('lets a metaschema leave out validation', () => {
    const documents = {
      'http://example.com/meta': { $vocabulary: { 'https://json-schema.org/draft/2020-12/vocab/applicator': true } },
    };
    const schema = { $schema: 'http://example.com/meta', properties: { a: { minimum: 10 }, b: false } };
    expect(check(schema, { a: 1 }, { documents })).toBe(true);
    expect(check(schema, { b: 1 }, { documents })).toBe(false);
  });

  it.each<[string, JsonValue]>([
    ['an unknown dialect', { $schema: 'http://json-schema.org/draft-03/schema#' }],
    ['an identifier that is no URL', { $id: 'http://[' }],
    ['a reference that leads nowhere', { $ref: '#/$defs/none' }],
    ['a reference to a document that is not at hand', { $ref: 'http://example.com/none.json' }],
    ['a reference that is no text', { $ref: 1 }],
    ['a reference with a broken escape', { $ref: '#/%zz' }],
    ['a schema that is a list', []],
    ['branches that are no list', { allOf: {} }],
    ['members that are no object', { properties: [] }],
    ['dependencies that are no object', { dependentSchemas: 1 }],
    ['a bound that is a text', { minimum: '1' }],
    ['too few schemas for a prefix', { prefixItems: {} }],
    ['a count that is a text', { contains: true, minContains: 'x' }],
  ])('refuses %s', (_, schema) => {
    expect(() => [{}, 1, []].map((value) => check(schema, value))).toThrow(code('ERR_JSON_SCHEMA'));
  });

  it('refuses too many schemas', () => {
    const schema = { allOf: Array.from({ length: 20_001 }, () => ({})) };
    expect(() => check(schema, 1)).toThrow(code('ERR_JSON_SCHEMA'));
  });

  it('ends when a schema refers to itself, or explodes', () => {
    expect(() => check({ $ref: '#' }, 1)).toThrow(code('ERR_STEP_LIMIT'));
    const twice = { $defs: {} as Record<string, JsonValue>, $ref: '#/$defs/s30' };
    twice.$defs['s0'] = {};
    for (let at = 1; at <= 30; at++) {
      const $ref = `#/$defs/s${at - 1}`;
      twice.$defs[`s${at}`] = { allOf: [{ $ref }, { $ref }] };
    }
    expect(() => check(twice, 1)).toThrow(code('ERR_STEP_LIMIT'));
  });

  it('refuses a pattern that it cannot match in linear time', () => {
    expect(() => check({ pattern: '(?=a)' }, 'a')).toThrow(code('ERR_PATTERN'));
  });
});

describe('isFormat()', () => {
  it.each([
    ['time', '12:00:00Z', '24:00:00Z'],
    ['time', '12:00:00.5+05:30', '12:00:00'],
    ['duration', 'P1Y2M3DT4H5M6S', 'P'],
    ['duration', 'P2W', 'P1YT'],
    ['email', '"joe bloggs"@example.com', 'joe bloggs@example.com'],
    ['email', 'joe@[127.0.0.1]', '.joe@example.com'],
    ['email', 'joe@[IPv6:::1]', 'joe@[IPv6:1]'],
    ['idn-email', 'ünï@müller.example', 'x@'],
    ['hostname', 'www.example.com', '-a.example'],
    ['ipv4', '192.168.0.1', '192.168.00.1'],
    ['ipv6', '::ffff:192.168.0.1', '12345::'],
    ['ipv6', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7'],
    ['uri', 'http://user@[::1]:80/a?b#c', 'http://a b'],
    ['uri-reference', '../a#b', '\\a'],
    ['relative-json-pointer', '1/a', '01'],
    ['json-pointer', '', 'a'],
    ['regex', 'a+b*', '('],
    ['date', '2024-02-29', '2023-02-29'],
    ['date-time', '1963-06-19t08:30:06.283185z', '1963-06-19 08:30:06Z'],
  ])('%s takes %j and not %j', (format, good, bad) => {
    expect([isFormat(format, good), isFormat(format, bad)]).toEqual([true, false]);
  });
});
