import { describe, expect, it } from 'vitest';
import type { AttestationCheck } from '../../src/attestation/claim.ts';
import type { AnswerEvidence } from '../../src/transcript/evidence.ts';
import type { DisclosureLevel } from '../../src/transcript/source.ts';
import { createExecution } from '../../src/verifier/execution.ts';
import type { VerifiedTranscript } from '../../src/verifier/verified-transcript.ts';
import { verifyRun, type Verification, type VerifyOptions } from '../../src/verifier/verify.ts';
import { fakeCheck, KEY_A, KEY_B, TLS_A, TLS_B } from '../fake-attestation.ts';
import { expectCode } from '../vectors.ts';
import {
  attestedFacts,
  honestFacts,
  RESUME,
  SIGNER,
  sourceOf,
  writeRun,
  type Facts,
  type Step,
  type WrittenRun,
} from './crafted-run.ts';

type Of<K extends Step['kind']> = Extract<Step, { kind: K }>;
type Change = (facts: Facts) => void;

const OPTIONS: VerifyOptions = { trusted: [SIGNER.publicKey], keepSamples: true };

async function verify(
  run: WrittenRun,
  level: DisclosureLevel | null = 'D3',
  attestation: AttestationCheck | null = fakeCheck(),
): Promise<Verification> {
  return await verifyRun(sourceOf(run, level), { ...OPTIONS, ...(attestation === null ? {} : { attestation }) });
}

const codeOf = (verification: Verification): string => (verification.verified ? 'verified' : verification.fault.code);

function written(change: Change = () => undefined, facts = attestedFacts()): WrittenRun {
  change(facts);
  return writeRun(facts);
}

async function verified(run: WrittenRun, level: DisclosureLevel | null = 'D3'): Promise<VerifiedTranscript> {
  const verification = await verify(run, level);
  if (!verification.verified) throw verification.fault;
  return verification.transcript;
}

const axisOf = ({ axes }: { readonly axes: VerifiedTranscript['axes'] }, name: string) =>
  axes.find(({ axis }) => axis === name);

/** Where the first step of a kind stands, of an item if that is given. */
function at(facts: Facts, kind: Step['kind'], index?: number): number {
  return facts.steps.findIndex(
    (step) => step.kind === kind && (index === undefined || ('index' in step && step.index === index)),
  );
}

function step<K extends Step['kind']>(facts: Facts, kind: K, index?: number): Of<K> {
  return facts.steps[at(facts, kind, index)] as Of<K>;
}

const attestation = (phase: Of<'attestation'>['phase'], more: Partial<Of<'attestation'>> = {}): Step => ({
  kind: 'attestation',
  phase,
  ...more,
});

/** Put steps before the n-th step; a negative place counts from the end, −1 being behind the last step. */
const insert =
  (place: number, ...steps: Step[]): Change =>
  (facts) =>
    void facts.steps.splice(place < 0 ? facts.steps.length + 1 + place : place, 0, ...steps);

const without =
  (kind: Step['kind'], index?: number): Change =>
  (facts) =>
    void facts.steps.splice(at(facts, kind, index), 1);

const all =
  (...changes: Change[]): Change =>
  (facts) => {
    for (const change of changes) change(facts);
  };

/** The answers of some items are signed by another key. */
const signedBy =
  (key: string, ...items: number[]): Change =>
  (facts) => {
    for (const index of items) step(facts, 'evidence', index).content = withKey(key);
  };

const withKey =
  (key: string) =>
  (honest: AnswerEvidence): AnswerEvidence => ({
    ...honest,
    signatures: [{ algo: 'ed25519', body: (honest.signatures?.[0]?.body ?? '').replace(KEY_A, key) }],
  });

const NOTHING: Change = () => undefined;

