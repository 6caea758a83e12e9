import { describe, expect, it } from 'vitest';
import { decodeHex, encodeHex, encodeUtf8 } from '../../src/core/bytes.ts';
import { formatSshPublicKey, parseSshPrivateKey, parseSshPublicKey, sshFingerprint } from '../../src/core/ssh-key.ts';
import { expectCode, vectors } from '../vectors.ts';

describe('parseSshPublicKey()', () => {
  interface Vector {
    line: string;
    want: { keyHex: string; comment: string; fingerprint: string };
  }
  it.each(vectors<Vector>('ssh-public-key'))('$name', ({ vector }) => {
    if (vector.wantCode === undefined) {
      const { key, comment } = parseSshPublicKey(vector.line);
      expect({ keyHex: encodeHex(key), comment, fingerprint: sshFingerprint(key) }).toEqual(vector.want);
      expect(formatSshPublicKey({ key, comment })).toBe(vector.line);
    } else expectCode(() => parseSshPublicKey(vector.line), vector.wantCode);
  });

  it('shows a key type only if it is harmless', () => {
    const [hostile] = vectors<{ line: string }>('ssh-public-key').filter(({ name }) => name === 'hostile-type');
    expect(() => parseSshPublicKey(hostile?.vector.line ?? '')).toThrow('cannot use a nameless key: want ssh-ed25519');
  });
});

describe('parseSshPrivateKey()', () => {
  interface Vector {
    file: string;
    want: { seedHex: string; keyHex: string; comment: string };
  }
  it.each(vectors<Vector>('ssh-private-key'))('$name', ({ vector }) => {
    const parse = () => parseSshPrivateKey(encodeUtf8(vector.file));
    if (vector.wantCode === undefined) {
      const { seed, key, comment } = parse();
      expect({ seedHex: encodeHex(seed), keyHex: encodeHex(key), comment }).toEqual(vector.want);
    } else expectCode(parse, vector.wantCode);
  });

  it('rejects a file that is no text', () =>
    expectCode(() => parseSshPrivateKey(decodeHex('ff')), 'ERR_KEY_MALFORMED'));

  it('says what to do about a passphrase', () => {
    const [encrypted] = vectors<Vector>('ssh-private-key').filter(({ name }) => name === 'encrypted');
    expect(() => parseSshPrivateKey(encodeUtf8(encrypted?.vector.file ?? ''))).toThrow(/ssh-agent and ssh-keygen/);
  });
});
