/**
 * Checks signatures over answers as a verifier does: the body is read, the text rebuilt, the key looked up.
 *
 * node chat-signature.mjs ecdsa|ed25519 COUNT
 */
import { hash } from 'node:crypto';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { assessResponse } from '../dist/attestation/response.js';
import { encodeHex } from '../dist/core/bytes.js';
import { publicKeyFromSeed, sign } from '../dist/core/ed25519.js';
import { median } from './measure.mjs';

const [algo, count] = process.argv.slice(2);
const secret = new Uint8Array(32).fill(7);
const address =
  algo === 'ecdsa'
    ? encodeHex(keccak_256(secp256k1.getPublicKey(secret, false).subarray(1)).subarray(12))
    : encodeHex(publicKeyFromSeed(secret));

function signText(text) {
  const message = Buffer.from(text);
  if (algo === 'ed25519') return sign(secret, message);
  const prefixed = Buffer.concat([Buffer.from(`\x19Ethereum Signed Message:\n${message.length}`), message]);
  const [bit, ...rs] = secp256k1.sign(keccak_256(prefixed), secret, { prehash: false, format: 'recovered' });
  return Uint8Array.of(...rs, 27 + bit);
}

function answer(index) {
  const requestSha256 = hash('sha256', `request ${index}`);
  const responseSha256 = hash('sha256', `response ${index}`);
  const text = `org/model:${requestSha256}:${responseSha256}`;
  const signature = `0x${encodeHex(signText(text))}`;
  const body = JSON.stringify({ text, signature, signing_address: address, signing_algo: algo });
  return { requestSha256, responseSha256, signatures: [{ algo, body }] };
}

const context = {
  provider: 'near-direct',
  model: 'org/model',
  keys: [{ role: 'model', algo, address, model: null }],
  channelSpkis: [],
  stream: null,
  algorithms: [algo],
};
const answers = Array.from({ length: Number(count) }, (_, index) => answer(index));
const times = answers.map(({ requestSha256, responseSha256, signatures }) => {
  const started = performance.now();
  const { signer } = assessResponse({ signatures }, { ...context, requestSha256, responseSha256 });
  if (signer === null) throw new Error('a good signature was refused');
  return performance.now() - started;
});
console.log(JSON.stringify({ medianMs: median(times) }));
