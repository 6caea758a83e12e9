import { describe, expect, it } from 'vitest';
import type { TrustRoots } from '../../../src/attestation/claim.ts';
import { checkProduction } from '../../../src/attestation/tdx/policy.ts';
import { collateralFits, collateralRequest } from '../../../src/attestation/tdx/select.ts';
import { verifyQuote } from '../../../src/attestation/tdx/verify.ts';
import type { VerifiedQuote } from '../../../src/attestation/tdx/verify.ts';
import { SIMULATED_ROOTS, VENDOR_ROOTS } from '../../../src/attestation/trust.ts';
import type { VerificationCode } from '../../../src/core/errors.ts';
import { deriveEcKey } from '../../../src/endpoints/tee/simulator/ec-key.ts';
import { issueCertificate, toPem } from '../../../src/endpoints/tee/simulator/certificate.ts';
import { buildIntelPki } from '../../../src/endpoints/tee/simulator/intel-pki.ts';
import { AT_MS, BODY, QE, forge, level, platformExtension } from './forge.ts';
import type { Changes, Issued, Loose } from './forge.ts';

function verify(changes: Changes = {}, atMs: number = AT_MS): VerifiedQuote {
  const { quote, collateral, roots } = forge(changes);
  return verifyQuote(quote, collateral, { roots, atMs });
}

function flip(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.with(at, (bytes[at] ?? 0) ^ 1);
}

const other = deriveEcKey('P-256', 'forge', 'somebody else');
const LONG_AGO = { fromMs: Date.UTC(2020, 0, 1), toMs: Date.UTC(2026, 5, 14) };

