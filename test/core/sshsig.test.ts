import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeHex, encodeHex, encodeUtf8 } from '../../src/core/bytes.ts';
import { publicKeyFromSeed } from '../../src/core/ed25519.ts';
import { isTouchstoneError } from '../../src/core/errors.ts';
import { formatSshPublicKey, parseSshPrivateKey, parseSshPublicKey, sshFingerprint } from '../../src/core/ssh-key.ts';
import {
  checkSshsig,
  decodeSshsigArmor,
  encodeSshsigArmor,
  formatSshsig,
  isSshsig,
  parseSshsig,
  signSshsig,
} from '../../src/core/sshsig.ts';
import { describeRealData } from '../testdata.ts';
import { expectCode, vectors } from '../vectors.ts';

const NAMESPACE = 'touchstone-test@v1';
const seed = new Uint8Array(32).fill(1);

describe('checkSshsig()', () => {
  interface Vector {
    namespace: string;
    messageHex: string;
    armored: string;
    want: { keyHex: string; hash: string };
  }
  it.each(vectors<Vector>('sshsig'))('$name', ({ name, vector }) => {
    const message = decodeHex(vector.messageHex);
    const check = () => checkSshsig(decodeSshsigArmor(vector.armored), vector.namespace, message);
    if (vector.wantCode === undefined) {
      const sshsig = check();
      expect({ keyHex: encodeHex(sshsig.key), hash: sshsig.hash }).toEqual(vector.want);
      expect(encodeSshsigArmor(formatSshsig(sshsig))).toBe(vector.armored);
      if (name === 'valid') expect(encodeSshsigArmor(signSshsig(seed, NAMESPACE, message))).toBe(vector.armored);
    } else expectCode(check, vector.wantCode);
  });

  it('rejects every prefix and every changed byte', () => {
    const message = encodeUtf8('message');
    const blob = signSshsig(seed, NAMESPACE, message);
    for (let at = 0; at < blob.length; at++) {
      const changed = blob.with(at, (blob[at] ?? 0) ^ 1);
      for (const broken of [blob.slice(0, at), changed]) {
        expect(() => checkSshsig(broken, NAMESPACE, message)).toThrow(
          expect.objectContaining({ code: expect.stringMatching(/^ERR_SSHSIG_/) }),
        );
      }
    }
  });

  it('isSshsig() looks at the first six bytes', () => {
    expect(isSshsig(signSshsig(seed, NAMESPACE, seed))).toBe(true);
    expect(isSshsig(encodeUtf8('SSHSI'))).toBe(false);
    expect(isSshsig(new Uint8Array(64))).toBe(false);
  });
});

const hasSshKeygen = spawnSync('ssh-keygen', ['-?']).error === undefined;

describe.skipIf(!hasSshKeygen)(`ssh-keygen${hasSshKeygen ? '' : ' (not installed)'}`, () => {
  it('and this code read and verify what the other wrote', () => {
    inTemporaryFolder((folder) => {
      const keyFile = join(folder, 'key');
      run(['-q', '-t', 'ed25519', '-N', '', '-C', 'bob@example.com', '-f', keyFile]);
      const secret = parseSshPrivateKey(readFileSync(keyFile));
      const { key, comment } = parseSshPublicKey(readFileSync(`${keyFile}.pub`, 'utf8'));
      expect(secret).toEqual({ seed: secret.seed, key, comment });
      expect(comment).toBe('bob@example.com');
      expect(publicKeyFromSeed(secret.seed)).toEqual(key);
      expect(run(['-l', '-f', `${keyFile}.pub`])).toContain(` ${sshFingerprint(key)} `);

      const message = encodeUtf8('signed by either\n');
      const theirs = run(['-Y', 'sign', '-q', '-f', keyFile, '-n', NAMESPACE], message);
      expect(checkSshsig(decodeSshsigArmor(theirs), NAMESPACE, message).key).toEqual(key);
      expect(encodeSshsigArmor(signSshsig(secret.seed, NAMESPACE, message))).toBe(theirs);

      const signers = join(folder, 'allowed_signers');
      const sigFile = join(folder, 'message.sig');
      writeFileSync(signers, `bob ${formatSshPublicKey({ key, comment: '' })}\n`);
      writeFileSync(sigFile, encodeSshsigArmor(signSshsig(secret.seed, NAMESPACE, message)));
      const verified = run(['-Y', 'verify', '-f', signers, '-I', 'bob', '-n', NAMESPACE, '-s', sigFile], message);
      expect(verified).toContain('Good');
    });
  });

  it('keys with a passphrase are refused', () => {
    inTemporaryFolder((folder) => {
      const keyFile = join(folder, 'key');
      run(['-q', '-t', 'ed25519', '-N', 'passphrase', '-f', keyFile]);
      expectCode(() => parseSshPrivateKey(readFileSync(keyFile)), 'ERR_KEY_ENCRYPTED');
    });
  });
});

function run(options: string[], input: Uint8Array = new Uint8Array()): string {
  const { status, stdout, stderr } = spawnSync('ssh-keygen', options, { input });
  if (status !== 0) throw new Error(`ssh-keygen failed: ${stderr.toString()}`);
  return stdout.toString();
}

function inTemporaryFolder(use: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'touchstone-ssh-'));
  try {
    use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describeRealData('OpenSSH signatures', 'vectors/sshsig-openssh', (folder) => {
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  const message = readFileSync(join(folder, 'signed-data'));

  it('the Ed25519 signature verifies under its key', () => {
    const { key } = checkSshsig(decodeSshsigArmor(read('ed25519.sig')), read('namespace').trim(), message);
    expect(key).toEqual(parseSshPublicKey(read('ed25519.pub')).key);
  });

  it('the Ed25519 signature is for its namespace only', () => {
    expectCode(() => checkSshsig(decodeSshsigArmor(read('ed25519.sig')), 'file', message), 'ERR_SSHSIG_NAMESPACE');
  });

  it.each(['ecdsa', 'ecdsa_sk', 'ecdsa_sk_webauthn', 'ed25519_sk', 'mldsa44-ed25519', 'rsa'])(
    '%s keys and signatures are refused as unsupported',
    (type) => {
      expectCode(() => parseSshsig(decodeSshsigArmor(read(`${type}.sig`))), 'ERR_SSHSIG_UNSUPPORTED');
      expectCode(() => parseSshPublicKey(read(`${type}.pub`)), 'ERR_KEY_UNSUPPORTED');
    },
  );

  it('every other signature is a known error', () => {
    const error = catchError(() => checkSshsig(decodeSshsigArmor(read('rsa.sig')), 'unittest', message));
    expect(isTouchstoneError(error)).toBe(true);
  });
});

function catchError(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return null;
}
