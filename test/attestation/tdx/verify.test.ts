import { X509Certificate, createHash } from 'node:crypto';
import { join } from 'node:path';
import { QuoteVerifier, verify as verifyWithDcapQvl } from '@phala/dcap-qvl';
import type { Collateral } from '@phala/dcap-qvl';
import { expect, it } from 'vitest';
import { VENDOR_ROOTS } from '../../../src/attestation/trust.ts';
import { checkProduction } from '../../../src/attestation/tdx/policy.ts';
import { collateralFits, collateralRequest } from '../../../src/attestation/tdx/select.ts';
import { parseQuote } from '../../../src/attestation/tdx/quote.ts';
import { verifyQuote } from '../../../src/attestation/tdx/verify.ts';
import type { TrustRoots } from '../../../src/attestation/claim.ts';

import { encodeHex, encodeUtf8 } from '../../../src/core/bytes.ts';
import { describeRealData } from '../../testdata.ts';
import { AT_MS, BODY, QE, forge } from './forge.ts';
import type { Changes } from './forge.ts';
import { bytesOf, realQuotes } from './real-quotes.ts';

describeRealData('TDX quotes', 'fixtures/tee', (folder) => {
  for (const { expected, quote, collateral, atMs } of realQuotes(folder)) {
    it(`verifyQuote() finds what is expected of ${expected.file}`, () => {
      const verified = verifyQuote(quote, collateral, { roots: [VENDOR_ROOTS], atMs });
      expect({
        ...expected,
        quote_version: verified.version,
        quote_bytes: quote.length,
        trailing_bytes: verified.trailingBytes,
        tcb_status: verified.status,
        tcb_parts: verified.parts,
        advisories: verified.advisories,
        fmspc: verified.fmspc,
        tcb_evaluation_data_number: verified.tcbEvaluationDataNumber,
        mr_td: `${verified.measurements['mr_td']?.slice(0, 16)}…`,
        debug: verified.debug,
        report_data: encodeHex(verified.reportData),
        mr_config_id: verified.measurements['mr_config_id'],
      }).toEqual(expected);
      expect(verified.simulated).toBe(false);
      expect(() => checkProduction(verified.report)).not.toThrow();
    });
  }

  for (const { expected, quote, collateral, atMs } of realQuotes(folder)) {
    it(`verifyQuote() and dcap-qvl agree on ${expected.file}`, () => {
      const ours = verifyQuote(quote, collateral, { roots: [VENDOR_ROOTS], atMs });
      const theirs = verifyWithDcapQvl(quote, parts(collateral), atMs / 1000);
      expect({ status: ours.status, advisories: ours.advisories }).toEqual({
        status: theirs.status,
        advisories: theirs.advisory_ids,
      });
    });
  }

  it('verifyQuote() and dcap-qvl find no level for a platform that is below all', () => {
    const quote = bytesOf(join(folder, 'phala-dcap-qvl/tdx_quote_outdated'));
    const collateral = bytesOf(join(folder, 'phala-dcap-qvl/tdx_quote_outdated_collateral.json'));
    const atMs = Date.parse('2026-03-01T00:00:00Z');
    const refused = expect.objectContaining({ code: 'ERR_TCB_LEVEL' });
    expect(() => verifyQuote(quote, collateral, { roots: [VENDOR_ROOTS], atMs })).toThrow(refused);
    expect(() => verifyWithDcapQvl(quote, parts(collateral), atMs / 1000)).toThrow('No matching TCB level');
  });

  it('verifyQuote() refuses what dcap-qvl 0.3.9 lets pass: no lists, old lists, a clock that is none', () => {
    const [real] = realQuotes(folder);
    if (real === undefined) throw new Error('no quotes');
    const without = { ...parts(real.collateral), pck_crl: '', root_ca_crl: '' };
    expect(verifyWithDcapQvl(real.quote, without, real.atMs / 1000).status).toBe('UpToDate');
    const context = { roots: [VENDOR_ROOTS], atMs: real.atMs };
    const stripped = encodeUtf8(JSON.stringify(without));
    const missing = expect.objectContaining({ code: 'ERR_CRL_MISSING' });
    expect(() => verifyQuote(real.quote, stripped, context)).toThrow(missing);
    expect(verifyWithDcapQvl(real.quote, parts(real.collateral), Number.NaN).status).toBe('UpToDate');
    const clock = expect.objectContaining({ code: 'ERR_CLOCK' });
    expect(() => verifyQuote(real.quote, real.collateral, { ...context, atMs: Number.NaN })).toThrow(clock);
  });

  it('collateralRequest() says what to ask for, collateralFits() whether it is that', () => {
    const quotes = realQuotes(folder);
    for (const { quote, expected } of quotes) {
      expect(collateralRequest(quote)).toEqual({ fmspc: expected.fmspc, ca: 'platform' });
      for (const other of quotes) {
        expect(collateralFits(other.collateral, quote)).toBe(other.expected.fmspc === expected.fmspc);
      }
    }
    const ofProcessor = bytesOf(join(folder, 'phala-dcap-qvl/sgx_quote_collateral.json'));
    expect(quotes.map(({ quote }) => collateralFits(ofProcessor, quote))).not.toContain(true);
    expect(collateralFits(new Uint8Array(3), new Uint8Array(3))).toBe(false);
  });

  it('parseQuote() reads version 5 with TD 1.5, and counts bytes after a quote', () => {
    const newer = parseQuote(bytesOf(join(folder, 'google-go-tdx-guest/quote_v5_sample.dat')));
    expect({ version: newer.version, trailing: newer.trailingBytes }).toEqual({ version: 5, trailing: 0 });
    expect(newer.report.td15?.mrServiceTd).toEqual(new Uint8Array(48));
    // Its last bytes are, with the line end before them, the text "extra bytes(only for testing purpose)".
    const older = parseQuote(bytesOf(join(folder, 'google-go-tdx-guest/tdx_prod_quote_SPR_E4.dat')));
    expect({ version: older.version, trailing: older.trailingBytes }).toEqual({ version: 4, trailing: 39 });
  });
});

