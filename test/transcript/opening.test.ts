import * as fc from '../property.ts';
import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../../src/core/bytes.ts';
import { commit, type Label } from '../../src/transcript/commitment.ts';
import {
  checkOpening,
  formatOpening,
  formatTextOpening,
  isOpeningLine,
  MAX_OPENING_UNITS,
  parseOpening,
  type Opening,
} from '../../src/transcript/opening.ts';
import { formatRecord } from '../../src/transcript/record-line.ts';
import { expectCode } from '../vectors.ts';
import { ALL_RECORDS, OPENING_LINES } from './examples.ts';

const SALT = 'a1'.repeat(32);
const label = fc.constantFrom<Label>('item', 'target', 'probe', 'request', 'response', 'extracted');
const salt = fc.uint8Array({ minLength: 32, maxLength: 32 });
const bytes = fc.oneof(fc.uint8Array(), fc.string({ unit: 'binary' }).map(encodeUtf8));
const opening = fc.record<Opening>({ label, number: fc.maxSafeNat(), salt, bytes });

describe('formatOpening() and parseOpening()', () => {
  it('give back every opening, and the line is the one form of it', () => {
    fc.assert(
      fc.property(opening, (value) => {
        const line = formatOpening(value);
        expect(parseOpening(line)).toEqual(value);
        expect(formatOpening(parseOpening(line))).toBe(line);
        expect(isOpeningLine(line)).toBe(true);
        expect(line).not.toMatch(/[\n\r]/);
      }),
    );
  });

  it.each(Object.entries(OPENING_LINES))('give back the line of %s', (_name, line) => {
    expect(isOpeningLine(line)).toBe(true);
    expect(formatOpening(parseOpening(line))).toBe(line);
  });

  it('give the bytes that the line states', () => {
    expect(parseOpening(OPENING_LINES['binary'] ?? '').bytes).toEqual(Uint8Array.of(0xff, 0xfe, 0xfd));
    expect(parseOpening(OPENING_LINES['target'] ?? '')).toEqual({
      label: 'target',
      number: Number.MAX_SAFE_INTEGER,
      salt: new Uint8Array(32).fill(0xa1),
      bytes: Uint8Array.of(0x22, 0x34, 0x22),
    });
  });

  it('keep a byte order mark and a zero byte', () => {
    const value: Opening = {
      label: 'response',
      number: 1,
      salt: new Uint8Array(32),
      bytes: Uint8Array.of(0xef, 0xbb, 0xbf, 0),
    };
    expect(parseOpening(formatOpening(value))).toEqual(value);
  });

  it('write text of our own like its bytes', () => {
    fc.assert(
      fc.property(label, fc.maxSafeNat(), salt, fc.string({ unit: 'grapheme' }), (name, number, value, text) => {
        const whole = formatOpening({ label: name, number, salt: value, bytes: encodeUtf8(text) });
        expect(formatTextOpening(name, number, value, text)).toBe(whole);
      }),
    );
  });
});

