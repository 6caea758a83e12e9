import canonicalizeOracle from 'canonicalize';
import * as fc from '../property.ts';
import { describe, expect, it } from 'vitest';
import { isTouchstoneError } from '../../src/core/errors.ts';
import { checkLineForm, formatLine, MAX_LINE_BYTES, parseLine } from '../../src/core/line-form.ts';
import type { LineValue } from '../../src/core/line-form.ts';
import { anyCharacter } from '../any-text.ts';
import { expectCode, vectors } from '../vectors.ts';

const key = fc.stringMatching(/^[a-z][a-z0-9_]{0,5}$/);
const { object } = fc.letrec<{ value: LineValue; object: Record<string, LineValue> }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.string({ unit: anyCharacter }),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(key, tie('value'), { maxKeys: 5, noNullPrototype: true }),
}));

describe('parseLine()', () => {
  it.each(vectors<{ line: string; want?: unknown }>('line-form'))('$name', ({ vector }) => {
    if (vector.wantCode === undefined) expect(parseLine(vector.line)).toEqual(vector.want);
    else expectCode(() => checkLineForm(vector.line), vector.wantCode);
  });

  it('gives back any value that formatLine() wrote', () => {
    fc.assert(
      fc.property(object, (value) => {
        expect(parseLine(formatLine(value))).toEqual(value);
      }),
    );
  });

  it('accepts a changed line only if it is the canonical JSON of another value', () => {
    const change = fc.record({ value: object, at: fc.nat(), insert: fc.string({ unit: anyCharacter, maxLength: 2 }) });
    fc.assert(
      fc.property(change, ({ value, at, insert }) => {
        const line = formatLine(value);
        const split = at % (line.length + 1);
        const changed = line.slice(0, split) + insert + line.slice(split + 1);
        if (isLine(changed)) expect(canonicalizeOracle(JSON.parse(changed))).toBe(changed);
      }),
      { numRuns: 1000 },
    );
  });

  it('rejects every prefix of a line', () => {
    const line = formatLine({ a: 'x"\\\n', b: [1, -2, true], c: { d: {} } });
    for (let length = 0; length < line.length; length++) expect(isLine(line.slice(0, length))).toBe(false);
  });

  it('throws nothing but its own error on any text', () => {
    fc.assert(fc.property(fc.oneof(fc.string({ unit: anyCharacter }), fc.json()), (text) => void isLine(text)));
  });

  it.each([
    ['ASCII', 'x', 1],
    ['two bytes each', 'é', 2],
    ['three bytes each', '\u2028', 3],
    ['four bytes each', '😀', 4],
  ])('counts bytes: %s', (_, character, width) => {
    const room = MAX_LINE_BYTES - '{"a":""}'.length;
    const text = character.repeat(room / width) + 'x'.repeat(room % width);
    expect(Buffer.byteLength(formatLine({ a: text }))).toBe(MAX_LINE_BYTES);
    expectCode(() => parseLine(`{"a":"${text}x"}`), 'ERR_LINE_FORM');
  });

  it('rejects a long line with a lone surrogate', () => {
    expectCode(() => parseLine(`{"a":"${'x'.repeat(30_000)}\ud800"}`), 'ERR_LINE_FORM');
  });

  it('never quotes the line', () => {
    expect(() => parseLine('{"secret')).toThrow(/^cannot read record line: the text is not JSON$/);
  });
});

describe('formatLine()', () => {
  it('sorts keys', () => expect(formatLine({ b: 1, a: 2 })).toBe('{"a":2,"b":1}'));

  it.each([{ a: 0.5 }, { a: null }, { A: 1 }, [1]])('rejects %j, which no line may hold', (value) => {
    expectCode(() => formatLine(value), 'ERR_LINE_FORM');
  });

  it('rejects what is not JSON', () => expectCode(() => formatLine({ a: undefined }), 'ERR_CANONICAL_JSON'));
});

function isLine(text: string): boolean {
  try {
    parseLine(text);
    return true;
  } catch (error) {
    if (!isTouchstoneError(error, 'ERR_LINE_FORM')) throw error;
    return false;
  }
}