/** One fault each: what is changed, and the code that it has to be refused with. */
const REFUSALS: readonly (readonly [string, VerificationCode, Changes])[] = [
  ['a version 3 quote', 'ERR_QUOTE_FORM', { quote: (quote) => quote.with(0, 3) }],
  ['another kind of attestation key', 'ERR_QUOTE_FORM', { quote: (quote) => quote.with(2, 3) }],
  ['an SGX quote', 'ERR_QUOTE_FORM', { quote: (quote) => quote.with(4, 0) }],
  ['another quoting enclave', 'ERR_QUOTE_FORM', { quote: (quote) => flip(quote, 12) }],
  ['an unknown body', 'ERR_QUOTE_FORM', { version: 5, quote: (quote) => quote.with(48, 1) }],
  ['a body of another size', 'ERR_QUOTE_FORM', { version: 5, quote: (quote) => quote.with(50, 0x49) }],
  ['a cut quote', 'ERR_QUOTE_FORM', { quote: (quote) => quote.subarray(0, -1) }],
  [
    'a quote that is too long',
    'ERR_QUOTE_FORM',
    { quote: (quote) => new Uint8Array([...quote, ...new Uint8Array(65_536)]) },
  ],
  ['certification data that does not fill its frame', 'ERR_QUOTE_FORM', { quote: (quote) => flip(quote, 766) }],
  ['certification data of another type', 'ERR_QUOTE_FORM', { quote: (quote) => flip(quote, 764) }],
  ['a chain that is not text', 'ERR_QUOTE_FORM', { quote: (quote) => quote.with(1300, 0xff) }],

  ['no chain', 'ERR_CHAIN_FORM', { pckChain: () => '' }],
  ['text before the chain', 'ERR_CHAIN_FORM', { pckChain: (pem) => `x${pem}` }],
  ['a chain without armor at its end', 'ERR_CHAIN_FORM', { pckChain: (pem) => pem.slice(0, -10) }],
  ['a chain that is too short', 'ERR_CHAIN_FORM', { pckChain: (pem) => pem.slice(pem.lastIndexOf('-----BEGIN')) }],
  ['a chain that is too long', 'ERR_CHAIN_FORM', { pckChain: (pem) => pem.repeat(3) }],
  ['a chain with an authority too many', 'ERR_CHAIN_FORM', { collateral: statementsByPckOf('TCB Signing') }],
  ['no platform in the PCK', 'ERR_CHAIN_FORM', { sgxExtension: null }],
  ['a cut platform in the PCK', 'ERR_CHAIN_FORM', { sgxExtension: platformExtension().subarray(0, -1) }],
  ['a platform with fewer components', 'ERR_CHAIN_FORM', { sgx: { svns: [3, 3] } }],
  ['a PCE of another length', 'ERR_CHAIN_FORM', { sgx: { pceId: new Uint8Array(3) } }],

  ['an issuer that is no CA', 'ERR_CHAIN_CA', { certificates: { authority: { authority: false } } }],
  ['a PCK that is a CA', 'ERR_CHAIN_LEAF', { certificates: { pck: { authority: true } } }],
  ['a PCK with another name', 'ERR_CHAIN_LEAF', { certificates: { pck: { commonName: 'SGX TCB Signing' } } }],
  [
    'a signer of statements with another name',
    'ERR_CHAIN_LEAF',
    { certificates: { tcbSigner: { commonName: 'SGX' } } },
  ],
  ['statements signed by a PCK', 'ERR_CHAIN_LEAF', { collateral: statementsByPck }],
  ['an authority with another name', 'ERR_CHAIN_LEAF', { certificates: { authority: { commonName: 'SGX CA' } } }],
  ['a flip in the PCK', 'ERR_CHAIN_SIGNATURE', { pckChain: (pem) => flipBlock(pem, 0) }],
  ['a flip in the authority', 'ERR_CHAIN_SIGNATURE', { pckChain: (pem) => flipBlock(pem, 1) }],
  ['a flip in the root', 'ERR_CHAIN_SIGNATURE', { pckChain: (pem) => flipBlock(pem, 2) }],
  ['a PCK that has expired', 'ERR_CHAIN_TIME', { certificates: { pck: LONG_AGO } }],
  ['an authority that has expired', 'ERR_CHAIN_TIME', { certificates: { authority: LONG_AGO } }],
  ['a root that has expired', 'ERR_CHAIN_TIME', { certificates: { root: LONG_AGO } }],
  ['a signer that is not valid yet', 'ERR_CHAIN_TIME', { certificates: { tcbSigner: { fromMs: AT_MS + 1000 } } }],

  ['no list of the root', 'ERR_CRL_MISSING', { collateral: (collateral) => delete collateral['root_ca_crl'] }],
  ['an empty list of the authority', 'ERR_CRL_MISSING', { collateral: (collateral) => (collateral['pck_crl'] = '') }],
  ['the list of somebody else', 'ERR_CRL_MISSING', { pckCrl: (list, { root }) => ({ ...list, issuer: root }) }],
  ['a list under another key', 'ERR_CRL_MISSING', { collateral: listOfAnotherAuthority }],
  ['a forged list', 'ERR_CRL_SIGNATURE', { pckCrl: (list) => ({ ...list, signer: other }) }],
  ['a forged list of the root', 'ERR_CRL_SIGNATURE', { rootCrl: (list) => ({ ...list, signer: other }) }],
  ['an old list', 'ERR_CRL_TIME', { pckCrl: (list) => ({ ...list, toMs: AT_MS - 1000 }) }],
  ['an old list of the root', 'ERR_CRL_TIME', { rootCrl: (list) => ({ ...list, toMs: AT_MS - 1000 }) }],
  ['a list of the future', 'ERR_CRL_TIME', { pckCrl: (list) => ({ ...list, fromMs: AT_MS + 1000 }) }],
  ['a malformed list', 'ERR_COLLATERAL_FORM', { collateral: (collateral) => (collateral['pck_crl'] += '00') }],
  ['a revoked PCK', 'ERR_CERT_REVOKED', { pckCrl: (list, { pck }) => ({ ...list, revoked: [pck] }) }],
  [
    'a revoked authority',
    'ERR_CERT_REVOKED',
    { rootCrl: (list, { authority }) => ({ ...list, revoked: [authority] }) },
  ],
  ['a revoked signer', 'ERR_CERT_REVOKED', { rootCrl: (list, { tcbSigner }) => ({ ...list, revoked: [tcbSigner] }) }],

  ['no tcb_info', 'ERR_COLLATERAL_MISSING', { collateral: (collateral) => delete collateral['tcb_info'] }],
  [
    'an empty signature',
    'ERR_COLLATERAL_MISSING',
    { collateral: (collateral) => (collateral['tcb_info_signature'] = '') },
  ],
  ['an unknown field', 'ERR_COLLATERAL_FORM', { collateral: (collateral) => (collateral['more'] = 'x') }],
  ['a list in upper case', 'ERR_COLLATERAL_FORM', { collateral: upperCase }],
  ['a lone surrogate', 'ERR_COLLATERAL_FORM', { collateral: (collateral) => (collateral['tcb_info'] = '\ud800') }],
  ['a tcb_info for SGX', 'ERR_COLLATERAL_FORM', { tcbInfo: (info) => (info['id'] = 'SGX') }],
  ['an unknown version', 'ERR_COLLATERAL_FORM', { tcbInfo: (info) => (info['version'] = 4) }],
  ['an unknown way to compare', 'ERR_COLLATERAL_FORM', { tcbInfo: (info) => (info['tcbType'] = 1) }],
  [
    'a time that does not exist',
    'ERR_COLLATERAL_FORM',
    { tcbInfo: (info) => (info['nextUpdate'] = '2026-06-31T00:00:00Z') },
  ],
  ['a window without an end', 'ERR_COLLATERAL_FORM', { qeIdentity: (identity) => delete identity['nextUpdate'] }],
  ['an unknown status', 'ERR_COLLATERAL_FORM', { tcbInfo: (info) => (info['tcbLevels'] = [level('Fine', 1)]) }],
  [
    'a level without components',
    'ERR_COLLATERAL_FORM',
    { tcbInfo: (info) => (info['tcbLevels'] = [{ tcbStatus: 'UpToDate' }]) },
  ],
  ['an advisory of another form', 'ERR_COLLATERAL_FORM', { tcbInfo: advisory }],
  ['a number that is a text', 'ERR_COLLATERAL_FORM', { tcbInfo: (info) => (info['tcbEvaluationDataNumber'] = '21') }],
  ['a negative number', 'ERR_COLLATERAL_FORM', { qeIdentity: (identity) => (identity['isvprodid'] = -1) }],
  ['an FMSPC of another length', 'ERR_COLLATERAL_FORM', { tcbInfo: (info) => (info['fmspc'] = '00A0B0C0D0') }],
  ['an FMSPC that is not hex', 'ERR_COLLATERAL_FORM', { tcbInfo: (info) => (info['fmspc'] = '00A0B0C0D0EX') }],
  ['levels that are no list', 'ERR_COLLATERAL_FORM', { tcbInfo: (info) => (info['tcbLevels'] = {}) }],
  ['a module that is no object', 'ERR_COLLATERAL_FORM', { tcbInfo: (info) => (info['tdxModule'] = 'x') }],
  ['too few components', 'ERR_COLLATERAL_FORM', { tcbInfo: (info) => components(info).pop() }],
  ['an identity of the QE for SGX', 'ERR_COLLATERAL_FORM', { qeIdentity: (identity) => (identity['id'] = 'QE') }],
  ['an edited tcb_info', 'ERR_COLLATERAL_SIGNATURE', { collateral: edit('tcb_info') }],
  ['an edited qe_identity', 'ERR_COLLATERAL_SIGNATURE', { collateral: edit('qe_identity') }],
  ['an old tcb_info', 'ERR_COLLATERAL_TIME', { tcbInfo: (info) => (info['nextUpdate'] = '2026-06-14T23:59:59Z') }],
  [
    'a qe_identity of the future',
    'ERR_COLLATERAL_TIME',
    { qeIdentity: (identity) => (identity['issueDate'] = '2026-06-15T00:00:01Z') },
  ],

  ['collateral of another platform', 'ERR_FMSPC', { tcbInfo: (info) => (info['fmspc'] = '00a0b0c0d0e1') }],
  ['collateral of another PCE', 'ERR_FMSPC', { tcbInfo: (info) => (info['pceId'] = '0001') }],
  ['a flip in the QE report', 'ERR_QE_REPORT', { quote: (quote) => flip(quote, 770 + 70) }],
  ['a flip in the signature of the QE report', 'ERR_QE_REPORT', { quote: (quote) => flip(quote, 1154) }],
  ['another attestation key', 'ERR_QE_REPORT', { quote: (quote) => flip(quote, 700) }],
  ['other authentication data', 'ERR_QE_REPORT', { quote: (quote) => flip(quote, 1220) }],
  [
    'report data with more than the key',
    'ERR_QE_REPORT',
    { qeReport: (report) => report.set([1], QE.reportData + 63) },
  ],
  ['a flip in the header', 'ERR_QUOTE_SIGNATURE', { quote: (quote) => flip(quote, 30) }],
  ['a flip in the body', 'ERR_QUOTE_SIGNATURE', { quote: (quote) => flip(quote, 600) }],
  ['a flip in the signature', 'ERR_QUOTE_SIGNATURE', { quote: (quote) => flip(quote, 636) }],

  ['a QE of another signer', 'ERR_QE_IDENTITY', { qeReport: (report) => report.set([0], QE.mrSigner) }],
  ['a QE that is another product', 'ERR_QE_IDENTITY', { qeReport: (report) => report.set([1], QE.isvProdId) }],
  ['a QE with another MISCSELECT', 'ERR_QE_IDENTITY', { qeReport: (report) => report.set([1], QE.miscSelect) }],
  ['a QE with other attributes', 'ERR_QE_IDENTITY', { qeReport: (report) => report.set([0x01], QE.attributes) }],
  [
    'a QE in debug mode',
    'ERR_QE_IDENTITY',
    { qeReport: (report) => report.set([0x13], QE.attributes), qeIdentity: unmask },
  ],
  ['a QE below every level', 'ERR_QE_IDENTITY', { qeReport: (report) => report.set([1], QE.isvSvn) }],
  ['a module of another signer', 'ERR_TDX_MODULE', { body: (body) => body.set([1], BODY.mrSignerSeam) }],
  ['a module with attributes', 'ERR_TDX_MODULE', { body: (body) => body.set([1], BODY.seamAttributes) }],
  ['an unknown module', 'ERR_TDX_MODULE', { body: (body) => body.set([6, 2], BODY.teeTcbSvn) }],
  ['a module below every level', 'ERR_TDX_MODULE', { body: (body) => body.set([3, 1], BODY.teeTcbSvn) }],
  ['a PCE below every level', 'ERR_TCB_LEVEL', { sgx: { pceSvn: 4 } }],
  ['microcode below every level', 'ERR_TCB_LEVEL', { body: (body) => body.set([6, 1, 2], BODY.teeTcbSvn) }],
  ['no levels', 'ERR_TCB_LEVEL', { tcbInfo: (info) => (info['tcbLevels'] = []) }],
  ['a revoked platform', 'ERR_TCB_REVOKED', { tcbInfo: (info) => (info['tcbLevels'] = [level('Revoked', 13)]) }],
  ['a revoked module', 'ERR_TCB_REVOKED', { tcbInfo: (info) => setModuleStatus(info, 'Revoked') }],
  ['a revoked QE', 'ERR_TCB_REVOKED', { qeIdentity: (identity) => setStatus(identity, 'Revoked') }],
];

