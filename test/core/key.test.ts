import { describe, expect, it } from 'vitest';
import { publicKeyFromSeed } from '../../src/core/ed25519.ts';
import {
  formatSecretKey,
  parsePublicKey,
  parsePublicKeys,
  parseSecretKey,
  publicKey,
  secretKey,
} from '../../src/core/key.ts';
import { formatSshPublicKey } from '../../src/core/ssh-key.ts';
import { expectCode, vectors } from '../vectors.ts';

const seed = new Uint8Array(32).fill(1);
const bytes = publicKeyFromSeed(seed);
const alice = publicKey('alice', bytes);
const sshLine = formatSshPublicKey({ key: bytes, comment: 'alice@example.com' });
const RSA = 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ==';

describe('publicKey()', () => {
  it('has the vkey and the fingerprint of the committed vectors', () => {
    const [vkey] = vectors<{ vkey: string }>('vkey').filter(({ name }) => name === 'valid');
    const [ssh] = vectors<{ want: { fingerprint: string } }>('ssh-public-key').filter(({ name }) => name === 'valid');
    const key = publicKey('example.com/alice', bytes);
    expect(key.vkey).toBe(vkey?.vector.vkey);
    expect(key.fingerprint).toBe(ssh?.vector.want.fingerprint);
  });

  it('rejects a bad name and a bad key', () => {
    expectCode(() => publicKey('a b', bytes), 'ERR_KEY_MALFORMED');
    expectCode(() => publicKey('a', new Uint8Array(32)), 'ERR_KEY_MALFORMED');
  });
});

describe('secret key files', () => {
  const file = formatSecretKey(secretKey('alice', seed));

  it('give back the key', () => expect(parseSecretKey(file)).toEqual({ publicKey: alice, seed }));

  it('are a comment line with the fingerprint and a line with the key', () => {
    expect(file).toBe(
      `# secret key ${alice.fingerprint}: whoever reads this file can sign as you\n` +
        `TOUCHSTONE-ED25519-SECRET-KEY alice ${Buffer.from(seed).toString('base64')}\n`,
    );
  });

  it.each([
    ['no comment', file.slice(file.indexOf('\n') + 1)],
    ['two comments', `# x\n${file}`],
    ['no final newline', file.slice(0, -1)],
    ['text after the key', `${file}x`],
    ['a space at the end', file.replace(/\n$/, ' \n')],
    ['a short seed', file.replace(/ \S+\n$/, ' AAAA\n')],
    ['bad base64', file.replace('=', '')],
    ['a bad name', file.replace('alice', 'a+b')],
    ['nothing', ''],
  ])('are refused with %s', (_, text) => expectCode(() => parseSecretKey(text), 'ERR_KEY_MALFORMED'));

  it('never show their content in an error', () => {
    expect(() => parseSecretKey(file.slice(0, -1))).toThrow(
      'cannot use key: want a comment line and "TOUCHSTONE-ED25519-SECRET-KEY <name> <base64>"',
    );
  });

  it('need a seed of 32 bytes', () => expectCode(() => secretKey('a', seed.slice(1)), 'ERR_KEY_MALFORMED'));
});

describe('parsePublicKeys()', () => {
  it('reads vkeys and SSH keys, comments and empty lines', () => {
    const keys = parsePublicKeys(`# mine\r\n\n${alice.vkey}\n  ${sshLine}  \n`);
    expect(keys).toEqual([alice, publicKey('alice@example.com', bytes)]);
  });

  it('passes over SSH keys of other types', () => {
    expect(parsePublicKeys(`${RSA}\n${sshLine}\n`)).toHaveLength(1);
  });

  it('says so if there are only other types', () => expectCode(() => parsePublicKeys(RSA), 'ERR_KEY_UNSUPPORTED'));

  it.each(['', '# nothing\n'])('rejects %j, which has no key', (text) => {
    expectCode(() => parsePublicKeys(text), 'ERR_KEY_MALFORMED');
  });

  it('names the line that is wrong', () => {
    expect(() => parsePublicKeys(`${alice.vkey}\nalice\n`)).toThrow(
      expect.objectContaining({ code: 'ERR_KEY_MALFORMED', line: 2, message: expect.stringContaining('line 2') }),
    );
  });
});

describe('parsePublicKey()', () => {
  it.each([
    ['alice@example.com', 'alice@example.com'],
    ['alice at work', 'alice-at-work'],
    ['a+b', 'a-b'],
    ['', 'unnamed'],
  ])('makes a name of the SSH comment %j', (comment, name) => {
    expect(parsePublicKey(formatSshPublicKey({ key: bytes, comment })).name).toBe(name);
  });
});
