/** A certificate tree in the shape of Intel's: root, platform CA, one PCK per platform, TCB signing. */
import { issueCertificate, extension, type Certificate } from './certificate.ts';
import { enumerated, octetString, oid, sequence, smallInteger, boolean } from './der.ts';
import { deriveBytes, deriveEcKey } from './ec-key.ts';
import type { SimulatorFaults } from './faults.ts';

const SGX = '1.2.840.113741.1.13.1';

/** Twelve hex digits that spell SIMULA and stand for the simulated kind of processor. */
export const SIMULATED_FMSPC = '53494d554c41';

/** Security versions of the simulated platform, as its PCK states them. */
export const PLATFORM_SVNS: readonly number[] = [3, 3, 2, 2, 4, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0];

/** Security version of its provisioning enclave. */
export const PLATFORM_PCESVN = 13;

const PCEID = new Uint8Array(2);
const EXPIRED_MS = Date.UTC(2021, 0, 1);

/** The part of the tree that all platforms share. */
export interface IntelPki {
  readonly root: Certificate;
  readonly platformCa: Certificate;
  readonly tcbSigning: Certificate;
}

/** One simulated processor. */
export interface Platform {
  readonly pki: IntelPki;
  readonly pck: Certificate;
  /** Names that its other keys are derived from. */
  readonly names: readonly string[];
}

/** The shared certificates; the root is a constant, see `SIMULATED_ROOTS`. */
export function buildIntelPki(faults: SimulatorFaults): IntelPki {
  const rootNames = faults.has('foreign-root') ? ['intel root', 'foreign'] : ['intel root'];
  const root = issueCertificate({
    commonName: 'Simulated SGX Root CA',
    key: deriveEcKey('P-256', ...rootNames),
    authority: true,
  });
  const platformCa = issueCertificate({
    commonName: 'Simulated SGX PCK Platform CA',
    key: deriveEcKey('P-256', 'intel platform ca'),
    issuer: root,
    authority: !faults.has('non-ca-intermediate'),
  });
  const tcbSigning = issueCertificate({
    commonName: 'Simulated SGX TCB Signing',
    key: deriveEcKey('P-256', 'intel tcb signing'),
    issuer: root,
  });
  return { root, platformCa, tcbSigning };
}

/** A processor with its own PCK. */
export function buildPlatform(pki: IntelPki, faults: SimulatorFaults, ...names: readonly string[]): Platform {
  const pck = issueCertificate({
    commonName: 'Simulated SGX PCK Certificate',
    key: deriveEcKey('P-256', 'intel pck', ...names),
    issuer: pki.platformCa,
    extensions: [extension(SGX, sgxExtension(names))],
    ...(faults.has('pck-expired') ? { toMs: EXPIRED_MS } : {}),
  });
  return { pki, pck, names };
}

function sgxExtension(names: readonly string[]): Uint8Array {
  const cpuSvn = Uint8Array.from(PLATFORM_SVNS);
  const versions = [...PLATFORM_SVNS, PLATFORM_PCESVN].map((svn, i) => field(`2.${i + 1}`, smallInteger(svn)));
  return sequence(
    field('1', octetString(ppid(names))),
    field('2', sequence(...versions, field('2.18', octetString(cpuSvn)))),
    field('3', octetString(PCEID)),
    field('4', octetString(Buffer.from(SIMULATED_FMSPC, 'hex'))),
    field('5', enumerated(1)),
    field('6', octetString(deriveBytes(16, 'platform instance', ...names))),
    field('7', sequence(...[1, 2, 3].map((i) => field(`7.${i}`, boolean(true))))),
  );
}

function field(number: string, value: Uint8Array): Uint8Array {
  return sequence(oid(`${SGX}.${number}`), value);
}

/** Provisioning id of a platform. */
export function ppid(names: readonly string[]): Uint8Array {
  return deriveBytes(16, 'ppid', ...names);
}