describe('a run with evidence', () => {
  it('verifies as it was written, with every answer bracketed', async () => {
    const transcript = await verified(written());
    expect(transcript.level).toBe('D3');
    expect(transcript.execution).toMatchObject({
      level: 'L4',
      levels: [{ level: 'L4', answers: 4 }],
      answers: 4,
      checked: 4,
      sessions: { before: 1, after: 1 },
      signers: [{ address: KEY_A, answers: 4 }],
      signedModels: new Map([['crafted-1', 4]]),
    });
    expect(transcript.execution?.suffixes).not.toContain('~stale');
    expect(axisOf(transcript, 'execution')).toMatchObject({
      verdict: 'proven',
      coverage: { checked: 4, total: 4, unit: 'answers' },
    });
  });

  it('has the features of its plan in the header, and no other', async () => {
    const features = async (facts: Facts, ...names: string[]): Promise<string> => {
      facts.features = names;
      return codeOf(await verify(writeRun(facts)));
    };
    expect(await features(attestedFacts())).toBe('ERR_HEADER');
    expect(await features(honestFacts(), 'evidence/1')).toBe('ERR_HEADER');
    expect(await features(attestedFacts(), 'evidence/1', 'evidence/1')).toBe('ERR_HEADER');
    expect(await features(attestedFacts(), 'evidence/2')).toBe('ERR_FEATURE');
  });

  it('is not evaluated without the checks, and held to every rule but what they check', async () => {
    const run = written(signedBy(KEY_B, 1));
    expect(codeOf(await verify(run))).toBe('ERR_CHAT_SIGNER');
    const verification = await verify(run, 'D3', null);
    if (!verification.verified) throw verification.fault;
    expect(verification.transcript.execution).toBeNull();
    expect(axisOf(verification.transcript, 'execution')).toMatchObject({ verdict: 'not evaluated' });
    for (const [change, code] of [
      [insert(4, attestation('before')), 'ERR_EVIDENCE_PLACE'],
      [(facts: Facts) => void (step(facts, 'evidence', 1).content = () => '{"claim":"L6"}'), 'ERR_EVIDENCE_FORM'],
    ] as const) {
      expect(codeOf(await verify(written(change), 'D3', null))).toBe(code);
    }
    const changed = written();
    const opening = changed.lines.findIndex((line) => line.includes('"label":"evidence"'));
    changed.lines[opening] = (changed.lines[opening] ?? '').replace('\\"id\\":\\"r\\"', '\\"id\\":\\"s\\"');
    expect(codeOf(await verify(changed, 'D3', null))).toBe('ERR_OPENING_COMMITMENT');
    const missing = written();
    missing.evidence?.clear();
    expect(codeOf(await verify(missing, 'D3', null))).toBe('ERR_EVIDENCE_FILE');
  });
});

