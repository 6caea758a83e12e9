/**
 * What a dishonest runner tries: he signs his own transcript, and has what real endpoints gave him, but not their keys.
 *
 * Every run here is recorded honestly, then changed, rebuilt and signed again.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAttestationCheck } from '../../src/attestation/check.ts';
import type { AttestationCheck } from '../../src/attestation/claim.ts';
import { encodeHex, encodeUtf8 } from '../../src/core/bytes.ts';
import { parseDigest } from '../../src/core/digest.ts';
import type { TeeProvider } from '../../src/core/evidence-names.ts';
import { openTeeEndpoint } from '../../src/endpoints/tee/open-tee.ts';
import { createBuilder } from '../../src/transcript/builder.ts';
import { evidenceNonce, formatAnswerEvidence, parseAnswerEvidence } from '../../src/transcript/evidence.ts';
import type { AnswerEvidence } from '../../src/transcript/evidence.ts';
import { planDigest } from '../../src/transcript/plan.ts';
import { formatPlan } from '../../src/transcript/plan-text.ts';
import { verifyRun, type Verification } from '../../src/verifier/verify.ts';
import {
  answerEvidenceOf,
  contentOf,
  copyOf,
  drop,
  entriesOf,
  readRecorded,
  rebuilt,
  replaceContent,
  rescore,
  sessionsOf,
  type Entry,
  type RecordedRun,
} from './rebuilt-run.ts';
import { AS_VENDOR, NOW_MS, openBench, SIMULATED, type RunChoice, type TeeBench } from './tee-runs.ts';

const benches = new Map<TeeProvider, TeeBench>();
const runs = new Map<string, RecordedRun>();

beforeAll(async () => {
  const record = async (name: string, provider: TeeProvider, choice: RunChoice = {}): Promise<void> => {
    const bench = benches.get(provider) ?? (await openBench(provider));
    benches.set(provider, bench);
    const folder = bench.folder();
    await bench.run(folder, { attestation: AS_VENDOR, ...choice });
    runs.set(name, await readRecorded(folder));
  };
  await record('direct', 'near-direct');
  await record('other', 'near-direct', { single: true });
  await record('required', 'near-direct', { requireLevel: 'L4' });
  await record('gateway', 'near-gateway', { stream: true });
  await record('python', 'vllm-proxy');
  await record('aci', 'aci');
  await record('tinfoil', 'tinfoil');
});

afterAll(async () => {
  for (const bench of benches.values()) await bench[Symbol.asyncDispose]();
});

/** A copy of a recorded run. */
function recorded(name: string): RecordedRun {
  const run = runs.get(name);
  if (run === undefined) throw new Error(`no run ${name}`);
  return copyOf(run);
}

async function verdictOn(run: RecordedRun, attestation: AttestationCheck = AS_VENDOR): Promise<Verification> {
  return await verifyRun(rebuilt(run), { attestation, keepSamples: true });
}

/** Code of the fault, or the levels. */
async function resultOf(run: RecordedRun, attestation: AttestationCheck = AS_VENDOR): Promise<string> {
  const verification = await verdictOn(run, attestation);
  if (!verification.verified) return verification.fault.code;
  const { levels = [] } = verification.transcript.execution ?? {};
  return levels.map(({ level, suffixes, answers }) => `${[level, ...suffixes].join('')} × ${answers}`).join(', ');
}

const firstOf = <T>(list: readonly T[]): T => {
  const [first] = list;
  if (first === undefined) throw new Error('there is none');
  return first;
};

const inPhase = (run: RecordedRun, phase: string): ReturnType<typeof sessionsOf> =>
  sessionsOf(run).filter(({ record }) => record.phase === phase);

function dropAfter(run: RecordedRun): RecordedRun {
  drop(run, ...inPhase(run, 'after'));
  return run;
}

const evidenceIn = (entry: Entry): AnswerEvidence => parseAnswerEvidence(encodeUtf8(contentOf(entry, 'evidence')));

function changeEvidence(entry: Entry, change: (evidence: AnswerEvidence) => AnswerEvidence): void {
  replaceContent(entry, 'evidence', formatAnswerEvidence(change(evidenceIn(entry))));
}

/** Change the JSON of every signature over an answer. */
function changeSignatures(entry: Entry, change: (fields: Record<string, unknown>) => object): void {
  changeEvidence(entry, (evidence) => ({
    ...evidence,
    signatures: (evidence.signatures ?? []).map(({ algo, body }) => ({
      algo,
      body: JSON.stringify(change(JSON.parse(body) as Record<string, unknown>)),
    })),
  }));
}