describe('parseOpening()', () => {
  const good = `{"label":"request","salt":"${SALT}","seq":1,"utf8":"{}"}`;

  it.each([
    ['a space', good.replace(',', ', ')],
    ['a newline at its end', `${good}\n`],
    ['another order', `{"salt":"${SALT}","label":"request","seq":1,"utf8":"{}"}`],
    ['a key twice', good.replace('"seq":1', '"seq":1,"seq":1')],
    ['an unknown field', good.replace('"seq":1', '"seq":1,"t":1')],
    ['an unknown label', good.replace('request', 'answer')],
    ['no label', `{"salt":"${SALT}","seq":1,"utf8":"{}"}`],
    ['no salt', '{"label":"request","seq":1,"utf8":"{}"}'],
    ['a short salt', good.replace('a1', '')],
    ['a salt in capitals', good.replace('a1', 'A1')],
    ['no number', good.replace('"seq":1,', '')],
    ['a negative number', good.replace('"seq":1', '"seq":-1')],
    ['a negative zero', good.replace('"seq":1', '"seq":-0')],
    ['a float', good.replace('"seq":1', '"seq":1.5')],
    ['a number beyond 2^53', good.replace('"seq":1', '"seq":9007199254740992')],
    ['an index in place of a seq', `{"index":1,"label":"request","salt":"${SALT}","utf8":"{}"}`],
    ['index and seq', `{"index":1,"label":"request","salt":"${SALT}","seq":1,"utf8":"{}"}`],
    ['a seq in place of an index', `{"label":"item","salt":"${SALT}","seq":1,"utf8":"{}"}`],
    ['seq and index', `{"index":1,"label":"item","salt":"${SALT}","seq":1,"utf8":"{}"}`],
    ['no content', `{"label":"request","salt":"${SALT}","seq":1}`],
    ['both forms of content', `{"b64":"//79","label":"request","salt":"${SALT}","seq":1,"utf8":"{}"}`],
    ['content that is no text', `{"label":"request","salt":"${SALT}","seq":1,"utf8":{}}`],
    ['null', good.replace('"{}"', 'null')],
    ['half a surrogate pair', good.replace('{}', String.raw`\ud800`)],
    ['text as base64', `{"b64":"e30=","label":"request","salt":"${SALT}","seq":1}`],
    ['no bytes as base64', `{"b64":"","label":"request","salt":"${SALT}","seq":1}`],
    ['base64 without padding', `{"b64":"//7","label":"request","salt":"${SALT}","seq":1}`],
    ['base64 with pad bits', `{"b64":"//9=","label":"request","salt":"${SALT}","seq":1}`],
    ['URL-safe base64', `{"b64":"__79","label":"request","salt":"${SALT}","seq":1}`],
    ['a list', '[]'],
    ['no JSON', '{"label":'],
    ['nothing', ''],
    ['nesting without end', '['.repeat(100_000)],
  ])('refuses a line with %s', (_name, line) => {
    expectCode(() => parseOpening(line), 'ERR_OPENING_FORM');
  });

  it('refuses a line that is too long, and accepts the longest', () => {
    const line = formatTextOpening('extracted', 1, new Uint8Array(32), '');
    const longest = line.replace('""', `"${'x'.repeat(MAX_OPENING_UNITS - line.length)}"`);
    expect(parseOpening(longest).bytes).toHaveLength(MAX_OPENING_UNITS - line.length);
    expectCode(() => parseOpening(longest.replace('xx', 'xxx')), 'ERR_OPENING_FORM');
  });

  it('never repeats content in a message', () => {
    expect(() => parseOpening(good.replace('{}', String.raw`private \ud800`))).not.toThrow('private');
  });

  it('throws one code, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string({ unit: 'binary' })), (text) => {
        expectCode(() => parseOpening(text), 'ERR_OPENING_FORM');
      }),
    );
  });
});

describe('isOpeningLine()', () => {
  it.each(ALL_RECORDS)('tells the $name $kind record from an opening', ({ record }) => {
    expect(isOpeningLine(formatRecord(record))).toBe(false);
  });

  it.each(['', '{}', '{"t":"bundle"}', '{"index":0,"k":"score"}', '{"label"', ` {"label":"item"}`])(
    'says no to %j',
    (line) => {
      expect(isOpeningLine(line)).toBe(false);
    },
  );
});

describe('checkOpening()', () => {
  it('accepts salt and bytes that hash to the commitment, and nothing else', () => {
    fc.assert(
      fc.property(opening, opening, (one, other) => {
        const commitment = commit(one.label, one.salt, one.bytes);
        expect(() => checkOpening(one, commitment)).not.toThrow();
        const swaps: Opening[] = [
          { ...one, salt: other.salt },
          { ...one, bytes: Uint8Array.of(...one.bytes, 0) },
          { ...one, label: one.label === 'item' ? 'target' : 'item' },
        ];
        for (const swapped of swaps) {
          if (swapped.salt !== one.salt && commit(one.label, swapped.salt, one.bytes) === commitment) continue;
          expectCode(() => checkOpening(swapped, commitment), 'ERR_OPENING_COMMITMENT');
        }
      }),
    );
  });

  it('refuses two openings that were swapped', () => {
    const make = (number: number): Opening => ({
      label: 'response',
      number,
      salt: new Uint8Array(32).fill(number),
      bytes: Uint8Array.of(number),
    });
    const [first, second] = [make(1), make(2)];
    expectCode(() => checkOpening(second, commit('response', first.salt, first.bytes)), 'ERR_OPENING_COMMITMENT');
  });

  it.each([
    ['item', 'cannot open item of item 7: '],
    ['target', 'cannot open target of item 7: '],
    ['request', 'cannot open request of record 7: '],
    ['extracted', 'cannot open extracted of record 7: '],
  ] as const)('names the place of a stray %s', (name, message) => {
    const stray: Opening = { label: name, number: 7, salt: new Uint8Array(32), bytes: encodeUtf8('private') };
    expect(() => checkOpening(stray, '00'.repeat(32))).toThrow(message);
    expect(() => checkOpening(stray, '00'.repeat(32))).not.toThrow('private');
  });
});
