import { describe, expect, it } from 'vitest';
import {
  boolean,
  conform,
  decimalText,
  digestText,
  integer,
  list,
  mapOf,
  nameText,
  object,
  oneOf,
  text,
  timeText,
  variant,
  type Shape,
} from '../../src/transcript/shape.ts';

interface Point {
  readonly x: number;
  readonly label?: string;
}

const point: Shape<Point> = object<Point>({ x: integer(0, 9) }, { label: text(3) });

describe('conform()', () => {
  it('gives the value itself', () => {
    const value = { x: 1 };
    expect(conform(point, value, Error)).toBe(value);
  });

  it('throws what the caller makes of the complaint', () => {
    expect(() => conform(point, { x: 10 }, (complaint) => new RangeError(`bad${complaint}`))).toThrow(
      new RangeError('bad/x: want an integer from 0 to 9'),
    );
  });
});

describe('object()', () => {
  it.each([[{ x: 0 }], [{ x: 9, label: 'abc' }]])('accepts %j', (value) => {
    expect(point(value)).toBeNull();
  });

  it.each([
    [null, ': want an object'],
    [[], ': want an object'],
    ['x', ': want an object'],
    [{}, ': field "x" is missing'],
    [{ label: 'a' }, ': field "x" is missing'],
    [{ x: '1' }, '/x: want an integer from 0 to 9'],
    [{ x: 1, label: 'long' }, '/label: want a text of at most 3 units'],
    [{ x: 1, y: 2 }, ': a field is not known here: want label, x'],
    [JSON.parse('{"x":1,"__proto__":1}'), ': a field is not known here: want label, x'],
    [JSON.parse('{"x":1,"constructor":1}'), ': a field is not known here: want label, x'],
  ])('refuses %j', (value, complaint) => {
    expect(point(value)).toBe(complaint);
  });

  it('does not take a field from the prototype', () => {
    expect(point(Object.create({ x: 1 }))).toBe(': field "x" is missing');
  });

  it('takes undefined for a field that is there', () => {
    expect(point({ x: undefined })).toBe('/x: want an integer from 0 to 9');
  });
});

describe('list()', () => {
  const digits = list(integer(0, 9), 2);

  it.each([[[]], [[1]], [[1, 2]]])('accepts %j', (value) => {
    expect(digits(value)).toBeNull();
  });

  it.each([
    [{ length: 0 }, ': want a list'],
    ['', ': want a list'],
    [[1, 2, 3], ': want at most 2 entries'],
    [[1, 10], '/1: want an integer from 0 to 9'],
    // A hole is not an integer.
    [Array.from({ length: 1 }), '/0: want an integer from 0 to 9'],
  ])('refuses %j', (value, complaint) => {
    expect(digits(value)).toBe(complaint);
  });
});

describe('mapOf()', () => {
  const counts = mapOf(/^[a-z]+$/, integer(0), 2);

  it.each([[{}], [{ a: 1, b: 0 }], [JSON.parse('{"constructor":1}')]])('accepts %j', (value) => {
    expect(counts(value)).toBeNull();
  });

  it.each([
    [null, ': want an object'],
    [[], ': want an object'],
    [1, ': want an object'],
    [{ a: 1, b: 1, c: 1 }, ': want at most 2 fields'],
    [{ A: 1 }, ': want field names like ^[a-z]+$'],
    [{ a: -1 }, '/a: want an integer from 0 to 9007199254740991'],
  ])('refuses %j', (value, complaint) => {
    expect(counts(value)).toBe(complaint);
  });

  it('bounds the number of fields by itself', () => {
    const many = Object.fromEntries(Array.from({ length: 1025 }, (_, index) => [`k${index}`, 1]));
    expect(mapOf(/^k/, integer(0))(many)).toBe(': want at most 1024 fields');
  });
});

describe('oneOf()', () => {
  const colour = oneOf('red', 'blue');

  it('accepts each of its texts', () => {
    expect([colour('red'), colour('blue')]).toEqual([null, null]);
  });

  it.each(['Red', '', 0, null, ['red']])('refuses %j', (value) => {
    expect(colour(value)).toBe(': want "red" or "blue"');
  });
});

describe('text()', () => {
  it('counts UTF-16 units', () => {
    expect(text(2)('🎯')).toBeNull();
    expect(text(1)('🎯')).toBe(': want a text of at most 1 units');
  });

  it('asks for the pattern', () => {
    expect(text(9, /^a+$/)('aa')).toBeNull();
    expect(text(9, /^a+$/)('ab')).toBe(': want a text like ^a+$');
  });

  it.each([1, null, ['a'], undefined])('refuses %j', (value) => {
    expect(text(9)(value)).toBe(': want a text of at most 9 units');
  });
});

