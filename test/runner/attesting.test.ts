import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attestedRun, sessionsIn, type AttestedRun, type RawRecord } from './attested-run.ts';
import { fakeCheck, hashOf, KEY_A, KEY_B, TLS_A, TLS_B } from '../fake-attestation.ts';
import { fakeTee, gate, noAttestation, teeIdentity, untilAborted } from './fake-tee.ts';

const phasesOf = (records: readonly RawRecord[]): readonly (string | undefined)[] =>
  sessionsIn(records).map(({ phase }) => phase);

/** What a rejected promise was rejected with. */
const codeOf = async (attempt: Promise<unknown>): Promise<unknown> =>
  await attempt.then(
    () => 'none',
    (cause: unknown) => (cause instanceof Error ? (Reflect.get(cause, 'code') ?? cause.message) : cause),
  );

async function expectNonces(run: AttestedRun, asked: readonly string[]): Promise<void> {
  const nonces = [];
  for (const record of sessionsIn(await run.records())) nonces.push(await run.nonceOf(record));
  expect([...new Set(nonces)]).toEqual([...asked]);
}

describe('a run with evidence', () => {
  it('attests before the first request and after the last score, over the records that are there', async () => {
    const endpoint = fakeTee();
    const run = await attestedRun(endpoint, 5);
    expect((await run.run()).reason).toBe('complete');
    const records = await run.records();
    expect(records[0]).toMatchObject({ k: 'header', features: ['evidence/1'] });
    expect(sessionsIn(records)).toMatchObject([
      { phase: 'before', seq: 1, size: 1, url: 'https://tee.example/v1/attestation/report', algo: 'ed25519' },
      { phase: 'after' },
    ]);
    // Header, attestation, four records a sample.
    expect(sessionsIn(records)[1]).toMatchObject({ seq: 22, size: 22 });
    expect(records.map(({ k }) => k).slice(22)).toEqual(['evidence', 'aggregate', 'end']);
    await expectNonces(run, endpoint.nonces);
    expect(await run.verified()).toMatchObject({
      execution: { checked: 5, answers: 5, sessions: { before: 1, after: 1 } },
    });
    expect(run.events.filter(({ kind }) => kind === 'attested')).toEqual([
      { kind: 'attested', phase: 'before', attestations: 1 },
      { kind: 'attested', phase: 'after', attestations: 1 },
    ]);
  });

  it('has one record for each attestation of one nonce, and every file once', async () => {
    const collateral = { role: 'collateral' as const, bytes: Buffer.from('{"tcb_info":1}') };
    const endpoint = fakeTee({ algorithms: ['ecdsa', 'ed25519'], files: [collateral, collateral], peerSpki: TLS_A });
    const run = await attestedRun(endpoint, 3);
    await run.run();
    const sessions = sessionsIn(await run.records());
    expect(sessions.map(({ phase, algo, size, peer_spki }) => [phase, algo, size, peer_spki])).toEqual([
      ['before', 'ecdsa', 1, TLS_A],
      ['before', 'ed25519', 1, TLS_A],
      ['after', 'ecdsa', 15, TLS_A],
      ['after', 'ed25519', 15, TLS_A],
    ]);
    await expectNonces(run, endpoint.nonces);
    const names = await readdir(join(run.folder, 'evidence'));
    expect(names).toHaveLength(5);
    for (const name of names) expect(hashOf(await readFile(join(run.folder, 'evidence', name)))).toBe(name);
    const roles = sessions.map(({ files }) => files?.map(({ role }) => role).join());
    expect(new Set(roles)).toEqual(new Set(['report,collateral,collateral']));
    await run.verified();
  });

  it('has the files of an attestation on the disk before the record', async () => {
    const endpoint = fakeTee();
    const run = await attestedRun(endpoint, 1);
    const environment = (await import('../../src/runner/environment.ts')).systemEnvironment;
    const missing: string[] = [];
    const openAppend: typeof environment.openAppend = async (path) => {
      const file = await environment.openAppend(path);
      return {
        ...file,
        append: async (bytes) => {
          for (const [, name] of Buffer.from(bytes)
            .toString()
            .matchAll(/"sha256":"([0-9a-f]{64})"/g)) {
            if (name !== undefined && !existsSync(join(run.folder, 'evidence', name))) missing.push(name);
          }
          await file.append(bytes);
        },
      };
    };
    await run.run({ environment: { ...environment, openAppend } });
    expect(sessionsIn(await run.records())).toHaveLength(2);
    expect(missing).toEqual([]);
  });

  it('records what the provider says of an answer between its outcome and its score, and only if it says something', async () => {
    const run = await attestedRun(fakeTee({ evidence: (honest, question) => (question === 2 ? null : honest) }), 4);
    await run.run({ options: { concurrency: 2 } });
    const records = await run.records();
    const answers = records.filter(({ about }) => about === 'answer');
    expect(answers).toHaveLength(3);
    for (const { seq, of = 0 } of answers) {
      expect(records[of]?.k).toBe('outcome');
      // In one step with the verdict.
      expect(records[seq + 1]).toMatchObject({ k: 'score', of });
      expect(of).toBeLessThan(seq);
    }
    const { execution } = await run.verified();
    expect(execution?.levels.map(({ level, answers: count }) => [level, count])).toEqual([
      ['L1', 1],
      ['L4', 3],
    ]);
  });

  it('is refused before the first request if what the endpoint says is contradicted, and keeps what came', async () => {
    for (const [report, code] of [
      [{ refuted: 'ERR_QUOTE_SIGNATURE' }, 'ERR_QUOTE_SIGNATURE'],
      [{ nonce: '00'.repeat(32) }, 'ERR_ATTESTATION_NONCE'],
    ] as const) {
      const endpoint = fakeTee({ report });
      const run = await attestedRun(endpoint, 3);
      expect(await codeOf(run.run())).toBe(code);
      expect(endpoint.seen.answers).toBe(0);
      expect((await run.records()).map(({ k }) => k)).toEqual(['header', 'evidence']);
      expect(await readdir(join(run.folder, 'evidence'))).toHaveLength(1);
      // Whatever comes later, a run with this record never verifies.
      endpoint.control.report = {};
      expect(await codeOf(run.resume())).toBe(code);
      expect(endpoint.seen.answers).toBe(0);
    }
  });

  it('is not begun if no attestation can be had, and begins at a resume', async () => {
    const endpoint = fakeTee({
      beforeReport: () => {
        throw noAttestation();
      },
    });
    const run = await attestedRun(endpoint, 3);
    expect(await codeOf(run.run())).toBe('ERR_ATTESTATION');
    expect((await run.records()).map(({ k }) => k)).toEqual(['header']);
    endpoint.control.beforeReport = () => undefined;
    expect((await run.resume()).reason).toBe('complete');
    expect(phasesOf(await run.records())).toEqual(['resume', 'after']);
    await expectNonces(run, endpoint.nonces.slice(1));
    expect((await run.verified()).execution?.suffixes).not.toContain('~stale');
  });

  it('tells of an attestation that cannot be had at the end, and is complete without it', async () => {
    const endpoint = fakeTee();
    const run = await attestedRun(endpoint, 3);
    endpoint.control.beforeReport = () => {
      if (endpoint.nonces.length > 1) throw noAttestation();
    };
    expect((await run.run()).reason).toBe('complete');
    expect(run.events.at(-2)?.kind).toBe('checkpoint');
    expect(run.events).toContainEqual({ kind: 'unattested', reason: noAttestation().message });
    const { execution } = await run.verified();
    expect(execution).toMatchObject({ level: 'L4', sessions: { before: 1 } });
    expect(execution?.suffixes).toContain('~stale');
  });

  it('is attested on both sides otherwise', async () => {
    const run = await attestedRun(fakeTee(), 3);
    await run.run();
    const { execution } = await run.verified();
    expect(execution).toMatchObject({ level: 'L4', levels: [{ level: 'L4', answers: 3 }] });
    expect(execution?.suffixes).not.toContain('~stale');
    expect(execution?.signers).toMatchObject([{ address: KEY_A, answers: 3 }]);
    expect([...(execution?.signedModels ?? [])]).toEqual([['toy-1', 3]]);
  });

  it('does not need a check or a source for an endpoint that gives no evidence', async () => {
    const { fakeEndpoint } = await import('./fake-endpoint.ts');
    const endpoint = { ...fakeTee(), ...fakeEndpoint() };
    const run = await attestedRun(endpoint, 3);
    await run.run();
    expect(endpoint.nonces).toEqual([]);
    expect((await run.records())[0]).toMatchObject({ features: [] });
    expect(existsSync(join(run.folder, 'evidence'))).toBe(false);
    expect(await run.verified()).toMatchObject({ execution: null });
  });
});