describe('the place of an attestation', () => {
  // Steps of the honest run: before, then intent, outcome, evidence and score of each of four items, then after.
  it.each<[string, Change]>([
    ['before, twice over the header', insert(1, attestation('before', { size: 1 }))],
    ['before, not at all', without('attestation')],
    ['after, not at all', (facts) => void facts.steps.pop()],
    ['after, twice', insert(-1, attestation('after'))],
    ['after, twice over the same records', insert(-1, attestation('after', { size: 18 }))],
    ['rotation, over what is there', insert(3, attestation('rotation'))],
    ['rotation, over the header', insert(3, attestation('rotation', { size: 1 }))],
    [
      'rotation, over the header and nothing before',
      all(without('attestation'), insert(3, attestation('rotation', { size: 1 }))),
    ],
    [
      'rotation, over the records that an earlier attestation was over',
      insert(3, attestation('rotation'), attestation('rotation', { size: 4 })),
    ],
    ['resume, after a resume', insert(5, RESUME, attestation('resume'))],
    ['resume, twice', insert(5, RESUME, attestation('resume'), attestation('resume', { size: 7 }))],
    ['after, and again after a resume', insert(-1, RESUME, attestation('after'))],
    ['after, then a resume and more requests', insert(9, attestation('after'), RESUME, attestation('resume'))],
  ])('is right: %s', async (_, change) => {
    expect(codeOf(await verify(written(change)))).toBe('verified');
  });

  it.each<[string, Change]>([
    ['before, after a request', insert(3, attestation('before', { size: 1 }))],
    ['before, over more than the header', insert(1, attestation('before'))],
    ['before, after a resume', all(without('attestation'), insert(0, RESUME, attestation('before', { size: 1 })))],
    ['before, after all', insert(-1, attestation('before', { size: 1 }))],
    ['resume, without a resume', insert(1, attestation('resume'))],
    ['resume, over records before it', insert(5, RESUME, attestation('resume', { size: 1 }))],
    ['resume, late', all(insert(5, RESUME), insert(8, attestation('resume')))],
    ['rotation, before a request', insert(1, attestation('rotation'))],
    ['rotation, over records that end nowhere', insert(5, attestation('rotation', { size: 3 }))],
    ['after, between requests', insert(5, attestation('after'))],
    ['after, before a verdict', insert(16, attestation('after'))],
    ['after, before everything', insert(1, attestation('after'))],
    ['after, over the header', insert(-1, attestation('after', { size: 1 }))],
    ['after, over records before the last verdict', insert(16, attestation('rotation'))],
    [
      'any, over a tree that is not there',
      insert(1, attestation('before', { change: (record) => ({ ...record, size: 999 }) })),
    ],
    [
      'any, over another tree',
      insert(1, attestation('before', { size: 1, change: (record) => ({ ...record, root: 'ab'.repeat(32) }) })),
    ],
  ])('is wrong: %s', async (name, change) => {
    const facts = attestedFacts();
    if (name.startsWith('after, over records before')) {
      // The rotation makes its tree one that may be named.
      facts.steps.push(attestation('after', { size: 17 }));
    }
    const verification = await verify(written(change, facts));
    expect(codeOf(verification)).toBe('ERR_EVIDENCE_PLACE');
    expect(axisOf(verification as never, 'execution')).toMatchObject({ verdict: 'failed', code: 'ERR_EVIDENCE_PLACE' });
  });

  it('may be over any mark, and over no other records of old', async () => {
    const facts = (): Facts => attestedFacts({ repeats: 40 });
    expect(codeOf(await verify(written(insert(-2, attestation('rotation', { size: 256 })), facts())))).toBe('verified');
    expect(codeOf(await verify(written(insert(-2, attestation('rotation', { size: 512 })), facts())))).toBe('verified');
    expect(codeOf(await verify(written(insert(-2, attestation('rotation', { size: 255 })), facts())))).toBe(
      'ERR_EVIDENCE_PLACE',
    );
  });

  it('is nowhere in a run that plans no evidence', async () => {
    const run = (change: Change): WrittenRun => written(change, honestFacts());
    expect(codeOf(await verify(run(insert(0, attestation('before')))))).toBe('ERR_EVIDENCE_PLACE');
    const evidence: Step = { kind: 'evidence', index: 0, repeat: 0 };
    expect(codeOf(await verify(run(insert(2, evidence))))).toBe('ERR_EVIDENCE_PLACE');
  });

  it('is not there more often than a verifier remembers', async () => {
    const many = Array.from({ length: 4096 }, () => attestation('before', { size: 1 }));
    expect(codeOf(await verify(written(all(without('attestation'), insert(0, ...many.slice(1))))))).toBe('verified');
    expect(codeOf(await verify(written(insert(0, ...many))))).toBe('ERR_EVIDENCE_PLACE');
  });
});