describe('verifyQuote()', () => {
  it('accepts what the refusals below start from', () => {
    expect(verify()).toMatchObject({ status: 'UpToDate', advisories: [], fmspc: '00a0b0c0d0e0', debug: false });
  });

  it.each(REFUSALS)('refuses %s with %s', (_, code, changes) => {
    expect(() => verify(changes)).toThrow(expect.objectContaining({ name: 'VerificationError', code }));
  });

  it.each([Number.NaN, Infinity, -Infinity])('refuses the clock %d', (atMs) => {
    expect(() => verify({}, atMs)).toThrow(expect.objectContaining({ code: 'ERR_CLOCK' }));
  });

  it.each(['', '[]', '{', 'null', '"x"'])('refuses %j as collateral', (text) => {
    const { quote, roots } = forge();
    const collateral = Buffer.from(text);
    const refused = expect.objectContaining({ code: 'ERR_COLLATERAL_FORM' });
    expect(() => verifyQuote(quote, collateral, { roots, atMs: AT_MS })).toThrow(refused);
  });

  it('refuses a root that nobody pins', () => {
    const { quote, collateral } = forge();
    for (const roots of [[], [VENDOR_ROOTS], [VENDOR_ROOTS, SIMULATED_ROOTS]]) {
      const refused = expect.objectContaining({ code: 'ERR_CHAIN_ROOT' });
      expect(() => verifyQuote(quote, collateral, { roots, atMs: AT_MS })).toThrow(refused);
    }
  });

  it('refuses what anybody can make with the key of the simulator, unless it is asked for', () => {
    const { key } = buildIntelPki(new Set()).root;
    const { quote, collateral } = forge({ certificates: { root: { key } } });
    const under = (...roots: readonly TrustRoots[]): VerifiedQuote =>
      verifyQuote(quote, collateral, { roots, atMs: AT_MS });
    expect(() => under(VENDOR_ROOTS)).toThrow(expect.objectContaining({ code: 'ERR_EVIDENCE_SIMULATED' }));
    expect(under(VENDOR_ROOTS, SIMULATED_ROOTS)).toMatchObject({ status: 'UpToDate', simulated: true });
  });

  it('refuses collateral under another accepted root', () => {
    const own = forge();
    const foreign = forge({ certificates: { root: { key: other } } });
    const context = { roots: [...own.roots, ...foreign.roots], atMs: AT_MS };
    expect(verifyQuote(foreign.quote, foreign.collateral, context).status).toBe('UpToDate');
    const refused = expect.objectContaining({ code: 'ERR_CHAIN_ROOT' });
    expect(() => verifyQuote(own.quote, foreign.collateral, context)).toThrow(refused);
  });
});

