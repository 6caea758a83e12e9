/** The probes of a run: recorded before anything is asked, gone on with by a resume, and in the way of a run that cannot be. */
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { writeBundle } from '../../src/archive/bundle-writer.ts';
import { openSource } from '../../src/archive/open-source.ts';
import { canonicalize } from '../../src/core/canonical-json.ts';
import { CAPABILITIES } from '../../src/core/capability-names.ts';
import { EndpointError } from '../../src/core/errors.ts';
import { openOpenAiCompatible } from '../../src/endpoints/openai-compatible.ts';
import { planRun } from '../../src/runner/plan-run.ts';
import { resumeRun } from '../../src/runner/resume.ts';
import { runSuite } from '../../src/runner/run.ts';
import type { RunEvent } from '../../src/runner/run-event.ts';
import { parsePlan } from '../../src/transcript/plan-text.ts';
import { parseRecord } from '../../src/transcript/record-line.ts';
import type { TranscriptRecord } from '../../src/transcript/record.ts';
import { verifyRun } from '../../src/verifier/verify.ts';
import { startProbeServer, type Behaviour, type ProbeServer } from './probe-server.ts';
import { verified } from './set-up.ts';
import { RUNNER, SIGNER, temporaryFolder, toyIdentity, toyInput, toySuite } from './toy.ts';

const cleanUps: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

const KEY = 'sk-probe-secret-0123456789';

async function setUp(behaviour: Behaviour, yaml = '') {
  const folder = await temporaryFolder();
  cleanUps.push(() => folder.remove());
  const server = await startProbeServer(behaviour);
  cleanUps.push(() => server.close());
  const credentials = { apiKey: KEY, headers: {} };
  const endpoint = await openOpenAiCompatible(toyIdentity(), { baseUrl: server.url, connections: 8, credentials });
  cleanUps.push(() => endpoint.close());
  const parts = { endpoint, suite: await toySuite(folder.path, 4, yaml), folder: join(folder.path, 'run') };
  return { server, parts };
}

async function recordsOf(folder: string): Promise<TranscriptRecord[]> {
  const text = await readFile(join(folder, 'records.jsonl'), 'utf8');
  return text.split('\n').slice(0, -1).map(parseRecord);
}

function questionsOf({ asked }: ProbeServer): number {
  return asked.filter(({ messages }) => messages?.at(-1)?.content.startsWith('say ') === true).length;
}

