/** What a hostile answer tries. Each ends as a wrong answer in bounded time, and what comes after it is not touched. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Language, Sandbox, TrialEnd } from '../../../src/scoring/trial.ts';
import { isBuilt, trial, warmSandbox } from './warm.ts';

const WRONG: readonly TrialEnd[] = ['failed', 'out-of-steps', 'timed-out'];

const DEEP = 'import sys\nsys.setrecursionlimit(10**9)\n';

// "Passed" would mean that the attack succeeded: where it is stopped without an exception, the program asserts that it was.
const PYTHON: Readonly<Record<string, string>> = {
  'infinite loop': 'while True:\n    pass',
  'infinite loop that catches everything':
    'while True:\n    try:\n        while True: pass\n    except BaseException: pass',
  'infinite generator': 'sum(1 for _ in iter(int, 1))',
  'infinite iteration in C': 'import itertools, collections\ncollections.deque(itertools.count(), maxlen=0)',
  'sleep for ever': 'import time\ntime.sleep(10**9)',
  'number without end': '10 ** 10 ** 10',
  fork: 'import os\nos.fork()',
  'child process': 'import subprocess\nsubprocess.run(["true"], check=True)',
  'shell by the C library': 'import os\nassert os.system("true") == 0',
  exec: 'import os\nos.execv("/bin/true", ["true"])',
  'threads without end': 'import threading\nwhile True: threading.Thread(target=print).start()',
  '10 GB at once': 'bytearray(10 * 2**30)',
  '10 GB in parts': 'parts = []\nwhile True: parts.append(bytearray(2**20))',
  'file of the host': 'open("/etc/passwd").read()',
  'file of the host by descriptor': 'import os\nos.read(3, 1)',
  'file of the process': 'open("/proc/self/environ", "rb").read()',
  'folder of the host': 'import os\nassert "etc" in os.listdir("/")',
  'write a file': 'open("/tmp/left-behind", "w").write("x")',
  'write a file 10 GB long': 'import os\nos.truncate("/lib/python314.zip", 10 * 2**30)',
  'map a file': 'import mmap\nmmap.mmap(-1, 10 * 2**30)',
  socket: 'import socket\nsocket.create_connection(("127.0.0.1", PORT))',
  'listening socket': 'import socket\nsocket.socket().bind(("127.0.0.1", 0))',
  'name look-up': 'import socket\nsocket.getaddrinfo("localhost", 80)',
  HTTP: 'import urllib.request\nurllib.request.urlopen("http://127.0.0.1:PORT/")',
  environment: 'import os\nassert os.environ["PATH"]',
  'standard input': 'input()',
  'bridge to JavaScript': 'import js\njs.process.exit(0)',
  'bridge to JavaScript, function constructor': 'import js\njs.Object.constructor("return process")()',
  'bridge to JavaScript, evaluation': 'from pyodide.code import run_js\nrun_js("process.exit(0)")',
  'bridge to JavaScript, loading': 'import pyodide_js\npyodide_js.loadPackage("numpy")',
  'bridge to JavaScript, file of the host': 'import pyodide_js\npyodide_js._api.loadBinaryFile("/etc/passwd")',
  'bridge to JavaScript, below the bridge': 'import _pyodide_core\n_pyodide_core.run_js("1")',
  'bridge to JavaScript, caught': 'import js\ntry:\n    js.process\nexcept BaseException: pass',
  'functions of C': 'import ctypes\nctypes.CDLL(None).system(b"true")',
  'memory of the interpreter': 'import ctypes\nctypes.memset(0, 255, 2**31 - 1)',
  'library of the host': 'import ctypes\nctypes.CDLL("/lib/x86_64-linux-gnu/libc.so.6")',
  'exit as if all were well': 'import sys\nsys.exit(0)',
  'exit at once': 'import os\nos._exit(0)',
  abort: 'import os\nos.abort()',
  signal: 'import os\nos.kill(os.getpid(), 9)',
  'output flood': 'while True: print("x" * 2**16)',
  'output flood on standard error': 'import sys\nwhile True: sys.stderr.write("x" * 2**16)',
  'deep recursion': 'def f(n): return f(n + 1)\nf(0)',
  'deep recursion without a limit': `${DEEP}def f(n): return f(n + 1)\nf(0)`,
  'deep recursion through C': `${DEEP}class A:\n    def __repr__(self): return repr(self)\nrepr(A())`,
  'deep recursion of the parser': 'eval("(" * 10**5)',
  'crafted code object':
    'def f(): pass\nf.__code__ = f.__code__.replace(co_code=bytes([116, 255] * 64), co_stacksize=1)\nf()\nraise ValueError',
};

const JAVASCRIPT: Readonly<Record<string, string>> = {
  'infinite loop': 'for (;;);',
  'infinite loop that catches everything': 'for (;;) { try { for (;;); } catch {} finally { continue; } }',
  'infinite loop of promises': '(async () => { for (;;) await null; })()',
  'regular expression that goes back for ever': '/(a+)+$/.test("a".repeat(64) + "b")',
  'child process': 'require("child_process").execSync("true")',
  '10 GB at once': 'new ArrayBuffer(10 * 2 ** 30)',
  '10 GB in parts': 'const parts = []; for (;;) parts.push(new Uint8Array(2 ** 20).fill(1))',
  '10 GB text': 'let text = "x"; for (;;) text += text',
  'file of the host': 'require("fs").readFileSync("/etc/passwd")',
  'module of the host': 'import("node:fs")',
  socket: 'require("net").connect(80)',
  fetch: 'fetch("http://127.0.0.1:PORT/")',
  environment: 'process.env.PATH',
  'function constructor': 'this.constructor.constructor("return process")().exit()',
  'thread of the host': 'new Worker("data:,")',
  'message to the host': 'postMessage(1)',
  'WebAssembly in WebAssembly': 'new WebAssembly.Memory({ initial: 1 })',
  exit: 'process.exit(0)',
  'output flood': 'for (;;) console.log("x")',
  'deep recursion': 'const f = () => f() + 1; f()',
  'deep recursion of the parser': 'eval("(".repeat(1e6))',
  'deep recursion of JSON': 'JSON.parse("[".repeat(1e6))',
  timers: 'setTimeout(() => {}, 1)',
};

// What comes after an attack in the same thread.
const CLEAN: Readonly<Record<Language, string>> = {
  python:
    'import builtins, sys, os\nassert len([1]) == 1\nassert not hasattr(builtins, "left_behind")\nassert sys.getrecursionlimit() == 1000',
  javascript: 'if ({}.leftBehind || [].length !== 0 || `${{}}` !== "[object Object]") throw new Error("left behind")',
};

describe.skipIf(!isBuilt)('attacks', () => {
  let sandbox: Sandbox;
  let folder: string;
  let port = 0;
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.destroy();
  });

  beforeAll(async () => {
    sandbox = warmSandbox();
    folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
    await writeFile(join(folder, 'secret'), 'secret');
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
    await Promise.all([sandbox.ready('python'), sandbox.ready('javascript')]);
  }, 120_000);

  afterAll(async () => {
    await sandbox.close();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });

  const attack = async (language: Language, source: string): Promise<TrialEnd> => {
    const text = source.replaceAll('PORT', String(port));
    return await sandbox.run(trial(language, text, { maxSteps: 2_000_000, timeoutMs: 1_500 }));
  };

  it.each(Object.entries(PYTHON))('Python: %s', async (_, source) => {
    expect(WRONG).toContain(await attack('python', source));
  });

  it.each(Object.entries(JAVASCRIPT))('JavaScript: %s', async (_, source) => {
    expect(WRONG).toContain(await attack('javascript', source));
  });

  it('pollution of what all objects share is gone with its program', async () => {
    const dirty: Readonly<Record<Language, string>> = {
      python:
        'import builtins, sys\nbuiltins.left_behind = 1\nbuiltins.len = lambda _: 7\nsys.setrecursionlimit(9999)\ndel sys.modules["os"]',
      javascript: 'Object.prototype.leftBehind = 1; Array.prototype.length = 7; Object.prototype.toString = () => "x"',
    };
    // One after the other they run in the same thread, which is the one that was used last.
    for (const language of ['python', 'javascript'] as const) {
      expect(await sandbox.run(trial(language, dirty[language]))).toBe('passed');
      expect(await sandbox.run(trial(language, CLEAN[language]))).toBe('passed');
    }
  });

  it('nothing got through: no connection, no file, no change of this process', async () => {
    expect(connections).toBe(0);
    expect(await readdir(folder)).toEqual(['secret']);
    expect(await readdir(tmpdir())).not.toContain('left-behind');
    expect(({} as { readonly leftBehind?: unknown }).leftBehind).toBeUndefined();
    expect(process.exitCode).toBeUndefined();
    for (const language of ['python', 'javascript'] as const) {
      expect(await sandbox.run(trial(language, CLEAN[language]))).toBe('passed');
    }
  });
});