describe('the place of what is said about an answer', () => {
  const evidence = (more: Partial<Of<'evidence'>> = {}): Step => ({ kind: 'evidence', index: 0, repeat: 0, ...more });

  it.each<[string, Change]>([
    ['twice', insert(4, evidence())],
    ['after the score', insert(5, evidence())],
    ['before the outcome', all(without('evidence', 0), insert(2, evidence({ of: 3 })))],
    ['of a request', insert(2, evidence({ of: 2 }))],
    ['of nothing', insert(4, evidence({ of: 999 }))],
    ['of another answer that has its own', insert(8, evidence({ index: 1 }))],
    [
      'of a failed request',
      (facts) => {
        const { request } = step(facts, 'intent', 0);
        const failed: Step[] = [
          { kind: 'intent', index: 0, repeat: 0, attempt: 0, request },
          { kind: 'outcome', index: 0, repeat: 0, record: { k: 'outcome', status: 'http', http: 500 }, response: 'no' },
          evidence(),
        ];
        facts.steps[1] = { ...step(facts, 'intent', 0), attempt: 1 };
        facts.steps.splice(1, 0, ...failed);
      },
    ],
  ])('is wrong: %s', async (_, change) => {
    for (const check of [fakeCheck(), null]) {
      expect(codeOf(await verify(written(change), 'D3', check))).toBe('ERR_EVIDENCE_PLACE');
    }
  });

  it('is between outcome and score, next to other samples', async () => {
    const facts = attestedFacts();
    const [before, i0, o0, e0, s0, i1, o1, e1, s1, ...rest] = facts.steps as [Step, ...Step[]];
    facts.steps = [before, i0, i1, o1, o0, e1, e0, s0, s1, ...rest].filter((known) => known !== undefined);
    const { execution } = await verified(writeRun(facts));
    expect(execution).toMatchObject({ level: 'L4', checked: 4 });
  });

  it('follows the last attempt', async () => {
    const facts = attestedFacts();
    const intent = step(facts, 'intent', 0);
    const failed: Step[] = [
      { ...intent },
      { kind: 'outcome', index: 0, repeat: 0, record: { k: 'outcome', status: 'http', http: 500 }, response: 'no' },
    ];
    intent.attempt = 1;
    facts.steps.splice(1, 0, ...failed);
    expect((await verified(writeRun(facts))).execution).toMatchObject({ level: 'L4', checked: 4 });
  });
});

describe('the files of evidence', () => {
  const name = (run: WrittenRun): string => [...(run.evidence?.keys() ?? [])][0] ?? '';

  it.each<[string, (run: WrittenRun) => void]>([
    ['is missing', (run) => void run.evidence?.delete(name(run))],
    ['is changed', (run) => void run.evidence?.set(name(run), new Uint8Array([1]))],
    ['is empty', (run) => void run.evidence?.set(name(run), new Uint8Array())],
  ])('are refused if one %s', async (_, change) => {
    for (const level of ['D1', 'D3', null] as const) {
      const run = written();
      change(run);
      if (level === 'D1') run.lines = run.lines.filter((line) => !line.includes('"label":'));
      const verification = await verify(run, level);
      expect([level, codeOf(verification)]).toEqual([level, 'ERR_EVIDENCE_FILE']);
    }
  });

  it('are all named in a publication; a folder may have more, which an interruption has left', async () => {
    const run = written();
    run.evidence?.set('ab'.repeat(32), new Uint8Array([1]));
    expect(codeOf(await verify(run))).toBe('ERR_EVIDENCE_FILE');
    expect(codeOf(await verify(run, null))).toBe('verified');
    const plain = written(NOTHING, honestFacts());
    plain.evidence = new Map([['ab'.repeat(32), new Uint8Array()]]);
    expect(codeOf(await verify(plain))).toBe('ERR_EVIDENCE_FILE');
  });

  it('may be named more than once', async () => {
    const facts = attestedFacts();
    const files = (record: { readonly files: readonly unknown[] }) => [...record.files, ...record.files];
    step(facts, 'attestation').change = (record) => ({ ...record, files: files(record) as typeof record.files });
    expect(codeOf(await verify(writeRun(facts)))).toBe('verified');
  });
});

