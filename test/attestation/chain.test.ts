import { X509Certificate, createHash } from 'node:crypto';

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkChain } from '../../src/attestation/chain.ts';
import type { ChainContext, CheckedChain } from '../../src/attestation/chain.ts';
import { checkCrl, checkNotRevoked, parseCrl } from '../../src/attestation/crl.ts';
import { SIMULATED_ROOTS, VENDOR_ROOTS, checkRoot } from '../../src/attestation/trust.ts';
import { commonName, parseCertificate, parsePemChain } from '../../src/attestation/x509.ts';
import { encodeHex } from '../../src/core/bytes.ts';
import { extension, issueCertificate, issueRevocationList } from '../../src/endpoints/tee/simulator/certificate.ts';
import type { Certificate as Issued, CertificateRequest } from '../../src/endpoints/tee/simulator/certificate.ts';
import { sequence } from '../../src/endpoints/tee/simulator/der.ts';
import { deriveEcKey } from '../../src/endpoints/tee/simulator/ec-key.ts';
import { describeRealData } from '../testdata.ts';

const AT_MS = Date.UTC(2026, 0, 1);
const key = (name: string): ReturnType<typeof deriveEcKey> => deriveEcKey('P-256', 'chain test', name);

/** A chain from a root down, each certificate with some changes to what is right. */
function issue(...changes: readonly Partial<CertificateRequest>[]): readonly Issued[] {
  const issued: Issued[] = [];
  for (const [index, change] of changes.entries()) {
    const issuer = issued[0];
    const request = { commonName: `C${index}`, key: key(`${index}`), authority: index < changes.length - 1, ...change };
    issued.unshift(issueCertificate(issuer === undefined ? request : { issuer, ...request }));
  }
  return issued;
}

function contextOf(issued: readonly Issued[]): ChainContext {
  const root = issued.at(-1)?.key.spki ?? new Uint8Array();
  const roots = [{ intelSpki: [sha256(root)], nvidiaCertificates: [], nitroCertificates: [], simulated: false }];
  return { atMs: AT_MS, roots, kind: 'intelSpki' };
}

function check(issued: readonly Issued[], context: Partial<ChainContext> = {}): CheckedChain {
  return checkChain(
    issued.map(({ der }) => parseCertificate(der)),
    { ...contextOf(issued), ...context },
  );
}

const refused = (code: string): unknown => expect.objectContaining({ name: 'VerificationError', code });

