import { describe, expect, it } from 'vitest';
import type { Attested } from '../../src/cli/attest-endpoint.ts';
import { attestationLines } from '../../src/cli/attest-text.ts';

const ATTESTED: Attested = {
  endpoint: 'enclave',
  base_url: 'https://enclave.example.com/v1',
  model: 'org/model',
  provider: 'near-direct',
  at: '2026-11-23T12:00:00.000Z',
  nonce: 'a1'.repeat(32),
  simulated: false,
  level: { level: 'L4', suffixes: ['~time'], reasons: ['an attested model server signed', 'not L5: gpu: no evidence'] },
  attestations: [
    {
      algo: 'ecdsa',
      url: 'https://enclave.example.com/v1/attestation/report',
      peer_spki: null,
      files: [],
      shows: {
        claims: [
          { subject: 'model', claim: 'quote', status: 'asserted', source: 'hardware_proven', reason: 'genuine' },
          { subject: 'model', claim: 'gpu', status: 'unknown', source: 'hardware_proven', reason: 'no evidence' },
        ],
        machines: [
          {
            role: 'model',
            platform: 'tdx-v4',
            tcb: {
              status: 'OutOfDate',
              advisories: ['INTEL-SA-01036'],
              evaluationDataNumber: 17,
              fmspc: 'b0c06f000000',
            },
            measurements: { mr_td: 'ab'.repeat(48), key_provider: 'cd'.repeat(200) },
            declaredCheckpoints: ['org/model-AWQ@0123\u001b[31m'],
          },
        ],
        keys: [{ role: 'model', algo: 'ecdsa', address: 'ef'.repeat(20), model: null }],
        channelSpki: null,
        window: { fromMs: Date.UTC(2026, 10, 20), toMs: Infinity },
        simulated: false,
      },
    },
  ],
  policy: null,
  refusals: [],
  folder: 'attestations/x',
};

describe('attestationLines()', () => {
  it('says claims with mark, reason and source, then machine, key, time and the level with what limits it', () => {
    expect(attestationLines(ATTESTED)).toEqual([
      'enclave: attested, up to L4 ~time',
      '  endpoint        near-direct at https://enclave.example.com/v1, model org/model',
      '  nonce           a1a1a1a1a1a1a1a1…, random: fresh to you, and to nobody else',
      '  attested        once at 2026-11-23T12:00:00.000Z',
      '',
      '  model',
      '  ✓ quote         genuine [hardware]',
      '  ? gpu           no evidence',
      '',
      '  machine         model, tdx-v4',
      '  tcb             OutOfDate, INTEL-SA-01036, data 17',
      '  fmspc           b0c06f000000',
      `  mr_td           ${'ab'.repeat(48)}`,
      `  key_provider    ${'cd'.repeat(48)}… (200 bytes)`,
      '  checkpoint      org/model-AWQ@0123⟨U+001B⟩[31m, declared by the application, not measured',
      '',
      `  key             model ecdsa ${'ef'.repeat(20)}`,
      '  valid           all collateral from 2026-11-20T00:00:00.000Z to +275760-09-13T00:00:00.000Z',
      '  level           a run would reach L4 ~time: an attested model server signed',
      '                  not L5: gpu: no evidence',
    ]);
  });

  it('names the code of what is contradicted, and says that a run would not start', () => {
    const claim = { subject: 'model', claim: 'gpu', status: 'refuted', source: 'hardware_proven' } as const;
    const shows = { claims: [{ ...claim, reason: 'another nonce', code: 'ERR_GPU_NONCE' }] } as const;
    const attestations = ATTESTED.attestations.map((each) => ({ ...each, shows: { ...each.shows, ...shows } }));
    const lines = attestationLines({ ...ATTESTED, attestations, refusals: ['model gpu: another nonce'] });
    expect(lines[0]).toBe('enclave: not accepted');
    expect(lines).toContain('  ✗ gpu           another nonce (ERR_GPU_NONCE)');
    expect(lines).toContain('  level           a run would refuse to start');
  });

  it('shows what a policy requires and what of it is met', () => {
    const findings = [
      { rule: 'minimum_level', met: true, reason: 'the level is L4' },
      { rule: 'gpu_required', met: false, reason: 'the GPUs of a machine are not proven' },
    ];
    const lines = attestationLines({ ...ATTESTED, policy: { pass: false, findings } });
    expect(lines.slice(-2)).toEqual([
      '  ✓ policy minimum_level: the level is L4',
      '  ✗ policy gpu_required: the GPUs of a machine are not proven',
    ]);
    expect(attestationLines({ ...ATTESTED, policy: { pass: true, findings: [] } }).at(-1)).toBe(
      '  policy          requires nothing',
    );
  });

  it('says of a simulator that it proves nothing, and never that it is attested', () => {
    const lines = attestationLines({ ...ATTESTED, simulated: true });
    expect(lines[0]).toBe('enclave: simulated, proves nothing');
    expect(lines[1]).toBe(
      '  simulated       the evidence is of a simulator, whose keys anybody can derive: it proves nothing',
    );
  });
});