describe('a run that is rebuilt', () => {
  it.each([
    ['direct', 'L4~time × 6'],
    ['required', 'L4~time × 6'],
    ['gateway', 'L3~time × 6'],
    ['python', 'L4~req~time × 6'],
    ['aci', 'L3~time × 6'],
    ['tinfoil', 'L2~time × 6'],
  ])('and not changed is what it was: %s', async (name, levels) => {
    expect(await resultOf(recorded(name))).toBe(levels);
  });
});

describe('evidence of answers', () => {
  it.each(['direct', 'gateway', 'python', 'aci'])('cannot be swapped: %s', async (name) => {
    const run = recorded(name);
    const [first, second] = answerEvidenceOf(run);
    if (first === undefined || second === undefined) throw new Error('want two answers');
    const [one, other] = [contentOf(first, 'evidence'), contentOf(second, 'evidence')];
    replaceContent(first, 'evidence', other);
    replaceContent(second, 'evidence', one);
    expect(await resultOf(dropAfter(run))).toBe('ERR_CHAT_TEXT');
  });

  it.each(['direct', 'gateway', 'python', 'aci'])('does not fit another answer: %s', async (name) => {
    const run = recorded(name);
    const [wrong] = entriesOf(run, 'score').filter(({ record }) => record.num === 0);
    if (wrong === undefined) throw new Error('want a wrong answer');
    const outcome = firstOf(entriesOf(run, 'outcome').filter(({ record }) => record.seq === wrong.record.of));
    replaceContent(outcome, 'response', contentOf(outcome, 'response').replace('"content":"3"', '"content":"no"'));
    replaceContent(wrong, 'extracted', 'no');
    wrong.record = { ...wrong.record, num: 1 };
    expect(contentOf(outcome, 'response')).toContain('"no"');
    expect(await resultOf(dropAfter(copyOf(run)))).toBe('ERR_CHAT_TEXT');
    // The attestation at the end is over the answers as they were.
    expect(await resultOf(run)).toBe('ERR_CHAT_TEXT');
  });

  it('does not fit another question', async () => {
    const run = recorded('direct');
    const intent = firstOf(entriesOf(run, 'intent'));
    // The same question in other bytes is refused before: a request has one form.
    replaceContent(intent, 'request', contentOf(intent, 'request').replace('say 0', 'say 1'));
    expect(await resultOf(dropAfter(run))).toMatch(/^ERR_(?:REQUEST|CONTENT|CHAT)/);
  });

  it('is missed where it is left out, and the level is that of the run', async () => {
    const run = recorded('direct');
    drop(run, firstOf(answerEvidenceOf(run)));
    expect(await resultOf(dropAfter(run))).toBe('L1 × 1, L4~stale~time × 5');
  });

  it('that is not opened is not counted as checked', async () => {
    const run = recorded('direct');
    firstOf(answerEvidenceOf(run)).withheld.add('evidence');
    const verification = await verdictOn(run);
    expect(verification).toMatchObject({ transcript: { execution: { answers: 6, checked: 5, level: 'L4' } } });
    const axes = verification.verified ? verification.transcript.axes : [];
    expect(axes.find(({ axis }) => axis === 'execution')).toMatchObject({
      coverage: { checked: 5, total: 6 },
      scope: expect.stringContaining('the rest is declared'),
    });
  });

  it('of which nothing is opened proves nothing', async () => {
    const run = recorded('direct');
    for (const entry of answerEvidenceOf(run)) entry.withheld.add('evidence');
    const verification = await verdictOn(run);
    const axes = verification.verified ? verification.transcript.axes : [];
    expect(axes.find(({ axis }) => axis === 'execution')).toMatchObject({ verdict: 'declared' });
  });

  it('by a gateway is not by a model server, whatever it is called', async () => {
    const run = recorded('gateway');
    changeSignatures(firstOf(answerEvidenceOf(run)), (fields) => ({ ...fields, signature_kind: 'provider_tee' }));
    expect(await resultOf(dropAfter(run))).toBe('ERR_CHAT_KIND');
    const silent = recorded('gateway');
    for (const entry of answerEvidenceOf(silent)) {
      changeSignatures(entry, ({ signature_kind: _kind, ...fields }) => fields);
    }
    expect(await resultOf(dropAfter(silent))).toBe('L3~stale~time × 6');
  });

  it('in one algorithm is not evidence in the other', async () => {
    const run = recorded('direct');
    changeEvidence(firstOf(answerEvidenceOf(run)), ({ signatures = [], ...evidence }) => ({
      ...evidence,
      signatures: signatures.map(({ algo, body }) => ({ algo: algo === 'ecdsa' ? 'ed25519' : 'ecdsa', body })),
    }));
    expect(await resultOf(dropAfter(run))).toBe('ERR_CHAT_FORM');
  });

  it('by a key that is attested for the other algorithm only is not evidence', async () => {
    const run = recorded('direct');
    drop(run, ...sessionsOf(run).filter(({ record }) => record.algo === 'ed25519'));
    for (const entry of answerEvidenceOf(run)) {
      changeEvidence(entry, ({ signatures = [], peer_spki: _spki, ...evidence }) => ({
        ...evidence,
        signatures: signatures.filter(({ algo }) => algo === 'ed25519'),
      }));
    }
    expect(await resultOf(dropAfter(run))).toBe('L1 × 6');
  });

  it('of a run with another model is refused', async () => {
    const run = recorded('direct');
    const other = recorded('direct');
    const renamed = { ...run, plan: { ...run.plan, endpoint: { ...run.plan.endpoint, model: 'grand/model' } } };
    // Another plan is another nonce, so nothing that was fetched for one run stands in the other.
    expect(await resultOf({ ...renamed, entries: other.entries })).toMatch(/^ERR_(?:HEADER|ATTESTATION_NONCE)$/);
  });

  it('is refused if a connection is said to have ended elsewhere', async () => {
    const run = recorded('tinfoil');
    changeEvidence(firstOf(answerEvidenceOf(run)), (evidence) => ({ ...evidence, peer_spki: 'ab'.repeat(32) }));
    expect(await resultOf(dropAfter(run))).toBe('ERR_TLS_KEY');
  });
});