describe('what is opened of evidence', () => {
  it.each<[string, string]>([
    ['no JSON', 'x'],
    ['another form of it', '{"id": "r"}'],
    ['a key that nobody knows', '{"claim":"L6"}'],
    ['an algorithm that nobody knows', '{"signatures":[{"algo":"rsa","body":""}]}'],
    ['too many signatures', `{"signatures":[${Array(3).fill('{"algo":"ecdsa","body":""}').join()}]}`],
    ['a signature that is too long', `{"receipt":"${'x'.repeat(65_537)}"}`],
  ])('is refused if it is %s', async (_, content) => {
    const run = written((facts) => void (step(facts, 'evidence', 2).content = () => content));
    const verification = await verify(run);
    expect(codeOf(verification)).toBe('ERR_EVIDENCE_FORM');
    expect(axisOf(verification as never, 'execution')).toMatchObject({ verdict: 'failed' });
    // What is not opened is not read.
    run.lines = run.lines.filter((line) => !line.includes('"label":"evidence"'));
    expect(codeOf(await verify(run))).toBe('verified');
  });

  it('is refused elsewhere than behind its record, twice, or in another form', async () => {
    const honest = written();
    const place = honest.lines.findIndex((line) => line.includes('"label":"evidence"'));
    const line = honest.lines[place] ?? '';
    const { utf8, salt, seq } = JSON.parse(line) as {
      readonly utf8: string;
      readonly salt: string;
      readonly seq: number;
    };
    const b64 = Buffer.from(utf8).toString('base64');
    for (const [lines, code] of [
      [honest.lines.toSpliced(place, 1).toSpliced(place + 1, 0, line), 'ERR_OPENING_STRAY'],
      [honest.lines.toSpliced(place, 1).toSpliced(place - 1, 0, line), 'ERR_OPENING_STRAY'],
      [honest.lines.toSpliced(place, 0, line), 'ERR_OPENING_STRAY'],
      [honest.lines.with(place, line.replace(`"seq":${seq}`, `"seq":${seq + 1}`)), 'ERR_OPENING_STRAY'],
      [honest.lines.with(place, line.replace('"label":"evidence"', '"label":"response"')), 'ERR_OPENING_STRAY'],
      [honest.lines.with(place, line.replace('ed25519', 'ecdsa')), 'ERR_OPENING_COMMITMENT'],
      [honest.lines.with(place, line.replace(salt, '00'.repeat(32))), 'ERR_OPENING_COMMITMENT'],
      [
        honest.lines.with(place, `{"b64":"${b64}","label":"evidence","salt":"${salt}","seq":${seq}}`),
        'ERR_OPENING_FORM',
      ],
      [honest.lines.with(place, line.replace('"seq"', '"index"')), 'ERR_OPENING_FORM'],
    ] as const) {
      expect(codeOf(await verify({ ...honest, lines }))).toBe(code);
    }
  });

  it('lowers the coverage where it is missing, and so do the bytes that it is about', async () => {
    const honest = written();
    const hide = (label: string): WrittenRun => {
      const place = honest.lines.findIndex((line) => line.includes(`"label":"${label}"`));
      return { ...honest, lines: honest.lines.toSpliced(place, 1) };
    };
    for (const label of ['evidence', 'request', 'response']) {
      const transcript = await verified(hide(label));
      expect([label, transcript.level]).toEqual([label, 'D2']);
      expect(transcript.execution).toMatchObject({ level: 'L4', answers: 4, checked: 3 });
      expect(axisOf(transcript, 'execution')).toMatchObject({
        verdict: 'proven',
        coverage: { checked: 3, total: 4 },
        scope: expect.stringContaining('the rest is declared') as string,
      });
    }
    expect((await verified(hide('target'))).execution).toMatchObject({ checked: 4 });
  });

  it('is none at D1: answers without evidence are known all the same', async () => {
    const closed = (run: WrittenRun): WrittenRun => ({
      ...run,
      lines: run.lines.filter((line) => !line.includes('"label":')),
    });
    const none = await verified(closed(written()), 'D1');
    expect(none.execution).toMatchObject({ answers: 4, checked: 0, levels: [], sessions: { before: 1, after: 1 } });
    expect(axisOf(none, 'execution')).toMatchObject({ verdict: 'declared', coverage: { checked: 0, total: 4 } });
    const one = await verified(closed(written(without('evidence', 2))), 'D1');
    expect(one.execution).toMatchObject({ level: 'L1', answers: 4, checked: 1 });
    expect(axisOf(one, 'execution')).toMatchObject({ verdict: 'declared' });
  });

  it('is nothing at D0', async () => {
    const source = { ...sourceOf(written(), 'D0'), lines: null };
    const verification = await verifyRun(source, { ...OPTIONS, attestation: fakeCheck() });
    if (!verification.verified) throw verification.fault;
    expect(axisOf(verification.transcript, 'execution')).toMatchObject({ verdict: 'not evaluated' });
  });
});