describe('a run with probes', () => {
  it('records them after the header, in order, and verifies', async () => {
    const { parts } = await setUp({});
    const events: RunEvent[] = [];
    const listener = (event: RunEvent): void => void events.push(event);
    await runSuite(toyInput({ ...parts, listener, options: { probes: 'all' } }));
    const records = await recordsOf(parts.folder);
    const probes = records.slice(1, 1 + CAPABILITIES.length);
    expect(probes.map((record) => (record.k === 'probe' ? record.capability : record.k))).toEqual(CAPABILITIES);
    expect(records.filter(({ k }) => k === 'probe')).toHaveLength(CAPABILITIES.length);
    expect(records[0]).toMatchObject({ features: ['probe/1'] });
    const transcript = await verified(parts.folder);
    expect(transcript.probes?.map(({ capability, verdict }) => [capability, verdict])).toEqual(
      CAPABILITIES.map((capability) => [capability, 'yes']),
    );
    expect(transcript.probes?.[0]).toEqual({ capability: 'system', verdict: 'yes', detail: 'obeyed' });
    expect(transcript.end?.counts).toMatchObject({ probe: CAPABILITIES.length, intent: 4 });
    expect(events.filter(({ kind }) => kind === 'probed')).toHaveLength(CAPABILITIES.length);
  });

  it('spends no budget on them', async () => {
    const { parts, server } = await setUp({});
    const { finished } = await runSuite(
      toyInput({ ...parts, options: { probes: ['n', 'seed'], budget: { max_requests: 4 } } }),
    );
    expect(finished?.end.reason).toBe('complete');
    expect(questionsOf(server)).toBe(4);
    expect(server.asked).toHaveLength(4 + 1 + 3);
    await verified(parts.folder);
  });

  it('discloses at each level what that level does', async () => {
    const { parts } = await setUp({ ignores: ['seed'] });
    await runSuite(toyInput({ ...parts, options: { probes: ['seed'] } }));
    for (const [level, items, detail] of [
      ['D1', undefined, null],
      ['D2', new Set([1]), 'same-seed-differs'],
      ['D3', undefined, 'same-seed-differs'],
    ] as const) {
      const path = `${parts.folder}-${level}.touchstone.jsonl.gz`;
      await writeBundle(parts.folder, path, { level, ...(items === undefined ? {} : { items }) });
      const verification = await verifyRun(await openSource(path));
      if (!verification.verified) throw verification.fault;
      expect(verification.transcript.probes).toEqual([{ capability: 'seed', verdict: 'no', detail }]);
      expect(verification.transcript.level).toBe(level);
    }
  });

  it('keeps what has a credential in it out of every file', async () => {
    const echo = { status: 400, body: JSON.stringify({ error: `bad key ${KEY}` }) };
    const { parts } = await setUp({ replies: (asked, honest) => (asked.n === undefined ? honest : echo) });
    await runSuite(toyInput({ ...parts, options: { probes: ['n'] } }));
    for (const name of ['records.jsonl', 'content.jsonl', 'plan.json']) {
      expect(await readFile(join(parts.folder, name), 'utf8')).not.toContain(KEY);
    }
    expect((await verified(parts.folder)).probes).toEqual([{ capability: 'n', verdict: 'no', detail: 'refused-400' }]);
  });
});

describe('a suite that needs what the endpoint does not do', () => {
  it('is refused before anything is asked, and what was found is kept', async () => {
    const { parts, server } = await setUp({ ignores: ['seed'], refuses: { tools: 400 } }, 'needs: [seed, tools, n]');
    const run = runSuite(toyInput(parts));
    await expect(run).rejects.toThrow(EndpointError);
    await expect(run).rejects.toMatchObject({
      code: 'ERR_CAPABILITY',
      message:
        'cannot run toy on toy: the suite needs what the endpoint does not do: seed (same-seed-differs), tools (refused-400)',
    });
    expect(questionsOf(server)).toBe(0);
    expect((await recordsOf(parts.folder)).map(({ k }) => k)).toEqual(['header', 'probe', 'probe', 'probe']);
    // What was found is not asked for again.
    const before = server.asked.length;
    const again = resumeRun({ ...parts, runner: RUNNER, signer: SIGNER });
    await expect(again).rejects.toMatchObject({ code: 'ERR_CAPABILITY' });
    expect(server.asked).toHaveLength(before);
  });

  it('is refused for what its parameters use, if that is probed', async () => {
    const { parts } = await setUp({ ignores: ['stop'] });
    const stopping = await toySuite(join(parts.folder, '..'), 4, '');
    const definition = { ...stopping.definition, parameters: { max_tokens: 16, stop: ['x'] } };
    const suite = { ...stopping, definition };
    await expect(runSuite(toyInput({ ...parts, suite, options: { probes: 'needed' } }))).rejects.toMatchObject({
      code: 'ERR_CAPABILITY',
    });
  });

  it('runs if nothing can be said', async () => {
    const { parts } = await setUp({ says: (_asked, made) => ({ ...made, text: 'mm' }) }, 'needs: [prompt_intact]');
    await runSuite(toyInput(parts));
    expect((await verified(parts.folder)).probes).toEqual([
      { capability: 'prompt_intact', verdict: 'unknown', detail: 'not-copied' },
    ]);
  });
});

