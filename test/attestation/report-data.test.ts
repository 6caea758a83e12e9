import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  aciReportData,
  addressOfKey,
  checkAddress,
  checkChutes,
  checkNonce,
  checkReportData,
  tinfoilReportData,
} from '../../src/attestation/report-data.ts';
import { decodeHex, encodeHex } from '../../src/core/bytes.ts';
import { describeRealData } from '../testdata.ts';

const other = expect.objectContaining({ code: 'ERR_REPORT_DATA' });

function filled(length: number, byte: number): Uint8Array {
  return new Uint8Array(length).fill(byte);
}

function sha256(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

describe('addressOfKey()', () => {
  // The key of the secret 1 is the generator of the group; its address is in every Ethereum test suite.
  const generator =
    '79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8';

  it.each(['', '04'])('gives the last 20 bytes of the Keccak-256 of the point, with prefix "%s"', (prefix) => {
    const address = addressOfKey(decodeHex(prefix + generator));
    expect(encodeHex(address ?? filled(0, 0))).toBe('7e5f4552091a69125d5dfcb7b8c2659029395bdf');
  });

  it.each(['', '02', '02'.repeat(33), `05${generator}`, `04${generator}00`, generator.slice(2)])(
    'gives null for %s',
    (hex) => {
      expect(addressOfKey(decodeHex(hex))).toBeNull();
    },
  );
});

describe('checkAddress()', () => {
  const address = filled(20, 1);
  const tlsKey = filled(32, 2);

  it('reads a padded address', () => {
    const data = joined(address, filled(12, 0), filled(32, 9));
    expect(checkAddress(data, address, [tlsKey])).toEqual({ layout: 'padded-address', tlsKey: null });
  });

  it('reads an Ed25519 key without padding', () => {
    expect(checkAddress(filled(64, 1), filled(32, 1), []).layout).toBe('padded-address');
  });

  it('reads an address with a TLS key, one of several', () => {
    const data = joined(sha256(address, tlsKey), filled(32, 9));
    const read = checkAddress(data, address, [filled(32, 3), tlsKey]);
    expect(read).toEqual({ layout: 'sha256(address||tls_spki_fp)', tlsKey });
  });

  it.each([
    ['another address', joined(filled(20, 8), filled(12, 0), filled(32, 9))],
    ['padding that is not zero', joined(address, filled(12, 1), filled(32, 9))],
    ['padding on the other side', joined(filled(12, 0), address, filled(32, 9))],
    ['another TLS key', joined(sha256(address, filled(32, 3)), filled(32, 9))],
    ['no bytes', filled(0, 0)],
  ])('refuses %s', (_, data) => {
    expect(() => checkAddress(data, address, [tlsKey])).toThrow(other);
  });
});

describe('checkNonce()', () => {
  it('takes the nonce that was asked for and no other', () => {
    const refused = expect.objectContaining({ code: 'ERR_ATTESTATION_NONCE' });
    expect(() => checkNonce(filled(32, 1), filled(32, 1))).not.toThrow();
    expect(() => checkNonce(filled(32, 2), filled(32, 1))).toThrow(refused);
    expect(() => checkNonce(filled(31, 1), filled(32, 1))).toThrow(refused);
  });
});

describe('checkChutes()', () => {
  it('hashes nonce and key as the texts that they came as', () => {
    const data = joined(sha256('00FFa2V5'), filled(32, 5));
    expect(checkChutes(data, '00FF', 'a2V5')).toEqual(filled(32, 5));
    expect(() => checkChutes(data, '00ff', 'a2V5')).toThrow(other);
  });
});

describe('aciReportData()', () => {
  // Published by the specification of ACI: test vectors, section 2.
  const keyset = 'sha256:53a5cd44b30dcc51999754c719f2628a041f174ecbf9662a6f8e898a10cd9371';

  it.each([
    [
      'a nonce',
      Uint8Array.from({ length: 32 }, (_, i) => i),
      'df2174d28130852b413646a3786927b93e94c11d770268b65def8bdba45cb49e',
    ],
    ['none', null, '0633919ca3f00e97bafaa3304278eb22420cc3ff0d19f87dfca2d3f7508150bc'],
  ])('gives the published value with %s', (_, nonce, want) => {
    expect(encodeHex(aciReportData(keyset, nonce))).toBe(want + '00'.repeat(32));
  });
});

describe('tinfoilReportData()', () => {
  const statement = { tlsKey: filled(32, 1), hpkeKey: filled(32, 2), nonce: filled(32, 3) };

  it.each([
    ['no evidence', null, null],
    ['that of GPUs', filled(32, 4), null],
    ['that of GPUs and switches', filled(32, 4), filled(32, 5)],
  ])('hashes the statement with %s', (_, gpuEvidence, switchEvidence) => {
    const { tlsKey, hpkeKey, nonce } = statement;
    const parts = [tlsKey, hpkeKey, nonce, gpuEvidence ?? '', switchEvidence ?? ''];
    expect(tinfoilReportData({ ...statement, gpuEvidence, switchEvidence })).toEqual(
      joined(sha256(...parts), filled(32, 0)),
    );
  });
});

describe('checkReportData()', () => {
  it('compares all 64 bytes', () => {
    expect(() => checkReportData(filled(64, 1), filled(64, 1))).not.toThrow();
    expect(() => checkReportData(filled(64, 1).with(63, 0), filled(64, 1))).toThrow(other);
  });
});

describeRealData('keys of attested machines', 'fixtures/tee/live-captures', (folder) => {
  it.each(['near-via-venice-ecdsa-2026-04-24', 'nanogpt-phala-vllm-proxy-2026-06-10'])(
    'addressOfKey() gives the address of %s',
    (capture) => {
      const text = readFileSync(join(folder, capture, 'report.json'), 'utf8');
      const report = JSON.parse(text) as { signing_public_key: string; signing_address: string };
      const address = addressOfKey(decodeHex(report.signing_public_key));
      expect(`0x${encodeHex(address ?? filled(0, 0))}`).toBe(report.signing_address.toLowerCase());
    },
  );
});