describe('integer()', () => {
  it.each([-3, 0, 7])('accepts %d between -3 and 7', (value) => {
    expect(integer(-3, 7)(value)).toBeNull();
  });

  it.each([-4, 8, 0.5, Number.NaN, Infinity, '1', null, 1n])('refuses %s', (value) => {
    expect(integer(-3, 7)(value)).toBe(': want an integer from -3 to 7');
  });

  it('goes up to 2^53-1 unless told otherwise', () => {
    expect(integer(0)(2 ** 53 - 1)).toBeNull();
    expect(integer(0)(2 ** 53)).not.toBeNull();
  });
});

describe('boolean', () => {
  it('accepts true and false and nothing else', () => {
    expect([true, false].map(boolean)).toEqual([null, null]);
    expect([0, 'true', null].map(boolean)).toEqual(Array.from({ length: 3 }, () => ': want true or false'));
  });
});

describe('variant()', () => {
  const shape = variant<{ kind: string }>('kind', {
    a: object<{ kind: string }>({ kind: oneOf('a') }),
    b: object<{ kind: string; n: number }>({ kind: oneOf('b'), n: integer(0) }),
  });

  it.each([[{ kind: 'a' }], [{ kind: 'b', n: 1 }]])('accepts %j', (value) => {
    expect(shape(value)).toBeNull();
  });

  it.each([
    [{ kind: 'a', n: 1 }, ': a field is not known here: want kind'],
    [{ kind: 'b' }, ': field "n" is missing'],
    [{ kind: 'c' }, '/kind: want a or b'],
    [{ kind: 'constructor' }, '/kind: want a or b'],
    [{ kind: 1 }, '/kind: want a or b'],
    [{}, '/kind: want a or b'],
    [null, '/kind: want a or b'],
    ['a', '/kind: want a or b'],
  ])('refuses %j', (value, complaint) => {
    expect(shape(value)).toBe(complaint);
  });
});

describe('digestText', () => {
  it('accepts 64 lowercase hex digits', () => {
    expect(digestText('0123456789abcdef'.repeat(4))).toBeNull();
  });

  it.each(['', 'a'.repeat(63), 'a'.repeat(65), 'A'.repeat(64), `${'a'.repeat(63)}g`, `${'a'.repeat(63)}\n`, null])(
    'refuses %j',
    (value) => {
      expect(digestText(value)).not.toBeNull();
    },
  );
});

describe('decimalText', () => {
  it.each(['0', '1', '-1', '0.5', '-0.5', '10', '1.50', '0.000', '123456789.987654321'])('accepts %s', (value) => {
    expect(decimalText(value)).toBeNull();
  });

  it.each(['', '-0', '-0.0', '-0.00', '01', '00', '.5', '1.', '+1', '1e3', ' 1', '1\n', 'NaN', '0x1', '1,5', '١', 1])(
    'refuses %j',
    (value) => {
      expect(decimalText(value)).not.toBeNull();
    },
  );

  it('bounds the number of digits', () => {
    expect(decimalText('1'.repeat(40))).toBeNull();
    expect(decimalText('1'.repeat(41))).not.toBeNull();
  });
});

describe('timeText', () => {
  it.each(['2026-01-02T03:04:05.678Z', '0000-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'])(
    'accepts %s',
    (value) => {
      expect(timeText(value)).toBeNull();
    },
  );

  it.each([
    '2026-00-02T03:04:05.678Z',
    '2026-13-02T03:04:05.678Z',
    '2026-01-00T03:04:05.678Z',
    '2026-01-32T03:04:05.678Z',
    '2026-01-02T24:00:00.000Z',
    '2026-01-02T03:60:05.678Z',
    '2026-01-02T03:04:60.000Z',
    '2026-01-02T03:04:05Z',
    '2026-01-02T03:04:05.6789Z',
    '2026-01-02T03:04:05.678+00:00',
    '2026-01-02t03:04:05.678z',
    '2026-01-02 03:04:05.678Z',
    '12026-01-02T03:04:05.678Z',
    '2026-01-02T03:04:05.678Z\n',
    '',
    0,
  ])('refuses %j', (value) => {
    expect(timeText(value)).not.toBeNull();
  });
});

describe('nameText()', () => {
  const name = nameText(32);

  it.each([
    'gpt-4o-mini',
    'meta-llama/Llama-3.1-8B:free',
    '@cf/meta/llama-3.1-8b-instruct',
    '/models/tiny-1.gguf',
    './tiny.gguf',
    '~vendor/model#1 (q4)',
    '_',
  ])('accepts %s', (value) => {
    expect(name(value)).toBeNull();
  });

  it.each([
    '',
    ' a',
    '-a',
    '=1+1',
    '+a',
    '#a',
    'a\n',
    'a\tb',
    'é',
    'a"b',
    "a'b",
    'a<b>',
    'a`b',
    'a\\b',
    'a\u001b[31m',
    'a'.repeat(33),
    1,
  ])('refuses %j', (value) => {
    expect(name(value)).not.toBeNull();
  });
});
