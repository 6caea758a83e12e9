import { describe, expect, it } from 'vitest';
import { parseCbor, type CborValue } from '../../../src/attestation/nitro/cbor.ts';
import * as fc from '../../property.ts';
import { cbor } from './document-maker.ts';

class Fault extends Error {}

function parse(bytes: Uint8Array): CborValue {
  return parseCbor(bytes, (fault) => new Fault(fault));
}

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

describe('parseCbor()', () => {
  // RFC 8949 appendix A.
  it.each<[string, CborValue]>([
    ['00', 0],
    ['17', 23],
    ['1818', 24],
    ['1903e8', 1000],
    ['1a000f4240', 1_000_000],
    ['1b000000e8d4a51000', 1_000_000_000_000],
    ['20', -1],
    ['3903e7', -1000],
    ['f4', false],
    ['f5', true],
    ['f6', null],
    ['4401020304', Uint8Array.of(1, 2, 3, 4)],
    ['62c3bc', 'ü'],
    ['8301820203820405', [1, [2, 3], [4, 5]]],
    [
      'a201020304',
      new Map([
        [1, 2],
        [3, 4],
      ]),
    ],
    ['bf61610161629f0203ff', 'refused'],
    [
      'bf6346756ef563416d7421ff',
      new Map<string, CborValue>([
        ['Fun', true],
        ['Amt', -2],
      ]),
    ],
    ['a0', new Map()],
    ['80', []],
  ])('reads %s as the specification does', (text, value) => {
    // Arrays of indefinite length do not occur in documents.
    if (value === 'refused') expect(() => parse(hex(text))).toThrow(Fault);
    else expect(parse(hex(text))).toEqual(value);
  });

  it.each([
    ['nothing', ''],
    ['a byte too many', '0000'],
    ['a byte too few', '4401'],
    ['a longer form of 23', '1817'],
    ['a longer form of 255', '1900ff'],
    ['a longer form of 65535', '1a0000ffff'],
    ['a longer form of 2^32 - 1', '1b00000000ffffffff'],
    ['an integer beyond 53 bits', '1b0020000000000000'],
    ['a reserved length', '1c'],
    ['a byte string of indefinite length', '5f4101ff'],
    ['a text of indefinite length', '7f6161ff'],
    ['a text that is not UTF-8', '61ff'],
    ['a tag', 'c100'],
    ['a float', 'f90000'],
    ['undefined', 'f7'],
    ['a break', 'ff'],
    ['a key twice', 'a201010102'],
    ['a key that is a byte string', 'a14100f6'],
    ['a key that is a list', 'a18000'],
    ['a map without an end', 'bf0102'],
    ['a map with a key only', 'bf01ff'],
    ['an array without its entries', '9903e8'],
    ['1025 entries', `990401${'00'.repeat(1025)}`],
    ['nesting', `${'81'.repeat(9)}00`],
  ])('rejects %s', (_, text) => {
    expect(() => parse(hex(text))).toThrow(Fault);
  });

  it('reads what was written, and throws nothing but the fault on any bytes', () => {
    const leaf = fc.oneof(fc.maxSafeInteger(), fc.uint8Array(), fc.string(), fc.boolean(), fc.constant(null));
    const list = fc.oneof(leaf, fc.array(leaf, { maxLength: 30 }));
    fc.assert(
      fc.property(list, (value) => {
        expect(parse(cbor(value))).toEqual(value);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          parse(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(Fault);
        }
      }),
    );
  });
});