describe('a level that is asked for', () => {
  const unattested =
    (index: number): Change =>
    (facts) => {
      const score = step(facts, 'score', index);
      delete score.extracted;
      score.record = { unscored: 'unattested' };
    };

  it('is reached by every answer that counts', async () => {
    const asked = attestedFacts({ requireLevel: 'L4' });
    const { execution } = await verified(written(all(without('evidence', 1), unattested(1)), asked));
    expect(execution).toMatchObject({ level: 'L4', answers: 3, checked: 3 });
  });

  it.each<[string, Change, string]>([
    ['none has evidence', without('evidence', 1), 'ERR_EVIDENCE_LEVEL'],
    ['the right evidence is thrown away', unattested(1), 'ERR_EVIDENCE_LEVEL'],
    ['a signature is contradicted', signedBy(KEY_B, 1), 'ERR_CHAT_SIGNER'],
    [
      'a machine is too weak',
      (facts) => void (step(facts, 'attestation').report = { tcb: 'Revoked' }),
      'ERR_EVIDENCE_LEVEL',
    ],
  ])('fails the run if %s', async (_, change, code) => {
    const verification = await verify(written(change, attestedFacts({ requireLevel: 'L4' })));
    expect(codeOf(verification)).toBe(code);
    expect(axisOf(verification as never, 'execution')).toMatchObject({ verdict: 'failed', code });
  });

  it('takes answers that are contradicted for unattested, whatever it is', async () => {
    for (const requireLevel of ['L0', 'L1', 'L4'] as const) {
      const change = all(signedBy(KEY_B, 1), unattested(1));
      const { execution, metrics } = await verified(written(change, attestedFacts({ requireLevel })));
      expect(execution).toMatchObject({ answers: 3, checked: 3 });
      // Three of four answers are right, one of these does not count and is wrong all the same.
      expect(metrics[0]?.result).toMatchObject({ n: 4, num: 2, den: 4, unscored: { unattested: 1 } });
    }
  });

  it('is not judged where the evidence is not open, and the scores are then declared', async () => {
    const run = written(all(unattested(1)), attestedFacts({ requireLevel: 'L4' }));
    run.lines = run.lines.filter((line) => !line.includes('"label":"evidence"'));
    const transcript = await verified(run);
    expect(transcript.execution).toMatchObject({ answers: 3, checked: 0 });
    expect(axisOf(transcript, 'scoring')).toMatchObject({ coverage: { checked: 3, total: 4 } });
    const unchecked = await verify(run, 'D3', null);
    expect(codeOf(unchecked)).toBe('verified');
    const open = await verified(
      written(all(without('evidence', 1), unattested(1)), attestedFacts({ requireLevel: 'L4' })),
    );
    expect(axisOf(open, 'scoring')).toMatchObject({ coverage: { checked: 3, total: 3 } });
  });

  it('is the only reason for a sample to be unattested, and only of an answer', async () => {
    expect(codeOf(await verify(written(unattested(1))))).toBe('ERR_UNSCORED_REASON');
    const failed: Change = (facts) => {
      const outcome = step(facts, 'outcome', 1);
      outcome.record = { k: 'outcome', status: 'network', error: 'ECONNRESET' };
      delete outcome.response;
      facts.steps.splice(at(facts, 'evidence', 1), 1);
      unattested(1)(facts);
    };
    expect(codeOf(await verify(written(failed, attestedFacts({ requireLevel: 'L4' }))))).toBe('ERR_UNSCORED_REASON');
  });

  it('leaves nothing to attest if no answer reaches it', async () => {
    const change = all(...[0, 1, 2, 3].flatMap((index) => [without('evidence', index), unattested(index)]));
    const transcript = await verified(written(change, attestedFacts({ requireLevel: 'L2' })));
    expect(transcript.execution).toMatchObject({ answers: 0, checked: 0, level: 'L0' });
    expect(axisOf(transcript, 'execution')).toMatchObject({ verdict: 'not evaluated' });
    expect(transcript.metrics[0]?.result).toMatchObject({ n: 4, num: 0, den: 4 });
  });
});