describe('checkChain()', () => {
  it('accepts a chain of any length up to eight', () => {
    for (const length of [2, 3, 5, 8]) {
      const chain = check(issue(...Array.from({ length }, () => ({}))));
      expect(chain.intermediates).toHaveLength(length - 2);
    }
    for (const length of [1, 9]) {
      expect(() => check(issue(...Array.from({ length }, () => ({}))))).toThrow(refused('ERR_CHAIN_FORM'));
    }
    expect(() => check([])).toThrow(refused('ERR_CHAIN_FORM'));
  });

  it('refuses authorities beyond the path length of one above', () => {
    const limited = (length: number, pathLength: number): (() => CheckedChain) => {
      const issued = issue(...Array.from({ length }, () => ({})));
      const chain = issued.map(({ der }) => parseCertificate(der));
      const root = chain.at(-1);
      if (root === undefined) throw new Error('no root');
      return () => checkChain([...chain.slice(0, -1), { ...root, ca: { pathLength } }], contextOf(issued));
    };
    expect(limited(2, 0)).not.toThrow();
    expect(limited(3, 1)).not.toThrow();
    expect(limited(3, 0)).toThrow(refused('ERR_CHAIN_CA'));
    expect(limited(4, 1)).toThrow(refused('ERR_CHAIN_CA'));
  });

  it('refuses a leaf of the wrong kind', () => {
    expect(() => check(issue({}, {}), { leaf: 'authority' })).toThrow(refused('ERR_CHAIN_LEAF'));
    expect(() => check(issue({}, { authority: true }))).toThrow(refused('ERR_CHAIN_LEAF'));
    expect(() => check(issue({}, { authority: true }), { leaf: 'authority' })).not.toThrow();
  });

  it('refuses a certificate by a twin of its issuer', () => {
    const [leaf, , root] = issue({}, {}, {});
    const [, twin] = issue({}, { key: key('twin') }, {});
    if (leaf === undefined || twin === undefined || root === undefined) throw new Error('too few');
    expect(() => check([leaf, twin, root])).toThrow(refused('ERR_CHAIN_SIGNATURE'));
  });

  it('refuses a certificate that names another issuer, though the key is the same', () => {
    const [leaf, , root] = issue({}, {}, {});
    const [, renamed] = issue({}, { commonName: 'other' }, {});
    if (leaf === undefined || renamed === undefined || root === undefined) throw new Error('too few');
    expect(() => check([leaf, renamed, root])).toThrow(refused('ERR_CHAIN_SIGNATURE'));
  });

  it('refuses a root that is pinned but did not sign itself', () => {
    const [leaf, middle] = issue({}, {}, {});
    if (leaf === undefined || middle === undefined) throw new Error('too few');
    expect(() => check([leaf, middle])).toThrow(refused('ERR_CHAIN_SIGNATURE'));
  });

  it('refuses a time that is none', () => {
    expect(() => check(issue({}, {}), { atMs: Number.NaN })).toThrow(refused('ERR_CLOCK'));
  });
});

describe('parseCertificate()', () => {
  const [leaf] = issue({}, {});
  const der = leaf?.der ?? new Uint8Array();

  it('refuses bytes after a certificate, and a large one', () => {
    expect(() => parseCertificate(Uint8Array.from([...der, 0]))).toThrow(refused('ERR_CHAIN_FORM'));
    expect(() => parseCertificate(new Uint8Array(20_000))).toThrow(refused('ERR_CHAIN_FORM'));
  });

  it.each([
    ['a critical extension that is not known', [extension('2.5.29.36', sequence(), true)]],
    ['an extension that is there twice', [extension('1.2.3', sequence()), extension('1.2.3', sequence())]],
  ])('refuses %s', (_, extensions) => {
    const [strange] = issue({}, { extensions });
    expect(() => parseCertificate(strange?.der ?? der)).toThrow(refused('ERR_CHAIN_FORM'));
  });
});

describe('checkCrl()', () => {
  const [root] = issue({ authority: true });
  if (root === undefined) throw new Error('no root');
  const issuer = parseCertificate(root.der);
  const list = { issuer: root, fromMs: AT_MS, toMs: AT_MS + 1000, revoked: [] };

  it('holds at both ends of its window and not beyond', () => {
    const crl = parseCrl(issueRevocationList(list));
    for (const atMs of [AT_MS, AT_MS + 1000]) expect(() => checkCrl(crl, issuer, atMs)).not.toThrow();
    for (const atMs of [AT_MS - 1, AT_MS + 1001])
      expect(() => checkCrl(crl, issuer, atMs)).toThrow(refused('ERR_CRL_TIME'));
    expect(() => checkCrl(crl, issuer, Infinity)).toThrow(refused('ERR_CLOCK'));
  });

  it('refuses an issuer without the right to sign lists', () => {
    const crl = parseCrl(issueRevocationList(list));
    const without = { ...issuer, keyUsage: new Set(['keyCertSign'] as const) };
    expect(() => checkCrl(crl, without, AT_MS)).toThrow(refused('ERR_CRL_SIGNATURE'));
  });

  it('is not asked about a certificate of another issuer', () => {
    const crl = parseCrl(issueRevocationList(list));
    const [leaf] = issue({ commonName: 'elsewhere' }, {});
    const other = parseCertificate(leaf?.der ?? new Uint8Array());
    expect(() => checkNotRevoked(other, crl)).toThrow(refused('ERR_CRL_MISSING'));
  });
});

