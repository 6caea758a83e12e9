// OpenSSH files, by PROTOCOL.key and PROTOCOL.sshsig.
import { spawnSync } from 'node:child_process';
import * as crypto from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { base64, hex, sha256, utf8 } from './bytes.mjs';
import { alice, mallory } from './keys.mjs';
import { encodePoint, ORDER8 } from './points.mjs';
import { vector } from './vector.mjs';

const u32 = (value) => Buffer.of(value >>> 24, value >>> 16, value >>> 8, value);
const ssh = (content) => Buffer.concat([u32(Buffer.byteLength(content)), Buffer.from(content)]);
const sshAll = (...contents) => Buffer.concat(contents.map(ssh));
const wireKey = (key, type = 'ssh-ed25519') => sshAll(type, key);
const armor = (label, blob) =>
  `-----BEGIN ${label}-----\n${base64(blob).replaceAll(/.{1,70}/g, '$&\n')}-----END ${label}-----\n`;

function privateKeyFile(changes = {}) {
  const fields = {
    magic: 'openssh-key-v1\0',
    cipher: 'none',
    kdf: 'none',
    options: '',
    count: 1,
    outerType: 'ssh-ed25519',
    check: [7, 7],
    type: 'ssh-ed25519',
    inner: alice.bytes,
    pair: Buffer.concat([alice.seed, alice.bytes]),
    comment: 'alice@example.com',
    padShift: 0,
    after: '',
    ...changes,
  };
  const secret = Buffer.concat([
    ...fields.check.map(u32),
    sshAll(fields.type, fields.inner, fields.pair, fields.comment),
  ]);
  const { padLength = (8 - (secret.length % 8)) % 8 } = fields;
  const padding = Buffer.alloc(padLength).map((_, i) => i + 1 + fields.padShift);
  return Buffer.concat([
    utf8(fields.magic),
    sshAll(fields.cipher, fields.kdf, fields.options),
    u32(fields.count),
    ssh(wireKey(alice.bytes, fields.outerType)),
    ssh(Buffer.concat([secret, padding])),
    Buffer.from(fields.after),
  ]);
}

const LABEL = 'OPENSSH PRIVATE KEY';

const badPublicKey = (file, desc, text, wantCode = 'ERR_KEY_MALFORMED') =>
  vector('ssh-public-key', file, { desc, line: text, wantCode });

function publicKeyVectors() {
  const line = `ssh-ed25519 ${base64(wireKey(alice.bytes))} alice@example.com`;
  const fingerprint = `SHA256:${base64(sha256(wireKey(alice.bytes))).replaceAll('=', '')}`;
  const want = { keyHex: hex(alice.bytes), comment: 'alice@example.com', fingerprint };
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
  badPublicKey('rsa', 'another key type', 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ==', 'ERR_KEY_UNSUPPORTED');
  badPublicKey(
    'rsa-inside',
    'another key type than the line says',
    `ssh-ed25519 ${base64(wireKey(alice.bytes, 'ssh-rsa'))}`,
    'ERR_KEY_UNSUPPORTED',
  );
  badPublicKey(
    'hostile-type',
    'a type that must not be shown as it is',
    `\u001b[2J ${base64(wireKey(alice.bytes))}`,
    'ERR_KEY_UNSUPPORTED',
  );
  badPublicKey('empty', 'no text', '');
  badPublicKey('no-base64', 'only a type', 'ssh-ed25519');
  badPublicKey('bad-base64', 'base64 with pad bits', 'ssh-ed25519 AB==');
  badPublicKey('truncated', 'one byte is missing', `ssh-ed25519 ${base64(wireKey(alice.bytes).subarray(0, -1))}`);
  badPublicKey(
    'trailing-byte',
    'one byte too many',
    `ssh-ed25519 ${base64(Buffer.concat([wireKey(alice.bytes), Buffer.of(0)]))}`,
  );
  badPublicKey('short-key', 'a key of 31 bytes', `ssh-ed25519 ${base64(wireKey(alice.bytes.subarray(1)))}`);
  badPublicKey('small-order', 'a key of small order', `ssh-ed25519 ${base64(wireKey(encodePoint(ORDER8)))}`);
  badPublicKey(
    'type-not-utf8',
    'a type that is no text',
    `ssh-ed25519 ${base64(wireKey(alice.bytes, Buffer.of(0xff)))}`,
  );
}

const privateKeyVector = (name, desc, text, rest) => vector('ssh-private-key', name, { desc, file: text, ...rest });

function privateKeyVectors() {
  const bad = (name, desc, changes, wantCode = 'ERR_KEY_MALFORMED') =>
    privateKeyVector(name, desc, armor(LABEL, privateKeyFile(changes)), { wantCode });
  const good = { want: { seedHex: hex(alice.seed), keyHex: hex(alice.bytes), comment: 'alice@example.com' } };
  privateKeyVector('valid', 'a key without passphrase', armor(LABEL, privateKeyFile()), good);
  privateKeyVector(
    'valid-windows',
    'line ends of Windows',
    armor(LABEL, privateKeyFile()).replaceAll('\n', '\r\n'),
    good,
  );
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
  privateKeyVector('truncated', 'the end is missing', armor(LABEL, privateKeyFile().subarray(0, 60)), {
    wantCode: 'ERR_KEY_MALFORMED',
  });
  privateKeyVector('pem', 'another kind of file', armor('PRIVATE KEY', privateKeyFile()), {
    wantCode: 'ERR_KEY_MALFORMED',
  });
  privateKeyVector('no-end', 'the last line is missing', armor(LABEL, privateKeyFile()).split('-----END')[0], {
    wantCode: 'ERR_KEY_MALFORMED',
  });
}

const signedBytes = (ns, hash, text) =>
  Buffer.concat([utf8('SSHSIG'), sshAll(ns, '', hash, crypto.createHash(hash).update(text).digest())]);

export function sshKeyVectors() {
  publicKeyVectors();
  privateKeyVectors();
}

export function sshsigVectors() {
  const namespace = 'touchstone-test@v1';
  const message = utf8('a message\n');
  const make = (changes = {}) => {
    const fields = {
      magic: 'SSHSIG',
      version: 1,
      keyType: 'ssh-ed25519',
      key: alice.bytes,
      afterKey: '',
      ns: namespace,
      reserved: '',
      hash: 'sha512',
      sigType: 'ssh-ed25519',
      afterSignature: '',
      after: '',
      text: message,
      ...changes,
    };
    const { signature = alice.sign(signedBytes(fields.ns, fields.hash, fields.text)) } = fields;
    return Buffer.concat([
      utf8(fields.magic),
      u32(fields.version),
      ssh(Buffer.concat([wireKey(fields.key, fields.keyType), Buffer.from(fields.afterKey)])),
      sshAll(fields.ns, fields.reserved, fields.hash),
      ssh(Buffer.concat([sshAll(fields.sigType, signature), Buffer.from(fields.afterSignature)])),
      Buffer.from(fields.after),
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
    { signature: mallory.sign(signedBytes(namespace, 'sha512', message)) },
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
  bad('small-order-key', 'a key of small order', { key: encodePoint(ORDER8) }, 'ERR_SSHSIG_MALFORMED');
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