describe('what is contradicted', () => {
  it.each<[string, Change, string]>([
    [
      'an attestation',
      (facts) => void (step(facts, 'attestation').report = { refuted: 'ERR_TCB_REVOKED' }),
      'ERR_TCB_REVOKED',
    ],
    [
      'the last one',
      (facts) => void ((facts.steps.at(-1) as Of<'attestation'>).report = { refuted: 'ERR_TD_DEBUG' }),
      'ERR_TD_DEBUG',
    ],
    [
      'its nonce',
      (facts) => void (step(facts, 'attestation').report = { nonce: '00'.repeat(32) }),
      'ERR_ATTESTATION_NONCE',
    ],
    ['the key of an answer', signedBy(KEY_B, 3), 'ERR_CHAT_SIGNER'],
    [
      'its text',
      (facts) => void (step(facts, 'evidence', 3).content = () => ({ signatures: [{ algo: 'ed25519', body: '{}' }] })),
      'ERR_CHAT_TEXT',
    ],
  ])('fails the run: %s', async (_, change, code) => {
    const verification = await verify(written(change));
    expect(codeOf(verification)).toBe(code);
    expect(axisOf(verification as never, 'execution')).toMatchObject({ verdict: 'failed', code });
  });

  it('is an attestation of one phase that is shown as one of another', async () => {
    const facts = attestedFacts();
    facts.steps.push(attestation('after', { change: (record) => ({ ...record, phase: 'rotation' }) }));
    expect(codeOf(await verify(writeRun(facts)))).toBe('ERR_ATTESTATION_NONCE');
  });

  it('is an attestation over one tree that is shown as one over another', async () => {
    const facts = attestedFacts();
    let head = {};
    const over = (record: { readonly size: number; readonly root: string }): void => {
      head = { size: record.size, root: record.root };
    };
    facts.steps.push(attestation('after', { change: (record) => (over(record), record) }));
    facts.steps.push(attestation('after', { size: 1, change: (record) => ({ ...record, ...head }) }));
    expect(codeOf(await verify(writeRun(facts)))).toBe('ERR_ATTESTATION_NONCE');
  });
});