describe('checkRoot()', () => {
  const roots = { intelSpki: ['aa'], nvidiaCertificates: ['bb'], nitroCertificates: [], simulated: false };

  it('accepts what is pinned for its kind only', () => {
    expect(checkRoot('intelSpki', 'aa', [roots])).toEqual({ simulated: false });
    expect(checkRoot('nvidiaCertificates', 'bb', [{ ...roots, simulated: true }, roots])).toEqual({ simulated: true });
    expect(() => checkRoot('intelSpki', 'bb', [roots])).toThrow(refused('ERR_CHAIN_ROOT'));
  });

  it('names the simulator if its root is not accepted', () => {
    for (const kind of ['intelSpki', 'nvidiaCertificates', 'nitroCertificates'] as const) {
      const [fingerprint = ''] = SIMULATED_ROOTS[kind];
      expect(() => checkRoot(kind, fingerprint, [VENDOR_ROOTS])).toThrow(refused('ERR_EVIDENCE_SIMULATED'));
      expect(checkRoot(kind, fingerprint, [VENDOR_ROOTS, SIMULATED_ROOTS])).toEqual({ simulated: true });
    }
  });
});

describeRealData('certificates of vendors', 'fixtures/tee', (folder) => {
  const read = (path: string): Uint8Array => new Uint8Array(readFileSync(join(folder, path)));
  const text = (path: string): string => readFileSync(join(folder, path), 'utf8');

  it('VENDOR_ROOTS pins the root certificates that the vendors publish', () => {
    const intel = new X509Certificate(read('phala-dcap-qvl/TrustedRootCA.der'));
    expect(VENDOR_ROOTS.intelSpki).toEqual([sha256(intel.publicKey.export({ format: 'der', type: 'spki' }))]);
    const nvidia = new X509Certificate(text('nvidia/verifier_device_root.pem'));
    expect(VENDOR_ROOTS.nvidiaCertificates).toEqual([sha256(nvidia.raw)]);
    const nitro = new X509Certificate(text('aws-nitro/dstack-AWS_NitroEnclaves_Root-G1.pem'));
    expect(VENDOR_ROOTS.nitroCertificates).toEqual([sha256(nitro.raw)]);
  });

  it('parsePemChain() reads what node:crypto reads', () => {
    const chains = [text('nvidia/sample-hopperCertChain.txt'), text('aws-nitro/dstack-AWS_NitroEnclaves_Root-G1.pem')];
    for (const certificate of chains.flatMap(parsePemChain)) {
      const reference = new X509Certificate(certificate.der);
      expect(BigInt(`0x${certificate.serial}`)).toBe(BigInt(`0x${reference.serialNumber}`));
      expect(certificate.window).toEqual({
        fromMs: Date.parse(reference.validFrom),
        toMs: Date.parse(reference.validTo),
      });
      expect(certificate.ca !== null).toBe(reference.ca);
      expect(reference.subject.split('\n')).toContain(`CN=${commonName(certificate.subject)}`);
      expect(encodeHex(certificate.spki)).toBe(
        reference.publicKey.export({ format: 'der', type: 'spki' }).toString('hex'),
      );
    }
  });

  it('parseCertificate() reads how many authorities may stand below one', () => {
    // As openssl x509 -text prints it: CA:TRUE, pathlen:1.
    expect(parseCertificate(read('phala-dcap-qvl/TrustedRootCA.der')).ca).toEqual({ pathLength: 1 });
  });

  it('checkChain() accepts the chain of a GPU under the root of its vendor', () => {
    const chain = parsePemChain(text('nvidia/sample-hopperCertChain.txt'));
    const context = { atMs: Date.parse('2026-01-01'), roots: [VENDOR_ROOTS], kind: 'nvidiaCertificates' } as const;
    expect(checkChain(chain, context).simulated).toBe(false);
  });
});

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
