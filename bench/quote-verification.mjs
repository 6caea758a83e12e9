/**
 * Verifies one real quote many times; run by the case `quotes`.
 *
 * node quote-verification.mjs ours|dcap-qvl|limit COUNT
 *
 * `limit`: what no verifier can do without, a key and a signature on P-256 for each of the 13 that a quote hangs on.
 */
import { createPublicKey, generateKeyPairSync, sign, verify as verifySignature } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from './measure.mjs';

const checkout = fileURLToPath(new URL('..', import.meta.url));
const capture = 'fixtures/tee/live-captures/near-direct-2026-06-29';

/** The folder of the quote, which is third-party data and no part of the project. */
export const CAPTURE = resolve(checkout, process.env.TOUCHSTONE_TESTDATA ?? '../shared', capture);

// Three in the chain of the PCK, two each in those of its authority and of the statements, two lists, two statements,
// the report of the quoting enclave, the quote.
const SIGNATURES = 13;

const VERIFIERS = {
  async ours(collateral, atMs) {
    const { verifyQuote } = await import('../dist/attestation/tdx/verify.js');
    const { VENDOR_ROOTS } = await import('../dist/attestation/trust.js');
    return (quote) => verifyQuote(quote, collateral, { roots: [VENDOR_ROOTS], atMs });
  },
  async 'dcap-qvl'(collateral, atMs) {
    const { verify } = await import('@phala/dcap-qvl');
    const parts = JSON.parse(collateral);
    return (quote) => verify(quote, parts, atMs / 1000);
  },
  async limit(_, __, signed) {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const signature = sign('sha256', signed, privateKey);
    const key = publicKey.export({ format: 'der', type: 'spki' });
    return (quote) => {
      for (let left = SIGNATURES; left > 0; left--) {
        if (!verifySignature('sha256', quote, createPublicKey({ key, format: 'der', type: 'spki' }), signature))
          return {};
      }
      return { status: 'UpToDate' };
    };
  },
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [name, count] = process.argv.slice(2);
  const report = JSON.parse(readFileSync(join(CAPTURE, 'report.json'), 'utf8'));
  const { captured_at: capturedAt } = JSON.parse(readFileSync(join(CAPTURE, 'meta.json'), 'utf8'));
  const quote = Buffer.from(report.intel_quote, 'hex');
  const verify = await VERIFIERS[name](readFileSync(join(CAPTURE, 'collateral.json')), Date.parse(capturedAt), quote);
  const times = Array.from({ length: Number(count) }, () => {
    const started = performance.now();
    if (verify(quote).status !== 'UpToDate') throw new Error('the quote does not verify');
    return performance.now() - started;
  });
  console.log(JSON.stringify({ firstMs: times[0], medianMs: median(times) }));
}