describe('collateralRequest()', () => {
  it.each(['platform', 'processor'] as const)('knows the %s authority', (ca) => {
    const commonName = `Own SGX PCK ${ca === 'platform' ? 'Platform' : 'Processor'} CA`;
    const { quote, collateral, roots } = forge({ certificates: { authority: { commonName } } });
    expect(verifyQuote(quote, collateral, { roots, atMs: AT_MS }).status).toBe('UpToDate');
    expect(collateralRequest(quote)).toEqual({ fmspc: '00a0b0c0d0e0', ca });
    expect(collateralFits(collateral, quote)).toBe(true);
    expect(collateralFits(forge().collateral, quote)).toBe(ca === 'platform');
  });

  it('refuses any other authority', () => {
    const { quote } = forge({ certificates: { authority: { commonName: 'Own CA' } } });
    expect(() => collateralRequest(quote)).toThrow(expect.objectContaining({ code: 'ERR_CHAIN_LEAF' }));
  });
});

describe('checkProduction()', () => {
  const attributes = (...bytes: readonly number[]): VerifiedQuote =>
    verify({ body: (body) => body.set(bytes, BODY.tdAttributes) });

  it('accepts what guests may choose for themselves', () => {
    expect(() => checkProduction(attributes(0, 0, 0, 0xd0, 0, 0, 0, 0x80).report)).not.toThrow();
  });

  it.each([0, 1, 4, 7])('refuses bit %d, which opens the machine to its host', (bit) => {
    const verified = attributes(1 << bit, 0, 0, 0x10);
    expect(verified.debug).toBe(true);
    expect(() => checkProduction(verified.report)).toThrow(expect.objectContaining({ code: 'ERR_TD_DEBUG' }));
  });

  it.each([
    ['SEPT_VE_DISABLE off', [0, 0, 0, 0]],
    ['a reserved bit', [0, 1, 0, 0x10]],
    ['a machine that can be migrated', [0, 0, 0, 0x30]],
    ['a reserved high bit', [0, 0, 0, 0x10, 1]],
  ])('refuses %s', (_, bytes) => {
    const refused = expect.objectContaining({ code: 'ERR_TD_ATTRIBUTES' });
    expect(() => checkProduction(attributes(...bytes).report)).toThrow(refused);
  });

  it('refuses a machine that is bound to a service TD', () => {
    const { report } = verify({ version: 5, td15: { mrServiceTd: new Uint8Array(48).fill(1) } });
    expect(() => checkProduction(report)).toThrow(expect.objectContaining({ code: 'ERR_TD_ATTRIBUTES' }));
  });
});

