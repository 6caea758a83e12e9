import { describe, expect, it } from 'vitest';
import type { AttestedKey, Claim, ClaimName, ClaimSubject, LevelFacts } from '../../src/attestation/claim.ts';
import { deriveLevel, lowestLevel, reachesLevel } from '../../src/attestation/level.ts';
import { ENDPOINT_LEVELS } from '../../src/core/evidence-names.ts';
import * as fc from '../property.ts';

const MACHINE: readonly ClaimName[] = ['quote', 'tcb', 'production', 'key_bound', 'nonce', 'vendor_root'];
const STACK: readonly ClaimName[] = ['event_log', 'compose', 'images_pinned', 'measurements', 'actions', 'gpu'];
const WEIGHTS: readonly ClaimName[] = ['weights', 'gpu_bound'];
const ANSWER: readonly ClaimName[] = ['signed', 'signed_model', 'request_half'];

function claims(subject: ClaimSubject, names: readonly ClaimName[], status: Claim['status'] = 'asserted'): Claim[] {
  return names.map((claim) => ({ subject, claim, status, source: 'verifier_derived', reason: `because of ${claim}` }));
}

function key(role: AttestedKey['role']): AttestedKey {
  return { role, algo: 'ed25519', address: 'ab'.repeat(32), model: null };
}

const facts: LevelFacts = {
  runSigned: true,
  answer: claims('response', ANSWER),
  signer: key('model'),
  session: claims('model', MACHINE),
  tcbStatus: 'UpToDate',
  bracketed: true,
  timeDeclared: false,
  simulated: false,
};
const full = { ...facts, session: claims('model', [...MACHINE, ...STACK, ...WEIGHTS]) };

function level(changes: Partial<LevelFacts>, base: LevelFacts = facts): string {
  const { level: number, suffixes } = deriveLevel({ ...base, ...changes });
  return [number, ...suffixes].join('');
}

describe('deriveLevel() climbs', () => {
  it('L0: nobody answers for the transcript', () => {
    expect(level({ runSigned: false, answer: [], signer: null, session: [], tcbStatus: null })).toBe('L0');
  });

  it('L1: a signed transcript and no attestation', () => {
    expect(level({ answer: [], signer: null, session: [], tcbStatus: null })).toBe('L1');
  });

  it('L1: an attestation that nothing ties to the answer', () => {
    expect(level({ answer: claims('response', ANSWER, 'unknown'), signer: null })).toBe('L1');
  });

  const channel = {
    answer: [...claims('response', ANSWER, 'unknown'), ...claims('channel', ['channel'])],
    signer: null,
    session: claims('model', [...MACHINE, 'tls_bound']),
  } satisfies Partial<LevelFacts>;

  it('L2: a connection to an attested machine, by the word of a signed run', () => {
    expect(level(channel)).toBe('L2');
    expect(level({ ...channel, runSigned: false })).toBe('L0');
  });

  it.each(['quote', 'production', 'nonce', 'tls_bound'] as const)('L1: a connection without the claim %s', (name) => {
    expect(level({ ...channel, session: channel.session.filter(({ claim }) => claim !== name) })).toBe('L1');
  });

  it('L2: every limit but that of a request hash, which nobody signed', () => {
    expect(level({ ...channel, bracketed: false, timeDeclared: true })).toBe('L2~stale~time');
  });

  it('L3: an attested gateway signed', () => {
    expect(level({ signer: key('gateway'), session: claims('gateway', MACHINE) })).toBe('L3');
  });

  it('L1: a gateway signed, but only the machine of the model is attested', () => {
    expect(level({ signer: key('gateway') })).toBe('L1');
  });

  it('L4: an attested model server signed', () => {
    expect(level({})).toBe('L4');
    expect(level({ runSigned: false })).toBe('L4');
  });

  it.each(['quote', 'production', 'key_bound', 'nonce'] as const)('L1: a signature without the claim %s', (name) => {
    expect(level({ session: facts.session.filter(({ claim }) => claim !== name) })).toBe('L1');
  });

  it('L1: one of two machines of the role lacks a claim', () => {
    expect(level({ session: [...facts.session, ...claims('model', ['nonce'], 'unknown')] })).toBe('L1');
  });

  it('L5: the whole stack is identified', () => {
    expect(level({ session: claims('model', [...MACHINE, ...STACK]) })).toBe('L5');
  });

  it.each(STACK.filter((name) => name !== 'actions'))('L4: a stack without the claim %s', (name) => {
    const derived = deriveLevel({ ...full, session: full.session.filter(({ claim }) => claim !== name) });
    expect(derived.level).toBe('L4');
    expect(derived.reasons).toContain(`not L5: ${name}: no evidence`);
  });

  it('L5: where no later actions are logged, none are wanted', () => {
    const session = claims('model', [...MACHINE, ...STACK]).filter(({ claim }) => claim !== 'actions');
    expect(level({ session })).toBe('L5');
    expect(level({ session: [...session, ...claims('model', ['actions'], 'unknown')] })).toBe('L4');
  });

  it('L6: the weights are measured and the GPU is bound', () => {
    expect(level({}, full)).toBe('L6');
  });

  it.each(WEIGHTS)('L5: measured state without the claim %s', (name) => {
    const derived = deriveLevel({ ...full, session: full.session.filter(({ claim }) => claim !== name) });
    expect(derived.level).toBe('L5');
    expect(derived.reasons).toContain(`not L6: ${name}: no evidence`);
  });

  it('claims about a gateway do not stand for the model', () => {
    expect(level({ session: [...claims('model', MACHINE), ...claims('gateway', [...STACK, ...WEIGHTS])] })).toBe('L4');
  });
});

