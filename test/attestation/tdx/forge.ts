/**
 * Quotes and collateral of an authority of our own, with any part of them changed before or after it is signed.
 *
 * What is issued is right in every respect unless a test asks for something else, so that one test shows one fault.
 */
import { createHash } from 'node:crypto';
import {
  issueCertificate,
  issueRevocationList,
  toPem,
  extension,
} from '../../../src/endpoints/tee/simulator/certificate.ts';
import type {
  Certificate,
  CertificateRequest,
  RevocationList,
} from '../../../src/endpoints/tee/simulator/certificate.ts';
import { octetString, oid, sequence, smallInteger } from '../../../src/endpoints/tee/simulator/der.ts';
import { deriveEcKey } from '../../../src/endpoints/tee/simulator/ec-key.ts';
import type { TrustRoots } from '../../../src/attestation/claim.ts';
import { concatBytes, decodeHex, encodeHex, encodeUtf8 } from '../../../src/core/bytes.ts';

/** The moment of every test. */
export const AT_MS: number = Date.UTC(2026, 5, 15);
const DAY_MS = 86_400_000;
const SGX = '1.2.840.113741.1.13.1';

/** JSON that a test may change. */
export type Loose = Record<string, unknown>;

/** What a test may change. Offsets are those of a version 4 quote. */
export interface Changes {
  readonly certificates?: Partial<Record<'root' | 'authority' | 'pck' | 'tcbSigner', Partial<CertificateRequest>>>;
  readonly sgx?: { readonly svns?: readonly number[]; readonly pceSvn?: number; readonly pceId?: Uint8Array };
  readonly sgxExtension?: Uint8Array | null;
  readonly pckChain?: (pem: string) => string;
  readonly rootCrl?: (list: RevocationList, all: Issued) => RevocationList;
  readonly pckCrl?: (list: RevocationList, all: Issued) => RevocationList;
  readonly tcbInfo?: (info: Loose) => void;
  readonly qeIdentity?: (identity: Loose) => void;
  readonly collateral?: (collateral: Record<string, string>, all: Issued) => void;
  readonly version?: 4 | 5;
  readonly td15?: { readonly teeTcbSvn2?: Uint8Array; readonly mrServiceTd?: Uint8Array };
  readonly body?: (body: Uint8Array) => void;
  readonly qeReport?: (report: Uint8Array) => void;
  readonly quote?: (quote: Uint8Array) => Uint8Array;
}

/** The certificates of a forgery. */
export type Issued = Record<'root' | 'authority' | 'pck' | 'tcbSigner', Certificate>;

/** A quote, its collateral, and the root that both end in. */
export interface Forgery {
  readonly quote: Uint8Array;
  readonly collateral: Uint8Array;
  readonly roots: readonly TrustRoots[];
  readonly issued: Issued;
}

/** Offsets in the body of a report. */
export const BODY = { teeTcbSvn: 0, mrSignerSeam: 64, seamAttributes: 112, tdAttributes: 120, mrTd: 136 } as const;
/** Offsets in the report of the quoting enclave. */
export const QE = {
  miscSelect: 16,
  attributes: 48,
  mrSigner: 128,
  isvProdId: 256,
  isvSvn: 258,
  reportData: 320,
} as const;

const SVNS: readonly number[] = [3, 3, 2, 2, 4, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0];
const MR_SIGNER = 'dc9e2a7c6f948f17474e34a7fc43ed030f7c1563f1babddf6340c82e0e54a8c5';

/** Issues a quote with its collateral. */
export function forge(changes: Changes = {}): Forgery {
  const issued = issueAll(changes);
  return {
    quote: forgeQuote(changes, issued),
    collateral: encodeUtf8(JSON.stringify(forgeCollateral(changes, issued))),
    roots: [
      { intelSpki: [sha256(issued.root.key.spki)], nvidiaCertificates: [], nitroCertificates: [], simulated: false },
    ],
    issued,
  };
}