describe('the evidence of answers', () => {
  it('is fetched outside the request slots, and no more of it is waited for than planned', async () => {
    const hold = gate();
    const endpoint = fakeTee({ beforeEvidence: () => hold.opened });
    const run = await attestedRun(endpoint, 120);
    const going = run.run({ options: { concurrency: 1 } });
    // 64 answers may wait; the request in the one slot has its answer then, and the slot is held by it.
    await expect.poll(() => endpoint.seen.waiting, { timeout: 5000 }).toBe(64);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([endpoint.seen.waiting, endpoint.seen.answers, endpoint.seen.maxInFlight]).toEqual([64, 64, 1]);
    expect((await run.records()).filter(({ k }) => k === 'score')).toHaveLength(0);
    hold.open();
    expect((await going).reason).toBe('complete');
    const { plan } = await run.verified();
    expect(plan.evidence).toEqual({ max_pending: 64 });
  });

  it('waits for at most as many more answers as there are slots', async () => {
    const hold = gate();
    const endpoint = fakeTee({ beforeEvidence: () => hold.opened });
    const run = await attestedRun(endpoint, 120, 'repeats: 2');
    const going = run.run({ options: { concurrency: 8 } });
    await expect.poll(() => endpoint.seen.waiting, { timeout: 5000 }).toBeGreaterThanOrEqual(64);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(endpoint.seen.waiting).toBeLessThanOrEqual(64 + 8 - 1);
    hold.open();
    expect((await going).reason).toBe('complete');
    await run.verified();
  });

  it('comes in any order, across marks', async () => {
    const waits = (question: number): Promise<void> =>
      new Promise((resolve) => setTimeout(resolve, (question * 7919) % 13));
    const run = await attestedRun(fakeTee({ beforeEvidence: waits, beforeAnswer: waits }), 200);
    await run.run({ options: { concurrency: 16 } });
    const { execution, end } = await run.verified();
    expect(execution).toMatchObject({ answers: 200, checked: 200, level: 'L4' });
    expect(end?.counts).toMatchObject({ evidence: 202, mark: 3 });
  });

  it('is asked one question per sample, and a conversation is refused before anything is sent', async () => {
    const endpoint = fakeTee({});
    const run = await attestedRun(endpoint, 2, "harness: { id: fixed-turns, version: 1, turns: ['Sure?'] }");
    await expect(run.run()).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringContaining('one answer'),
    });
    await expect(run.records()).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('decides what counts, if a level is asked for; what does not counts as wrong', async () => {
    const forged = (question: number): string => JSON.stringify({ key: KEY_A, request: `${question}`, response: '' });
    const endpoint = fakeTee({
      evidence: (honest, question) => {
        if (question === 1) return null;
        if (question === 2) return { ...honest, signatures: [{ algo: 'ed25519', body: forged(question) }] };
        return question === 4 ? { id: honest.id ?? '' } : honest;
      },
    });
    const run = await attestedRun(endpoint, 8);
    await run.run({ options: { requireLevel: 'L4' } });
    const unscored = (await run.records()).filter(({ unscored: reason }) => reason !== undefined);
    expect(unscored.map(({ unscored: reason }) => reason)).toEqual(['unattested', 'unattested', 'unattested']);
    const { execution, metrics, samples, end, axes } = await run.verified();
    // Of eight answers every fourth is wrong, and three of the right ones do not count.
    expect(metrics[0]?.result).toMatchObject({ n: 8, num: 3, den: 8, scored: 5, unscored: { unattested: 3 } });
    expect(
      samples
        ?.filter((sample) => sample.unscored === 'unattested')
        .map(({ index }) => index)
        .toSorted(),
    ).toEqual([1, 2, 4]);
    expect(execution).toMatchObject({ level: 'L4', answers: 5, checked: 5 });
    expect(end?.counts).toMatchObject({ unscored_unattested: 3 });
    expect(axes.find(({ axis }) => axis === 'scoring')).toMatchObject({
      verdict: 'proven',
      coverage: { checked: 5, total: 5 },
    });
  });

  it('counts an answer of any level without a demand, but nothing that is contradicted passes the verifier', async () => {
    const run = await attestedRun(fakeTee({ evidence: () => null }), 3);
    await run.run();
    expect((await run.verified()).execution).toMatchObject({ level: 'L1', answers: 3, checked: 3 });
    const forged = await attestedRun(
      fakeTee({ evidence: (honest) => ({ ...honest, signatures: [{ algo: 'ed25519', body: '{"key":"x"}' }] }) }),
      3,
    );
    expect((await forged.run()).reason).toBe('complete');
    expect(await forged.verify()).toMatchObject({ verified: false, fault: { code: 'ERR_CHAT_TEXT' } });
  });

  it('is refused for an endpoint that gives none', async () => {
    const { fakeEndpoint } = await import('./fake-endpoint.ts');
    const run = await attestedRun({ ...fakeTee(), ...fakeEndpoint() }, 3);
    expect(await codeOf(run.run({ options: { requireLevel: 'L2' } }))).toBe('ERR_USAGE');
    expect(existsSync(run.folder)).toBe(false);
  });

  it('judges contradicted answers as a verifier does, whatever level is asked for', async () => {
    for (const requireLevel of ['L0', 'L1', 'L2', 'L4', 'L5'] as const) {
      const endpoint = fakeTee({
        evidence: (honest, question) => {
          if (question === 1) return null;
          return question === 0 ? { ...honest, signatures: [{ algo: 'ed25519', body: '{}' }] } : honest;
        },
      });
      const run = await attestedRun(endpoint, 3);
      await run.run({ options: { requireLevel } });
      const { samples } = await run.verified();
      const counted = samples?.filter(({ unscored }) => unscored === null).map(({ index }) => index);
      const wanted = { L0: [1, 2], L1: [1, 2], L2: [2], L4: [2], L5: [] };
      expect([requireLevel, counted?.toSorted()]).toEqual([requireLevel, wanted[requireLevel]]);
    }
  });

  it('is about a stream that reached its end', async () => {
    const streamed = teeIdentity('near-direct', { stream: true });
    const whole = await attestedRun(fakeTee({ stream: 'whole' }, streamed), 2);
    await whole.run({ options: { requireLevel: 'L4' } });
    expect((await whole.verified()).execution?.answers).toBe(2);
    const cut = await attestedRun(fakeTee({ stream: 'cut' }, streamed), 2);
    await cut.run({ options: { requireLevel: 'L4' } });
    const { execution, end, axes } = await cut.verified();
    expect([execution?.answers, end?.counts['unscored_unattested']]).toEqual([0, 2]);
    expect(axes.find(({ axis }) => axis === 'execution')).toMatchObject({ verdict: 'not evaluated' });
  });

  it('is waited for before a stop rule is certain, and what does not count is wrong there, too', async () => {
    const wait = async (question: number): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, (question * 7919) % 11));
    };
    for (const [score, unattested, decision] of [
      ['0/1', 0, 'pass'],
      ['1/1', 2, 'regressed'],
    ] as const) {
      const endpoint = fakeTee({
        beforeEvidence: wait,
        beforeAnswer: wait,
        evidence: (honest, question) => (question % 4 < unattested ? null : honest),
      });
      const run = await attestedRun(endpoint, 200);
      const { root } = (await (await attestedRun(fakeTee(), 200)).run()).plan.selection;
      const scores = Array.from({ length: 200 }, () => score);
      const baseline = { format: 'touchstone/baseline/v1', plan: 'ab'.repeat(32), root, scores } as const;
      const stop = { baseline, margin: '0.1', alpha: '0.05' };
      const end = await run.run({ options: { concurrency: 4, requireLevel: 'L4', stop } });
      expect(end.reason).toBe('stop');
      expect(endpoint.seen.answers).toBeLessThan(200);
      expect((await run.verified()).stop?.decision).toBe(decision);
    }
  });

  it('ends the session if fetching it fails in a way that nobody foresaw, and the run can be resumed', async () => {
    const endpoint = fakeTee({
      beforeEvidence: (question) => {
        if (question === 5) throw new TypeError('a bug');
      },
    });
    const run = await attestedRun(endpoint, 40);
    expect(await codeOf(run.run({ options: { concurrency: 2 } }))).toBe('a bug');
    endpoint.control.beforeEvidence = () => undefined;
    expect((await run.resume()).reason).toBe('complete');
    expect((await run.verified()).execution).toMatchObject({ answers: 40, level: 'L4' });
  });
});

