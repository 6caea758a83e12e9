/**
 * Changed bytes of evidence in recorded runs that are signed again, so that nothing but the evidence itself can tell.
 *
 * The attestation at the end is left out: it is over all that was changed, and would refuse everything alike.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Claim, EvidenceFile } from '../../src/attestation/claim.ts';
import { decodeHex, decodeUtf8, encodeHex, encodeUtf8 } from '../../src/core/bytes.ts';
import { ENDPOINT_LEVELS, type TeeProvider } from '../../src/core/evidence-names.ts';
import { VerificationError } from '../../src/core/errors.ts';
import { verifyRun } from '../../src/verifier/verify.ts';
import type { ExecutionVerdict } from '../../src/verifier/execution.ts';
import * as fc from '../property.ts';
import {
  answerEvidenceOf,
  contentOf,
  copyOf,
  drop,
  readRecorded,
  rebuilt,
  replaceContent,
  sessionsOf,
  type RecordedRun,
} from './rebuilt-run.ts';
import { AS_VENDOR, openBench } from './tee-runs.ts';

const PROVIDERS = ['near-direct', 'vllm-proxy', 'aci', 'tinfoil'] as const satisfies readonly TeeProvider[];

interface Base {
  readonly run: RecordedRun;
  readonly execution: ExecutionVerdict;
}

const bases = new Map<TeeProvider, Base>();

beforeAll(async () => {
  for (const provider of PROVIDERS) {
    await using bench = await openBench(provider);
    const folder = bench.folder();
    await bench.run(folder, { attestation: AS_VENDOR, single: true });
    const run = await readRecorded(folder);
    // One attestation is enough; that of the other algorithm is made alike.
    const [kept] = sessionsOf(run).filter(({ record }) => record.phase === 'before' && record.algo !== 'ecdsa');
    drop(run, ...sessionsOf(run).filter((entry) => entry !== kept));
    const execution = await executionOf(run);
    if (execution === null) throw new Error('the run as it was recorded does not verify');
    bases.set(provider, { run, execution });
  }
});

afterAll(() => {
  bases.clear();
});

function baseOf(provider: TeeProvider): Base {
  const base = bases.get(provider);
  if (base === undefined) throw new Error(`no run of ${provider}`);
  return { ...base, run: copyOf(base.run) };
}

/** What the evidence shows, or null if it is refused; a verdict it is in every case. */
async function executionOf(run: RecordedRun): Promise<ExecutionVerdict | null> {
  const verification = await verifyRun(rebuilt(run), { attestation: AS_VENDOR });
  if (verification.verified) return verification.transcript.execution;
  expect(verification.fault).toBeInstanceOf(VerificationError);
  return null;
}

type Change = (run: RecordedRun, at: number, bit: number) => void;

function flipped(bytes: Uint8Array, at: number, bit: number): Uint8Array {
  const place = Math.floor(at * bytes.length);
  return bytes.with(place, (bytes[place] ?? 0) ^ (1 << bit));
}

const asHex = (text: string, at: number, bit: number): string => encodeHex(flipped(decodeHex(text), at, bit));
const asBase64 = (text: string, at: number, bit: number): string =>
  Buffer.from(flipped(Buffer.from(text, 'base64'), at, bit)).toString('base64');
// The upper bit would make it something that is not text.
const asText = (text: string, at: number, bit: number): string => decodeUtf8(flipped(encodeUtf8(text), at, bit % 7));

type Coding = typeof asHex;

/** JSON that a test may change. */
// oxlint-disable-next-line typescript/no-explicit-any
type Loose = any;

/** Change one text in the JSON of a file. */
function inFile(role: EvidenceFile['role'], coding: Coding, ...path: readonly (string | number)[]): Change {
  return (run, at, bit) => {
    for (const session of sessionsOf(run)) {
      session.files = session.files.map((file) => {
        if (file.role !== role) return file;
        const json: Loose = JSON.parse(decodeUtf8(file.bytes));
        change(json, path, (text) => coding(text, at, bit));
        return { ...file, bytes: encodeUtf8(JSON.stringify(json)) };
      });
    }
  };
}

