// Writes the vectors of test/vectors/<area>/<case>.json: {desc, …inputs, want | wantCode}, one fault per file.
//
// Nothing of src is used: hashes and signatures come from node:crypto, trees, encodings and points from the few lines
// below, so that the project is checked against a second reading of the specifications. `--check` compares instead of
// writing. Where ssh-keygen is installed, its signatures must equal the ones computed here.
import { spawnSync } from 'node:child_process';
import * as crypto from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = import.meta.dirname;
const checkOnly = process.argv.includes('--check');
let differing = 0;

function vector(area, name, content) {
  const path = join(root, area, `${name}.json`);
  const text = `${JSON.stringify(content, null, 2)}\n`;
  if (checkOnly) {
    if (!existsSync(path) || readFileSync(path, 'utf8') !== text) differing++;
    return;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

// Bytes

const utf8 = (text) => Buffer.from(text, 'utf8');
const hex = (bytes) => Buffer.from(bytes).toString('hex');
const base64 = (bytes) => Buffer.from(bytes).toString('base64');
const sha256 = (...parts) => crypto.createHash('sha256').update(Buffer.concat(parts)).digest();
const sha512 = (...parts) => crypto.createHash('sha512').update(Buffer.concat(parts)).digest();
const flip = (bytes, at = 0) => Buffer.from(bytes.map((byte, i) => (i === at ? byte ^ 1 : byte)));

// Keys: Ed25519 with fixed seeds

function keyOf(seedByte) {
  const seed = Buffer.alloc(32, seedByte);
  const secret = crypto.createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const bytes = crypto.createPublicKey(secret).export({ format: 'der', type: 'spki' }).subarray(12);
  return { seed, bytes, sign: (message) => crypto.sign(null, message, secret) };
}

const alice = keyOf(1);
const mallory = keyOf(2);

// Points of edwards25519 in extended coordinates [X, Y, Z, T], by the formulas of RFC 8032 §5.1.4

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const mod = (a, m = P) => ((a % m) + m) % m;
function power(base, exponent) {
  let result = 1n;
  for (let b = mod(base), e = exponent; e > 0n; e >>= 1n, b = mod(b * b)) if (e & 1n) result = mod(result * b);
  return result;
}
const inverse = (a) => power(a, P - 2n);
const D = mod(-121665n * inverse(121666n));
const little = (bytes) => BigInt(`0x${hex(Buffer.from(bytes).reverse())}`);
const littleBytes = (value) => Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse();

const ZERO = [0n, 1n, 1n, 0n];
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

function encodePoint([x, y, z]) {
  const [affineX, affineY] = [mod(x * inverse(z)), mod(y * inverse(z))];
  return littleBytes(affineY | ((affineX & 1n) << 255n));
}

const BASE = decodePoint(Buffer.from('5866666666666666666666666666666666666666666666666666666666666666', 'hex'));
// A generator of the eight points of small order, from ePrint 2020/1244 §2.
const ORDER8 = decodePoint(Buffer.from('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', 'hex'));

function expand(seed) {
  const h = sha512(seed);
  h[0] &= 248;
  h[31] = (h[31] & 127) | 64;
  return { scalar: little(h.subarray(0, 32)), prefix: h.subarray(32) };
}

// A signature made by hand, with a point added to A or R. Requires that the key of `seed` is `bytes` without `addToA`.
function handSign({ seed }, message, { addToA = ZERO, addToR = ZERO } = {}) {
  const { scalar, prefix } = expand(seed);
  const r = mod(little(sha512(prefix, message)), L);
  const key = encodePoint(add(multiply(scalar, BASE), addToA));
  const R = encodePoint(add(multiply(r, BASE), addToR));
  const k = mod(little(sha512(R, key, message)), L);
  return { key, signature: Buffer.concat([R, littleBytes(mod(r + k * scalar, L))]), k };
}

function ed25519Vectors() {
  const area = 'ed25519';
  const put = (name, desc, key, message, signature, valid) =>
    vector(area, name, { desc, keyHex: hex(key), messageHex: hex(message), signatureHex: hex(signature), valid });
  const message = utf8('touchstone');
  const signature = alice.sign(message);
  if (!handSign(alice, message).signature.equals(signature)) throw new Error('the hand-made signature is wrong');
  put('valid', 'a signature by node:crypto', alice.bytes, message, signature, true);
  put('valid-empty-message', 'a signature of nothing', alice.bytes, utf8(''), alice.sign(utf8('')), true);
  put('wrong-message', 'another message', alice.bytes, utf8('touchstones'), signature, false);
  put('wrong-key', 'the key of someone else', mallory.bytes, message, signature, false);
  put('short-signature', 'one byte is missing', alice.bytes, message, signature.subarray(0, 63), false);
  put('long-signature', 'one byte too many', alice.bytes, message, Buffer.concat([signature, Buffer.alloc(1)]), false);
  put('short-key', 'a key of 31 bytes', alice.bytes.subarray(1), message, signature, false);
  const s = little(signature.subarray(32));
  const s2 = Buffer.concat([signature.subarray(0, 32), littleBytes(s + L)]);
  put('s-plus-order', 'S + L instead of S: the same signature in a second form', alice.bytes, message, s2, false);
  const identity = encodePoint(ZERO);
  const zero = Buffer.alloc(32);
  put('identity-key', 'the key is the identity', identity, message, Buffer.concat([identity, zero]), false);
  put('small-order-key', 'the key has order 8', encodePoint(ORDER8), message, Buffer.concat([identity, zero]), false);
  const identityR = Buffer.concat([identity, littleBytes(0n)]);
  const kOfIdentity = mod(little(sha512(identity, alice.bytes, message)), L);
  identityR.set(littleBytes(mod(kOfIdentity * expand(alice.seed).scalar, L)), 32);
  put(
    'identity-r',
    'R is the identity: a nonce of zero, which gives the secret away',
    alice.bytes,
    message,
    identityR,
    false,
  );
  put(
    'key-y-not-reduced',
    'y of the key is p + 1, a second form of the identity',
    littleBytes(P + 1n),
    message,
    identityR,
    false,
  );
  put('key-not-on-curve', 'the key is no point', littleBytes(2n), message, signature, false);
  put('key-all-ones', 'y of the key is larger than p', Buffer.alloc(32, 0xff), message, signature, false);
  const mixedR = handSign(alice, message, { addToR: ORDER8 });
  put(
    'torsion-in-r',
    'R has a part of order 8: valid only with cofactor',
    mixedR.key,
    message,
    mixedR.signature,
    false,
  );
  const mixedA = handSign(alice, message, { addToA: ORDER8 });
  put(
    'torsion-in-key',
    'the key has a part of order 8: valid only with cofactor',
    mixedA.key,
    message,
    mixedA.signature,
    false,
  );
  for (let n = 0; ; n++) {
    const lucky = utf8(`touchstone ${n}`);
    const signed = handSign(alice, lucky, { addToA: ORDER8 });
    if (signed.k % 8n !== 0n) continue;
    const desc = 'the key has a part of order 8 that cancels out: valid with and without cofactor';
    put('torsion-in-key-hidden', desc, signed.key, lucky, signed.signature, false);
    break;
  }
}

// Merkle trees, by the recursive definitions of RFC 6962 §2.1

const leafOf = (record) => sha256(Buffer.of(0), record);
const nodeOf = (left, right) => sha256(Buffer.of(1), left, right);
const split = (n) => 2 ** Math.floor(Math.log2(n - 1));

function treeRoot(leaves) {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0];
  const k = split(leaves.length);
  return nodeOf(treeRoot(leaves.slice(0, k)), treeRoot(leaves.slice(k)));
}

function auditPath(m, leaves) {
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  return m < k
    ? [...auditPath(m, leaves.slice(0, k)), treeRoot(leaves.slice(k))]
    : [...auditPath(m - k, leaves.slice(k)), treeRoot(leaves.slice(0, k))];
}

function subproof(m, leaves, whole) {
  if (m === leaves.length) return whole ? [] : [treeRoot(leaves)];
  const k = split(leaves.length);
  return m <= k
    ? [...subproof(m, leaves.slice(0, k), whole), treeRoot(leaves.slice(k))]
    : [...subproof(m - k, leaves.slice(k), false), treeRoot(leaves.slice(0, k))];
}

const tree = (size) => Array.from({ length: size }, (_, i) => leafOf(utf8(`record ${i}`)));

function merkleVectors() {
  for (const size of [0, 1, 2, 3, 7, 8, 100]) {
    vector('merkle-root', `size-${size}`, {
      desc: `the tree over "record 0" to "record n-1", n = ${size}`,
      size,
      want: hex(treeRoot(tree(size))),
    });
  }
  inclusionVectors();
  consistencyVectors();
}

function inclusionVectors() {
  const base = (index, size) => ({
    index,
    size,
    leafHex: hex(tree(size)[index]),
    proofHex: auditPath(index, tree(size)).map(hex),
    rootHex: hex(treeRoot(tree(size))),
  });
  const put = (name, desc, changes, wantCode) =>
    vector('inclusion', name, { desc, ...base(4, 7), ...changes, ...(wantCode ? { wantCode } : { want: true }) });
  const { proofHex, leafHex } = base(4, 7);
  for (const [index, size] of [
    [0, 1],
    [1, 2],
    [2, 3],
    [0, 7],
    [3, 7],
    [6, 7],
    [5, 8],
    [99, 100],
  ]) {
    put(`valid-${index}-of-${size}`, `leaf ${index} of ${size}`, base(index, size));
  }
  put('truncated-proof', 'the last hash is missing', { proofHex: proofHex.slice(0, -1) }, 'ERR_PROOF_LENGTH');
  put('padded-proof', 'one hash too many', { proofHex: [...proofHex, leafHex] }, 'ERR_PROOF_LENGTH');
  put(
    'short-hash',
    'a hash of 31 bytes',
    { proofHex: [proofHex[0].slice(2), ...proofHex.slice(1)] },
    'ERR_PROOF_LENGTH',
  );
  put('long-leaf', 'a leaf hash of 33 bytes', { leafHex: `${leafHex}00` }, 'ERR_PROOF_LENGTH');
  put('reversed-proof', 'the hashes in the wrong order', { proofHex: proofHex.toReversed() }, 'ERR_PROOF_ROOT');
  put(
    'flipped-bit',
    'one bit of the proof is wrong',
    { proofHex: [hex(flip(Buffer.from(proofHex[0], 'hex'))), ...proofHex.slice(1)] },
    'ERR_PROOF_ROOT',
  );
  put('wrong-leaf', 'the leaf of another record', { leafHex: hex(tree(7)[3]) }, 'ERR_PROOF_ROOT');
  put(
    'record-instead-of-leaf',
    'a node hash in place of a leaf hash',
    { leafHex: hex(nodeOf(tree(7)[4], tree(7)[5])) },
    'ERR_PROOF_ROOT',
  );
  put('wrong-root', 'the root of another tree', { rootHex: base(0, 8).rootHex }, 'ERR_PROOF_ROOT');
  put('index-off-by-one', 'the index of the neighbour', { index: 5 }, 'ERR_PROOF_ROOT');
  put('size-off-by-one', 'a larger tree has a longer path', { size: 9 }, 'ERR_PROOF_LENGTH');
  put('index-is-size', 'there is no such leaf', { index: 7 }, 'ERR_PROOF_RANGE');
  put('negative-index', 'there is no such leaf', { index: -1 }, 'ERR_PROOF_RANGE');
  put('fraction', 'an index between two leaves', { index: 4.5 }, 'ERR_PROOF_RANGE');
  put('inexact-size', 'a size that a double cannot hold exactly', { size: 2 ** 53 }, 'ERR_PROOF_RANGE');
  put('empty-tree', 'no leaf is in the empty tree', { index: 0, size: 0, proofHex: [] }, 'ERR_PROOF_RANGE');
}

function consistencyVectors() {
  const base = (size1, size2) => ({
    size1,
    size2,
    root1Hex: hex(treeRoot(tree(size1))),
    root2Hex: hex(treeRoot(tree(size2))),
    proofHex: subproof(size1, tree(size2), true).map(hex),
  });
  const put = (name, desc, changes, wantCode) =>
    vector('consistency', name, { desc, ...base(3, 7), ...changes, ...(wantCode ? { wantCode } : { want: true }) });
  const { proofHex, root1Hex, root2Hex } = base(3, 7);
  for (const [size1, size2] of [
    [1, 1],
    [1, 2],
    [2, 3],
    [4, 8],
    [6, 7],
    [7, 7],
    [5, 100],
    [64, 100],
  ]) {
    put(`valid-${size1}-to-${size2}`, `the first ${size1} of ${size2}`, base(size1, size2));
  }
  put('truncated-proof', 'the last hash is missing', { proofHex: proofHex.slice(0, -1) }, 'ERR_PROOF_LENGTH');
  put('padded-proof', 'one hash too many', { proofHex: [...proofHex, root1Hex] }, 'ERR_PROOF_LENGTH');
  put(
    'padded-proof-same-size',
    'equal trees need no proof',
    { ...base(7, 7), proofHex: [root1Hex] },
    'ERR_PROOF_LENGTH',
  );
  put('short-root', 'a root of 31 bytes', { root1Hex: root1Hex.slice(2) }, 'ERR_PROOF_LENGTH');
  put('short-root-same-size', 'a root of 31 bytes', { ...base(7, 7), root1Hex: root2Hex.slice(2) }, 'ERR_PROOF_ROOT');
  put('reversed-proof', 'the hashes in the wrong order', { proofHex: proofHex.toReversed() }, 'ERR_PROOF_ROOT');
  put('wrong-first-root', 'the smaller tree is another', { root1Hex: root2Hex }, 'ERR_PROOF_ROOT');
  put('wrong-second-root', 'the larger tree is another', { root2Hex: base(3, 8).root2Hex }, 'ERR_PROOF_ROOT');
  put('same-size-other-root', 'two trees of one size', { ...base(7, 7), root1Hex }, 'ERR_PROOF_ROOT');
  put('shrunk', 'the later tree is smaller', base(3, 7).size1 && { size1: 7, size2: 3 }, 'ERR_PROOF_RANGE');
  put(
    'empty-first',
    'the empty tree would prove nothing',
    { size1: 0, root1Hex: hex(sha256()), proofHex: [] },
    'ERR_PROOF_RANGE',
  );
}

// Text forms of JSON

function lineVectors() {
  const good = (name, desc, line) => vector('line-form', name, { desc, line, want: JSON.parse(line) });
  const bad = (name, desc, line) => vector('line-form', name, { desc, line, wantCode: 'ERR_LINE_FORM' });
  good('valid-empty', 'an object without keys', '{}');
  good('valid-nested', 'every kind of value', '{"a":[1,"x",true,{"b":[]}],"b":false,"c":{"d":{},"e_1":-7}}');
  good('valid-escapes', 'exactly the escapes of RFC 8785', String.raw`{"a":"\"\\\b\f\n\r\t\u0000\u001f/"}`);
  good('valid-unicode', 'text beyond ASCII is not escaped', '{"a":"\u007f\u0080\u2028\ufeff\ud83d\ude00e\u0301"}');
  good(
    'valid-backslash-ud',
    'an escaped backslash before letters that look like a surrogate',
    String.raw`{"a":"\\ud800"}`,
  );
  good(
    'valid-integer-limits',
    'the largest and smallest exact integers',
    '{"a":9007199254740991,"b":-9007199254740991,"c":0}',
  );
  bad('empty', 'no text', '');
  bad('not-json', 'no JSON', '{"a":}');
  bad('two-values', 'a second value', '{"a":1}{"a":1}');
  bad('array', 'the value is an array', '[1]');
  bad('text', 'the value is a text', '"a"');
  bad('null', 'the value is null', 'null');
  bad('byte-order-mark', 'a byte order mark first', '\ufeff{"a":1}');
  bad('leading-space', 'white space before', ' {"a":1}');
  bad('trailing-newline', 'the newline is not part of a line', '{"a":1}\n');
  bad('inner-space', 'white space inside', '{"a": 1}');
  bad('duplicate-key', 'a key twice with one value', '{"a":1,"a":1}');
  bad('duplicate-key-other-value', 'a key twice with two values', '{"a":1,"a":2}');
  bad('unsorted-keys', 'keys not in order', '{"b":1,"a":2}');
  bad('unsorted-inner-keys', 'keys not in order, further down', '{"a":[{"c":1,"b":2}]}');
  bad('uppercase-key', 'a key that no record has', '{"A":1}');
  bad('hyphen-key', 'a key that no record has', '{"a-b":1}');
  bad('empty-key', 'a key that no record has', '{"":1}');
  bad('numeric-key', 'a key that engines put first', '{"1":1}');
  bad('unicode-key', 'a key that no record has', '{"\u00e9":1}');
  bad('proto-key', 'a key that changes objects in careless code', '{"__proto__":{"a":1}}');
  bad('float', 'a fraction', '{"a":0.5}');
  bad('float-form-of-integer', 'an integer written as a fraction', '{"a":1.0}');
  bad('exponent', 'an integer with an exponent', '{"a":1e2}');
  bad('negative-zero', 'zero has one form', '{"a":-0}');
  bad('beyond-exact', 'the first integer that is not exact', '{"a":9007199254740992}');
  bad('below-exact', 'the first integer that is not exact, negative', '{"a":-9007199254740992}');
  bad('huge', 'a number that becomes infinite', '{"a":1e999}');
  bad('null-value', 'a key with null', '{"a":null}');
  bad('null-in-array', 'null further down', '{"a":[null]}');
  bad('escaped-slash', 'an escape that is not needed', String.raw`{"a":"\/"}`);
  bad('escaped-letter', 'an escape that is not needed', String.raw`{"a":"\u0061"}`);
  bad('escaped-key', 'an escape that is not needed, in a key', String.raw`{"\u0061":1}`);
  bad('long-escape', 'backspace has a short escape', String.raw`{"a":"\u0008"}`);
  bad('uppercase-escape', 'hex digits of escapes are lowercase', String.raw`{"a":"\u001F"}`);
  bad('escaped-pair', 'a pair of surrogates is written as a character', String.raw`{"a":"\ud83d\ude00"}`);
  bad('lone-high-surrogate', 'half a character', String.raw`{"a":"\ud800"}`);
  bad('lone-low-surrogate', 'half a character after an escaped backslash', String.raw`{"a":"\\\udc00"}`);
  bad('raw-control', 'a tab that is not escaped', '{"a":"\t"}');
  bad('deep-array', 'arrays nested too deeply', `{"a":${'['.repeat(300)}${']'.repeat(300)}}`);
  bad('deep-object', 'objects nested too deeply', `${'{"a":'.repeat(300)}1${'}'.repeat(300)}`);
}

function jsonVectors() {
  const good = (name, desc, json, want) => vector('canonical-json', name, { desc, json, want });
  const bad = (name, desc, json, pointer) =>
    vector('canonical-json', name, { desc, json, wantCode: 'ERR_CANONICAL_JSON', pointer });
  good('literals', 'null and booleans', ' [ null , true,false ] ', '[null,true,false]');
  good(
    'numbers',
    'the ECMAScript form',
    '[1E30,4.50,2e-3,1e21,1e-7,-0,0.000001,-1.0]',
    '[1e+30,4.5,0.002,1e+21,1e-7,0,0.000001,-1]',
  );
  good(
    'order',
    'UTF-16 order: a surrogate pair sorts before U+FB33',
    '{"\\ufb33":1,"\\ud83d\\ude02":2,"1":3,"\\u0080":4}',
    '{"1":3,"\u0080":4,"\ud83d\ude02":2,"\ufb33":1}',
  );
  good('escapes', 'only what must be escaped', String.raw`"\u0061\/\u000a\u001F\"\\"`, String.raw`"a/\n\u001f\"\\"`);
  good('proto-key', '__proto__ is a key like others', '{"__proto__":{"b":1},"a":0}', '{"__proto__":{"b":1},"a":0}');
  good('empty', 'empty containers', '{"b":{},"a":[]}', '{"a":[],"b":{}}');
  bad('lone-surrogate', 'half a character', String.raw`{"a/b":["\ud800"]}`, '/a~1b/0');
  bad('lone-surrogate-key', 'half a character in a key', String.raw`{"~":{"\udc00":1}}`, '/~0/\udc00');
  bad('deep', 'nested too deeply', `${'['.repeat(257)}${']'.repeat(257)}`, '/0'.repeat(256));
}

// Notes and checkpoints, by c2sp.org/signed-note

const noteKeyId = (name, type, key) => sha256(utf8(`${name}\n`), Buffer.of(type), key).subarray(0, 4);
const vkeyOf = (name, type, key) =>
  `${name}+${hex(noteKeyId(name, type, key))}+${base64(Buffer.concat([Buffer.of(type), key]))}`;
const noteLine = (name, keyId, signature) => `\u2014 ${name} ${base64(Buffer.concat([keyId, signature]))}\n`;
const signedLine = (name, key, text) => noteLine(name, noteKeyId(name, 1, key.bytes), key.sign(utf8(text)));

function noteVectors() {
  const text = 'a text\n\nof two paragraphs\n';
  const name = 'example.com/alice';
  const line = signedLine(name, alice, text);
  const other = signedLine('example.com/mallory', mallory, text);
  const vkeys = [vkeyOf(name, 1, alice.bytes)];
  const good = (file, desc, note, want) => vector('note', file, { desc, vkeys, note, want });
  const bad = (file, desc, note, wantCode = 'ERR_NOTE_MALFORMED') =>
    vector('note', file, { desc, vkeys, note, wantCode });
  good('valid', 'one signature', `${text}\n${line}`, { text, signedBy: [name] });
  good('valid-with-unknown', 'a second signature by an unknown key', `${text}\n${other}${line}`, {
    text,
    signedBy: [name],
  });
  bad('unknown-only', 'only an unknown key signed', `${text}\n${other}`, 'ERR_NOTE_UNTRUSTED');
  bad('other-text', 'the text was changed', `b${text.slice(1)}\n${line}`, 'ERR_NOTE_SIGNATURE');
  const forged = noteLine(name, noteKeyId(name, 1, alice.bytes), mallory.sign(utf8(text)));
  bad('forged', 'a signature by another key under the id of the known one', `${text}\n${forged}`, 'ERR_NOTE_SIGNATURE');
  bad(
    'same-name-other-id',
    'another key under the name of the known one',
    `${text}\n${signedLine(name, mallory, text)}`,
    'ERR_NOTE_UNTRUSTED',
  );
  bad('twice', 'one signature twice', `${text}\n${line}${line}`);
  bad('no-signature', 'no signature line', `${text}\n`);
  bad('no-blank-line', 'text and signature run together', `a text\n${line}`);
  bad('no-final-newline', 'the last newline is missing', `${text}\n${line.slice(0, -1)}`);
  bad('text-after-signature', 'a line after the signatures', `${text}\n${line}more\n`);
  bad('blank-after-signature', 'a blank line after the signatures', `${text}\n${line}\n`);
  bad('hyphen', 'a hyphen instead of a dash', `${text}\n${line.replace('\u2014', '-')}`);
  bad('two-spaces', 'two spaces before the signature', `${text}\n${line.replace(`${name} `, `${name}  `)}`);
  bad('space-at-end', 'a space after the signature', `${text}\n${line.slice(0, -1)} \n`);
  bad('bad-base64', 'base64 without its padding', `${text}\n${line.replaceAll('=', '')}`);
  bad(
    'short-signature',
    'nothing after the key id',
    `${text}\n${noteLine(name, noteKeyId(name, 1, alice.bytes), utf8(''))}`,
  );
  bad('plus-in-name', 'a name with a plus sign', `${text}\n${signedLine('a+b', mallory, text)}${line}`);
  bad('tab-in-text', 'a control character', `a\ttext\n\n${signedLine(name, alice, 'a\ttext\n')}`);
  bad('carriage-return', 'line ends of Windows', `a text\r\n\n${signedLine(name, alice, 'a text\r\n')}`);
  bad('surrogate-in-text', 'half a character', `a \ud800\n\n${line}`);
  const many = Array.from({ length: 101 }, (_, i) => noteLine(`key-${i}`, Buffer.alloc(4, i), Buffer.alloc(64)));
  bad('too-many', '101 signatures', `${text}\n${many.join('')}`);
}

function vkeyVectors() {
  const name = 'example.com/alice';
  const good = vkeyOf(name, 1, alice.bytes);
  const bad = (file, desc, vkey, wantCode = 'ERR_KEY_MALFORMED') => vector('vkey', file, { desc, vkey, wantCode });
  vector('vkey', 'valid', { desc: 'an Ed25519 key', vkey: good, want: { name, keyHex: hex(alice.bytes) } });
  bad('other-name', 'the id belongs to another name', good.replace('alice', 'malice'));
  bad('other-id', 'the id is wrong', good.replace(/\+[0-9a-f]{8}\+/, '+00000000+'));
  bad(
    'uppercase-id',
    'hex is lowercase',
    good.replace(/\+[0-9a-f]{8}\+/, (id) => id.toUpperCase()),
  );
  bad('no-padding', 'base64 is canonical', vkeyOf(name, 1, alice.bytes.subarray(1)).replaceAll('=', ''));
  bad('space-in-name', 'a name has no space', vkeyOf('a b', 1, alice.bytes));
  bad('empty', 'no text', '');
  bad('no-key', 'nothing after the type', vkeyOf(name, 1, utf8('')));
  bad('long-key', 'a key of 33 bytes', vkeyOf(name, 1, Buffer.concat([alice.bytes, Buffer.of(0)])));
  bad('small-order', 'a key of small order', vkeyOf(name, 1, encodePoint(ORDER8)));
  bad('cosignature', 'a key for timestamped cosignatures', vkeyOf(name, 4, alice.bytes), 'ERR_KEY_UNSUPPORTED');
}

function checkpointVectors() {
  const rootBase64 = base64(sha256(utf8('root')));
  const good = (file, desc, text, want) => vector('checkpoint', file, { desc, text, want });
  const bad = (file, desc, text) => vector('checkpoint', file, { desc, text, wantCode: 'ERR_CHECKPOINT_MALFORMED' });
  const want = { origin: 'example.com/log', size: 12, rootHex: hex(sha256(utf8('root'))), extensions: [] };
  good('valid', 'three lines', `example.com/log\n12\n${rootBase64}\n`, want);
  good('valid-extensions', 'two extension lines', `example.com/log\n12\n${rootBase64}\nx\n y\n`, {
    ...want,
    extensions: ['x', ' y'],
  });
  good('valid-limits', 'the largest exact size', `l\n9007199254740991\n${rootBase64}\n`, {
    ...want,
    origin: 'l',
    size: 9007199254740991,
  });
  bad('empty', 'no text', '');
  bad('no-origin', 'the first line is empty', `\n12\n${rootBase64}\n`);
  bad('leading-zero', 'a second form of the size', `l\n012\n${rootBase64}\n`);
  bad('negative', 'a size below zero', `l\n-1\n${rootBase64}\n`);
  bad('plus', 'a second form of the size', `l\n+1\n${rootBase64}\n`);
  bad('hex', 'not decimal', `l\n0x1\n${rootBase64}\n`);
  bad('inexact', 'a size that is not exact', `l\n9007199254740992\n${rootBase64}\n`);
  bad('short-root', 'a root of 31 bytes', `l\n1\n${base64(Buffer.alloc(31))}\n`);
  bad('url-safe-root', 'the other base64', `l\n1\n${base64(Buffer.alloc(32, 0xff)).replaceAll('/', '_')}\n`);
  bad('no-root', 'two lines', 'l\n1\n');
  bad('no-final-newline', 'the last newline is missing', `l\n1\n${rootBase64}`);
  bad('empty-extension', 'an empty extension line', `l\n1\n${rootBase64}\n\nx\n`);
}

// Envelopes and statements

const pae = (type, payload) => Buffer.concat([utf8(`DSSEv1 ${utf8(type).length} ${type} ${payload.length} `), payload]);

function envelopeVectors() {
  const type = 'text/plain';
  const payload = utf8('touchstone');
  const keys = { alice: hex(alice.bytes) };
  const signature = (keyid, key = alice) => ({ keyid, sig: base64(key.sign(pae(type, payload))) });
  // Keys are written in canonical order, so JSON.stringify gives the canonical form.
  const make = (changes = {}) => ({
    payload: base64(payload),
    payloadType: type,
    signatures: [signature('alice')],
    ...changes,
  });
  const good = (file, desc, envelope, want) =>
    vector('envelope', file, { desc, keys, envelope: JSON.stringify(envelope), want });
  const badText = (file, desc, envelope, wantCode = 'ERR_ENVELOPE_MALFORMED') =>
    vector('envelope', file, { desc, keys, envelope, wantCode });
  const bad = (file, desc, changes, wantCode) => badText(file, desc, JSON.stringify(make(changes)), wantCode);
  const want = { payloadType: type, payloadHex: hex(payload), keyids: ['alice'] };
  good('valid', 'one signature', make(), want);
  good(
    'valid-with-unknown',
    'a second signature by an unknown key',
    make({ signatures: [signature('m', mallory), signature('alice')] }),
    want,
  );
  bad(
    'unknown-only',
    'only an unknown key signed',
    { signatures: [signature('m', mallory)] },
    'ERR_ENVELOPE_UNTRUSTED',
  );
  bad('wrong-keyid', 'the right key under an unknown id', { signatures: [signature('bob')] }, 'ERR_ENVELOPE_UNTRUSTED');
  bad(
    'forged',
    'another key under the known id',
    { signatures: [signature('alice', mallory)] },
    'ERR_ENVELOPE_SIGNATURE',
  );
  bad('other-payload', 'the payload was changed', { payload: base64(utf8('touchstonf')) }, 'ERR_ENVELOPE_SIGNATURE');
  bad('other-type', 'the type was changed', { payloadType: 'text/html' }, 'ERR_ENVELOPE_SIGNATURE');
  bad(
    'signed-payload-only',
    'a signature of the payload without its type',
    { signatures: [{ keyid: 'alice', sig: base64(alice.sign(payload)) }] },
    'ERR_ENVELOPE_SIGNATURE',
  );
  bad('no-signatures', 'an empty list', { signatures: [] });
  bad('signatures-object', 'no list', { signatures: { 0: signature('alice') } });
  bad('signature-text', 'a text instead of an object', { signatures: ['x'] });
  bad('signature-null', 'null instead of an object', { signatures: [null] });
  bad('too-many-signatures', '17 signatures', { signatures: Array.from({ length: 17 }, (_, i) => signature(`k${i}`)) });
  bad('same-keyid-twice', 'one key twice', { signatures: [signature('alice'), signature('alice')] });
  bad('empty-keyid', 'a key without id', { signatures: [signature('')] });
  bad('no-keyid', 'a key without id', { signatures: [{ sig: signature('alice').sig }] });
  bad('keyid-number', 'an id that is no text', { signatures: [{ ...signature('alice'), keyid: 7 }] });
  bad('extra-signature-field', 'a field that is not signed', { signatures: [{ cert: 'x', ...signature('alice') }] });
  bad('extra-field', 'a field that is not signed', { zzz: 1 });
  bad('empty-type', 'no type', { payloadType: '' });
  bad('type-number', 'a type that is no text', { payloadType: 1 });
  bad('payload-number', 'a payload that is no text', { payload: 1 });
  bad('unpadded-payload', 'base64 without padding', { payload: base64(payload).replaceAll('=', '') });
  bad('url-safe-payload', 'the other base64', { payload: Buffer.alloc(3, 0xff).toString('base64url') });
  bad('pad-bits', 'base64 with pad bits', { payload: 'dG91Y2hzdG9uZR==' });
  badText('spaces', 'white space', JSON.stringify(make(), null, 1));
  badText('newline', 'a newline at the end', `${JSON.stringify(make())}\n`);
  badText(
    'unsorted',
    'keys in another order',
    JSON.stringify({ payloadType: type, payload: base64(payload), signatures: [signature('alice')] }),
  );
  badText('not-json', 'no JSON', 'x');
  badText('array', 'no object', '[]');
}

function statementVectors() {
  const digest = { sha256: hex(sha256(utf8('file'))) };
  const make = (changes = {}) => ({
    _type: 'https://in-toto.io/Statement/v1',
    predicate: { a: 1 },
    predicateType: 'urn:example:v1',
    subject: [{ digest, name: 'file' }],
    ...changes,
  });
  const { _type, ...fields } = make();
  vector('statement', 'valid', { desc: 'one subject', payload: JSON.stringify({ _type, ...fields }), want: fields });
  const badText = (file, desc, payload) =>
    vector('statement', file, { desc, payload, wantCode: 'ERR_STATEMENT_MALFORMED' });
  const bad = (file, desc, changes) => badText(file, desc, JSON.stringify(make(changes)));
  bad('other-type', 'an older statement', { _type: 'https://in-toto.io/Statement/v0.1' });
  bad('no-subject', 'an empty list', { subject: [] });
  bad('subject-object', 'no list', { subject: {} });
  bad('subject-null', 'null in the list', { subject: [null] });
  bad('subject-without-name', 'a digest without a name', { subject: [{ digest }] });
  bad('subject-empty-name', 'an empty name', { subject: [{ digest, name: '' }] });
  bad('subject-name-number', 'a name that is no text', { subject: [{ digest, name: 1 }] });
  bad('subject-uri', 'a field that is not understood', { subject: [{ digest, name: 'file', uri: 'x' }] });
  bad('digest-text', 'a digest without its algorithm', { subject: [{ digest: digest.sha256, name: 'file' }] });
  bad('digest-sha1', 'another algorithm', { subject: [{ digest: { sha1: '00' }, name: 'file' }] });
  bad('digest-uppercase', 'hex is lowercase', { subject: [{ digest: { sha256: 'A'.repeat(64) }, name: 'file' }] });
  bad('same-name-twice', 'two files of one name', {
    subject: [
      { digest, name: 'file' },
      { digest, name: 'file' },
    ],
  });
  bad('predicate-type-empty', 'no predicate type', { predicateType: '' });
  bad('predicate-type-number', 'a predicate type that is no text', { predicateType: 1 });
  bad('predicate-array', 'a predicate that is no object', { predicate: [] });
  bad('extra-field', 'a field that is not understood', { zzz: 1 });
  badText('spaces', 'white space', JSON.stringify(make(), null, 1));
  badText('not-json', 'no JSON', 'x');
}

// OpenSSH files, by PROTOCOL.key and PROTOCOL.sshsig

const u32 = (value) => Buffer.of(value >>> 24, value >>> 16, value >>> 8, value);
const ssh = (content) => Buffer.concat([u32(Buffer.byteLength(content)), Buffer.from(content)]);
const sshAll = (...contents) => Buffer.concat(contents.map(ssh));
const wireKey = (key, type = 'ssh-ed25519') => sshAll(type, key);
const armor = (label, blob) =>
  `-----BEGIN ${label}-----\n${base64(blob).replaceAll(/.{1,70}/g, '$&\n')}-----END ${label}-----\n`;

function privateKeyFile(changes = {}) {
  const { cipher = 'none', kdf = 'none', options = '', count = 1, check = [7, 7], type = 'ssh-ed25519' } = changes;
  const { inner = alice.bytes, pair = Buffer.concat([alice.seed, alice.bytes]), outer = alice.bytes } = changes;
  const secret = Buffer.concat([
    u32(check[0]),
    u32(check[1]),
    sshAll(type, inner, pair, changes.comment ?? 'alice@example.com'),
  ]);
  const padLength = changes.padLength ?? (8 - (secret.length % 8)) % 8;
  const padding = Buffer.from({ length: padLength }, () => 0).map((_, i) => i + 1 + (changes.padShift ?? 0));
  return Buffer.concat([
    utf8(changes.magic ?? 'openssh-key-v1\0'),
    sshAll(cipher, kdf, options),
    u32(count),
    ssh(wireKey(outer, changes.outerType)),
    ssh(Buffer.concat([secret, padding])),
    changes.after ?? Buffer.alloc(0),
  ]);
}

const LABEL = 'OPENSSH PRIVATE KEY';

function sshKeyVectors() {
  const line = `ssh-ed25519 ${base64(wireKey(alice.bytes))} alice@example.com`;
  const fingerprint = `SHA256:${base64(sha256(wireKey(alice.bytes))).replaceAll('=', '')}`;
  const want = { keyHex: hex(alice.bytes), comment: 'alice@example.com', fingerprint };
  const badLine = (file, desc, text, wantCode = 'ERR_KEY_MALFORMED') =>
    vector('ssh-public-key', file, { desc, line: text, wantCode });
  vector('ssh-public-key', 'valid', { desc: 'a line of a .pub file', line, want });
  vector('ssh-public-key', 'valid-no-comment', {
    desc: 'no comment',
    line: line.split(' ').slice(0, 2).join(' '),
    want: { ...want, comment: '' },
  });
  vector('ssh-public-key', 'valid-long-comment', {
    desc: 'a comment of two words',
    line: `${line} work`,
    want: { ...want, comment: 'alice@example.com work' },
  });
  badLine('rsa', 'another key type', 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ==', 'ERR_KEY_UNSUPPORTED');
  badLine(
    'rsa-inside',
    'another key type than the line says',
    `ssh-ed25519 ${base64(wireKey(alice.bytes, 'ssh-rsa'))}`,
    'ERR_KEY_UNSUPPORTED',
  );
  badLine(
    'hostile-type',
    'a type that must not be shown as it is',
    `\u001b[2J ${base64(wireKey(alice.bytes))}`,
    'ERR_KEY_UNSUPPORTED',
  );
  badLine('empty', 'no text', '');
  badLine('no-base64', 'only a type', 'ssh-ed25519');
  badLine('bad-base64', 'base64 with pad bits', 'ssh-ed25519 AB==');
  badLine('truncated', 'one byte is missing', `ssh-ed25519 ${base64(wireKey(alice.bytes).subarray(0, -1))}`);
  badLine(
    'trailing-byte',
    'one byte too many',
    `ssh-ed25519 ${base64(Buffer.concat([wireKey(alice.bytes), Buffer.of(0)]))}`,
  );
  badLine('short-key', 'a key of 31 bytes', `ssh-ed25519 ${base64(wireKey(alice.bytes.subarray(1)))}`);
  badLine('small-order', 'a key of small order', `ssh-ed25519 ${base64(wireKey(encodePoint(ORDER8)))}`);
  badLine('type-not-utf8', 'a type that is no text', `ssh-ed25519 ${base64(wireKey(alice.bytes, Buffer.of(0xff)))}`);

  const file = (name, desc, text, rest) => vector('ssh-private-key', name, { desc, file: text, ...rest });
  const bad = (name, desc, changes, wantCode = 'ERR_KEY_MALFORMED') =>
    file(name, desc, armor(LABEL, privateKeyFile(changes)), { wantCode });
  const good = { want: { seedHex: hex(alice.seed), keyHex: hex(alice.bytes), comment: 'alice@example.com' } };
  file('valid', 'a key without passphrase', armor(LABEL, privateKeyFile()), good);
  file('valid-windows', 'line ends of Windows', armor(LABEL, privateKeyFile()).replaceAll('\n', '\r\n'), good);
  bad(
    'encrypted',
    'a passphrase is needed',
    { cipher: 'aes256-ctr', kdf: 'bcrypt', options: sshAll(Buffer.alloc(16), u32(16)) },
    'ERR_KEY_ENCRYPTED',
  );
  bad('kdf-without-cipher', 'a key derivation for nothing', { kdf: 'bcrypt' });
  bad('kdf-options', 'options for nothing', { options: 'x' });
  bad('two-keys', 'two keys in one file', { count: 2 });
  bad('check-differs', 'the check integers differ', { check: [7, 8] });
  bad('not-in-blocks', 'no padding', { padLength: 1 });
  bad('padding-too-long', 'a whole block of padding', { padLength: 8 + ((8 - ((8 + 15 + 36 + 68 + 4 + 17) % 8)) % 8) });
  bad('padding-shifted', 'padding with other bytes', { padShift: 1, comment: 'alic' });
  bad('rsa', 'another key type', { outerType: 'ssh-rsa' }, 'ERR_KEY_UNSUPPORTED');
  bad('rsa-inside', 'another key type in the private part', { type: 'ssh-rsa', comment: 'alice@example.com1234' });
  bad('other-seed', 'the seed of another key', { pair: Buffer.concat([mallory.seed, alice.bytes]) });
  bad('other-public-half', 'two public keys', { pair: Buffer.concat([alice.seed, mallory.bytes]) });
  bad('other-inner-key', 'two public keys', { inner: mallory.bytes });
  bad('trailing-byte', 'one byte too many', { after: Buffer.of(0) });
  bad('other-magic', 'another version', { magic: 'openssh-key-v2\0' });
  file('truncated', 'the end is missing', armor(LABEL, privateKeyFile().subarray(0, 60)), {
    wantCode: 'ERR_KEY_MALFORMED',
  });
  file('pem', 'another kind of file', armor('PRIVATE KEY', privateKeyFile()), { wantCode: 'ERR_KEY_MALFORMED' });
  file('no-end', 'the last line is missing', armor(LABEL, privateKeyFile()).split('-----END')[0], {
    wantCode: 'ERR_KEY_MALFORMED',
  });
}

function sshsigVectors() {
  const namespace = 'touchstone-test@v1';
  const message = utf8('a message\n');
  const signed = (ns, hash, text) =>
    Buffer.concat([utf8('SSHSIG'), sshAll(ns, '', hash, crypto.createHash(hash).update(text).digest())]);
  const make = (changes = {}) => {
    const { ns = namespace, hash = 'sha512', key = alice, keyType = 'ssh-ed25519', sigType = 'ssh-ed25519' } = changes;
    const signature =
      changes.signature ?? key.sign(signed(ns, hash === 'sha256' ? hash : 'sha512', changes.text ?? message));
    return Buffer.concat([
      utf8(changes.magic ?? 'SSHSIG'),
      u32(changes.version ?? 1),
      ssh(Buffer.concat([wireKey(changes.keyBytes ?? key.bytes, keyType), changes.afterKey ?? Buffer.alloc(0)])),
      sshAll(ns, changes.reserved ?? '', hash),
      ssh(Buffer.concat([sshAll(sigType, signature), changes.afterSignature ?? Buffer.alloc(0)])),
      changes.after ?? Buffer.alloc(0),
    ]);
  };
  confirmWithSshKeygen(namespace, message, make());
  const put = (file, desc, blob, rest) =>
    vector('sshsig', file, {
      desc,
      namespace,
      messageHex: hex(message),
      armored: armor('SSH SIGNATURE', blob),
      ...rest,
    });
  const bad = (file, desc, changes, wantCode) => put(file, desc, make(changes), { wantCode });
  put('valid', 'the signature that ssh-keygen makes with this key', make(), {
    want: { keyHex: hex(alice.bytes), hash: 'sha512' },
  });
  put('valid-sha256', 'the other hash', make({ hash: 'sha256' }), {
    want: { keyHex: hex(alice.bytes), hash: 'sha256' },
  });
  bad('other-message', 'a signature of something else', { text: utf8('another\n') }, 'ERR_SSHSIG_SIGNATURE');
  bad('raw-signature', 'a signature of the message itself', { signature: alice.sign(message) }, 'ERR_SSHSIG_SIGNATURE');
  bad(
    'other-key',
    'a signature by another key than it names',
    { signature: mallory.sign(signed(namespace, 'sha512', message)) },
    'ERR_SSHSIG_SIGNATURE',
  );
  bad('other-namespace', 'a signature for another purpose', { ns: 'git' }, 'ERR_SSHSIG_NAMESPACE');
  bad('empty-namespace', 'no purpose', { ns: '' }, 'ERR_SSHSIG_MALFORMED');
  bad('other-magic', 'another kind of file', { magic: 'SSHGIS' }, 'ERR_SSHSIG_MALFORMED');
  bad('version-2', 'another version', { version: 2 }, 'ERR_SSHSIG_UNSUPPORTED');
  bad('version-high', 'a version with the top bit', { version: 0xffffffff }, 'ERR_SSHSIG_UNSUPPORTED');
  bad('sha1', 'another hash', { hash: 'sha1' }, 'ERR_SSHSIG_UNSUPPORTED');
  bad('rsa-key', 'another key type', { keyType: 'ssh-rsa' }, 'ERR_SSHSIG_UNSUPPORTED');
  bad('rsa-signature', 'another signature type', { sigType: 'rsa-sha2-512' }, 'ERR_SSHSIG_UNSUPPORTED');
  bad('reserved', 'a second form of the same signature', { reserved: 'x' }, 'ERR_SSHSIG_MALFORMED');
  bad('short-signature', 'a signature of 63 bytes', { signature: Buffer.alloc(63) }, 'ERR_SSHSIG_MALFORMED');
  bad('small-order-key', 'a key of small order', { keyBytes: encodePoint(ORDER8) }, 'ERR_SSHSIG_MALFORMED');
  bad('after-key', 'a byte after the key', { afterKey: Buffer.of(0) }, 'ERR_SSHSIG_MALFORMED');
  bad(
    'after-inner-signature',
    'a byte after the inner signature',
    { afterSignature: Buffer.of(0) },
    'ERR_SSHSIG_MALFORMED',
  );
  bad('trailing-byte', 'a byte at the end', { after: Buffer.of(0) }, 'ERR_SSHSIG_MALFORMED');
  put('truncated', 'one byte is missing', make().subarray(0, -1), { wantCode: 'ERR_SSHSIG_MALFORMED' });
  put('endless-length', 'a length beyond the end', Buffer.concat([utf8('SSHSIG'), u32(1), u32(0xffffffff)]), {
    wantCode: 'ERR_SSHSIG_MALFORMED',
  });
  vector('sshsig', 'no-armor', {
    desc: 'no armor',
    namespace,
    messageHex: hex(message),
    armored: base64(make()),
    wantCode: 'ERR_SSHSIG_MALFORMED',
  });
}

function confirmWithSshKeygen(namespace, message, blob) {
  if (spawnSync('ssh-keygen', ['-?']).error) {
    console.error('ssh-keygen is not installed: its signature is not compared');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'vectors-'));
  try {
    const keyFile = join(folder, 'key');
    writeFileSync(keyFile, armor(LABEL, privateKeyFile()), { mode: 0o600 });
    const { stdout } = spawnSync('ssh-keygen', ['-Y', 'sign', '-f', keyFile, '-n', namespace], { input: message });
    if (stdout.toString() !== armor('SSH SIGNATURE', blob)) throw new Error('ssh-keygen signs otherwise');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

ed25519Vectors();
merkleVectors();
lineVectors();
jsonVectors();
noteVectors();
vkeyVectors();
checkpointVectors();
envelopeVectors();
statementVectors();
sshKeyVectors();
sshsigVectors();
if (differing > 0) {
  console.error(`${differing} vectors differ from what the generator makes: run node test/vectors/generate.mjs`);
  process.exitCode = 1;
}
