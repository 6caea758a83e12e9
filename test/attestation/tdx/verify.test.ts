import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VENDOR_ROOTS } from '../../../src/attestation/trust.ts';
import { checkProduction } from '../../../src/attestation/tdx/policy.ts';
import { verifyQuote } from '../../../src/attestation/tdx/verify.ts';
import { encodeHex } from '../../../src/core/bytes.ts';
import { describeRealData } from '../../testdata.ts';
import { realQuotes } from './real-quotes.ts';

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
});
