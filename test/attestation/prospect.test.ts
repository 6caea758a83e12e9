import { describe, expect, it } from 'vitest';
import type { AttestedKey, Claim, ClaimName, SessionAssessment } from '../../src/attestation/claim.ts';
import { prospectiveLevel } from '../../src/attestation/prospect.ts';

const MACHINE: readonly ClaimName[] = ['quote', 'tcb', 'production', 'key_bound', 'nonce', 'tls_bound', 'vendor_root'];

function session(role: 'model' | 'gateway', more: Partial<SessionAssessment> = {}): SessionAssessment {
  const about = { subject: role, status: 'asserted', source: 'hardware_proven', reason: 'shown' } as const;
  const key: AttestedKey = { role, algo: 'ed25519', address: 'ab'.repeat(32), model: 'm' };
  const tcb = { status: 'UpToDate', advisories: [], evaluationDataNumber: 17, fmspc: 'b0c06f000000' };
  return {
    claims: MACHINE.map((claim): Claim => ({ ...about, claim })),
    machines: [{ role, platform: 'tdx-v4', tcb, measurements: {}, declaredCheckpoints: [] }],
    keys: [key],
    channelSpki: null,
    window: null,
    simulated: false,
    ...more,
  };
}

function label(...args: Parameters<typeof prospectiveLevel>): string {
  const { level, suffixes } = prospectiveLevel(...args);
  return [level, ...suffixes].join(' ');
}

describe('prospectiveLevel()', () => {
  it('is that of answers which the attested key signs, attested again after them', () => {
    expect(label('near-direct', 'm', [session('model')])).toBe('L4 ~time');
    expect(label('near-gateway', 'm', [session('gateway')])).toBe('L3 ~time');
    expect(label('aci', 'm', [session('gateway')])).toBe('L3 ~time');
  });

  it('names who else could choose the request hash', () => {
    expect(label('vllm-proxy', 'm', [session('model')])).toBe('L4 ~req ~time');
  });

  it('is that of the connection where nothing is signed', () => {
    expect(label('tinfoil', 'm', [session('model', { keys: [], channelSpki: 'cd'.repeat(32) })])).toBe('L2 ~time');
  });

  it('is the lowest over all attestations', () => {
    const bare = session('model', { keys: [], machines: [], claims: [] });
    expect(label('near-direct', 'm', [session('model'), bare])).toBe('L1');
  });

  it('is L1 without any attestation, and for a simulator', () => {
    expect(label('near-direct', 'm', [])).toBe('L1');
    expect(label('near-direct', 'm', [session('model', { simulated: true })])).toBe('L1 ~simulated');
  });
});
