import { describe, expect, it } from 'vitest';
import { collateralFits, collateralRequest } from '../../../src/attestation/tdx/select.ts';
import { verifyQuote } from '../../../src/attestation/tdx/verify.ts';
import type { QuoteContext, VerifiedQuote } from '../../../src/attestation/tdx/verify.ts';
import { parseCrl } from '../../../src/attestation/crl.ts';
import { VENDOR_ROOTS } from '../../../src/attestation/trust.ts';
import { parseCertificate, parsePemChain } from '../../../src/attestation/x509.ts';
import { VerificationError } from '../../../src/core/errors.ts';
import * as fc from '../../property.ts';
import { describeRealData } from '../../testdata.ts';
import { AT_MS, forge } from './forge.ts';
import { realQuotes } from './real-quotes.ts';

const PEM_FROM = 1258;

/** What a verdict says, or the code of its refusal. Any other error is a bug and gets out. */
function outcome(quote: Uint8Array, collateral: Uint8Array, context: QuoteContext): VerifiedQuote | string {
  try {
    return verifyQuote(quote, collateral, context);
  } catch (error) {
    if (error instanceof VerificationError) return error.code;
    throw error;
  }
}

function alter(bytes: Uint8Array, at: number, mask: number): Uint8Array {
  return bytes.with(at, (bytes[at] ?? 0) ^ mask);
}

/** A position and bits to flip there, half of the time a single one. */
function change(from: number, to: number): fc.Arbitrary<readonly [number, number]> {
  const mask = fc.oneof(
    fc.integer({ min: 0, max: 7 }).map((bit) => 1 << bit),
    fc.integer({ min: 1, max: 255 }),
  );
  return fc.tuple(fc.integer({ min: from, max: to - 1 }), mask);
}

interface Case {
  readonly quote: Uint8Array;
  readonly collateral: Uint8Array;
  readonly context: QuoteContext;
}

function checkAlterations({ quote, collateral, context }: Case, numRuns: number): void {
  const facts = verifyQuote(quote, collateral, context);
  const signedUpTo = quote.length - facts.trailingBytes;

  it('of a signed part of the quote are always refused', () => {
    fc.assert(
      fc.property(change(0, PEM_FROM), ([at, mask]) => {
        expect(outcome(alter(quote, at, mask), collateral, context)).toEqual(expect.any(String));
      }),
      { numRuns },
    );
  });

  it('of the chain or the collateral never give other facts', () => {
    fc.assert(
      fc.property(
        change(PEM_FROM, signedUpTo),
        change(0, collateral.length),
        ([inQuote, some], [inCollateral, more]) => {
          const results = [
            outcome(alter(quote, inQuote, some), collateral, context),
            outcome(quote, alter(collateral, inCollateral, more), context),
          ];
          // White space around PEM armor and within the outer JSON says nothing.
          for (const result of results) if (typeof result !== 'string') expect(result).toEqual(facts);
        },
      ),
      { numRuns },
    );
  });

  it('of statements and revocation lists are always refused', () => {
    const parts = JSON.parse(Buffer.from(collateral).toString('utf8')) as Record<string, string>;
    const signed = ['tcb_info', 'qe_identity', 'root_ca_crl', 'pck_crl'] as const;
    fc.assert(
      fc.property(fc.constantFrom(...signed), fc.nat(), fc.integer({ min: 1, max: 15 }), (name, position, digit) => {
        const bytes = Buffer.from(parts[name] ?? '', name.endsWith('crl') ? 'hex' : 'utf8');
        const altered = Buffer.from(alter(bytes, position % bytes.length, digit));
        const text = altered.toString(name.endsWith('crl') ? 'hex' : 'utf8');
        const edited = Buffer.from(JSON.stringify({ ...parts, [name]: text }));
        expect(outcome(quote, edited, context)).toEqual(expect.any(String));
      }),
      { numRuns },
    );
  });

  it('that swap two bytes, cut the end or add to it never give other facts', () => {
    const edits = fc.record({
      at: fc.integer({ min: 0, max: signedUpTo - 2 }),
      keep: fc.integer({ min: 0, max: quote.length - 1 }),
      extra: fc.uint8Array({ minLength: 1, maxLength: 90 }),
    });
    fc.assert(
      fc.property(edits, ({ at, keep, extra }) => {
        const swapped = quote.with(at, quote[at + 1] ?? 0).with(at + 1, quote[at] ?? 0);
        const cut = quote.subarray(0, keep);
        const longer = Uint8Array.from([...quote, ...extra]);
        const { trailingBytes: _, ...rest } = facts;
        for (const result of [swapped, cut, longer].map((bytes) => outcome(bytes, collateral, context))) {
          if (typeof result !== 'string') expect(result).toMatchObject(rest);
        }
      }),
      { numRuns: Math.ceil(numRuns / 2) },
    );
  });
}

describe('alterations of a forged quote', () => {
  const { quote, collateral, roots } = forge();
  checkAlterations({ quote, collateral, context: { roots, atMs: AT_MS } }, 100);
});

describeRealData('alterations of a real quote', 'fixtures/tee', (folder) => {
  const [real] = realQuotes(folder);
  if (real === undefined) throw new Error('no quotes');
  checkAlterations({ ...real, context: { roots: [VENDOR_ROOTS], atMs: real.atMs } }, 100);
});

describe('random bytes', () => {
  const { quote, collateral, issued, roots } = forge();
  const context = { roots, atMs: AT_MS };
  const bytes = fc.uint8Array({ maxLength: 2000 });
  // Starts like the real thing, so that more than the first check is reached.
  const tailed = (whole: Uint8Array): fc.Arbitrary<Uint8Array> =>
    fc
      .tuple(fc.integer({ min: 0, max: whole.length }), bytes)
      .map(([keep, tail]) => Uint8Array.from([...whole.subarray(0, keep), ...tail]));

  it('as quote or collateral only give typed errors', () => {
    fc.assert(
      fc.property(fc.oneof(bytes, tailed(quote)), fc.oneof(bytes, tailed(collateral)), (some, more) => {
        outcome(some, collateral, context);
        outcome(quote, more, context);
        expect(typeof collateralFits(more, some)).toBe('boolean');
      }),
      { numRuns: 150 },
    );
  });

  it('as certificate, list, chain or quote to choose for only give typed errors', () => {
    const list = Buffer.from(
      String(Reflect.get(JSON.parse(Buffer.from(collateral).toString()) as object, 'pck_crl')),
      'hex',
    );
    const readers = [
      [parseCertificate, issued.pck.der],
      [parseCrl, new Uint8Array(list)],
      [collateralRequest, quote],
      [(input: Uint8Array) => parsePemChain(Buffer.from(input).toString('latin1')), quote.subarray(PEM_FROM)],
    ] as const;
    const inputs = fc.oneof(
      ...readers.map(([read, whole]) => fc.oneof(bytes, tailed(whole)).map((input) => ({ read, input }))),
      ...readers.map(([read, whole]) =>
        change(0, whole.length).map(([at, mask]) => ({ read, input: alter(whole, at, mask) })),
      ),
    );
    fc.assert(
      fc.property(inputs, ({ read, input }) => {
        try {
          read(input);
        } catch (error) {
          expect(error).toBeInstanceOf(VerificationError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
