/** Servers that misbehave, through the whole path: suite, endpoint, transcript, verification. */
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { writeBundle } from '../../src/archive/bundle-writer.ts';
import { openOpenAiCompatible, type Credentials } from '../../src/endpoints/openai-compatible.ts';
import { summarizeRun } from '../../src/reports/run-summary.ts';
import { systemEnvironment } from '../../src/runner/environment.ts';
import { runSuite } from '../../src/runner/run.ts';
import type { OutcomeRecord } from '../../src/transcript/record.ts';
import type { VerifiedTranscript } from '../../src/verifier/verified-transcript.ts';
import { verified } from '../runner/set-up.ts';
import { temporaryFolder, toyIdentity, toyInput, toySuite } from '../runner/toy.ts';
import { ECHO, startFaultServer, unusedUrl, type Fault } from '../endpoints/fault-server.ts';

const KEY = 'sk-test-0123456789abcdef';
const ITEMS = 2;
const ATTEMPTS = 2;

const cleanUps: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

interface Ended {
  readonly run: VerifiedTranscript;
  readonly outcomes: readonly OutcomeRecord[];
  /** Waits between attempts, in milliseconds. */
  readonly waits: readonly number[];
  readonly folder: string;
}

interface Conditions {
  readonly stream?: boolean;
  readonly timeoutMs?: number;
  readonly credentials?: Credentials;
}

/** A run of two items with two attempts each against a server, verified; nothing is waited for. */
async function runAgainst(url: string, conditions: Conditions = {}): Promise<Ended> {
  const { stream = false, timeoutMs = 5_000, credentials = { apiKey: KEY, headers: {} } } = conditions;
  const workshop = await temporaryFolder();
  cleanUps.push(() => workshop.remove());
  const connection = { baseUrl: url, connections: 2, credentials };
  const endpoint = await openOpenAiCompatible(toyIdentity({ stream, base_url: url }), connection);
  cleanUps.push(() => endpoint.close());
  const waits: number[] = [];
  const environment = { ...systemEnvironment, sleep: (ms: number) => Promise.resolve(void waits.push(ms)) };
  const options = { maxAttempts: ATTEMPTS, timeoutMs, concurrency: 2, maxResponseBytes: 200_000 };
  const folder = join(workshop.path, 'run');
  const suite = await toySuite(workshop.path, ITEMS);
  await runSuite(toyInput({ folder, suite, endpoint, environment, options }));
  return { run: await verified(folder), outcomes: await outcomesIn(folder), waits, folder };
}

async function outcomesIn(folder: string): Promise<readonly OutcomeRecord[]> {
  const lines = (await readFile(join(folder, 'records.jsonl'), 'utf8')).trimEnd().split('\n');
  const records = lines.map((line) => JSON.parse(line) as { readonly k: string });
  return records.filter((record): record is OutcomeRecord => record.k === 'outcome');
}

async function serve(decide: (n: number) => Fault): Promise<string> {
  const server = await startFaultServer(({ n }) => decide(n));
  cleanUps.push(server.close);
  return server.url;
}

interface Expected extends Conditions {
  readonly fault: Fault;
  readonly status: OutcomeRecord['status'];
  readonly http?: number;
  readonly error?: string;
  readonly reason: 'transport' | 'timeout' | 'empty' | null;
  /** Attempts at each sample. */
  readonly attempts: number;
}

