/** What several converters share. */
import { describe, expect, it } from 'vitest';
import { listing, shuffled } from '../../../src/suites/benchmarks/options.ts';
import { letterAt } from '../../../src/suites/letters.ts';
import { originRow } from '../../../src/suites/benchmarks/origin-row.ts';
import { rawMembers } from '../../../src/suites/benchmarks/raw-members.ts';
import { readTar } from '../../../src/suites/benchmarks/read-tar.ts';
import { tarOf } from './tar-file.ts';

describe('rawMembers()', () => {
  it.each<[string, Readonly<Record<string, string>>]>([
    ['{}', {}],
    ['{"a": 5.0}', { a: '5.0' }],
    ['{"a":1e-09,"b":-0.0}', { a: '1e-09', b: '-0.0' }],
    ['{ "a" : [1, {"b": "}, ]"}] , "c" : null }', { a: '[1, {"b": "}, ]"}]', c: 'null' }],
    ['{"a": "say \\"{\\", or [", "b": "\\\\"}', { a: '"say \\"{\\", or ["', b: '"\\\\"' }],
    ['{"a\\u0062": true}', { ab: 'true' }],
  ])('of %s are as they are written', (json, members) => {
    expect(Object.fromEntries(rawMembers(json))).toEqual(members);
    for (const [name, text] of Object.entries(members)) {
      const parsed: Readonly<Record<string, unknown>> = JSON.parse(json);
      expect(JSON.parse(text)).toEqual(parsed[name]);
    }
  });
});

describe('shuffled()', () => {
  const options = ['oak', 'rose', 'fern', 'moss'];

  it('depends on key and options, not on their order', () => {
    expect(shuffled('1', options)).toEqual(shuffled('1', options.toReversed()));
    expect(shuffled('1', options).toSorted()).toEqual(options.toSorted());
  });

  it('puts an option in every place about equally often', () => {
    const places = [0, 0, 0, 0];
    for (let key = 0; key < 4000; key++) {
      const place = shuffled(`${key}`, options).indexOf('oak');
      places[place] = (places[place] ?? 0) + 1;
    }
    // Four standard deviations of a count with probability 1/4.
    for (const count of places) expect(Math.abs(count - 1000)).toBeLessThan(4 * Math.sqrt(4000 * 0.25 * 0.75));
  });
});

describe('listing()', () => {
  it('has a letter and a line for every option', () => {
    expect(listing(['oak', 'rose'])).toBe('A. oak\nB. rose\n');
    expect(letterAt(25)).toBe('Z');
  });
});

describe('readTar()', () => {
  it('gives files with long paths and passes over headers and folders', () => {
    const long = `${'a'.repeat(60)}/${'b'.repeat(60)}.txt`;
    const files = [...readTar(tarOf('root', { [long]: 'one', 'c.txt': '' }), 'x.tar')];
    expect(files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()])).toEqual([
      [`root/${long}`, 'one'],
      ['root/c.txt', ''],
    ]);
  });

  it.each([
    ['a size that is no number', (tar: Buffer) => tar.fill('x', 512 + 512 + 124, 512 + 512 + 136)],
    ['no end', (tar: Buffer) => tar.subarray(0, -1024)],
    ['nothing', () => Buffer.alloc(0)],
  ])('refuses %s', (_name, change) => {
    const tar = Buffer.from(tarOf('root', { a: 'one' }));
    expect(() => [...readTar(change(tar), 'x.tar')]).toThrow(
      expect.objectContaining({ code: 'ERR_ORIGIN_FORM', message: expect.stringContaining('"x.tar"') }),
    );
  });
});

describe('originRow()', () => {
  const fields = { a: 'text', n: '12', list: ['x'], empty: [], none: null, inner: { b: 1 }, rows: [{}] };
  const row = originRow(fields, { name: 'made.jsonl', index: 2 });

  it('reads what is there', () => {
    expect(row.text('a')).toBe('text');
    expect([row.optionalText('a'), row.optionalText('none'), row.optionalText('missing')]).toEqual(['text', '', '']);
    expect(row.integer('n', 0, 12)).toBe(12);
    expect(row.texts('list')).toEqual(['x']);
    expect(row.object('inner')).toEqual({ b: 1 });
    expect(row.objects('rows')).toEqual([{}]);
  });

  it.each<[string, () => unknown, string]>([
    ['a missing text', () => row.text('missing'), 'field "missing": want a text'],
    ['a name of the prototype', () => row.text('constructor'), 'field "constructor": want a text'],
    ['a number that is too large', () => row.integer('n', 0, 11), 'field "n": want an integer from 0 to 11'],
    ['a text that is no number', () => row.integer('a', 0, 11), 'field "a": want an integer'],
    ['an empty list', () => row.texts('empty'), 'field "empty": want a list of texts'],
    ['a list for an object', () => row.object('list'), 'field "list": want an object'],
    ['texts for objects', () => row.objects('list'), 'field "list": want a list of objects'],
  ])('refuses %s and never quotes it', (_name, read, message) => {
    expect(read).toThrow(
      expect.objectContaining({
        code: 'ERR_ORIGIN_FORM',
        message: expect.stringContaining(`cannot convert "made.jsonl" row 3, ${message}`),
      }),
    );
  });
});
