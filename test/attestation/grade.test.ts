import { describe, expect, it } from 'vitest';
import type {
  AttestedKey,
  AttestedMachine,
  Claim,
  ClaimName,
  ClaimSubject,
  GradeContext,
  PlacedSession,
  ResponseAssessment,
  SessionAssessment,
} from '../../src/attestation/claim.ts';
import { gradeAnswer } from '../../src/attestation/grade.ts';

const SPKI = 'cd'.repeat(32);
const KEY: AttestedKey = { role: 'model', algo: 'ed25519', address: 'ab'.repeat(32), model: null };
const MACHINE_CLAIMS: readonly ClaimName[] = ['quote', 'production', 'key_bound', 'nonce', 'tls_bound'];
const STACK: readonly ClaimName[] = ['event_log', 'compose', 'images_pinned', 'measurements', 'gpu'];

function claims(subject: ClaimSubject, names: readonly ClaimName[]): readonly Claim[] {
  return names.map((claim) => ({ subject, claim, status: 'asserted', source: 'verifier_derived', reason: claim }));
}

const SIGNED: ResponseAssessment = {
  claims: claims('response', ['signed', 'signed_model', 'request_half']),
  signer: KEY,
  signedModel: null,
  channelSpki: null,
};
const CHANNEL: ResponseAssessment = {
  claims: claims('channel', ['channel']),
  signer: null,
  signedModel: null,
  channelSpki: SPKI,
};

function machine(changes: Partial<AttestedMachine> = {}, status: string | null = 'UpToDate'): AttestedMachine {
  const tcb = status === null ? null : { status, advisories: [], evaluationDataNumber: 1, fmspc: '00' };
  const measurements = { mr_td: '01', rtmr0: '02', rtmr1: '03', rtmr2: '04', rtmr3: '05', compose_hash: '06' };
  return { role: 'model', platform: 'tdx-v4', tcb, measurements, declaredCheckpoints: [], ...changes };
}

function session(...machines: readonly AttestedMachine[]): SessionAssessment {
  return {
    claims: claims('model', [...MACHINE_CLAIMS, ...STACK]),
    machines: machines.length === 0 ? [machine()] : machines,
    keys: [KEY],
    channelSpki: SPKI,
    window: null,
    simulated: false,
  };
}

/** Attestations around an answer: one before, one that closes. */
function around(before: SessionAssessment, after: SessionAssessment): readonly PlacedSession[] {
  return [
    { assessment: before, isClosing: false },
    { assessment: after, isClosing: true },
  ];
}

function levelOf(answer: ResponseAssessment, sessions: readonly PlacedSession[], more: Partial<GradeContext> = {}) {
  const { level, suffixes } = gradeAnswer(answer, { sessions, asked: 1, judged: 1, runSigned: true, ...more });
  return [level, ...suffixes].join('');
}

const changed = (name: string): AttestedMachine =>
  machine({ measurements: { ...machine().measurements, [name]: 'ff' } });

describe('gradeAnswer()', () => {
  it('brackets a key that the same software has before and after', () => {
    expect(levelOf(SIGNED, around(session(), session()))).toBe('L5~time');
    expect(levelOf(CHANNEL, around(session(), session()))).toBe('L2~time');
  });

  it.each(['mr_td', 'rtmr1', 'rtmr2', 'mr_config_id', 'compose_hash'])(
    'does not bracket a key that other software has afterwards, by %s',
    (name) => {
      expect(levelOf(SIGNED, around(session(), session(changed(name))))).toBe('L5~stale~time');
      expect(levelOf(CHANNEL, around(session(), session(changed(name))))).toBe('L2~stale~time');
    },
  );

  it.each(['rtmr0', 'rtmr3', 'instance_id'])(
    'takes a machine that differs in %s for one of the same software',
    (name) => {
      expect(levelOf(SIGNED, around(session(), session(changed(name))))).toBe('L5~time');
    },
  );

  it('takes machines of one software for one, however many there are, and looks at no other role', () => {
    const gateway = { ...changed('compose_hash'), role: 'gateway' } as const;
    expect(levelOf(SIGNED, around(session(machine(), machine()), session(machine(), gateway)))).toBe('L5~time');
    const mixed = session(machine(), changed('compose_hash'));
    expect(levelOf(SIGNED, around(session(), mixed))).toBe('L5~stale~time');
    expect(levelOf(SIGNED, around(mixed, mixed))).toBe('L5~time');
  });

  it('holds the last attestation before against the first that closes, so that nothing came between', () => {
    const [old, renewed] = [session(), session(changed('compose_hash'))];
    const sessions = [...around(old, renewed), { assessment: old, isClosing: true }];
    expect(levelOf(SIGNED, sessions)).toBe('L5~stale~time');
    expect(levelOf(SIGNED, sessions, { asked: 2, judged: 2 })).toBe('L5~stale~time');
    expect(
      levelOf(SIGNED, [...around(old, renewed), { assessment: renewed, isClosing: true }], { asked: 2, judged: 2 }),
    ).toBe('L5~time');
  });

  it('brackets nothing by an attestation that came after the request, or that does not close over the answer', () => {
    expect(levelOf(SIGNED, around(session(), session()), { asked: 0 })).toBe('L5~stale~time');
    const open = around(session(), session()).map((placed) => ({ ...placed, isClosing: false }));
    expect(levelOf(SIGNED, open)).toBe('L5~stale~time');
  });

  it('counts the weakest firmware of all machines that may have answered', () => {
    const weak = machine({}, 'OutOfDate');
    for (const machines of [
      [weak, machine()],
      [machine(), weak],
    ]) {
      expect(levelOf(SIGNED, around(session(...machines), session()))).toBe('L4~time');
    }
    expect(levelOf(SIGNED, around(session(machine(), machine({}, null)), session()))).toBe('L1');
    expect(levelOf(SIGNED, around(session(machine(), machine({ role: 'gateway' }, null)), session()))).toBe('L5~time');
  });
});