describe('deriveLevel() limits', () => {
  it.each(['UpToDate', 'SWHardeningNeeded'])('nothing at TCB status %s', (tcbStatus) => {
    expect(level({ tcbStatus }, full)).toBe('L6');
  });

  it.each([
    'OutOfDate',
    'OutOfDateConfigurationNeeded',
    'ConfigurationNeeded',
    'ConfigurationAndSWHardeningNeeded',
    'TDRelaunchAdvised',
    'TDRelaunchAdvisedConfigurationNeeded',
  ])('to L4 at TCB status %s, and says so', (tcbStatus) => {
    const derived = deriveLevel({ ...full, tcbStatus });
    expect(derived).toMatchObject({ level: 'L4', suffixes: [] });
    expect(derived.reasons).toContain(`not L5: tcb: status ${tcbStatus}`);
  });

  it.each(['Revoked', 'revoked', 'UpToDateX', '', null])('to L1 at TCB status %s', (tcbStatus) => {
    expect(level({ tcbStatus }, full)).toBe('L1');
  });

  it('to L1 on any refuted claim, whoever it is about', () => {
    const debug = claims('gateway', ['production'], 'refuted');
    const derived = deriveLevel({ ...full, session: [...full.session, ...debug] });
    expect(derived).toMatchObject({ level: 'L1', suffixes: [] });
    expect(derived.reasons).toEqual(['the claim production is refuted: because of production']);
    expect(level({ answer: [...full.answer, ...claims('channel', ['channel'], 'refuted')] }, full)).toBe('L1');
  });

  it('to L1 ~simulated, whatever else holds', () => {
    expect(level({ simulated: true, bracketed: false, timeDeclared: true }, full)).toBe('L1~simulated');
    expect(level({ simulated: true, runSigned: false }, full)).toBe('L0~simulated');
  });

  it('by ~req, when others could choose the request hash', () => {
    const half = claims('response', ['request_half'], 'unknown');
    const derived = deriveLevel({ ...full, answer: [...claims('response', ['signed']), ...half] });
    expect(derived).toMatchObject({ level: 'L6', suffixes: ['~req'] });
    expect(derived.reasons).toContain('~req: because of request_half');
    expect(level({ answer: claims('response', ['signed']) }, full)).toBe('L6~req');
  });

  it('by ~stale and ~time, in this order', () => {
    expect(level({ bracketed: false }, full)).toBe('L6~stale');
    expect(level({ timeDeclared: true }, full)).toBe('L6~time');
    const answer = claims('response', ['signed']);
    expect(level({ answer, bracketed: false, timeDeclared: true }, full)).toBe('L6~req~stale~time');
  });

  it('a level without reasons does not exist, and fewer claims never give a higher one', () => {
    const subset = fc.record({
      kept: fc.subarray([...full.session]),
      answer: fc.subarray([...full.answer]),
      tcbStatus: fc.constantFrom('UpToDate', 'OutOfDate', 'Revoked', null),
      bracketed: fc.boolean(),
      runSigned: fc.boolean(),
    });
    fc.assert(
      fc.property(subset, ({ kept, ...changes }) => {
        const derived = deriveLevel({ ...full, ...changes, session: kept });
        expect(derived.reasons.length).toBeGreaterThan(0);
        expect(reachesLevel(deriveLevel({ ...full, ...changes }).level, derived.level)).toBe(true);
      }),
    );
  });
});

describe('levels', () => {
  it('are ordered as the ladder is', () => {
    for (const [i, low] of ENDPOINT_LEVELS.entries()) {
      for (const [j, high] of ENDPOINT_LEVELS.entries()) expect(reachesLevel(high, low)).toBe(j >= i);
    }
  });

  it('lowestLevel() of none is L0', () => {
    expect(lowestLevel([])).toBe('L0');
    expect(lowestLevel(['L4', 'L2', 'L6'])).toBe('L2');
  });
});
