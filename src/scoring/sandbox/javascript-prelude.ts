/** What the tests of public JavaScript benchmarks expect to be there, in the language of the sandbox itself. */

/**
 * `console`, whose output goes nowhere and whose `assert` throws, and `require`, which knows `assert` alone.
 *
 * Deep equality is that of values: same keys, same prototype, NaN equal to itself; with `strict` -0 is not 0.
 */
export const JAVASCRIPT_PRELUDE = `'use strict';
{
  class AssertionError extends Error {}
  const fail = (message) => {
    throw message instanceof Error ? message : new AssertionError(message ?? 'the assertion failed');
  };
  const isObject = (value) => typeof value === 'object' && value !== null;
  const equals = (a, b, isStrict, seen) => {
    if (isStrict ? Object.is(a, b) : a == b || (a !== a && b !== b)) return true;
    if (!isObject(a) || !isObject(b)) return false;
    if (isStrict && Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
    if (Array.isArray(a) !== Array.isArray(b)) return false;
    if (seen.get(a) === b) return true;
    seen.set(a, b);
    const deep = (x, y) => equals(x, y, isStrict, seen);
    if (a instanceof Date || b instanceof Date) return a instanceof Date && b instanceof Date && deep(a.getTime(), b.getTime());
    if (a instanceof RegExp || b instanceof RegExp) return String(a) === String(b);
    if (a instanceof Map) return b instanceof Map && a.size === b.size && [...a].every(([key, value]) => b.has(key) && deep(value, b.get(key)));
    if (a instanceof Set) return b instanceof Set && a.size === b.size && [...a].every((value) => b.has(value) || [...b].some((other) => deep(value, other)));
    if (a instanceof Error && (a.message !== b.message || a.name !== b.name)) return false;
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && deep(a[key], b[key]));
  };
  const matches = (error, expected) => {
    if (expected === undefined || typeof expected === 'string') return true;
    if (expected instanceof RegExp) return expected.test(String(error));
    if (typeof expected !== 'function') return Object.keys(expected).every((key) => equals(error[key], expected[key], true, new Map()));
    return (expected.prototype !== undefined && error instanceof expected) || (!(expected.prototype instanceof Error) && expected !== Error && expected(error) === true);
  };
  const assert = (value, message) => value || fail(message);
  Object.assign(assert, {
    AssertionError,
    ok: assert,
    fail,
    equal: (a, b, message) => a == b || (a !== a && b !== b) || fail(message),
    notEqual: (a, b, message) => (a != b && (a === a || b === b)) || fail(message),
    strictEqual: (a, b, message) => Object.is(a, b) || fail(message),
    notStrictEqual: (a, b, message) => !Object.is(a, b) || fail(message),
    deepEqual: (a, b, message) => equals(a, b, false, new Map()) || fail(message),
    deepStrictEqual: (a, b, message) => equals(a, b, true, new Map()) || fail(message),
    notDeepEqual: (a, b, message) => !equals(a, b, false, new Map()) || fail(message),
    notDeepStrictEqual: (a, b, message) => !equals(a, b, true, new Map()) || fail(message),
    throws: (run, expected, message) => {
      try {
        run();
      } catch (error) {
        return matches(error, expected) || fail(message);
      }
      return fail(message);
    },
    doesNotThrow: (run) => void run(),
  });
  assert.strict = Object.assign((value, message) => assert(value, message), assert, {
    equal: assert.strictEqual,
    notEqual: assert.notStrictEqual,
    deepEqual: assert.deepStrictEqual,
    notDeepEqual: assert.notDeepStrictEqual,
  });
  const modules = { assert, 'assert/strict': assert.strict };
  const silent = () => undefined;
  globalThis.console = { assert, log: silent, info: silent, warn: silent, error: silent, debug: silent, table: silent, trace: silent, time: silent, timeEnd: silent };
  globalThis.require = (name) => {
    const known = String(name).replace(/^node:/, '');
    if (!Object.hasOwn(modules, known)) throw new Error('there is no module ' + name);
    return modules[known];
  };
  globalThis.module = { exports: {} };
  globalThis.exports = module.exports;
}
`;
