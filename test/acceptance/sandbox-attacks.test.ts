/**
 * Answers that attack whoever runs them, through the whole path: each is a wrong answer or has no score, the right answers
 * between them keep theirs, and whoever verifies the run comes to the same verdicts.
 */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/scoring/trial.ts';
import { isBuilt, warmSandbox } from '../scoring/sandbox/warm.ts';
import { runRecorded } from './recorded-run.ts';

/** What an attack needs to be written as, and what a right answer looks like after it. */
interface Attacks {
  readonly right: string;
  /** Fails where the answer is wrong, or where something is left of another program. */
  readonly tests: string;
  readonly attacks: Readonly<Record<Name, string>>;
}

const NAMES = [
  'infinite loop',
  'fork',
  '10 GB allocation',
  'file read',
  'socket',
  'environment',
  'prototype pollution',
  'worker escape',
  'output flood',
  'deep recursion',
] as const;
type Name = (typeof NAMES)[number];

// The right answer comes after the attack, so a program passes if nothing stopped what it tried.
const LANGUAGES: Readonly<Record<'python' | 'javascript', Attacks>> = {
  python: {
    right: 'def add(a, b): return a + b',
    tests: 'import builtins\nassert add(1, 2) == 3 and not hasattr(builtins, "left_behind")',
    attacks: {
      'infinite loop': 'while True:\n    try:\n        while True: pass\n    except BaseException: pass',
      fork: 'import os\nos.fork()',
      '10 GB allocation': 'parts = [bytearray(2**20) for _ in range(10 * 2**10)]',
      'file read': 'open("/etc/passwd").read()',
      socket: 'import socket\nsocket.create_connection(("127.0.0.1", PORT))',
      environment: 'import os\nassert os.environ["PATH"]',
      'prototype pollution':
        'import builtins, sys\nbuiltins.left_behind = 1\nbuiltins.len = lambda _: 7\ndel sys.modules["os"]',
      'worker escape': 'import js\njs.Object.constructor("return process")().exit(0)',
      'output flood': 'while True: print("x" * 2**16)',
      'deep recursion': 'import sys\nsys.setrecursionlimit(10**9)\ndef f(n): return f(n + 1)\nf(0)',
    },
  },
  javascript: {
    right: 'const add = (a, b) => a + b;',
    tests: 'if (add(1, 2) !== 3 || {}.leftBehind !== undefined) throw new Error("wrong");',
    attacks: {
      'infinite loop': 'for (;;) { try { for (;;); } catch {} finally { continue; } }',
      fork: 'require("child_process").fork("/bin/true");',
      '10 GB allocation':
        'const parts = []; for (let n = 0; n < 10240; n++) parts.push(new Uint8Array(2 ** 20).fill(1));',
      'file read': 'require("fs").readFileSync("/etc/passwd");',
      socket: 'require("net").connect(PORT);',
      environment: 'if (!process.env.PATH) throw new Error("none");',
      'prototype pollution':
        'Object.prototype.leftBehind = 1; Array.prototype.length = 7; Object.prototype.toString = () => "x";',
      'worker escape': 'this.constructor.constructor("return process")().exit(0); new Worker("data:,");',
      'output flood': 'for (;;) console.log("x".repeat(64));',
      'deep recursion': 'const f = (n) => f(n + 1) + 1; f(0);',
    },
  },
};

describe.skipIf(!isBuilt)('a suite whose answers are attacks', () => {
  let sandbox: Sandbox;
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.destroy();
  });

  beforeAll(async () => {
    sandbox = warmSandbox();
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    await Promise.all([sandbox.ready('python'), sandbox.ready('javascript')]);
  }, 120_000);

  afterAll(async () => {
    await sandbox.close();
    server.close();
  });

  it.each(['python', 'javascript'] as const)(
    '%s: every attack is wrong or unscored, every right answer between them right, and the run verifies',
    async (language) => {
      const { right, tests, attacks } = LANGUAGES[language];
      const { port } = server.address() as AddressInfo;
      const target = { tests, entry_point: 'add' };
      const items = NAMES.flatMap((name) => [
        { id: name, question: name, target, output: `${attacks[name].replaceAll('PORT', String(port))}\n${right}` },
        { id: `after ${name}`, question: 'Add.', target, output: right },
      ]);
      const { samples, report } = await runRecorded({
        name: 'attacks',
        model: 'attacker',
        scorer: { id: `${language}-tests`, version: 1, find: ['whole'], max_steps: 500_000, timeout_ms: 5_000 },
        items,
        sandbox,
      });
      const passed = samples.filter(({ score }) => score?.num === 1).map(({ id }) => id);
      expect(passed).toEqual(NAMES.map((name) => `after ${name}`));
      expect(report.ended?.reason).toBe('complete');
      expect(connections).toBe(0);
      expect(({} as { readonly leftBehind?: unknown }).leftBehind).toBeUndefined();
    },
    120_000,
  );
});
