/** A second reading of the format, from node:crypto alone: nothing of src is used here. */
import { createHash, createHmac } from 'node:crypto';

/** SHA-256 over parts. */
export function sha256(...parts: readonly (Uint8Array | string)[]): Buffer {
  return createHash('sha256')
    .update(Buffer.concat(parts.map((part) => Buffer.from(part))))
    .digest();
}

/** SHA-256 over parts, in hex. */
export function sha256Hex(...parts: readonly (Uint8Array | string)[]): string {
  return sha256(...parts).toString('hex');
}

/** HMAC-SHA-256. */
export function hmac(key: Uint8Array, message: string): Buffer {
  return createHmac('sha256', key).update(message).digest();
}

/** Root of the tree over leaf data, in hex. @see RFC 6962 §2.1 */
export function treeRoot(leaves: readonly (Uint8Array | string)[]): string {
  return subtree(leaves).toString('hex');
}

function subtree(leaves: readonly (Uint8Array | string)[]): Buffer {
  const [only] = leaves;
  if (only === undefined) return sha256();
  if (leaves.length === 1) return sha256(Buffer.of(0), only);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return sha256(Buffer.of(1), subtree(leaves.slice(0, split)), subtree(leaves.slice(split)));
}
