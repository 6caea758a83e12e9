/** Samples of more than one question, over the whole path: run, verify, report; stop, resume, run out of budget. */
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openEndpoint } from '../../src/endpoints/open.ts';
import { parseEndpointSpec } from '../../src/endpoints/config.ts';
import { writeReport } from '../../src/reports/write-report.ts';
import { systemEnvironment } from '../../src/runner/environment.ts';
import { resumeRun } from '../../src/runner/resume.ts';
import { runSuite, type RunInput } from '../../src/runner/run.ts';
import { parseRecord } from '../../src/transcript/record-line.ts';
import type { TranscriptRecord } from '../../src/transcript/record.ts';
import type { VerifiedTranscript } from '../../src/verifier/verified-transcript.ts';
import {
  converse,
  COUNTING,
  countingModel,
  DOUBTING,
  judgeModel,
  scoringOf,
  verifiedAt,
  verifyAt,
} from './conversation-set-up.ts';

/** Turns of item k where it is counted to: one for each step and one to say it. */
const TURNS = 1 + 2 + 3 + 4 + 5 + 6;

async function recordsIn(folder: string): Promise<readonly TranscriptRecord[]> {
  return (await readFile(join(folder, 'records.jsonl'), 'utf8')).trimEnd().split('\n').map(parseRecord);
}

function scoresOf({ samples }: VerifiedTranscript): unknown {
  return Object.fromEntries((samples ?? []).map(({ id, score, unscored }) => [id, unscored ?? score?.num]));
}

/** Item 3 is answered wrongly. */
const SCORES = { q0: 1, q1: 1, q2: 1, q3: 0, q4: 1, q5: 1 };

async function reportOf(run: VerifiedTranscript, folder: string): Promise<string> {
  await writeReport([run], join(folder, 'report'));
  return await readFile(join(folder, 'report', 'report.md'), 'utf8');
}

