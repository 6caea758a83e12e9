import { describe, expect, it } from 'vitest';
import { formatPointer, pointerKeys } from '../../src/core/json-pointer.ts';

// The examples of RFC 6901 §5, and the order of unescaping of §4.
const EXAMPLES: readonly (readonly [string, readonly string[]])[] = [
  ['', []],
  ['/foo/0', ['foo', '0']],
  ['/', ['']],
  ['/a~1b', ['a/b']],
  ['/m~0n', ['m~n']],
  ['/~01', ['~1']],
];

describe('JSON pointers', () => {
  it.each(EXAMPLES)('%j has the keys %j', (pointer, keys) => {
    expect(pointerKeys(pointer)).toEqual(keys);
    expect(formatPointer(keys)).toBe(pointer);
  });
});