// What docs/endpoints.md says of each fault: the status, the code, whether it is tried again, and what the sample becomes.
const FAULTS: readonly Expected[] = [
  { fault: 'hang', timeoutMs: 40, status: 'timeout', error: 'ERR_TIMEOUT', reason: 'timeout', attempts: 2 },
  {
    fault: 'trickle',
    timeoutMs: 40,
    status: 'timeout',
    http: 200,
    error: 'ERR_TIMEOUT',
    reason: 'timeout',
    attempts: 2,
  },
  { fault: 'reset-before', status: 'network', error: 'ECONNRESET', reason: 'transport', attempts: 2 },
  { fault: 'close-before', status: 'network', error: 'ECONNRESET', reason: 'transport', attempts: 2 },
  { fault: 'reset-mid-body', status: 'network', http: 200, error: 'ERR_BODY_CUT', reason: 'transport', attempts: 2 },
  { fault: 'close-mid-body', status: 'network', http: 200, error: 'ERR_BODY_CUT', reason: 'transport', attempts: 2 },
  { fault: 'not-http', status: 'network', error: 'ERR_HTTP_MALFORMED', reason: 'transport', attempts: 2 },
  { fault: 'html', status: 'network', http: 200, error: 'ERR_BODY_NOT_JSON', reason: 'transport', attempts: 2 },
  { fault: 'invalid-json', status: 'network', http: 200, error: 'ERR_BODY_NOT_JSON', reason: 'transport', attempts: 2 },
  { fault: 'invalid-utf8', status: 'network', http: 200, error: 'ERR_BODY_NOT_UTF8', reason: 'transport', attempts: 2 },
  { fault: 'empty-body', status: 'network', http: 200, error: 'ERR_BODY_NOT_JSON', reason: 'transport', attempts: 2 },
  { fault: 'empty-answer', status: 'ok', http: 200, reason: 'empty', attempts: 1 },
  { fault: 'error-200', status: 'http', http: 200, error: 'ERR_BODY_ERROR', reason: 'transport', attempts: 2 },
  {
    fault: 'cut-stream',
    stream: true,
    status: 'network',
    http: 200,
    error: 'ERR_STREAM_CUT',
    reason: 'transport',
    attempts: 2,
  },
  {
    fault: 'error-in-stream',
    stream: true,
    status: 'http',
    http: 200,
    error: 'ERR_BODY_ERROR',
    reason: 'transport',
    attempts: 2,
  },
  { fault: 'rate-limit', status: 'http', http: 429, reason: 'transport', attempts: 2 },
  { fault: 'rate-limit-date', status: 'http', http: 429, reason: 'transport', attempts: 2 },
  { fault: 'unavailable', status: 'http', http: 503, reason: 'transport', attempts: 2 },
  { fault: 'bad-request', status: 'http', http: 400, reason: 'transport', attempts: 1 },
  { fault: 'unauthorized', status: 'http', http: 401, reason: 'transport', attempts: 1 },
  { fault: 'redirect', status: 'http', http: 307, reason: 'transport', attempts: 1 },
  {
    fault: 'oversized',
    status: 'network',
    http: 200,
    error: 'ERR_RESPONSE_TOO_LARGE',
    reason: 'transport',
    attempts: 1,
  },
  { fault: 'gzip', status: 'network', http: 200, error: 'ERR_CONTENT_ENCODING', reason: 'transport', attempts: 1 },
];

describe('a server that does nothing else', () => {
  it.each(FAULTS)('$fault', async ({ fault, status, http, error, reason, attempts, ...conditions }) => {
    const { run, outcomes } = await runAgainst(await serve(() => fault), conditions);
    expect(outcomes).toHaveLength(ITEMS * attempts);
    for (const outcome of outcomes) {
      expect({ status: outcome.status, http: outcome.http, error: outcome.error }).toEqual({ status, http, error });
    }
    expect(run.samples?.map(({ unscored }) => unscored)).toEqual([reason, reason]);
    expect(run.totals?.attempts[status]).toBe(ITEMS * attempts);
    expect(summarizeRun(run).axes.find(({ axis }) => axis === 'completeness')?.verdict).toBe('proven');
  });

  it('refuses connections', async () => {
    const { run, outcomes } = await runAgainst(await unusedUrl());
    expect(outcomes.map(({ error }) => error)).toEqual(Array.from({ length: 4 }, () => 'ECONNREFUSED'));
    expect(run.samples?.map(({ unscored }) => unscored)).toEqual(['transport', 'transport']);
  });
});