describe('runs of conversations', () => {
  it('a tool loop: run, verify and report', async () => {
    const { input, server } = await converse({ suite: COUNTING });
    const end = await runSuite(input);
    expect(end.reason).toBe('complete');
    expect(server.requests).toBe(TURNS);
    const run = await verifiedAt(input.folder);
    expect(scoresOf(run)).toEqual(SCORES);
    expect(scoringOf(run)).toEqual(['proven', 6, 6]);
    expect(run.plan.rules.harness).toMatchObject({ id: 'tool-loop', version: 1, digest: expect.any(String) as string });
    expect(await reportOf(run, input.folder)).toContain('tool-loop');
    const turns = (await recordsIn(input.folder)).flatMap((record) =>
      record.k === 'intent' && record.index === 4 ? [record.turn ?? 0] : [],
    );
    expect(turns).toEqual([0, 1, 2, 3, 4]);
  });

  it('a tool loop whose answers are streamed, with a judge whose are not', async () => {
    const { input, server } = await converse({ suite: COUNTING, judged: true, streamed: true });
    await runSuite(input);
    const run = await verifiedAt(input.folder);
    expect(scoresOf(run)).toEqual(SCORES);
    expect(scoringOf(run)).toEqual(['proven', 6, 6]);
    const streamed = [...server.seen.keys()].filter((body) => body.includes('"stream":true'));
    expect([streamed.length, server.requests]).toEqual([TURNS, TURNS + 18]);
  });

  it('a tool loop is not scored again where there is no sandbox, and says so', async () => {
    const { input } = await converse({ suite: COUNTING });
    await runSuite(input);
    const run = await verifiedAt(input.folder, null);
    expect(scoringOf(run)).toEqual(['declared', 0, 6]);
    expect(run.axes.find(({ axis }) => axis === 'scoring')?.scope).toContain('not scored again here');
    expect(run.samples?.some(({ rescored }) => rescored)).toBe(false);
  });

  it('a tool loop is refused before the first request where there is no sandbox', async () => {
    const { input, server } = await converse({ suite: COUNTING });
    const { sandbox: _sandbox, ...rest } = input;
    await expect(runSuite(rest)).rejects.toThrow(expect.objectContaining({ code: 'ERR_SANDBOX' }));
    expect(server.requests).toBe(0);
  });

  it('an item that the harness cannot ask is found before the first request', async () => {
    const { input, server } = await converse({
      suite: "harness: { id: fixed-turns, version: 1, turns: ['{{ start.m.n }}'] }",
    });
    await expect(runSuite(input)).rejects.toThrow(expect.objectContaining({ code: 'ERR_PROMPT_RENDER' }));
    expect(server.requests).toBe(0);
  });

  it('fixed turns: run, verify without a sandbox, and report', async () => {
    const { input, server } = await converse({ suite: DOUBTING, script: doubter });
    await runSuite(input);
    expect(server.requests).toBe(18);
    const run = await verifiedAt(input.folder, null);
    expect(scoresOf(run)).toEqual(SCORES);
    expect(scoringOf(run)).toEqual(['proven', 6, 6]);
    expect(await reportOf(run, input.folder)).toContain('fixed-turns');
  });

  it('a judge after fixed turns: its questions are recorded apart, and the verdicts are theirs', async () => {
    const { input, server } = await converse({ suite: DOUBTING, judged: true, script: withJudge(doubter) });
    await runSuite(input);
    expect(server.requests).toBe(6 * (3 + 3));
    const run = await verifiedAt(input.folder);
    expect(scoresOf(run)).toEqual(SCORES);
    expect(scoringOf(run)).toEqual(['proven', 6, 6]);
    const judged = (await recordsIn(input.folder)).filter((record) => record.k === 'intent' && record.role === 'judge');
    expect(judged).toHaveLength(18);
    expect(run.plan.rules.judge).toEqual({ model: 'judge-1', base_url: 'http://127.0.0.1/v1' });
    expect(await reportOf(run, input.folder)).toContain('judge-1');
  });

  it('a judge after a tool loop', async () => {
    const { input } = await converse({ suite: COUNTING, judged: true });
    await runSuite(input);
    expect(scoresOf(await verifiedAt(input.folder))).toEqual(SCORES);
  });

  it('repeats are conversations of their own, with a seed each', async () => {
    const { input, server } = await converse({ suite: COUNTING, size: 3 });
    await runSuite({ ...input, options: { repeats: 3 } });
    expect(server.requests).toBe(3 * (1 + 2 + 3));
    const seeds = [...server.seen.keys()].map((body) => (JSON.parse(body) as { seed: number }).seed);
    expect(seeds.toSorted((a, b) => a - b)).toEqual([5, 6, 7].flatMap((seed) => Array.from({ length: 6 }, () => seed)));
    expect(scoringOf(await verifiedAt(input.folder))).toEqual(['proven', 9, 9]);
  });

  it('log-likelihood against an embedded model: run, verify without a sandbox, report', async () => {
    const { input } = await converse({
      suite: 'harness: { id: log-likelihood, version: 1, choices: choices, normalise: tokens }',
    });
    const rows = ['ABC', 'CAB', 'BCA'].map((word, k) => ({
      id: `r${k}`,
      k,
      word,
      choices: [word, 'XQZ'],
      answer: 'A',
    }));
    const folder = join(input.folder, '..');
    await writeFile(join(folder, 'items.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const yaml = await readFile(join(folder, 'suite.yaml'), 'utf8');
    const changed = yaml
      .replace('[k, start]', '[word, choices]')
      .replace('count to {{ k }}', 'Repeat: {{ word }}')
      .replace('id: number, version: 1', 'id: choice, version: 1, choices: 2');
    await writeFile(join(folder, 'suite.yaml'), changed);
    const { loadSuite } = await import('../../src/suites/load.ts');
    const endpoint = await openEndpoint(parseEndpointSpec('embedded:tiny-0.4m'), { connections: 4, workers: 1 });
    try {
      await runSuite({ ...input, endpoint, suite: await loadSuite(join(folder, 'suite.yaml')) });
    } finally {
      await endpoint.close();
    }
    const run = await verifiedAt(input.folder, null);
    expect(scoringOf(run)).toEqual(['proven', 3, 3]);
    expect(run.samples?.every(({ extracted }) => extracted === 'A' || extracted === 'B')).toBe(true);
    const apis = (await recordsIn(input.folder)).flatMap((record) => (record.k === 'intent' ? [record.api] : []));
    expect(apis).toEqual(Array.from({ length: 6 }, () => 'completions'));
    expect(await reportOf(run, input.folder)).toContain('log-likelihood');
  });
});

describe('trouble in the middle of a conversation', () => {
  it('a question is tried again, and the conversation goes on', async () => {
    const { input, server } = await converse({
      suite: COUNTING,
      script: (question) =>
        question.time === 0 && question.messages.length === 5 ? { status: 503 } : countingModel(question),
    });
    await runSuite({ ...input, environment: impatient() });
    expect(server.requests).toBe(TURNS + 4);
    const run = await verifiedAt(input.folder);
    expect(scoresOf(run)).toEqual(SCORES);
    expect(run.totals?.attempts).toMatchObject({ ok: TURNS, http: 4 });
  });

  it('a question that is never answered is unscored as "transport", whatever came before', async () => {
    const { input } = await converse({
      suite: COUNTING,
      script: (question) => (question.messages.length === 7 ? { status: 503 } : countingModel(question)),
    });
    await runSuite({ ...input, environment: impatient(), options: { maxAttempts: 2 } });
    const run = await verifiedAt(input.folder);
    expect(scoresOf(run)).toEqual({ ...SCORES, q3: 'transport', q4: 'transport', q5: 'transport' });
    // There is nothing to score where no answer came; the rest is scored again.
    expect(scoringOf(run)).toEqual(['proven', 3, 3]);
  });

  it('a judge that is never there leaves the answer unscored', async () => {
    const { input } = await converse({
      suite: DOUBTING,
      judged: true,
      script: withJudge(doubter, (question) =>
        question.last.content.includes('Right is 2') ? { does: 'reset' } : null,
      ),
    });
    await runSuite({ ...input, environment: impatient(), options: { maxAttempts: 2 } });
    expect(scoresOf(await verifiedAt(input.folder))).toEqual({ ...SCORES, q2: 'transport' });
  });

  it('an answer that is cut or refused ends the conversation with that reason', async () => {
    const { input } = await converse({
      suite: COUNTING,
      script: (question) => {
        const { messages } = question;
        if (messages[0]?.content === 'count to 4' && messages.length === 3) return { text: 'I', finish: 'length' };
        if (messages[0]?.content === 'count to 5' && messages.length === 5) return { finish: 'content_filter' };
        return countingModel(question);
      },
    });
    await runSuite(input);
    const run = await verifiedAt(input.folder);
    expect(scoresOf(run)).toEqual({ ...SCORES, q4: 'truncated', q5: 'filtered' });
    expect(scoringOf(run)).toEqual(['proven', 6, 6]);
  });

  it('a budget that is used up between two turns skips the item', async () => {
    for (let requests = 1; requests < TURNS; requests += 3) {
      const { input, server } = await converse({ suite: COUNTING });
      const options = { concurrency: 1, budget: { max_requests: requests } };
      const end = await runSuite({ ...input, options });
      expect([end.reason, server.requests]).toEqual(['budget', requests]);
      const run = await verifiedAt(input.folder);
      const skipped = run.samples?.filter(({ unscored }) => unscored === 'skipped').length ?? 0;
      expect(skipped).toBeGreaterThan(0);
      expect(run.end?.counts).toMatchObject({ score: 6, unscored_skipped: skipped });
    }
  });

  it('a budget that is used up between two votes of the judge skips the item', async () => {
    const { input } = await converse({ suite: DOUBTING, judged: true, size: 2, script: withJudge(doubter) });
    await runSuite({ ...input, options: { concurrency: 1, budget: { max_requests: 4 } } });
    // The second was never asked, so its name is not known.
    expect(scoresOf(await verifiedAt(input.folder))).toEqual({ q0: 'skipped', undefined: 'skipped' });
  });
});

describe('a run of conversations that was stopped', () => {
  it('between any two requests goes on where it was, and asks nothing again that was answered', async () => {
    for (let stopAt = 1; stopAt < TURNS; stopAt += 3) {
      const stop = new AbortController();
      const { input, server } = await converse({
        suite: COUNTING,
        script: (question) => {
          if (question.n === stopAt) stop.abort();
          return countingModel(question);
        },
      });
      const end = await runSuite({ ...input, options: { concurrency: 2 }, signal: stop.signal });
      expect(end.reason).toBe('interrupted');
      const answered = await answeredIn(input.folder);
      const before = server.requests;
      const { options: _options, ...rest } = input;
      expect((await resumeRun(rest)).reason).toBe('complete');
      expect(server.requests - before).toBe(TURNS - answered);
      const run = await verifiedAt(input.folder);
      expect(scoresOf(run)).toEqual(SCORES);
      expect(scoringOf(run)).toEqual(['proven', 6, 6]);
    }
  });

  it.each([
    ['a tool loop', { suite: COUNTING, size: 3 }, countingModel],
    ['a judge after fixed turns', { suite: DOUBTING, size: 2, judged: true }, doubter],
  ])('by a crash after any record: %s', async (_, options, model) => {
    const { input, server } = await converse({ ...options, script: withJudge(model) });
    await runSuite({ ...input, options: { concurrency: 2 } });
    const total = server.requests;
    const whole = await recordsIn(input.folder);
    const last = whole.findIndex(({ k }) => k === 'aggregate');
    for (let left = 1; left <= last; left++) {
      const folder = `${input.folder}-${left}`;
      await cp(input.folder, folder, { recursive: true });
      await cutAfter(folder, left);
      const answered = await answeredIn(folder);
      const before = server.requests;
      expect((await resumeRun(without({ ...input, folder }))).reason).toBe('complete');
      expect([left, server.requests - before]).toEqual([left, total - answered]);
      const run = await verifiedAt(folder);
      expect(scoringOf(run)).toEqual(['proven', input.suite.definition.items.size, input.suite.definition.items.size]);
      await rm(folder, { recursive: true });
    }
  });

  it('does not go on with a suite whose harness is another', async () => {
    const { input } = await converse({ suite: COUNTING, size: 2 });
    await runSuite({ ...input, options: { concurrency: 1 } });
    const path = join(input.folder, '..', 'suite.yaml');
    await writeFile(path, (await readFile(path, 'utf8')).replace('state.n + by', 'state.n + 1 * by'));
    const { loadSuite } = await import('../../src/suites/load.ts');
    await cutAfter(input.folder, 4);
    await expect(resumeRun(without({ ...input, suite: await loadSuite(path) }))).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_RESUME_PLAN' }),
    );
    expect(await verifyAt(input.folder)).toMatchObject({ verified: false });
  });
});

// Counts as it is told to, and says the same when it is doubted.
function doubter({ messages }: Parameters<typeof countingModel>[0]): string {
  const k = Number(/count to (\d+)/.exec(messages[0]?.content ?? '')?.[1]);
  return `it is ${k % 4 === 3 ? k + 1 : k}`;
}

type Script = NonNullable<Parameters<typeof converse>[0]['script']>;

function withJudge(
  subject: Script,
  trouble: (question: Parameters<Script>[0]) => ReturnType<Script> | null = () => null,
): Script {
  return (question) => {
    if (question.body['model'] !== 'judge-1') return subject(question);
    return trouble(question) ?? judgeModel(question);
  };
}

function impatient(): RunInput['environment'] & object {
  return { ...systemEnvironment, sleep: () => Promise.resolve() };
}

function without({ options: _options, ...rest }: RunInput): Omit<RunInput, 'options'> {
  return rest;
}

async function answeredIn(folder: string): Promise<number> {
  return (await recordsIn(folder)).filter((record) => record.k === 'outcome' && record.status === 'ok').length;
}

/** Leave what is on the disk when a machine goes down after so many records. */
async function cutAfter(folder: string, records: number): Promise<void> {
  const cut = async (name: string, lines: number): Promise<void> => {
    const text = await readFile(join(folder, name), 'utf8');
    await writeFile(join(folder, name), `${text.split('\n').slice(0, lines).join('\n')}\n`);
  };
  await cut('records.jsonl', records);
  await cut('checkpoints.jsonl', 1);
  await rm(join(folder, 'result.dsse.json'));
}
