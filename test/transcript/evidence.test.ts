import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../../src/core/bytes.ts';
import { parseDigest } from '../../src/core/digest.ts';
import {
  EVIDENCE_PHASES,
  evidenceNonce,
  formatAnswerEvidence,
  MAX_ANSWER_EVIDENCE_UNITS,
  parseAnswerEvidence,
} from '../../src/transcript/evidence.ts';
import { expectCode } from '../vectors.ts';

const PLAN = parseDigest('a1'.repeat(32));
const HEAD = { size: 5, root: new Uint8Array(32).fill(7) };

describe('evidenceNonce()', () => {
  it('is the digest of tag, phase, plan, size and root', () => {
    const size = Buffer.alloc(8);
    size.writeBigUInt64BE(5n);
    const expected = createHash('sha256')
      .update('touchstone/v1/tee-nonce\nafter\n')
      .update(Buffer.from(PLAN, 'hex'))
      .update(size)
      .update(HEAD.root)
      .digest('hex');
    expect(Buffer.from(evidenceNonce('after', PLAN, HEAD)).toString('hex')).toBe(expected);
  });

  it('differs for every phase, size and root', () => {
    const nonces = EVIDENCE_PHASES.flatMap((phase) =>
      [HEAD, { ...HEAD, size: 6 }, { ...HEAD, root: new Uint8Array(32) }].map((head) =>
        Buffer.from(evidenceNonce(phase, PLAN, head)).toString('hex'),
      ),
    );
    expect(new Set(nonces).size).toBe(12);
  });
});

describe('parseAnswerEvidence()', () => {
  it.each([
    {},
    { id: 'chatcmpl-1', peer_spki: 'a1'.repeat(32) },
    {
      id: 'chatcmpl-1',
      signatures: [
        { algo: 'ecdsa', body: '{}' },
        { algo: 'ed25519', body: 'né' },
      ],
    } as const,
    { receipt: '{"receipt_id":"r"}' },
  ])('gives back %j', (evidence) => {
    expect(parseAnswerEvidence(encodeUtf8(formatAnswerEvidence(evidence)))).toEqual(evidence);
  });

  it.each([
    ['no JSON', 'x'],
    ['a list', '[]'],
    ['keys out of order', '{"receipt":"r","id":"a"}'],
    ['an unknown key', '{"claim":"L6"}'],
    ['an id with a space', '{"id":"a b"}'],
    ['another algorithm', '{"signatures":[{"algo":"rsa","body":""}]}'],
    [
      'three signatures',
      JSON.stringify({ signatures: Array.from({ length: 3 }, () => ({ algo: 'ecdsa', body: '' })) }),
    ],
    ['a long receipt', JSON.stringify({ receipt: 'r'.repeat(MAX_ANSWER_EVIDENCE_UNITS + 1) })],
  ])('refuses %s', (_name, text) => {
    expectCode(() => parseAnswerEvidence(encodeUtf8(text)), 'ERR_EVIDENCE_FORM');
  });
});
