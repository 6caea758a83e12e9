// Points of edwards25519 in extended coordinates [X, Y, Z, T], by the formulas of RFC 8032 §5.1.4
import { hex, sha512 } from './bytes.mjs';

export const P = 2n ** 255n - 19n;
export const L = 2n ** 252n + 27742317777372353535851937790883648493n;
export const mod = (a, m = P) => ((a % m) + m) % m;
function power(base, exponent) {
  let result = 1n;
  for (let b = mod(base), e = exponent; e > 0n; e >>= 1n, b = mod(b * b)) if (e & 1n) result = mod(result * b);
  return result;
}
const inverse = (a) => power(a, P - 2n);
const D = mod(-121665n * inverse(121666n));
export const little = (bytes) => BigInt(`0x${hex(Buffer.from(bytes).toReversed())}`);
export const littleBytes = (value) =>
  Buffer.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex').toReversed());

export const ZERO = [0n, 1n, 1n, 0n];
function add([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = mod((y1 - x1) * (y2 - x2));
  const b = mod((y1 + x1) * (y2 + x2));
  const c = mod(2n * D * t1 * t2);
  const d = mod(2n * z1 * z2);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

function multiply(scalar, point) {
  let result = ZERO;
  for (let p = point, s = scalar; s > 0n; s >>= 1n, p = add(p, p)) if (s & 1n) result = add(result, p);
  return result;
}

function decodePoint(bytes) {
  const value = little(bytes);
  const y = value & ((1n << 255n) - 1n);
  const x2 = mod((y * y - 1n) * inverse(D * y * y + 1n));
  let x = power(x2, (P + 3n) / 8n);
  if (mod(x * x) !== x2) x = mod(x * power(2n, (P - 1n) / 4n));
  if ((x & 1n) !== value >> 255n) x = mod(-x);
  return [x, y, 1n, mod(x * y)];
}

export function encodePoint([x, y, z]) {
  const [affineX, affineY] = [mod(x * inverse(z)), mod(y * inverse(z))];
  return littleBytes(affineY | ((affineX & 1n) << 255n));
}

const BASE = decodePoint(Buffer.from('5866666666666666666666666666666666666666666666666666666666666666', 'hex'));
// A generator of the eight points of small order, from ePrint 2020/1244 §2.
export const ORDER8 = decodePoint(
  Buffer.from('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', 'hex'),
);

export function expand(seed) {
  const h = sha512(seed);
  h[0] &= 248;
  h[31] = (h[31] & 127) | 64;
  return { scalar: little(h.subarray(0, 32)), prefix: h.subarray(32) };
}

// A signature made by hand, with a point added to A or R. Requires that the key of `seed` is `bytes` without `addToA`.
export function handSign({ seed }, message, { addToA = ZERO, addToR = ZERO } = {}) {
  const { scalar, prefix } = expand(seed);
  const r = mod(little(sha512(prefix, message)), L);
  const key = encodePoint(add(multiply(scalar, BASE), addToA));
  const R = encodePoint(add(multiply(r, BASE), addToR));
  const k = mod(little(sha512(R, key, message)), L);
  return { key, signature: Buffer.concat([R, littleBytes(mod(r + k * scalar, L))]), k };
}