function flipBlock(pem: string, index: number): string {
  const blocks = pem.split('-----BEGIN CERTIFICATE-----\n');
  const lines = (blocks[index + 1] ?? '').split('\n');
  const der = Buffer.from(lines.slice(0, -2).join(''), 'base64');
  // Within the signature, which ends the certificate.
  der.writeUInt8((der.at(-1) ?? 0) ^ 1, der.length - 1);
  blocks[index + 1] = `${der.toString('base64')}\n${lines.slice(-2).join('\n')}`;
  return blocks.join('-----BEGIN CERTIFICATE-----\n');
}

function edit(name: string): Changes['collateral'] & object {
  return (collateral) => (collateral[name] = (collateral[name] ?? '').replace('"OutOfDate"', '"UpToDate"'));
}

function upperCase(collateral: Record<string, string>): void {
  collateral['root_ca_crl'] = (collateral['root_ca_crl'] ?? '').toUpperCase();
}

function statementsByPck(collateral: Record<string, string>, { root, authority, pck }: Issued): void {
  for (const name of ['tcb_info', 'qe_identity']) {
    collateral[`${name}_issuer_chain`] = toPem(pck.der, authority.der, root.der);
    collateral[`${name}_signature`] = Buffer.from(pck.key.sign(Buffer.from(collateral[name] ?? ''))).toString('hex');
  }
}