function issueAll({ certificates = {}, sgx = {}, sgxExtension }: Changes): Issued {
  const key = (name: string): CertificateRequest['key'] => deriveEcKey('P-256', 'forge', name);
  const issue = (name: keyof Issued, request: CertificateRequest): Certificate =>
    issueCertificate({ ...request, ...certificates[name] });
  const root = issue('root', { commonName: 'Own SGX Root CA', key: key('root'), authority: true });
  const authority = issue('authority', {
    commonName: 'Own SGX PCK Platform CA',
    key: key('authority'),
    issuer: root,
    authority: true,
  });
  const platform = sgxExtension === undefined ? platformExtension(sgx) : sgxExtension;
  const pck = issue('pck', {
    commonName: 'Own SGX PCK Certificate',
    key: key('pck'),
    issuer: authority,
    extensions: platform === null ? [] : [extension(SGX, platform)],
  });
  const tcbSigner = issue('tcbSigner', { commonName: 'Own SGX TCB Signing', key: key('tcb'), issuer: root });
  return { root, authority, pck, tcbSigner };
}

/** The SGX extension of a platform. */
export function platformExtension({
  svns = SVNS,
  pceSvn = 13,
  pceId = new Uint8Array(2),
}: Changes['sgx'] = {}): Uint8Array {
  const field = (number: string, value: Uint8Array): Uint8Array => sequence(oid(`${SGX}.${number}`), value);
  const versions = [...svns, pceSvn].map((svn, i) => field(`2.${i + 1}`, smallInteger(svn)));
  return sequence(
    field('2', sequence(...versions, field('2.18', octetString(Uint8Array.from(svns))))),
    field('3', octetString(pceId)),
    field('4', octetString(decodeHex('00a0b0c0d0e0'))),
  );
}

function forgeQuote(changes: Changes, { root, authority, pck }: Issued): Uint8Array {
  const { version = 4, td15, pckChain = (pem) => pem } = changes;
  const attestation = deriveEcKey('P-256', 'forge', 'attestation');
  const header = concatBytes(
    u16(version),
    u16(2),
    u32(0x81),
    u32(0),
    decodeHex('939a7233f79c4ca9940a0db3957f0607'),
    zeros(20),
  );
  const td10 = zeros(584);
  td10.set([6, 1, 3], BODY.teeTcbSvn);
  td10.set([0x10], BODY.tdAttributes + 3);
  td10.set(zeros(48).fill(0xab), BODY.mrTd);
  changes.body?.(td10);
  const newer = [td15?.teeTcbSvn2 ?? td10.subarray(0, 16), td15?.mrServiceTd ?? zeros(48)];
  const body = td15 === undefined ? td10 : concatBytes(td10, ...newer);
  const frame = version === 5 ? [u16(td15 === undefined ? 2 : 3), u32(body.length)] : [];
  const signed = concatBytes(header, ...frame, body);
  const authData = zeros(32).fill(7);
  const qeReport = zeros(384);
  qeReport.set([0x11], QE.attributes);
  qeReport.set(decodeHex(MR_SIGNER), QE.mrSigner);
  qeReport.set([2, 0, 4, 0], QE.isvProdId);
  qeReport.set(decodeHex(sha256(concatBytes(attestation.point, authData))), QE.reportData);
  changes.qeReport?.(qeReport);
  const pem = encodeUtf8(pckChain(toPem(pck.der, authority.der, root.der)));
  const inner = concatBytes(qeReport, pck.key.sign(qeReport), u16(32), authData, u16(5), u32(pem.length), pem);
  const auth = concatBytes(attestation.sign(signed), attestation.point, u16(6), u32(inner.length), inner);
  const quote = concatBytes(signed, u32(auth.length), auth);
  return changes.quote?.(quote) ?? quote;
}

