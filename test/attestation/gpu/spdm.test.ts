import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SessionContext } from '../../../src/attestation/claim.ts';
import { MAX_GPUS, parseGpuEvidence, verifySpdm, type GpuEvidence } from '../../../src/attestation/gpu/spdm.ts';
import { VENDOR_ROOTS } from '../../../src/attestation/trust.ts';
import { isTouchstoneError } from '../../../src/core/errors.ts';
import * as fc from '../../property.ts';
import { describeRealData } from '../../testdata.ts';
import { expectCode } from '../../vectors.ts';
import { block, deviceEvidence, deviceRoots, response, type DeviceChanges } from './device.ts';

const nonce = Uint8Array.from({ length: 32 }, (_, i) => i);
const context: SessionContext = { nonce, atMs: Date.parse('2026-07-01'), roots: [deviceRoots] };
const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

describe('verifySpdm()', () => {
  it('accepts a report and says what made it', () => {
    expect(verifySpdm(deviceEvidence(nonce), context)).toMatchObject({
      kind: 'GX1 BROM',
      certificateSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      measurementCount: 1,
      simulated: false,
    });
  });

  it('says that a device is simulated', () => {
    const roots = [{ ...deviceRoots, simulated: true }];
    expect(verifySpdm(deviceEvidence(nonce), { ...context, roots }).simulated).toBe(true);
  });

  it('accepts as many measurements as the head says, and no opaque data', () => {
    const two = Uint8Array.of(...block, ...block);
    expect(verifySpdm(deviceEvidence(nonce, { response: response(two, 2) }), context).measurementCount).toBe(2);
    const bare = response(block, 1, 0).subarray(0, -3);
    expect(verifySpdm(deviceEvidence(nonce, { response: bare }), context).measurementCount).toBe(1);
  });

  const good = deviceEvidence(nonce);
  it.each<[string, DeviceChanges]>([
    ['a request of another version', { request: Uint8Array.of(0x12, 0xe0, 1, 0xff, ...nonce, 0) }],
    ['a request without a signature', { request: Uint8Array.of(0x11, 0xe0, 0, 0xff, ...nonce, 0) }],
    ['a request for one measurement', { request: Uint8Array.of(0x11, 0xe0, 1, 1, ...nonce, 0) }],
    ['a slot that does not exist', { request: Uint8Array.of(0x11, 0xe0, 1, 0xff, ...nonce, 8) }],
    ['a response of another kind', { response: response(block, 1).with(1, 0x7f) }],
    ['more measurements than the record has', { response: response(block, 2) }],
    ['fewer measurements than the record has', { response: response(Uint8Array.of(...block, ...block), 1) }],
    ['a measurement beyond the record', { response: response(block.with(2, 3), 1) }],
    ['a record beyond the report', { response: response(block, 1).with(7, 1) }],
    ['opaque data into the signature', { response: response(block, 1, 4) }],
    ['opaque data that ends early', { response: response(block, 1, 2) }],
    ['bytes after the signature', { after: Uint8Array.of(0) }],
  ])('rejects %s', (_, changes) => {
    expectCode(() => verifySpdm(deviceEvidence(nonce, changes), context), 'ERR_GPU_FORM');
  });

  it('rejects a report of any other length', () => {
    const { report } = good;
    for (let length = 0; length < report.length; length++) {
      const cut = { ...good, report: report.subarray(0, length) };
      expectCode(() => verifySpdm(cut, context), 'ERR_GPU_FORM');
    }
    expectCode(() => verifySpdm({ ...good, report: new Uint8Array(65_537) }, context), 'ERR_GPU_FORM');
  });

  it('rejects a report over another nonce', () => {
    expectCode(() => verifySpdm(good, { ...context, nonce: nonce.with(0, 9) }), 'ERR_GPU_NONCE');
    expectCode(() => verifySpdm(good, { ...context, nonce: nonce.subarray(1) }), 'ERR_GPU_NONCE');
  });

  it.each<[string, Partial<SessionContext>]>([
    ['under a root that nobody pins', { roots: [VENDOR_ROOTS] }],
    ['without roots', { roots: [] }],
    ['that is not yet valid', { atMs: 0 }],
  ])('rejects a chain %s', (_, changes) => {
    expectCode(() => verifySpdm(good, { ...context, ...changes }), 'ERR_GPU_CHAIN');
  });

  it('rejects a chain that is none', () => {
    expectCode(() => verifySpdm({ ...good, chainPem: 'nonsense' }, context), 'ERR_GPU_CHAIN');
    const [leaf = ''] = good.chainPem.split(/(?<=END CERTIFICATE-----\n)/);
    expectCode(() => verifySpdm({ ...good, chainPem: leaf }, context), 'ERR_GPU_CHAIN');
  });

  it('rejects a clock that is none', () => {
    expectCode(() => verifySpdm(good, { ...context, atMs: Number.NaN }), 'ERR_CLOCK');
  });

  it('rejects a key of another curve', () => {
    expectCode(() => verifySpdm(deviceEvidence(nonce, { curve: 'P-256' }), context), 'ERR_GPU_SIGNATURE');
  });

  it('never accepts a report with a flipped bit', () => {
    fc.assert(
      fc.property(fc.nat(8 * good.report.length - 1), (bit) => {
        const report = good.report.slice();
        report[bit >> 3] = (report[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(() => verifySpdm({ ...good, report }, context)).toThrow(
          expect.objectContaining({ code: expect.stringMatching(/^ERR_GPU_(FORM|NONCE|SIGNATURE)$/) }),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('throws nothing but its own errors on any bytes', () => {
    const prefix = good.report.subarray(0, 45);
    const report = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ maxLength: 300 }).map((rest) => Uint8Array.of(...prefix, ...rest)),
    );
    fc.assert(
      fc.property(report, fc.boolean(), fc.string(), (noise, keep, chainPem) => {
        try {
          verifySpdm({ report: noise, chainPem: keep ? good.chainPem : chainPem }, context);
          throw new Error('accepted');
        } catch (error) {
          expect(isTouchstoneError(error)).toBe(true);
        }
      }),
    );
  });
});

describe('parseGpuEvidence()', () => {
  const entry = { arch: 'HOPPER', certificate: 'QQ==', evidence: 'Qg==', nonce: 'ignored' };

  it('gives every device of a list', () => {
    expect(parseGpuEvidence([entry, entry])).toEqual([
      { report: Uint8Array.of(0x42), chainPem: 'A' },
      { report: Uint8Array.of(0x42), chainPem: 'A' },
    ]);
  });

  it('takes no zeros from the end of a chain', () => {
    expect(parseGpuEvidence([{ ...entry, certificate: 'QQAAAA==' }])[0]?.chainPem).toBe('A');
  });

  it.each<[string, unknown]>([
    ['no list', { 0: entry }],
    ['an empty list', []],
    ['too many devices', Array.from({ length: MAX_GPUS + 1 }, () => entry)],
    ['a device that is a text', ['x']],
    ['a device without a chain', [{ evidence: 'Qg==' }]],
    ['a device without a report', [{ certificate: 'QQ==' }]],
    ['base64 without padding', [{ ...entry, evidence: 'Qg' }]],
    ['a chain that is not text', [{ ...entry, certificate: '/w==' }]],
    ['a report without end', [{ ...entry, evidence: 'A'.repeat(131_076) }]],
  ])('rejects %s', (_, list) => {
    expectCode(() => parseGpuEvidence(list), 'ERR_GPU_FORM');
  });
});

describeRealData('GPU evidence', 'fixtures/tee', (folder) => {
  const text = (path: string): string => readFileSync(join(folder, path), 'utf8');
  const real = { atMs: Date.parse('2026-07-01'), roots: [VENDOR_ROOTS] };

  // The nonce that was asked for is the one that the files say beside the evidence.
  it.each<[string, number, string, number]>([
    ['hopper_evidence', 1, 'GH100 A01 GSP BROM', 64],
    // A certificate on hold is a matter of revocation, which is not in the evidence.
    ['hopper_evidence_cert_hold', 1, 'GH100 A01 GSP BROM', 64],
    ['multi_gpu_hopper', 4, 'GH100 A01 GSP BROM', 64],
    ['multi_switch_ls10', 4, 'LS_10 A01 FSP BROM', 31],
    ['switch_evidence_ls10', 1, 'LS_10 A01 FSP BROM', 31],
  ])('%s: every device verifies', (...[file, count, kind, measurementCount]) => {
    const list: { nonce: string }[] = JSON.parse(text(`nvidia/${file}.json`));
    const devices = parseGpuEvidence(list);
    expect(devices).toHaveLength(count);
    for (const [i, device] of devices.entries()) {
      const verified = verifySpdm(device, { ...real, nonce: bytes(list[i]?.nonce ?? '') });
      expect(verified).toMatchObject({ kind, measurementCount, simulated: false });
    }
  });

  const sample = (name: string, chain: string, end = ''): GpuEvidence => ({
    report: bytes(text(`nvidia/sample-${name}AttestationReport${end}.txt`).trim()),
    chainPem: text(`nvidia/sample-${chain}CertChain${end}.txt`),
  });
  const own = ({ report }: GpuEvidence): SessionContext => ({ ...real, nonce: report.subarray(4, 36) });

  it.each([
    ['hopper', 'GH100 A01 GSP BROM'],
    ['blackwell', 'GB100 A01 GSP BROM'],
  ])('the %s sample of the vendor verifies', (name, kind) => {
    const evidence = sample(name, name);
    expect(verifySpdm(evidence, own(evidence)).kind).toBe(kind);
  });

  it('the sample that a service refuses for expired reference values verifies, as these are not in the evidence', () => {
    const evidence = sample('hopper', 'hopper', 'Expired');
    expect(verifySpdm(evidence, own(evidence)).kind).toBe('GH100 A01 GSP BROM');
  });

  it('the sample with an invalid signature does not verify under any chain there is', () => {
    const files = ['hopper_evidence', 'hopper_evidence_cert_hold', 'multi_gpu_hopper'];
    const lists = files.flatMap((file) => parseGpuEvidence(JSON.parse(text(`nvidia/${file}.json`))));
    const chains = [sample('hopper', 'hopper'), sample('hopper', 'hopper', 'Expired'), ...lists];
    const report = bytes(text('nvidia/sample-hopperAttestationReportInvalidSignature.txt').trim());
    for (const { chainPem } of chains) {
      expectCode(() => verifySpdm({ report, chainPem }, own({ report, chainPem })), 'ERR_GPU_SIGNATURE');
    }
  });

  it('a report under the chain of another device does not', () => {
    const evidence = sample('hopper', 'blackwell');
    expectCode(() => verifySpdm(evidence, own(evidence)), 'ERR_GPU_SIGNATURE');
  });

  it('all devices of the live captures verify over the nonce of the request, and are different ones', () => {
    let devices = 0;
    for (const capture of readdirSync(join(folder, 'live-captures')).filter((name) => !name.endsWith('.md'))) {
      const report = JSON.parse(text(`live-captures/${capture}/report.json`));
      const meta = JSON.parse(text(`live-captures/${capture}/meta.json`));
      const payload = report.model_attestations?.[0]?.nvidia_payload ?? report.nvidia_payload;
      const list = payload === undefined ? report.gpu.evidences : JSON.parse(payload).evidence_list;
      const verified = parseGpuEvidence(list).map((device) =>
        verifySpdm(device, { ...real, nonce: bytes(meta.client_nonce) }),
      );
      expect(new Set(verified.map(({ certificateSha256 }) => certificateSha256)).size).toBe(verified.length);
      devices += verified.length;
    }
    // Eight in each of three NEAR captures, one in each of the two others.
    expect(devices).toBe(26);
  });
});
