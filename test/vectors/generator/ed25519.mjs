// Signatures under the strict profile.
import { hex, sha512, utf8 } from './bytes.mjs';
import { alice, mallory } from './keys.mjs';
import { encodePoint, expand, handSign, L, little, littleBytes, mod, ORDER8, P, ZERO } from './points.mjs';
import { vector } from './vector.mjs';

const put = (name, desc, { key = alice.bytes, message = MESSAGE, signature, valid = false }) =>
  vector('ed25519', name, {
    desc,
    keyHex: hex(key),
    messageHex: hex(message),
    signatureHex: hex(signature),
    valid,
  });

const MESSAGE = utf8('touchstone');
const signature = alice.sign(MESSAGE);

export function ed25519Vectors() {
  if (!handSign(alice, MESSAGE).signature.equals(signature)) throw new Error('the hand-made signature is wrong');
  put('valid', 'a signature by node:crypto', { signature, valid: true });
  const empty = utf8('');
  put('valid-empty-message', 'a signature of nothing', { message: empty, signature: alice.sign(empty), valid: true });
  put('wrong-message', 'another message', { message: utf8('touchstones'), signature });
  put('wrong-key', 'the key of someone else', { key: mallory.bytes, signature });
  put('short-signature', 'one byte is missing', { signature: signature.subarray(0, 63) });
  put('long-signature', 'one byte too many', { signature: Buffer.concat([signature, Buffer.alloc(1)]) });
  put('short-key', 'a key of 31 bytes', { key: alice.bytes.subarray(1), signature });
  const sPlusOrder = littleBytes(little(signature.subarray(32)) + L);
  put('s-plus-order', 'S + L instead of S: the same signature in a second form', {
    signature: Buffer.concat([signature.subarray(0, 32), sPlusOrder]),
  });
  keyVectors();
  torsionVectors();
}

function keyVectors() {
  const identity = encodePoint(ZERO);
  const trivial = Buffer.concat([identity, Buffer.alloc(32)]);
  put('identity-key', 'the key is the identity', { key: identity, signature: trivial });
  put('small-order-key', 'the key has order 8', { key: encodePoint(ORDER8), signature: trivial });
  const k = mod(little(sha512(identity, alice.bytes, MESSAGE)), L);
  const zeroNonce = Buffer.concat([identity, littleBytes(mod(k * expand(alice.seed).scalar, L))]);
  put('identity-r', 'R is the identity: a nonce of zero, which gives the secret away', { signature: zeroNonce });
  const unreduced = littleBytes(P + 1n);
  put('key-y-not-reduced', 'y of the key is p + 1: the identity in a second form', {
    key: unreduced,
    signature: trivial,
  });
  put('key-not-on-curve', 'the key is no point', { key: littleBytes(2n), signature });
  put('key-all-ones', 'y of the key is larger than p', { key: Buffer.alloc(32, 0xff), signature });
}

function torsionVectors() {
  const inR = handSign(alice, MESSAGE, { addToR: ORDER8 });
  put('torsion-in-r', 'R has a part of order 8: valid only with cofactor', inR);
  put(
    'torsion-in-key',
    'the key has a part of order 8: valid only with cofactor',
    handSign(alice, MESSAGE, { addToA: ORDER8 }),
  );
  for (let n = 0; ; n++) {
    const message = utf8(`touchstone ${n}`);
    const signed = handSign(alice, message, { addToA: ORDER8 });
    if (signed.k % 8n !== 0n) continue;
    const desc = 'the key has a part of order 8 that cancels out: valid with and without cofactor';
    put('torsion-in-key-hidden', desc, { ...signed, message });
    break;
  }
}
