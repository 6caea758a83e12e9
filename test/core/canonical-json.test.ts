import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import canonicalizeOracle from 'canonicalize';
import * as fc from '../property.ts';
import { describe, expect, it } from 'vitest';
import { canonicalize, isJsonObject, tryParseCanonical } from '../../src/core/canonical-json.ts';
import { anyCharacter } from '../any-text.ts';
import { describeRealData } from '../testdata.ts';
import { expectCode, vectors } from '../vectors.ts';

describe('canonicalize()', () => {
  it.each(vectors<{ json: string; want?: string; pointer?: string }>('canonical-json'))('$name', ({ vector }) => {
    const value: unknown = JSON.parse(vector.json);
    if (vector.want !== undefined) expect(canonicalize(value)).toBe(vector.want);
    else
      expect(() => canonicalize(value)).toThrow(
        expect.objectContaining({ code: vector.wantCode, pointer: vector.pointer }),
      );
  });

  it('agrees with another implementation on any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: anyCharacter }), (value) => {
        expect(canonicalize(value)).toBe(canonicalizeOracle(value));
      }),
    );
  });

  it('is inverted by JSON.parse', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: anyCharacter }), (value) => {
        const text = canonicalize(value);
        expect(canonicalize(JSON.parse(text))).toBe(text);
      }),
    );
  });

  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  it.each([
    ['NaN', Number.NaN, 'NaN'],
    ['infinity', { a: -Infinity }, '-Infinity'],
    ['undefined', undefined, 'undefined'],
    ['an undefined field', { a: undefined }, 'undefined'],
    ['a function', () => 1, 'function'],
    ['a bigint', [1n], 'bigint'],
    ['a symbol', Symbol('x'), 'symbol'],
    ['a symbol key', { [Symbol('x')]: 1 }, 'a symbol key'],
    ['a hole in an array', Object.assign([], { length: 1 }), 'undefined'],
    ['a date', { at: new Date(0) }, 'not plain'],
    ['a map', new Map(), 'not plain'],
    ['bytes', new Uint8Array(1), 'not plain'],
    ['a boxed number', Object(1), 'not plain'],
    ['an instance of a class', new URL('https://example.com'), 'not plain'],
    ['a toJSON method', { toJSON: () => 1 }, 'function'],
    ['a cycle', cycle, 'nesting'],
  ])('rejects %s', (_, value, found) => {
    expectCode(() => canonicalize(value), 'ERR_CANONICAL_JSON');
    expect(() => canonicalize(value)).toThrow(found);
  });

  it('accepts objects without a prototype and shared parts', () => {
    const part = Object.assign(Object.create(null), { z: 1, a: [] });
    expect(canonicalize([part, part])).toBe('[{"a":[],"z":1},{"a":[],"z":1}]');
  });

  it('accepts nesting of 256', () => {
    const text = `${'['.repeat(256)}${']'.repeat(256)}`;
    expect(canonicalize(JSON.parse(text))).toBe(text);
  });
});

describe('tryParseCanonical()', () => {
  it('gives the object of a canonical text', () => {
    expect(tryParseCanonical('{"a":[null,0.5]}')).toEqual({ a: [null, 0.5] });
  });

  it.each(['', '{', '[]', 'null', '1', '{"a":1 }', '{"b":1,"a":1}', '{"a":1,"a":1}', '{"a":"\\ud800"}', '{"a":1.0}'])(
    'gives null for %j',
    (text) => expect(tryParseCanonical(text)).toBeNull(),
  );

  it('isJsonObject() tells objects from arrays and null', () => {
    expect([{}, [], null, 'x'].map((value) => isJsonObject(value))).toEqual([true, false, false, false]);
  });
});

describeRealData('RFC 8785 files', 'vectors/jcs-rfc8785', (folder) => {
  it.each(readdirSync(join(folder, 'input')))('%s', (file) => {
    const text = canonicalize(JSON.parse(readFileSync(join(folder, 'input', file), 'utf8')));
    expect(text).toBe(readFileSync(join(folder, 'output', file), 'utf8'));
    const hex = readFileSync(join(folder, 'outhex', file.replace('.json', '.txt')), 'utf8');
    expect(Buffer.from(text).toString('hex')).toBe(hex.replaceAll(/\s/g, ''));
  });

  it('100,000 generated numbers', () => {
    const source = JSON.parse(readFileSync(join(folder, 'es6-numbers.json'), 'utf8'));
    const hash = createHash('sha256');
    const want = source.sha256_of_first_n_lines;
    let lines = 0;
    for (const bits of numberSequence(source)) {
      hash.update(`${bits.toString(16)},${canonicalize(asDouble(bits))}\n`);
      lines++;
      if (want[lines] !== undefined) expect(hash.copy().digest('hex')).toBe(want[lines]);
      if (lines === 100_000) break;
    }
  });
});

function asDouble(bits: bigint): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}

// The sequence of the file: a fixed list, a run of successive doubles, then doubles out of a chain of hashes.
function* numberSequence(source: {
  static_u64_hex: string[];
  serial_start_hex: string;
  serial_count: number;
}): Generator<bigint> {
  for (const hex of source.static_u64_hex) yield BigInt(`0x${hex}`);
  for (let i = 0; i < source.serial_count; i++) yield BigInt(`0x${source.serial_start_hex}`) + BigInt(i);
  for (let block = Buffer.alloc(32); ;) {
    block = createHash('sha256').update(block).digest();
    for (let offset = 0; offset < 32; offset += 8) {
      const bits = block.readBigUInt64LE(offset);
      const value = asDouble(bits);
      if (value !== 0 && Number.isFinite(value)) yield bits;
    }
  }
}