/** Follow a path to a text; JSON that stands in a text is read and written on the way. */
function change(json: Loose, [key = '', ...rest]: readonly (string | number)[], edit: (text: string) => string): void {
  if (rest.length === 0) {
    const changed = edit(String(json[key]).replace(/^0x/, ''));
    json[key] = String(json[key]).startsWith('0x') ? `0x${changed}` : changed;
    return;
  }
  const isText = typeof json[key] === 'string';
  const inner: Loose = isText ? JSON.parse(json[key]) : json[key];
  change(inner, rest, edit);
  if (isText) json[key] = JSON.stringify(inner);
}

function inEvidence(coding: Coding, ...path: readonly (string | number)[]): Change {
  return (run, at, bit) => {
    for (const entry of answerEvidenceOf(run)) {
      const json: Loose = JSON.parse(contentOf(entry, 'evidence'));
      change(json, path, (text) => coding(text, at, bit));
      replaceContent(entry, 'evidence', JSON.stringify(json));
    }
  };
}

const GPU = ['nvidia_payload', 'evidence_list', 0] as const;

/** Whether every byte of the place is signed, or signs; then a changed one is always refused. */
type Target = readonly [TeeProvider, string, Change, boolean];

const TARGETS: readonly Target[] = [
  ['near-direct', 'the quote', inFile('report', asHex, 'intel_quote'), false],
  ['near-direct', 'the quote of the launcher', inFile('report', asHex, 'compose_manager_attestation', 'quote'), false],
  ['vllm-proxy', 'the quote', inFile('report', asHex, 'intel_quote'), false],
  ['near-direct', 'GPU evidence', inFile('report', asBase64, ...GPU, 'evidence'), true],
  ['near-direct', 'the chain of a GPU', inFile('report', asBase64, ...GPU, 'certificate'), false],
  ['near-direct', 'the list of platforms revoked', inFile('collateral', asHex, 'pck_crl'), true],
  ['near-direct', 'the list of authorities revoked', inFile('collateral', asHex, 'root_ca_crl'), true],
  ['near-direct', 'the statement on platforms', inFile('collateral', asText, 'tcb_info'), true],
  ['near-direct', 'the signature over it', inFile('collateral', asHex, 'tcb_info_signature'), true],
  ['near-direct', 'the statement on the quoting enclave', inFile('collateral', asText, 'qe_identity'), true],
  ['near-direct', 'the signature over that', inFile('collateral', asHex, 'qe_identity_signature'), true],
  ['near-direct', 'the chain of those', inFile('collateral', asText, 'tcb_info_issuer_chain'), false],
  ['near-direct', 'the chain of the lists', inFile('collateral', asText, 'pck_crl_issuer_chain'), false],
  ['near-direct', "the vendor's verdict", inFile('nras', asText, 0, 1), true],
  ['near-direct', "the vendor's keys", inFile('jwks', asText, 'keys', 0, 'x'), true],
  ['near-direct', 'an ECDSA signature', inEvidence(asHex, 'signatures', 0, 'body', 'signature'), true],
  ['near-direct', 'an Ed25519 signature', inEvidence(asHex, 'signatures', 1, 'body', 'signature'), true],
  ['near-direct', 'the text of a signature', inEvidence(asText, 'signatures', 1, 'body', 'text'), true],
  ['vllm-proxy', 'the text of a signature', inEvidence(asText, 'signatures', 1, 'body', 'text'), true],
  ['near-direct', 'the address of a signature', inEvidence(asHex, 'signatures', 0, 'body', 'signing_address'), true],
  ['aci', 'the signature of a receipt', inEvidence(asHex, 'receipt', 'signature'), true],
  ['aci', 'the quote', inFile('report', asHex, 'attestation', 'evidence', 'quote'), false],
];

const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const bit = fc.nat({ max: 7 });