it('verifyQuote() looks at the version of the TDX module, which dcap-qvl 0.3.9 does not', () => {
  const body = (report: Uint8Array): void => report.set([5, 1, 3], BODY.teeTcbSvn);
  const { quote, collateral, roots, issued } = forge({ body });
  const dcapQvl = QuoteVerifier.newWithRootCa(Buffer.from(issued.root.der));
  expect(verifyQuote(quote, collateral, { roots, atMs: AT_MS }).status).toBe('OutOfDate');
  expect(dcapQvl.verify(quote, parts(collateral), AT_MS / 1000).status).toBe('UpToDate');
});

it.each([
  ['an old platform', { sgx: { pceSvn: 5 } }],
  ['an old QE', { qeReport: (report) => report.set([3], QE.isvSvn) }],
  ['a version 5 quote', { version: 5 }],
  ['a TD 1.5 quote', { version: 5, td15: {} }],
] satisfies readonly (readonly [string, Changes])[])('verifyQuote() and dcap-qvl agree on %s', (_, changes) => {
  const { quote, collateral, roots, issued } = forge(changes);
  const dcapQvl = QuoteVerifier.newWithRootCa(Buffer.from(issued.root.der));
  const theirs = dcapQvl.verify(quote, parts(collateral), AT_MS / 1000);
  expect(verifyQuote(quote, collateral, { roots, atMs: AT_MS })).toMatchObject({
    status: theirs.status,
    advisories: theirs.advisory_ids,
  });
});

describeRealData('simulated TDX quotes', 'fixtures/tee/selfmade-sim', (folder) => {
  const read = (name: string): Uint8Array => bytesOf(join(folder, name));
  const root = new X509Certificate(read('root.der'));
  const roots: readonly TrustRoots[] = [
    {
      intelSpki: [
        createHash('sha256')
          .update(root.publicKey.export({ format: 'der', type: 'spki' }))
          .digest('hex'),
      ],
      nvidiaCertificates: [],
      nitroCertificates: [],
      simulated: true,
    },
  ];
  const expected = JSON.parse(Buffer.from(read('expected.json')).toString('utf8')) as { now_unix: number };
  const atMs = expected.now_unix * 1000;

  it('verifyQuote() accepts them under their own root and says that they are simulated', () => {
    const collateral = read('collateral.json');
    const verified = verifyQuote(read('quote.bin'), collateral, { roots, atMs });
    expect(verified).toMatchObject({ status: 'UpToDate', simulated: true, debug: false });
    const older = verifyQuote(read('quote-platform-outofdate.bin'), collateral, { roots, atMs });
    expect(older).toMatchObject({ status: 'OutOfDate', advisories: ['SIM-SA-00001'] });
    const dcapQvl = QuoteVerifier.newWithRootCa(Buffer.from(root.raw));
    expect(dcapQvl.verify(read('quote.bin'), parts(collateral), atMs / 1000).status).toBe('UpToDate');
  });

  it('verifyQuote() refuses them under the roots of the vendors', () => {
    const refused = expect.objectContaining({ code: 'ERR_CHAIN_ROOT' });
    for (const name of ['quote.bin', 'quote-debug.bin', 'quote-platform-outofdate.bin']) {
      const context = { roots: [VENDOR_ROOTS], atMs };
      expect(() => verifyQuote(read(name), read('collateral.json'), context)).toThrow(refused);
    }
  });

  it('verifyQuote() refuses a revoked PCK, checkProduction() a machine in debug mode', () => {
    const revoked = expect.objectContaining({ code: 'ERR_CERT_REVOKED' });
    const collateral = read('collateral-pck-revoked.json');
    expect(() => verifyQuote(read('quote.bin'), collateral, { roots, atMs })).toThrow(revoked);
    const open = verifyQuote(read('quote-debug.bin'), read('collateral.json'), { roots, atMs });
    expect(open.debug).toBe(true);
    expect(() => checkProduction(open.report)).toThrow(expect.objectContaining({ code: 'ERR_TD_DEBUG' }));
  });
});

function parts(collateral: Uint8Array): Collateral {
  return JSON.parse(Buffer.from(collateral).toString('utf8')) as Collateral;
}