/** Statements by a leaf with the right name below the authority for PCKs. */
function statementsByPckOf(commonName: string): Changes['collateral'] & object {
  return (collateral, issued) => {
    const pck = issueCertificate({ commonName: `SGX ${commonName}`, key: other, issuer: issued.authority });
    statementsByPck(collateral, { ...issued, pck });
  };
}

function listOfAnotherAuthority(collateral: Record<string, string>, { root, authority }: Issued): void {
  const twin = issueCertificate({ commonName: 'Own SGX PCK Platform CA', key: other, issuer: root, authority: true });
  expect(twin.name).toEqual(authority.name);
  collateral['pck_crl_issuer_chain'] = toPem(twin.der, root.der);
}

function components(info: Loose): unknown[] {
  const [first] = info['tcbLevels'] as { tcb: { tdxtcbcomponents: unknown[] } }[];
  return first?.tcb.tdxtcbcomponents ?? [];
}

function advisory(info: Loose): void {
  info['tcbLevels'] = [level('UpToDate', 13, ['<script>'])];
}

function unmask(identity: Loose): void {
  identity['attributesMask'] = 'F9FFFFFFFFFFFFFF0000000000000000';
}

function setStatus(holder: Loose, status: string): void {
  for (const held of holder['tcbLevels'] as Loose[]) held['tcbStatus'] = status;
}

function setModuleStatus(info: Loose, status: string): void {
  for (const module of info['tdxModuleIdentities'] as Loose[]) setStatus(module, status);
}