describe('a changed byte', () => {
  it.each(TARGETS)('at %s of %s is refused, or changes nothing of what is shown', async (...target) => {
    const [provider, , alter, isSigned] = target;
    const { run: twice, execution: honest } = baseOf(provider);
    // Changed back, it is what it was: nothing but the byte is at fault.
    alter(twice, 0.5, 1);
    alter(twice, 0.5, 1);
    expect(await executionOf(twice)).toEqual(honest);
    await fc.assert(
      fc.asyncProperty(place, bit, async (at, flippedBit) => {
        const { run, execution } = baseOf(provider);
        alter(run, at, flippedBit);
        const shown = await executionOf(run);
        if (isSigned) expect(shown).toBeNull();
        else if (shown !== null) expect(shown).toEqual(execution);
      }),
      { numRuns: 12 },
    );
  });

  it('in header, body or signature of a quote is always refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 763 }), bit, async (index, flippedBit) => {
        // The length of what follows is no part of what is signed; any other is refused all the same.
        const { run } = baseOf('near-direct');
        const alter = inFile(
          'report',
          (text) => {
            const bytes = decodeHex(text);
            return encodeHex(bytes.with(index, (bytes[index] ?? 0) ^ (1 << flippedBit)));
          },
          'intel_quote',
        );
        alter(run, 0, 0);
        expect(await executionOf(run)).toBeNull();
      }),
      { numRuns: 40 },
    );
  });

  it.each(PROVIDERS)('anywhere in a file of %s never shows more than before', async (provider) => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 3 }), place, bit, async (index, at, flippedBit) => {
        const { run, execution } = baseOf(provider);
        for (const session of sessionsOf(run)) {
          const chosen = index % session.files.length;
          session.files = session.files.map((file, number) =>
            number === chosen ? { ...file, bytes: flipped(file.bytes, at, flippedBit) } : file,
          );
        }
        expectNoMore(await executionOf(run), execution);
      }),
      { numRuns: 40 },
    );
  });
});

function expectNoMore(shown: ExecutionVerdict | null, before: ExecutionVerdict): void {
  if (shown === null) return;
  const rank = ({ level }: ExecutionVerdict): number => ENDPOINT_LEVELS.indexOf(level);
  expect(rank(shown)).toBeLessThanOrEqual(rank(before));
  const asserted = ({ claims, answerClaims }: ExecutionVerdict): readonly Claim[] =>
    [...claims, ...answerClaims].filter(({ status }) => status === 'asserted');
  const known = asserted(before).map((claim) => JSON.stringify(claim));
  expect(asserted(shown).filter((claim) => !known.includes(JSON.stringify(claim)))).toEqual([]);
}

describe('bytes that are no evidence', () => {
  const junk = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.json().map(encodeUtf8));

  it.each(PROVIDERS)('in the place of any file of %s have a verdict, and show nothing new', async (provider) => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 3 }), junk, async (index, bytes) => {
        const { run, execution } = baseOf(provider);
        for (const session of sessionsOf(run)) {
          const chosen = index % session.files.length;
          session.files = session.files.map((file, number) => (number === chosen ? { ...file, bytes } : file));
        }
        expectNoMore(await executionOf(run), execution);
      }),
      { numRuns: 25 },
    );
  });

  it.each(['near-direct', 'vllm-proxy', 'aci'] as const)(
    'in the place of what is said of an answer at %s have a verdict, and show nothing new',
    async (provider) => {
      await fc.assert(
        fc.asyncProperty(fc.oneof(fc.string(), fc.json()), fc.boolean(), async (text, isWhole) => {
          const { run, execution } = baseOf(provider);
          for (const entry of answerEvidenceOf(run)) {
            const body = provider === 'aci' ? { receipt: text } : { signatures: [{ algo: 'ed25519', body: text }] };
            replaceContent(entry, 'evidence', isWhole ? text : JSON.stringify(body));
          }
          expectNoMore(await executionOf(run), execution);
        }),
        { numRuns: 40 },
      );
    },
  );
});