describe('a key that changes while a run goes on', () => {
  it('is attested once, over the last mark or the header, however many answers show it', async () => {
    for (const [size, anchor] of [
      [24, 1],
      [200, 256],
    ] as const) {
      const half = size / 2;
      const endpoint = fakeTee({
        beforeAnswer: (question) => {
          // Eight answers are on their way with the new key before anybody knows of it.
          if (question >= half) endpoint.control.key = KEY_B;
        },
      });
      endpoint.control.beforeReport = async () => {
        if (endpoint.control.key === KEY_B) endpoint.control.attested = [KEY_B];
        await new Promise((resolve) => setTimeout(resolve, 20));
      };
      const run = await attestedRun(endpoint, size);
      await run.run({ options: { concurrency: 8, requireLevel: 'L4' } });
      const sessions = sessionsIn(await run.records());
      expect(sessions.map(({ phase }) => phase)).toEqual(['before', 'rotation', 'after']);
      expect(sessions[1]?.size).toBe(anchor);
      await expectNonces(run, endpoint.nonces);
      const { execution, end } = await run.verified();
      expect(end?.counts['unscored']).toBeUndefined();
      expect(execution?.signers.map(({ address }) => address).toSorted()).toEqual([KEY_A, KEY_B]);
      expect(execution?.answers).toBe(size);
    }
  });

  it('is not taken for one that was attested before the answers that gave rise to it', async () => {
    const endpoint = fakeTee({
      beforeAnswer: (question) => {
        if (question >= 2) endpoint.control.key = KEY_B;
      },
    });
    endpoint.control.beforeReport = () => {
      if (endpoint.control.key === KEY_B) endpoint.control.attested = [KEY_A, KEY_B];
    };
    const run = await attestedRun(endpoint, 6);
    await run.run({ options: { concurrency: 1 } });
    const { execution } = await run.verified();
    const stale = new Map(execution?.levels.map(({ suffixes, answers }) => [suffixes.includes('~stale'), answers]));
    // Those that were asked before the rotation have the new key attested on one side only.
    const bracketed = 2 + asksAfter(await run.records());
    expect([stale.get(false), stale.get(true)]).toEqual([bracketed, 6 - bracketed]);
    expect(bracketed).toBeLessThan(6);
  });

  it('is asked for when the connection ends in another TLS key, where nothing else vouches', async () => {
    const endpoint = fakeTee(
      { peerSpki: TLS_A, report: { channel: TLS_A }, evidence: ({ peer_spki = '' }) => ({ peer_spki }) },
      teeIdentity('tinfoil'),
    );
    endpoint.control.beforeAnswer = (question) => {
      if (question < 3) return;
      endpoint.control.peerSpki = TLS_B;
      endpoint.control.report = { channel: TLS_B };
    };
    const run = await attestedRun(endpoint, 6);
    await run.run({ options: { concurrency: 1, requireLevel: 'L2' } });
    expect(phasesOf(await run.records())).toEqual(['before', 'rotation', 'after']);
    const { execution, end } = await run.verified();
    expect(end?.counts['unscored']).toBeUndefined();
    expect(execution).toMatchObject({ level: 'L2', answers: 6, checked: 6, signers: [] });
    // The first key is attested before only.
    expect(execution?.levels.find(({ suffixes }) => suffixes.includes('~stale'))?.answers).toBeGreaterThanOrEqual(3);
  });

  it('leaves the answers without a level if it cannot be attested, a bounded number of times', async () => {
    const endpoint = fakeTee({
      key: KEY_B,
      beforeReport: () => {
        if (endpoint.nonces.length > 1) throw noAttestation();
      },
    });
    const run = await attestedRun(endpoint, 40);
    await run.run({ options: { concurrency: 1, requireLevel: 'L4' } });
    // Before, sixteen rotations, after.
    expect(endpoint.nonces).toHaveLength(18);
    const { end } = await run.verified();
    expect(end?.counts['unscored_unattested']).toBe(40);
  });

  it('stops the run if the attestation of it is contradicted', async () => {
    const endpoint = fakeTee();
    endpoint.control.beforeAnswer = async (question, signal) => {
      if (question < 4) return;
      endpoint.control.key = KEY_B;
      endpoint.control.report = { refuted: 'ERR_TCB_REVOKED' };
      if (question > 8) await untilAborted(signal);
    };
    const run = await attestedRun(endpoint, 40);
    expect(await codeOf(run.run({ options: { concurrency: 2 } }))).toBe('ERR_TCB_REVOKED');
    expect(phasesOf(await run.records())).toEqual(['before', 'rotation']);
    expect(endpoint.seen.answers).toBeLessThan(12);
    // Such a run never verifies, so nothing more is paid for it.
    endpoint.control.report = {};
    expect(await codeOf(run.resume())).toBe('ERR_TCB_REVOKED');
    expect(endpoint.seen.answers).toBeLessThan(12);
  });
});

