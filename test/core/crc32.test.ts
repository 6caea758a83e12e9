import { crc32 as zlibCrc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../src/core/crc32.ts';
import { encodeUtf8 } from '../../src/core/bytes.ts';

describe('crc32()', () => {
  it('crc32() gives the published check value', () => {
    // The check value of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms.
    expect(crc32(encodeUtf8('123456789'))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array())).toBe(0);
  });

  it('crc32() agrees with zlib, whole and in parts', () => {
    const bytes = Uint8Array.from({ length: 5000 }, (_, index) => (index * 31 + (index >> 3)) & 255);
    for (const cut of [0, 1, 777, 5000]) {
      expect(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut)))).toBe(zlibCrc32(bytes));
    }
  });
});