describe('the levels of a run', () => {
  const staleIn = ({ execution }: VerifiedTranscript): number =>
    (execution?.levels ?? [])
      .filter(({ suffixes }) => suffixes.includes('~stale'))
      .reduce((n, { answers }) => n + answers, 0);

  it('are counted over answers of one kind', async () => {
    const change = all(without('evidence', 0), without('evidence', 2));
    const { execution } = await verified(written(change));
    expect(execution?.level).toBe('L1');
    expect(execution?.levels.map(({ level, answers }) => [level, answers])).toEqual([
      ['L1', 2],
      ['L4', 2],
    ]);
    expect(execution?.suffixes).toContain('~req');
  });

  it.each<[string, Change, number]>([
    ['before and after', NOTHING, 0],
    ['before only', (facts) => void facts.steps.pop(), 4],
    ['after only, for the first answer', all(without('attestation'), insert(2, attestation('rotation'))), 1],
    ['before and at a resume', all((facts) => void facts.steps.pop(), insert(-1, RESUME, attestation('resume'))), 0],
    [
      'before and at a resume, for what came before it',
      all((facts) => void facts.steps.pop(), insert(9, RESUME, attestation('resume'))),
      2,
    ],
    [
      'by a rotation that was kept back',
      all((facts) => void facts.steps.pop(), insert(-1, attestation('rotation', { size: 1 }))),
      4,
    ],
    [
      'by a rotation over everything, which nobody asks for',
      all((facts) => void facts.steps.pop(), insert(-1, attestation('rotation'))),
      4,
    ],
    [
      'after, of another key',
      (facts) => void ((facts.steps.at(-1) as Of<'attestation'>).report = { keys: [KEY_B] }),
      4,
    ],
  ])('say whether a key is attested on both sides: %s', async (_, change, stale) => {
    expect(staleIn(await verified(written(change)))).toBe(stale);
  });

  it('take a rotation that an answer gave rise to for what it is: made after its request', async () => {
    const facts = attestedFacts();
    const both = { keys: [KEY_A, KEY_B] };
    signedBy(KEY_B, 1, 2, 3)(facts);
    facts.steps.splice(at(facts, 'evidence', 1), 0, attestation('rotation', { size: 1, report: both }));
    (facts.steps.at(-1) as Of<'attestation'>).report = both;
    const transcript = await verified(writeRun(facts));
    expect(transcript.execution).toMatchObject({
      level: 'L4',
      answers: 4,
      sessions: { before: 1, rotation: 1, after: 1 },
    });
    expect(staleIn(transcript)).toBe(1);
    expect(transcript.execution?.signers.map(({ address, answers }) => [address, answers])).toEqual([
      [KEY_A, 1],
      [KEY_B, 3],
    ]);
  });

  it('are those of the verdict: evidence of an earlier session is held against what a resume attests', async () => {
    const facts = attestedFacts({ requireLevel: 'L4' });
    signedBy(KEY_B, 0)(facts);
    const resumed = attestation('resume', { report: { keys: [KEY_A, KEY_B] } });
    facts.steps.splice(at(facts, 'score', 0), 0, RESUME, resumed);
    expect((await verified(writeRun(facts))).execution).toMatchObject({ level: 'L4', answers: 4 });
  });

  it('are never above L1 for a simulator, which proves nothing', async () => {
    const facts = attestedFacts();
    step(facts, 'attestation').report = { simulated: true };
    const transcript = await verified(writeRun(facts));
    expect(transcript.execution).toMatchObject({ level: 'L1', suffixes: ['~simulated'], simulated: true });
    expect(axisOf(transcript, 'execution')).toMatchObject({ verdict: 'declared' });
  });

  it('are L0 without evidence if nobody answers for the run', async () => {
    const facts = attestedFacts();
    facts.plan = { ...facts.plan, signer: { ...facts.plan.signer, kind: 'ephemeral' } };
    without('evidence', 0)(facts);
    const verification = await verifyRun(sourceOf(writeRun(facts)), { attestation: fakeCheck() });
    if (!verification.verified) throw verification.fault;
    expect(verification.transcript.execution?.levels.map(({ level }) => level)).toEqual(['L0', 'L4']);
  });

  it('are L2 where only the connection vouches, by the attestation of that very connection', async () => {
    const channel = (facts: Facts, index: number, spki: string): void => {
      step(facts, 'evidence', index).content = () => ({ peer_spki: spki });
    };
    const facts = attestedFacts();
    facts.plan = { ...facts.plan, endpoint: { ...facts.plan.endpoint, tee: { provider: 'tinfoil' } } };
    for (const index of [0, 1]) channel(facts, index, TLS_A);
    for (const index of [2, 3]) channel(facts, index, TLS_B);
    step(facts, 'attestation').report = { channel: TLS_A };
    (facts.steps.at(-1) as Of<'attestation'>).report = { channel: TLS_B };
    facts.steps.splice(at(facts, 'intent', 2), 0, attestation('rotation', { report: { channel: TLS_B } }));
    const transcript = await verified(writeRun(facts));
    expect(transcript.execution).toMatchObject({ level: 'L2', answers: 4, checked: 4, signers: [] });
    // The first connection is attested before its answers, the second on both sides.
    expect(staleIn(transcript)).toBe(2);
    channel(facts, 1, 'cc'.repeat(32));
    expect(codeOf(await verify(writeRun(facts)))).toBe('ERR_TLS_KEY');
  });

  it('take no more memory for more answers, and few derivations', async () => {
    let derivations = 0;
    const check = fakeCheck();
    const counting: AttestationCheck = {
      ...check,
      gradeAnswer: (answer, context) => {
        derivations++;
        return check.gradeAnswer(answer, context);
      },
    };
    const run = written(NOTHING, attestedFacts({ repeats: 50, requireLevel: 'L4' }));
    expect(codeOf(await verify(run, 'D3', counting))).toBe('verified');
    expect(check.asked.answers).toBe(200);
    // Once when the first of the group has its verdict, once in the end.
    expect(derivations).toBe(2);
  });

  it('are of no more kinds than a verifier keeps', () => {
    const level = { level: 'L1', suffixes: [], reasons: ['the fake says so'] } as const;
    const execution = createExecution(() => level, true);
    const answer = (n: number) => ({ claims: [], signer: null, signedModel: `m${n}`, channelSpki: null });
    for (let n = 0; n < 65_536; n++) execution.group(answer(n), 0);
    expect(execution.group(answer(7), 0)).toBe(execution.group(answer(7), 0));
    expectCode(() => execution.group(answer(65_536), 0), 'ERR_EVIDENCE_FORM');
  });
});