describe('a level that is required', () => {
  it('is no way to drop an answer that is wrong', async () => {
    const run = recorded('required');
    const wrong = firstOf(entriesOf(run, 'score').filter(({ record }) => record.num === 0));
    rescore(wrong, { unscored: 'unattested' });
    expect(await resultOf(dropAfter(run))).toBe('ERR_EVIDENCE_LEVEL');
  });

  it('gains nothing by evidence that is left out, because the answer counts as wrong', async () => {
    const run = recorded('required');
    const wrong = firstOf(entriesOf(run, 'score').filter(({ record }) => record.num === 0));
    drop(run, firstOf(answerEvidenceOf(run).filter(({ record }) => record.of === wrong.record.of)));
    rescore(wrong, { unscored: 'unattested' });
    const verification = await verdictOn(dropAfter(run));
    const metrics = verification.verified ? verification.transcript.metrics : [];
    expect(metrics[0]?.result).toMatchObject({ num: 5, den: 6, n: 6, scored: 5, unscored: { unattested: 1 } });
  });

  it('is not met by an answer without evidence', async () => {
    const run = recorded('required');
    drop(run, firstOf(answerEvidenceOf(run)));
    expect(await resultOf(dropAfter(run))).toBe('ERR_EVIDENCE_LEVEL');
  });
});