describe('a server that recovers', () => {
  it.each(FAULTS.filter(({ attempts }) => attempts > 1))(
    '$fault, then an answer: nothing is lost, the fault stays visible',
    async ({ fault, status, stream = false, timeoutMs = 5_000 }) => {
      const answer = stream ? 'stream' : 'answer';
      const url = await serve((n) => (n < ITEMS ? fault : answer));
      // A time limit that is short for the fault must not be short for the answer.
      const { run, outcomes } = await runAgainst(url, { stream, timeoutMs: Math.max(timeoutMs, 300) });
      expect(outcomes.map((outcome) => outcome.status).toSorted()).toEqual([status, status, 'ok', 'ok'].toSorted());
      expect(run.samples?.map(({ unscored }) => unscored)).toEqual([null, null]);
      expect(run.totals?.attempts).toMatchObject({ [status]: 2, ok: 2 });
    },
  );

  it('waits as long as Retry-After says, and an hour at most', async () => {
    const { waits } = await runAgainst(await serve((n) => (n < ITEMS ? 'rate-limit' : 'answer')));
    expect(waits).toHaveLength(ITEMS);
    for (const ms of waits) expect(ms >= 2_000 && ms <= 2_200, String(ms)).toBe(true);
    const far = await runAgainst(await serve((n) => (n < ITEMS ? 'rate-limit-date' : 'answer')));
    for (const ms of far.waits) expect(ms >= 3_600_000 && ms <= 3_960_000, String(ms)).toBe(true);
  });
});

describe('a key', () => {
  async function everyByteOf({ run, folder }: Ended): Promise<string> {
    const bundle = join(folder, '..', 'run.touchstone.jsonl.gz');
    await writeBundle(folder, bundle, { level: 'D3' });
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    const paths = files.filter((file) => file.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
    return [...texts, gunzipSync(await readFile(bundle)).toString('utf8'), JSON.stringify(summarizeRun(run))].join(
      '\n',
    );
  }

  async function echoServer(status: number): Promise<string> {
    const server = createServer((request, response) => {
      const choices = [{ index: 0, message: { role: 'assistant', content: '0' }, finish_reason: 'stop' }];
      const error = status === 200 ? {} : { error: { message: 'no' } };
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ...error, choices, debug: request.headers }));
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    cleanUps.push(async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  }

  const credentials = { apiKey: KEY, headers: { 'x-gateway': 'Basic Z2F0ZXdheTpzZWNyZXQ=' } };

  it.each([
    [200, { status: 'network', http: 200, error: 'ERR_RESPONSE_SECRET' }],
    [401, { status: 'http', http: 401, error: 'ERR_RESPONSE_SECRET' }],
  ])('that a server echoes with status %i is nowhere in the run or its bundle', async (status, expected) => {
    const ended = await runAgainst(await echoServer(status), { credentials });
    expect(ended.outcomes).toHaveLength(ITEMS);
    for (const outcome of ended.outcomes) {
      expect(outcome).toMatchObject(expected);
      expect(outcome).not.toHaveProperty('response');
    }
    expect(ended.run.samples?.map(({ unscored }) => unscored)).toEqual(['transport', 'transport']);
    const bytes = await everyByteOf(ended);
    for (const secret of [KEY, 'Z2F0ZXdheTpzZWNyZXQ']) expect(bytes).not.toContain(secret);
    expect(bytes.toLowerCase()).not.toContain('authorization');
  });

  it('that is not echoed is nowhere either, and the answer is kept', async () => {
    const ended = await runAgainst(await serve(() => 'unauthorized'), { credentials });
    const bytes = await everyByteOf(ended);
    // The body of the server is content like any other: what it says about itself stays.
    expect(bytes).toContain(ECHO);
    expect(bytes).not.toContain(KEY);
  });
});