/** How many requests were begun after the second attestation. */
function asksAfter(records: readonly RawRecord[]): number {
  const [, rotation] = sessionsIn(records);
  return records.filter(({ k, seq }) => k === 'intent' && seq > (rotation?.seq ?? 0)).length;
}

describe('a run with evidence that is stopped', () => {
  it('can be resumed if it was stopped while evidence was fetched; what has none is asked for again', async () => {
    const controller = new AbortController();
    const endpoint = fakeTee({
      beforeEvidence: async (question, signal) => {
        if (question < 5) return;
        if (question === 12) controller.abort();
        await untilAborted(signal);
      },
    });
    const run = await attestedRun(endpoint, 30);
    const first = await run.run({ options: { concurrency: 4 }, signal: controller.signal });
    expect(first.reason).toBe('interrupted');
    const before = await run.records();
    const answered = before.filter(
      ({ k, ['status']: status }) => k === 'outcome' && (status as unknown) === 'ok',
    ).length;
    expect(before.filter(({ k }) => k === 'score')).toHaveLength(5);
    endpoint.control.beforeEvidence = () => undefined;
    const asked = endpoint.seen.answers;
    expect((await run.resume()).reason).toBe('complete');
    // Nothing that was answered is asked again.
    expect(endpoint.seen.answers - asked).toBe(30 - answered);
    expect(phasesOf(await run.records())).toEqual(['before', 'resume', 'after']);
    await expectNonces(run, endpoint.nonces);
    const { execution, totals } = await run.verified();
    expect(execution).toMatchObject({ answers: 30, checked: 30, level: 'L4' });
    expect(totals?.resumes).toBe(1);
  });

  it('can be resumed if it was stopped while it was attested, before or after', async () => {
    for (const [nth, phases] of [
      [1, ['resume', 'after']],
      [2, ['before', 'after']],
    ] as const) {
      const controller = new AbortController();
      const endpoint = fakeTee();
      endpoint.control.beforeReport = async (signal) => {
        if (endpoint.nonces.length < nth) return;
        controller.abort();
        await untilAborted(signal);
      };
      const run = await attestedRun(endpoint, 3);
      expect((await run.run({ signal: controller.signal })).reason).toBe('interrupted');
      expect(existsSync(join(run.folder, 'result.dsse.json'))).toBe(false);
      endpoint.control.beforeReport = () => undefined;
      expect((await run.resume()).reason).toBe('complete');
      expect(phasesOf(await run.records())).toEqual(phases);
      expect((await run.verified()).execution?.suffixes).not.toContain('~stale');
      expect(endpoint.seen.answers).toBe(3);
    }
  });

  it('is never concluded by evidence that comes too late', async () => {
    const controller = new AbortController();
    const hold = gate();
    const endpoint = fakeTee({ beforeEvidence: () => hold.opened });
    const run = await attestedRun(endpoint, 10);
    const going = run.run({ signal: controller.signal });
    await expect.poll(() => endpoint.seen.waiting).toBe(10);
    controller.abort();
    hold.open();
    expect((await going).reason).toBe('interrupted');
    expect((await run.records()).some(({ k, about }) => k === 'score' || about === 'answer')).toBe(false);
    endpoint.control.beforeEvidence = () => undefined;
    await run.resume();
    expect((await run.verified()).execution?.answers).toBe(10);
    expect(endpoint.seen.answers).toBe(10);
  });

  it('checks with the time and the nonce that were recorded', async () => {
    const run = await attestedRun(fakeTee(), 3);
    await run.run();
    const { verifyRun } = await import('../../src/verifier/verify.ts');
    const { openFolder } = await import('../../src/archive/folder-source.ts');
    const check = fakeCheck();
    await verifyRun(await openFolder(run.folder), { attestation: check });
    const times = sessionsIn(await run.records()).map((record) => Date.parse(String(record['at'])));
    expect(check.timesMs).toEqual(times);
    const later = fakeCheck();
    await verifyRun(await openFolder(run.folder), { attestation: later, evidenceAtMs: 7 });
    expect(later.timesMs).toEqual([7, 7]);
  });
});
