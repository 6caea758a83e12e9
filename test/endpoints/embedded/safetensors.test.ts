import * as fc from '../../property.ts';
import { describe, expect, it } from 'vitest';
import { decodeTensor, parseSafetensors } from '../../../src/endpoints/embedded/safetensors.ts';
import { packFile } from './fixtures.ts';

const malformed: unknown = expect.objectContaining({ code: 'ERR_WEIGHTS_MALFORMED' });

function entry(begin: number, end: number, shape: readonly number[] = [(end - begin) / 4], dtype = 'F32'): object {
  return { dtype, shape, data_offsets: [begin, end] };
}

describe('parseSafetensors()', () => {
  it('reads metadata and tensors', () => {
    const file = packFile({ __metadata__: { a: 'b' }, x: entry(0, 4), y: entry(4, 12, [2, 1]) }, new Uint8Array(12));
    const { metadata, tensors } = parseSafetensors(file);
    expect([...metadata]).toEqual([['a', 'b']]);
    expect([...tensors].map(([name, { shape }]) => [name, shape])).toEqual([
      ['x', [1]],
      ['y', [2, 1]],
    ]);
  });

  const faults: Readonly<Record<string, Uint8Array>> = {
    'an empty file': new Uint8Array(),
    'a header longer than the file': packFile('{}').subarray(0, 9),
    'a header length of 2^63': Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 128, 123, 125),
    'a header that is not JSON': packFile('{'),
    'a header that is not an object': packFile('[]'),
    'a header with a byte that is not UTF-8': Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0, 123, 255, 125),
    'metadata that is not an object': packFile({ __metadata__: 1 }),
    'metadata that is not text': packFile({ __metadata__: { a: 1 } }),
    'an entry that is not an object': packFile({ x: 1 }),
    'another type': packFile({ x: entry(0, 4, [1], 'I32') }, new Uint8Array(4)),
    'a negative size': packFile({ x: entry(0, 4, [-1]) }, new Uint8Array(4)),
    'three dimensions': packFile({ x: entry(0, 4, [1, 1, 1]) }, new Uint8Array(4)),
    'offsets that do not fit the shape': packFile({ x: entry(0, 4, [2]) }, new Uint8Array(4)),
    'a gap': packFile({ x: entry(4, 8) }, new Uint8Array(8)),
    'an overlap': packFile({ x: entry(0, 8), y: entry(4, 12) }, new Uint8Array(12)),
    'bytes after the last tensor': packFile({ x: entry(0, 4) }, new Uint8Array(5)),
    'a cut tensor': packFile({ x: entry(0, 4) }, new Uint8Array(3)),
    'a repeated name': packFile(
      `{"x":${JSON.stringify(entry(0, 4))},"x":${JSON.stringify(entry(4, 8))}}`,
      new Uint8Array(8),
    ),
  };
  it.each(Object.entries(faults))('refuses %s', (_, file) => {
    expect(() => parseSafetensors(file)).toThrow(malformed);
  });

  it('throws nothing but its own error on random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(40), (bytes, length) => {
        const file = Uint8Array.of(length, 0, 0, 0, 0, 0, 0, 0, ...bytes);
        try {
          parseSafetensors(file);
        } catch (error) {
          expect(error).toEqual(malformed);
        }
      }),
    );
  });
});

describe('decodeTensor()', () => {
  // Bit patterns and values of IEEE 754 binary16: one, -2, largest, smallest subnormal, largest subnormal, 1/3 rounded.
  const halves = [0x3c00, 0xc000, 0x7bff, 0x0001, 0x03ff, 0x3555];
  const values = [1, -2, 65_504, 2 ** -24, 1023 * 2 ** -24, 0.333251953125];

  it('widens F16 exactly', () => {
    const bytes = new Uint8Array(Uint16Array.from(halves).buffer);
    const into = new Float32Array(6);
    decodeTensor({ type: 'F16', shape: [6], bytes }, into);
    expect([...into]).toEqual(values);
  });

  it('reads F32 at an odd address', () => {
    const bytes = new Uint8Array(9);
    new DataView(bytes.buffer).setFloat32(1, 1.5, true);
    new DataView(bytes.buffer).setFloat32(5, -0.25, true);
    const into = new Float32Array(2);
    decodeTensor({ type: 'F32', shape: [2], bytes: bytes.subarray(1) }, into);
    expect([...into]).toEqual([1.5, -0.25]);
  });
});
