/** CRC-32 as gzip has it. @see RFC 1952 §8 */

const POLYNOMIAL = 0xedb8_8320;

const table: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
  return crc;
});

/**
 * The CRC-32 of bytes, as an unsigned number.
 *
 * @param before - The CRC-32 of what comes before, if the bytes continue it.
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 255] ?? 0);
  return ~crc >>> 0;
}
