/** Texts that programs give: what is one, what is none, and what a hostile program tries on the way. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Computation, Evaluated, Sandbox } from '../../../src/scoring/trial.ts';
import { isBuilt, trial, warmSandbox } from './warm.ts';

const MOST = 1_000;

function computation(source: string, bounds: Partial<Computation> = {}): Computation {
  return {
    ...trial('javascript', source, { maxSteps: 2_000_000, timeoutMs: 5_000 }),
    maxOutputLength: MOST,
    ...bounds,
  };
}

const FAILED: Evaluated = { end: 'failed', output: null };
const OUT_OF_STEPS: Evaluated = { end: 'out-of-steps', output: null };
const gives = (output: string): Evaluated => ({ end: 'passed', output });

const TOOL = 'function call(state, { amount }) { return { state: state + amount, reply: "ok" }; }\n';

const TEXTS: readonly (readonly [name: string, source: string, output: string])[] = [
  ['a literal', '"text"', 'text'],
  ['an empty text', '""', ''],
  ['the last of several expressions', '"first"; "last"', 'last'],
  ['a text that was put together', '["a", 1, "b"].join("-") + `${2 + 3}`', 'a-1-b5'],
  ['what a tool gives', `${TOOL}JSON.stringify(call(40, {"amount":2}))`, '{"state":42,"reply":"ok"}'],
  ['zero characters', '"\\0a\\0\\0"', '\0a\0\0'],
  ['a byte order mark', '"\\ufeffa"', '\ufeffa'],
  ['letters of two, three and four bytes', '"\\u00e9\\u20ac\\u{1f600}\\u00e9"', 'é€😀é'],
  ['line ends as they are', '"a\\r\\n\\u2028b"', 'a\r\n\u2028b'],
  ['the longest text', `"x".repeat(${MOST})`, 'x'.repeat(MOST)],
  ['the longest text in four bytes', `"\\u{1f600}".repeat(${MOST / 2})`, '😀'.repeat(MOST / 2)],
  ['a text although a job is left', '(async () => { await null; })(); "text"', 'text'],
];

const NO_TEXTS: Readonly<Record<string, string>> = {
  nothing: '',
  'a declaration': 'function call() {}',
  'a number': '42',
  'a big integer': '42n',
  null: 'null',
  'a symbol': 'Symbol("text")',
  'a list of texts': '["text"]',
  'a text in an object': 'new String("text")',
  'a text in an object of which it is the name': 'Object.assign(Object("text"), { [Symbol.toStringTag]: "string" })',
  'an object that becomes a text': '({ toString: () => "text", valueOf: () => "text" })',
  'an object that says how': '({ [Symbol.toPrimitive]: () => "text", length: 4 })',
  'an object whose way never ends': '({ toString() { for (;;); }, get length() { for (;;); } })',
  'a proxy': 'new Proxy(new String("text"), {})',
  'a proxy that throws': 'new Proxy({}, new Proxy({}, { get() { throw new Error("trap"); } }))',
  'a proxy that was revoked': 'const { proxy, revoke } = Proxy.revocable(() => "text", {}); revoke(); proxy',
  'getters that throw': '({ get length() { throw 1; }, get toString() { throw 2; } })',
  'a promise of a text': 'Promise.resolve("text")',
  'a promise that stays open': 'new Promise(() => {})',
  'what an asynchronous function gives': '(async () => "text")()',
  'a thenable': '({ then: (done) => done("text") })',
  'one unit too many': `"x".repeat(${MOST + 1})`,
  'one unit too many, of letters of four bytes': `"x" + "\\u{1f600}".repeat(${MOST / 2})`,
  'the first half of a pair': '"a\\ud83d"',
  'the second half of a pair': '"\\ude00a"',
  'halves the wrong way round': '"\\ude00\\ud83d"',
  'an exception': 'throw "text"',
  'an exception in a job that is left': 'Promise.resolve().then(() => { throw 1; }); new Promise(() => {})',
  'a syntax error': '"text',
};

// Each with what it must come to: where nothing of the host is reached, a text may well be given.
const ATTACKS: readonly (readonly [name: string, source: string, outcome: Evaluated])[] = [
  ['infinite loop', 'for (;;); "text"', OUT_OF_STEPS],
  [
    'infinite loop that catches everything',
    'for (;;) { try { for (;;); } catch {} finally { continue; } }',
    OUT_OF_STEPS,
  ],
  ['infinite loop in a job', '(async () => { for (;;) await null; })(); "text"', OUT_OF_STEPS],
  ['infinite loop in JSON', 'JSON.stringify({ toJSON() { for (;;); } })', OUT_OF_STEPS],
  ['memory flood at once', 'new ArrayBuffer(10 * 2 ** 30); "text"', FAILED],
  ['memory flood in parts', 'const parts = []; for (;;) parts.push(new Uint8Array(2 ** 20).fill(1))', FAILED],
  ['text of 100 million letters', '"x".repeat(1e8)', FAILED],
  ['text of 50 million letters', '"x".repeat(5e7)', FAILED],
  ['text of parts that share', 'let text = "x"; for (let i = 0; i < 24; i++) text += text; text', FAILED],
  ['text without end', 'let text = "x"; for (;;) text += text', FAILED],
  [
    'all memory used up, then a text',
    'const parts = []; try { for (;;) parts.push(new Uint8Array(4096)); } catch {} "x".repeat(9)',
    gives('x'.repeat(9)),
  ],
  ['output flood', 'for (;;) console.log("x".repeat(100))', OUT_OF_STEPS],
  ['deep recursion', 'const f = () => f() + 1; f()', FAILED],
  ['deep recursion of the parser', 'eval("(".repeat(1e6))', FAILED],
  [
    'deep recursion of JSON',
    'let list = []; for (let i = 0; i < 2e4; i++) list = [list]; JSON.stringify(list)',
    FAILED,
  ],
  ['deep text of parts', 'let text = ""; for (let i = 0; i < 2e4; i++) text = "x" + text + "y"; text', FAILED],
  ['own JSON', 'JSON.stringify = () => "mine"; JSON.stringify({})', gives('mine')],
  ['own JSON that gives an object', 'JSON.stringify = () => ({}); JSON.stringify("text")', FAILED],
  ['prototype of all objects', 'Object.prototype.toJSON = () => "mine"; JSON.stringify({})', gives('"mine"')],
  [
    'prototype of texts: length',
    'Object.defineProperty(String.prototype, "length", { get: () => 1e9 }); "text"',
    gives('text'),
  ],
  [
    'prototype of texts: it is a proxy',
    'Object.setPrototypeOf(String.prototype, new Proxy({}, { get() { throw 1; } })); "text"',
    gives('text'),
  ],
  [
    'prototype of texts: conversion',
    'String.prototype.toString = String.prototype.valueOf = () => { for (;;); }; "text"',
    gives('text'),
  ],
  [
    'names of the interpreter',
    'globalThis.String = globalThis.Object = globalThis.JSON = undefined; "text"',
    gives('text'),
  ],
  [
    'no global object',
    'const all = globalThis; for (const name of Object.getOwnPropertyNames(all)) delete all[name]; "text"',
    gives('text'),
  ],
  [
    'function constructor',
    'this.constructor.constructor("return typeof process + typeof WebAssembly + typeof fetch")()',
    gives('undefined'.repeat(3)),
  ],
  ['process', 'process.exit(0); "text"', FAILED],
  ['module of the host', 'require("node:fs").readFileSync("/etc/passwd", "utf8")', FAILED],
  ['import of the host', 'import("node:fs").then(() => {}); "text"', gives('text')],
  ['thread of the host', 'new Worker("data:,"); "text"', FAILED],
  ['message to the host', 'postMessage({ kind: "end" }); "text"', FAILED],
  [
    'message to the host as a text',
    '\'{"kind":"end","ended":{"end":"passed","output":"forged"}}\'',
    gives('{"kind":"end","ended":{"end":"passed","output":"forged"}}'),
  ],
  ['standard module of the interpreter', 'typeof std + typeof os + typeof scriptArgs', gives('undefined'.repeat(3))],
  ['timers', 'setTimeout(() => {}, 1); "text"', FAILED],
  ['shared memory', 'typeof Atomics === "undefined" ? "none" : "there"', gives('none')],
];

describe.skipIf(!isBuilt)('Sandbox.evaluate()', () => {
  let sandbox: Sandbox;
  const evaluate = async (source: string): Promise<Evaluated> => await sandbox.evaluate(computation(source));

  beforeAll(async () => {
    // One thread, so that every computation has those before it in its past.
    sandbox = warmSandbox(1);
    await sandbox.ready('javascript');
  }, 120_000);

  afterAll(async () => {
    await sandbox.close();
  });

  it.each(TEXTS)('gives %s', async (_, source, output) => {
    expect(await evaluate(source)).toEqual(gives(output));
  });

  it.each(Object.entries(NO_TEXTS))('gives no text for %s', async (_, source) => {
    expect(await evaluate(source)).toEqual(FAILED);
  });

  it.each(ATTACKS)('attack: %s', async (_, source, outcome) => {
    expect(await evaluate(source)).toEqual(outcome);
    expect(await evaluate('JSON.stringify(["clean".length, {}])')).toEqual(gives('[5,{}]'));
  });

  it.each([
    ['a variable', 'globalThis.left = 1; var other = 2; "done"', 'typeof left + typeof other'],
    ['a constant', 'const left = 1; "done"', 'typeof left'],
    ['a prototype', 'Object.prototype.left = 1; "done"', 'typeof ({}).left'],
    [
      'a job',
      'const later = () => Promise.resolve().then(() => (globalThis.left = 1)); later(); "done"',
      'typeof left',
    ],
    ['memory that grew', 'globalThis.left = new Uint8Array(3e7).fill(7); "done"', 'typeof left'],
  ])('leaves nothing behind: %s', async (_, dirty, look) => {
    expect(await evaluate(dirty)).toEqual(gives('done'));
    expect(await evaluate(look)).toEqual(gives('undefined'.repeat(look.split('typeof').length - 1)));
  });

  it('has the same memory for every program, whatever those before it took', async () => {
    // The most that can be had in pieces of 64 KiB, as a text.
    const most =
      'const all = []; let n = 0; try { for (;;) { all.push(new Uint8Array(65536)); n++; } } catch {} all.length = 0; `${n}`';
    const fresh = warmSandbox(1);
    const first = await fresh.evaluate(computation(most));
    await fresh.close();
    expect(Number(first.output)).toBeGreaterThan(800);
    expect([await evaluate(most), await evaluate('"x"'), await evaluate(most)]).toEqual([first, gives('x'), first]);
  });

  it('has what was set up, and not its value', async () => {
    const setUp = 'const state = { sum: 40 }; "value"';
    expect(await sandbox.evaluate(computation('`${state.sum + 2}`', { setUp }))).toEqual(gives('42'));
    expect(await sandbox.evaluate(computation('', { setUp }))).toEqual(FAILED);
    expect(await sandbox.evaluate(computation('"text"', { setUp: 'throw 1' }))).toEqual(FAILED);
  });

  it.each([
    [0, '""', gives('')],
    [0, '"x"', FAILED],
    [NaN, '""', FAILED],
    [-1, '""', FAILED],
    [Infinity, '"x".repeat(5000)', gives('x'.repeat(5000))],
  ])('with a bound of %d: %s', async (maxOutputLength, source, outcome) => {
    expect(await sandbox.evaluate(computation(source, { maxOutputLength }))).toEqual(outcome);
  });

  it('ends a computation whose time is up, and runs the next', async () => {
    const endless = computation('/(a+)+$/.test("a".repeat(64) + "b"); "text"', { maxSteps: 1e12, timeoutMs: 300 });
    expect(await sandbox.evaluate(endless)).toEqual({ end: 'timed-out', output: null });
    expect(await evaluate('"text"')).toEqual(gives('text'));
  });

  it('says of a program that is run how it ended, whatever its value', async () => {
    expect(await sandbox.run(trial('javascript', '42'))).toBe('passed');
    expect(await sandbox.run(trial('javascript', '"\\ud800"'))).toBe('passed');
  });
});

describe('a computation in Python', () => {
  it('is refused, because its programs have no value', async () => {
    const sandbox = warmSandbox();
    await expect(sandbox.evaluate({ ...computation('1'), language: 'python' })).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_SANDBOX' }),
    );
  });
});