function forgeCollateral(changes: Changes, issued: Issued): Record<string, string> {
  const { root, authority, tcbSigner } = issued;
  const list = { fromMs: AT_MS - DAY_MS, toMs: AT_MS + 29 * DAY_MS, revoked: [] };
  const rootList = changes.rootCrl?.({ ...list, issuer: root }, issued) ?? { ...list, issuer: root };
  const pckList = changes.pckCrl?.({ ...list, issuer: authority }, issued) ?? { ...list, issuer: authority };
  const [info, identity] = [tcbInfo(), qeIdentity()];
  changes.tcbInfo?.(info);
  changes.qeIdentity?.(identity);
  const [infoText, identityText] = [JSON.stringify(info), JSON.stringify(identity)];
  const sign = (text: string): string => encodeHex(tcbSigner.key.sign(encodeUtf8(text)));
  const collateral = {
    pck_crl_issuer_chain: toPem(authority.der, root.der),
    root_ca_crl: encodeHex(issueRevocationList(rootList)),
    pck_crl: encodeHex(issueRevocationList(pckList)),
    tcb_info_issuer_chain: toPem(tcbSigner.der, root.der),
    tcb_info: infoText,
    tcb_info_signature: sign(infoText),
    qe_identity_issuer_chain: toPem(tcbSigner.der, root.der),
    qe_identity: identityText,
    qe_identity_signature: sign(identityText),
  };
  changes.collateral?.(collateral, issued);
  return collateral;
}

const DATES = { issueDate: '2026-06-14T12:00:00Z', nextUpdate: '2026-07-14T12:00:00Z' };
const MODULE = { mrsigner: '0'.repeat(96), attributes: '0'.repeat(16), attributesMask: 'F'.repeat(16) };

function tcbInfo(): Loose {
  return {
    id: 'TDX',
    version: 3,
    ...DATES,
    fmspc: '00A0B0C0D0E0',
    pceId: '0000',
    tcbType: 0,
    tcbEvaluationDataNumber: 21,
    tdxModule: { ...MODULE },
    tdxModuleIdentities: [
      {
        id: 'TDX_01',
        ...MODULE,
        tcbLevels: [
          { tcb: { isvsvn: 6 }, tcbStatus: 'UpToDate' },
          { tcb: { isvsvn: 4 }, tcbStatus: 'OutOfDate', advisoryIDs: ['OWN-SA-00003', 'OWN-SA-00001'] },
        ],
      },
    ],
    tcbLevels: [level('UpToDate', 13), level('OutOfDate', 5, ['OWN-SA-00001', 'OWN-SA-00002'])],
  };
}

/** A platform level that a forged platform reaches if its PCE does. */
export function level(tcbStatus: string, pcesvn: number, advisoryIDs: readonly string[] = []): Loose {
  const svns = (values: readonly number[]): Loose[] => values.map((svn) => ({ svn }));
  const tdx = [5, 0, 3, ...Array.from({ length: 13 }, () => 0)];
  return { tcb: { sgxtcbcomponents: svns(SVNS), pcesvn, tdxtcbcomponents: svns(tdx) }, tcbStatus, advisoryIDs };
}

function qeIdentity(): Loose {
  return {
    id: 'TD_QE',
    version: 2,
    ...DATES,
    tcbEvaluationDataNumber: 22,
    miscselect: '00000000',
    miscselectMask: 'FFFFFFFF',
    attributes: '11000000000000000000000000000000',
    attributesMask: 'FBFFFFFFFFFFFFFF0000000000000000',
    mrsigner: MR_SIGNER.toUpperCase(),
    isvprodid: 2,
    tcbLevels: [
      { tcb: { isvsvn: 4 }, tcbStatus: 'UpToDate' },
      { tcb: { isvsvn: 2 }, tcbStatus: 'OutOfDate', advisoryIDs: ['OWN-SA-00009'] },
    ],
  };
}

/** Lower-case hex SHA-256. */
function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function zeros(length: number): Uint8Array {
  return new Uint8Array(length);
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value, value >> 8);
}

function u32(value: number): Uint8Array {
  return Uint8Array.of(value, value >> 8, value >> 16, value >> 24);
}
