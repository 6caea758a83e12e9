import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../../src/core/bytes.ts';
import { openEnvelope, signEnvelope } from '../../src/core/dsse.ts';
import { secretKey } from '../../src/core/key.ts';
import { openNote, signNote } from '../../src/core/note.ts';
import {
  envelopeSigner,
  envelopeVerifier,
  isValidFor,
  localSigner,
  noteSigner,
  noteVerifiers,
} from '../../src/core/signer.ts';
import type { SignatureScheme } from '../../src/core/signer.ts';
import { signSshsig } from '../../src/core/sshsig.ts';
import { expectCode } from '../vectors.ts';

const alice = secretKey('alice', new Uint8Array(32).fill(1));
const mallory = secretKey('mallory', new Uint8Array(32).fill(2));
const schemes: SignatureScheme[] = ['ed25519', 'sshsig'];
const message = encodeUtf8('message');

describe.each(schemes)('a key that signs as %s', (scheme) => {
  const signer = localSigner(alice, scheme);

  it('signs envelopes under its fingerprint', () => {
    const envelope = signEnvelope('text/plain', message, [envelopeSigner(signer)]);
    expect(openEnvelope(envelope, [envelopeVerifier(alice.publicKey)]).keyids).toEqual([alice.publicKey.fingerprint]);
    expectCode(() => openEnvelope(envelope, [envelopeVerifier(mallory.publicKey)]), 'ERR_ENVELOPE_UNTRUSTED');
  });

  it('signs notes under any name', () => {
    const note = signNote('text\n', [noteSigner(signer, 'example.com/log')]);
    const verifiers = Object.values(noteVerifiers(alice.publicKey, 'example.com/log'));
    expect(openNote(note, verifiers).signatures).toHaveLength(1);
    const others = Object.values(noteVerifiers(alice.publicKey, 'example.com/other'));
    expectCode(() => openNote(note, others), 'ERR_NOTE_UNTRUSTED');
  });

  it('cannot pass as the other scheme in a note', () => {
    const other = scheme === 'ed25519' ? 'sshsig' : 'ed25519';
    const { keyIdHex } = noteVerifiers(alice.publicKey, 'log')[other];
    const note = signNote('text\n', [{ ...noteSigner(signer, 'log'), keyIdHex }]);
    expectCode(() => openNote(note, Object.values(noteVerifiers(alice.publicKey, 'log'))), 'ERR_NOTE_SIGNATURE');
  });
});

describe('isValidFor()', () => {
  it('signs directly unless told otherwise', () => {
    expect(localSigner(alice).sign(message, 'note')).toHaveLength(64);
  });

  it('keeps the purposes of SSH signatures apart', () => {
    const signature = localSigner(alice, 'sshsig').sign(message, 'note');
    expect(isValidFor('note', alice.publicKey, message, signature)).toBe(true);
    expect(isValidFor('envelope', alice.publicKey, message, signature)).toBe(false);
  });

  it('rejects an SSH signature by another key', () => {
    const signature = signSshsig(mallory.seed, 'touchstone-note@v1', message);
    expect(isValidFor('note', alice.publicKey, message, signature)).toBe(false);
  });

  it('rejects a broken SSH signature without throwing', () => {
    expect(isValidFor('note', alice.publicKey, message, encodeUtf8('SSHSIG'))).toBe(false);
  });
});