describe('an attestation', () => {
  it('of another run is refused', async () => {
    const run = recorded('direct');
    const old = sessionsOf(recorded('other'));
    for (const [at, entry] of sessionsOf(run).entries()) entry.files = old[at]?.files ?? [];
    expect(await resultOf(run)).toBe('ERR_ATTESTATION_NONCE');
  });

  it('of the beginning is not one of the end', async () => {
    const run = recorded('direct');
    const before = inPhase(run, 'before');
    for (const [at, entry] of inPhase(run, 'after').entries()) entry.files = before[at]?.files ?? [];
    expect(await resultOf(run)).toBe('ERR_ATTESTATION_NONCE');
  });

  it('at the end may be left out, and is then missed', async () => {
    expect(await resultOf(dropAfter(recorded('direct')))).toBe('L4~stale~time × 6');
    expect(await resultOf(dropAfter(recorded('tinfoil')))).toBe('L2~stale~time × 6');
  });

  it('at the beginning may be left out, and then nothing vouches for any answer', async () => {
    const run = recorded('direct');
    drop(run, ...inPhase(run, 'before'));
    expect(await resultOf(dropAfter(run))).toBe('L1 × 6');
  });

  it.each([false, true])('at the end cannot be moved before the last answers (restated: %s)', async (restated) => {
    const run = recorded('direct');
    const moved = inPhase(run, 'after');
    drop(run, ...moved);
    for (const entry of moved) entry.restated = restated;
    const at = run.entries.indexOf(entriesOf(run, 'intent').at(-1) as Entry);
    run.entries.splice(at, 0, ...moved);
    expect(await resultOf(run)).toMatch(
      restated ? /^ERR_(?:ATTESTATION_NONCE|EVIDENCE_PLACE)$/ : /^ERR_EVIDENCE_PLACE$/,
    );
  });

  it('is refused with files of the other algorithm, for what they do not sign', async () => {
    const run = recorded('direct');
    const [first, second] = inPhase(run, 'before');
    if (first === undefined || second === undefined) throw new Error('want two attestations');
    // Both are over the same nonce, and each names its key itself: they may stand in any order.
    [first.files, second.files] = [second.files, first.files];
    expect(await resultOf(dropAfter(run))).toBe('L4~stale~time × 6');
  });

  it('of the simulator is refused under the roots of vendors', async () => {
    const strict = createAttestationCheck({ allowSimulated: false });
    for (const name of ['direct', 'gateway', 'python', 'aci', 'tinfoil']) {
      expect(await resultOf(recorded(name), strict)).toBe('ERR_EVIDENCE_SIMULATED');
    }
    expect(await resultOf(recorded('direct'), SIMULATED)).toBe('L1~simulated × 6');
  });

  it('by another TLS key than the one attested is refused, and without one shows no channel', async () => {
    const run = recorded('direct');
    const session = firstOf(sessionsOf(run));
    session.record = { ...session.record, peer_spki: 'ab'.repeat(32) };
    expect(await resultOf(dropAfter(run))).toBe('ERR_TLS_KEY');
    const silent = recorded('tinfoil');
    for (const entry of sessionsOf(silent)) {
      const { peer_spki: _spki, ...record } = entry.record;
      entry.record = record;
    }
    expect(await resultOf(dropAfter(silent))).toBe('L1 × 6');
  });

  it('has the files that it names, and a publication has no others', async () => {
    const run = recorded('direct');
    run.stray.push(encodeUtf8('{}'));
    expect(await resultOf(run)).toBe('L4~time × 6');
    run.level = 'D3';
    expect(await resultOf(run)).toBe('ERR_EVIDENCE_FILE');
  });
});

/** An attestation that the endpoint gives to whoever asks for it, over any nonce. */
async function attested(run: RecordedRun, nonce: Uint8Array): Promise<Entry['files'][]> {
  const bench = benches.get('near-direct');
  if (bench === undefined) throw new Error('the simulator is gone');
  const { url, vendorUrl, certificate: ca } = bench.simulator;
  const endpoint = await openTeeEndpoint(run.plan.endpoint, {
    baseUrl: url,
    connections: 2,
    credentials: { apiKey: null, headers: {} },
    ca,
    provider: 'near-direct',
    companions: { collateral: { kind: 'pccs', url: vendorUrl }, nras: null },
  });
  try {
    const reports = (await endpoint.evidence?.attest(nonce, new AbortController().signal)) ?? [];
    return reports.map(({ files }) => [...files]);
  } finally {
    await endpoint.close();
  }
}

describe('a rotation', () => {
  it('that was fetched at the beginning and is shown at the end does not close over the answers', async () => {
    const run = dropAfter(recorded('direct'));
    const header = firstOf(entriesOf(run, 'header'));
    const builder = createBuilder(run.secret);
    const { seq: _seq, ...first } = header.record;
    builder.append(first);
    const { size, root } = builder.head();
    const nonce = evidenceNonce('rotation', parseDigest(planDigest(formatPlan(run.plan))), { size, root });
    const reports = await attested(run, nonce);
    const shown = inPhase(run, 'before').map((entry, at): Entry => ({
      ...entry,
      record: { ...entry.record, seq: 1_000_000 + at, phase: 'rotation', size, root: encodeHex(root) },
      files: reports[at] ?? [],
    }));
    const at = run.entries.indexOf(entriesOf(run, 'aggregate')[0] as Entry);
    run.entries.splice(at, 0, ...shown);
    expect(await resultOf(run)).toBe('L4~stale~time × 6');
  });
});

describe('time', () => {
  it('that a record states has to be one at which everything is valid', async () => {
    const run = recorded('direct');
    const session = firstOf(sessionsOf(run));
    session.record = { ...session.record, at: new Date(NOW_MS - 400 * 86_400_000).toISOString() };
    expect(await resultOf(dropAfter(run))).toMatch(/^ERR_(?:COLLATERAL|CRL)_TIME$/);
  });
});
