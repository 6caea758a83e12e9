import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../src/core/canonical-json.ts';
import { findScorer } from '../../../src/scoring/registry.ts';
import { openSandbox } from '../../../src/scoring/sandbox/open-sandbox.ts';
import type { Language, Sandbox, TrialEnd } from '../../../src/scoring/trial.ts';
import type { ScorerConfig } from '../../../src/suites/definition.ts';
import { isBuilt, trial, warmSandbox } from './warm.ts';

interface GoldenCase {
  readonly config: ScorerConfig;
  readonly answer: string;
  readonly target: JsonValue;
  readonly extracted: string | null;
  readonly end?: TrialEnd;
}

const GOLDEN = new URL('../../golden/scoring/', import.meta.url);

function goldenCases(id: string): readonly GoldenCase[] {
  const file: { readonly cases: readonly GoldenCase[] } = JSON.parse(
    readFileSync(new URL(`${id}@1.json`, GOLDEN), 'utf8'),
  );
  return file.cases;
}

// Everything a program could tell two runs apart by, as a number whose bits can be asked for one by one.
const DIFFERENCES: Readonly<Record<Language, string>> = {
  python:
    'import random, time, os, hashlib, datetime\n' +
    'seen = repr([random.random(), time.time(), time.perf_counter(), id(object()), os.urandom(8), hash("a"), str(datetime.datetime.now()), list({"a", "b", "c"}), dict(os.environ)])\n' +
    'bits = int(hashlib.sha256(seen.encode()).hexdigest(), 16)\n',
  javascript:
    'const seen = [Math.random(), Date.now(), String(new Date()), new Date().getTimezoneOffset()].join();\n' +
    'let bits = 7; for (const letter of seen) bits = (bits * 31 + letter.charCodeAt(0)) % 65521;\n',
};

const BIT: Readonly<Record<Language, (bit: number) => string>> = {
  python: (bit) => `assert bits >> ${bit} & 1`,
  javascript: (bit) => `if ((bits >> ${bit} & 1) === 0) throw 0`,
};

/** A thread that is told what to say. */
function workerOf(code: string): URL {
  const source = `import { parentPort } from 'node:worker_threads'; const say = (what) => parentPort.postMessage(what); ${code}`;
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`);
}

function dyingWorker(dies: boolean): URL {
  const does = dies ? 'process.exit(1)' : "say({ kind: 'end', ended: { end: 'passed', output: null }, isWorn: false })";
  return workerOf(`parentPort.on('message', () => ${does}); say({ kind: 'ready', snapshot: null });`);
}

describe.skipIf(!isBuilt)('openSandbox()', () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = warmSandbox();
    await Promise.all([sandbox.ready('python'), sandbox.ready('javascript')]);
  }, 120_000);

  afterAll(async () => {
    await sandbox.close();
  });

  describe.each(['python-tests', 'javascript-tests'])('%s: programs of the golden answers', (id) => {
    it.each(goldenCases(id))('%j', async ({ config, extracted, target, end }) => {
      const program = findScorer({ id, version: 1, config })?.programs?.of(extracted, target) ?? null;
      expect(program === null ? undefined : await sandbox.run(program)).toBe(end);
    });
  });

  it.each(['python', 'javascript'] as const)('%s: two threads cannot be told apart', async (language) => {
    const bits = Array.from({ length: 12 }, (_, bit) => trial(language, DIFFERENCES[language] + BIT[language](bit)));
    const vectors = await Promise.all([bits, bits].map((programs) => Promise.all(programs.map(sandbox.run))));
    expect(vectors[0]).toEqual(vectors[1]);
    expect(new Set(vectors[0])).toEqual(new Set(['passed', 'failed']));
  });

  it.each([
    ['python', 'for _ in range(100_000): pass', 1_000_000, 'passed'],
    ['python', 'for _ in range(100_000): pass', 90_000, 'out-of-steps'],
    ['python', 'def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\nf(20)', 1_000_000, 'passed'],
    ['python', 'def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\nf(20)', 15_000, 'out-of-steps'],
    ['javascript', 'for (let i = 0; i < 100_000; i++);', 1_000_000, 'passed'],
    ['javascript', 'for (let i = 0; i < 100_000; i++);', 90_000, 'out-of-steps'],
  ] as const)('%s: %j has enough in %i steps: %s', async (language, source, maxSteps, end) => {
    expect(await sandbox.run(trial(language, source, { maxSteps }))).toBe(end);
  });

  it('ends a program that makes no steps when its time is up, and runs the next', async () => {
    const endless = trial('python', 'import itertools, collections\ncollections.deque(itertools.count(), maxlen=0)', {
      timeoutMs: 300,
    });
    expect(await sandbox.run(endless)).toBe('timed-out');
    expect(await sandbox.run(trial('python', 'pass'))).toBe('passed');
  });

  it.each([
    ['python', 'left = 1', 'assert left == 1'],
    ['javascript', 'globalThis.left = 1', 'if (left !== 1) throw 0'],
  ] as const)('%s: what is set up comes first', async (language, setUp, source) => {
    const isShared = language === 'javascript';
    expect(await sandbox.run(trial(language, source, { setUp }))).toBe(isShared ? 'passed' : 'failed');
    expect(await sandbox.run(trial(language, source))).toBe('failed');
  });

  it('runs more programs at once than it has threads', async () => {
    const ends = await Promise.all(
      Array.from({ length: 40 }, (_, n) => sandbox.run(trial('python', `assert ${n} % 2 == 0`))),
    );
    expect(ends).toEqual(ends.map((_, n) => (n % 2 === 0 ? 'passed' : 'failed')));
  });
});

describe('a sandbox that cannot start', () => {
  it('says so, and stays closed', async () => {
    // A thread whose entry ends at once.
    const sandbox = openSandbox({ threads: 1, worker: new URL('data:text/javascript,export%20{}') });
    await expect(sandbox.ready('javascript')).rejects.toThrow(expect.objectContaining({ code: 'ERR_SANDBOX' }));
    await expect(sandbox.run(trial('javascript', '1'))).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_SANDBOX' }),
    );
    await sandbox.close();
  });

  it('loads nothing before it is used, and runs nothing after it is closed', async () => {
    const sandbox = openSandbox({ worker: pathToFileURL('/nowhere') });
    await sandbox.close();
    await sandbox.ready('javascript').catch(() => undefined);
    const used = openSandbox({ threads: 1, worker: dyingWorker(false) });
    await used.ready('javascript');
    await used.close();
    await expect(used.run(trial('javascript', '1'))).rejects.toThrow(expect.objectContaining({ code: 'ERR_SANDBOX' }));
  });

  it('gives a program whose thread is lost a second one, and no third', async () => {
    const sandbox = openSandbox({ threads: 1, worker: dyingWorker(true) });
    expect(await sandbox.run(trial('javascript', '1'))).toBe('crashed');
    await sandbox.close();
  });

  it('says why an interpreter is unusable', async () => {
    const sandbox = openSandbox({ threads: 1, worker: workerOf("say({ kind: 'unusable', reason: 'it is too old' })") });
    await expect(sandbox.ready('javascript')).rejects.toThrow('too old');
  });
});
