import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { floatText, parsePythonNumber, roundHalfEven } from '../../src/scoring/python-number.ts';

type Row = readonly [text: string, str: string, rounded: readonly string[]];

const { rows }: { readonly rows: readonly Row[] } = JSON.parse(
  readFileSync(new URL('python-floats.json', import.meta.url), 'utf8'),
);
const PLACES = [0, 1, 2, 3, 5, 9];

describe('floats as Python has them', () => {
  it.each(rows)('%s is printed and rounded alike', (text, str, rounded) => {
    const value = Number(text);
    expect(floatText(value)).toBe(str);
    expect(PLACES.map((places) => floatText(roundHalfEven(value, places)))).toEqual(rounded);
  });

  it.each([
    ['18', 'int', 18],
    ['18.0', 'float', 18],
    ['-.5', 'float', -0.5],
    ['1e-08', 'float', 1e-8],
    ['Infinity', undefined, undefined],
    ['-inf', 'float', -Infinity],
    ['1,000', undefined, undefined],
    ['٣', undefined, undefined],
    ['0x10', undefined, undefined],
    ['1_000', undefined, undefined],
    ['', undefined, undefined],
  ])('parsePythonNumber(%j) is %s %s', (text, kind, value) => {
    expect(parsePythonNumber(text) ?? {}).toEqual(kind === undefined ? {} : { kind, value });
  });

  it('reads what is no number as such', () => {
    expect(floatText(Number.NaN)).toBe('nan');
    expect(parsePythonNumber('nan')).toEqual({ kind: 'float', value: Number.NaN });
    expect(floatText(-Infinity)).toBe('-inf');
  });
});
