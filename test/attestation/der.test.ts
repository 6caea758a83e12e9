import { describe, expect, it } from 'vitest';
import {
  TAG,
  createDerReader,
  derBitBytes,
  derIntegerHex,
  derOid,
  derSmallInteger,
  derTimeMs,
} from '../../src/attestation/der.ts';
import { decodeHex, encodeHex } from '../../src/core/bytes.ts';

const fail = (fault: string): Error => new Error(fault);
const read = (hex: string): ReturnType<typeof createDerReader> => createDerReader(decodeHex(hex), fail);

describe('createDerReader()', () => {
  it('reads elements of any length in order, and what is inside', () => {
    const reader = read(`3007020105040201ff048180${'00'.repeat(128)}`);
    const inside = reader.inside(TAG.sequence);
    expect(encodeHex(inside.content(TAG.integer))).toBe('05');
    expect(encodeHex(inside.element().raw)).toBe('040201ff');
    inside.end();
    expect(reader.peek()).toBe(TAG.octetString);
    expect(reader.content(TAG.octetString)).toHaveLength(128);
    expect(reader.peek()).toBeNull();
    reader.end();
  });

  it.each([
    ['nothing', '', 'it ends too early'],
    ['a tag alone', '02', 'it ends too early'],
    ['a content that is cut', '020205', 'it ends too early'],
    ['a length that is cut', '0482ff', 'it ends too early'],
    ['an indefinite length', '3080020105000000', 'a length has no short definite form'],
    ['a length of four bytes', '0484000000ff', 'a length has no short definite form'],
    ['a long form of a short length', '04810500', 'a length is not minimal'],
    ['a length with a leading zero', '0482008000', 'a length is not minimal'],
    ['a tag of several bytes', '1f0100', 'a tag has several bytes'],
  ])('refuses %s', (_, hex, fault) => {
    expect(() => read(hex).element()).toThrow(fault);
  });

  it('refuses another tag and bytes left over', () => {
    expect(() => read('0101ff').content(TAG.integer)).toThrow('there is tag 1 where 2 was wanted');
    expect(() => read('0101ff').end()).toThrow('it has bytes left over');
  });
});

describe('values in DER', () => {
  // X.690 §8.19.5 and RFC 5280 §A.1.
  it.each([
    ['883703', '2.999.3'],
    ['2a8648ce3d040302', '1.2.840.10045.4.3.2'],
    ['551d13', '2.5.29.19'],
    ['2a864886f84d010d01', '1.2.840.113741.1.13.1'],
  ])('derOid() reads %s', (hex, dotted) => {
    expect(derOid(decodeHex(hex), fail)).toBe(dotted);
  });

  it.each(['', '2a86', '2a8001', `2a${'ff'.repeat(9)}7f`])('derOid() refuses "%s"', (hex) => {
    expect(() => derOid(decodeHex(hex), fail)).toThrow('an object identifier');
  });

  it('integers have one form', () => {
    expect(derIntegerHex(decodeHex('00ff'), fail)).toBe('00ff');
    expect(derSmallInteger(decodeHex('00ff'), fail)).toBe(255);
    for (const hex of ['', '0001', 'ffff']) expect(() => derIntegerHex(decodeHex(hex), fail)).toThrow('an integer is');
    for (const hex of ['80', '0100000000']) expect(() => derSmallInteger(decodeHex(hex), fail)).toThrow('out of range');
  });

  it('bit strings have whole bytes', () => {
    expect(encodeHex(derBitBytes(decodeHex('00a5'), fail))).toBe('a5');
    for (const hex of ['', '01a4']) expect(() => derBitBytes(decodeHex(hex), fail)).toThrow('no whole bytes');
  });

  const time = (tag: number, text: string): number => {
    const content = new Uint8Array(Buffer.from(text, 'latin1'));
    return derTimeMs({ tag, content, raw: content }, fail);
  };

  it('derTimeMs() reads both forms', () => {
    expect(time(TAG.utcTime, '991231235959Z')).toBe(Date.UTC(1999, 11, 31, 23, 59, 59));
    expect(time(TAG.utcTime, '500101000000Z')).toBe(Date.UTC(1950, 0, 1));
    expect(time(TAG.utcTime, '491231235959Z')).toBe(Date.UTC(2049, 11, 31, 23, 59, 59));
    expect(time(TAG.generalizedTime, '99991231235959Z')).toBe(Date.UTC(9999, 11, 31, 23, 59, 59));
  });

  it.each([
    [TAG.utcTime, '250431000000Z'],
    [TAG.utcTime, '2501010000Z'],
    [TAG.utcTime, '250101000000+0000'],
    [TAG.utcTime, '250101240000Z'],
    [TAG.generalizedTime, '250101000000Z'],
    [TAG.generalizedTime, '20250101000000.5Z'],
    [TAG.octetString, '20250101000000Z'],
  ])('derTimeMs() refuses %d %s', (tag, text) => {
    expect(() => time(tag, text)).toThrow('a time');
  });
});