describe('a run that was stopped while its endpoint was probed', () => {
  it.each([1, 2, 5, 8])('goes on with the probes that are missing: stopped after request %i', async (last) => {
    const stop = new AbortController();
    const { parts, server } = await setUp({
      replies: (_asked, honest, place) => {
        if (place >= last) stop.abort();
        return honest;
      },
    });
    const probes = ['stop', 'temperature', 'n', 'token_counts'] as const;
    const stopped = await runSuite(toyInput({ ...parts, options: { probes }, signal: stop.signal }));
    expect(stopped.reason).toBe('interrupted');
    const made = (await recordsOf(parts.folder)).filter(({ k }) => k === 'probe').length;
    expect(made).toBeLessThan(probes.length);
    const { reason } = await resumeRun({ ...parts, runner: RUNNER, signer: SIGNER });
    expect(reason).toBe('complete');
    expect((await verified(parts.folder)).probes?.map(({ capability, verdict }) => `${capability} ${verdict}`)).toEqual(
      probes.map((capability) => `${capability} yes`),
    );
    expect(questionsOf(server)).toBe(4);
  });

  it('is refused if its records have other probes than the plan', async () => {
    const stop = new AbortController();
    const { parts } = await setUp({
      replies: (asked, honest) => {
        if (asked.messages?.at(-1)?.content.startsWith('say ') === true) stop.abort();
        return honest;
      },
    });
    const options = { probes: ['n', 'seed'], concurrency: 1 } as const;
    await runSuite(toyInput({ ...parts, options, signal: stop.signal }));
    const path = join(parts.folder, 'records.jsonl');
    const records = await recordsOf(parts.folder);
    const extra = { ...records[1], seq: records.length };
    await appendFile(path, `${canonicalize(extra)}\n`);
    const opening = (await readFile(join(parts.folder, 'content.jsonl'), 'utf8')).split('\n')[0] ?? '';
    await appendFile(
      join(parts.folder, 'content.jsonl'),
      `${opening.replace(/"seq":\d+/, `"seq":${records.length}`)}\n`,
    );
    await expect(resumeRun({ ...parts, runner: RUNNER, signer: SIGNER })).rejects.toMatchObject({
      code: 'ERR_RESUME_RECORDS',
    });
  });
});

describe('planRun()', () => {
  const base = { runner: RUNNER, nowMs: 0, nonce: new Uint8Array(16) };
  const signer = { kind: 'ed25519', name: 'x', public_key: '0'.repeat(64), checkpoint_key: '0'.repeat(64) } as const;

  async function probesOf(yaml: string, probes?: 'all' | 'needed', kind: 'openai' | 'replay' = 'openai') {
    const folder = await temporaryFolder();
    cleanUps.push(() => folder.remove());
    const suite = await toySuite(folder.path, 1, yaml);
    const options = probes === undefined ? {} : { probes };
    return planRun({ ...base, signer, suite, options, endpoint: toyIdentity({ kind }) }).probes;
  }

  it('asks for what the suite says it needs, and for no more unless it is told to', async () => {
    expect(await probesOf('')).toBeUndefined();
    expect(await probesOf('needs: [tools, stop]')).toEqual(['stop', 'tools']);
    expect(await probesOf('needs: [tools]', 'needed')).toEqual(['tools']);
    expect(await probesOf('', 'needed')).toBeUndefined();
    expect(await probesOf('', 'all')).toEqual(CAPABILITIES);
  });

  it('asks a recording for nothing', async () => {
    expect(await probesOf('needs: [tools]', 'all', 'replay')).toBeUndefined();
  });

  it('refuses probes that are not each once and in their order', async () => {
    const folder = await temporaryFolder();
    cleanUps.push(() => folder.remove());
    const suite = await toySuite(folder.path, 1);
    const plan = planRun({ ...base, signer, suite, options: {}, endpoint: toyIdentity() });
    for (const probes of [[], ['n', 'n'], ['n', 'seed'], ['vision'], 'n']) {
      expect(() => parsePlan(canonicalize({ ...plan, probes }))).toThrow(/probes/);
    }
  });
});
