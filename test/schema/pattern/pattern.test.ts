import * as fc from '../../property.ts';
import { describe, expect, it } from 'vitest';
import { isTouchstoneError } from '../../../src/core/errors.ts';
import { parsePattern } from '../../../src/schema/pattern/parse.ts';
import { compilePattern, machineFinder } from '../../../src/schema/pattern/pattern.ts';
import { isTame } from '../../../src/schema/pattern/tame.ts';

const PLAIN = { ignoreCase: false, multiline: false };

function thrown(step: () => unknown): unknown {
  try {
    step();
    return null;
  } catch (error) {
    return error;
  }
}

/** All matches by the engine, as start, end and groups. */
function nativeMatches(source: string, flags: string, text: string): unknown[] {
  return [...text.matchAll(new RegExp(source, `gu${flags}`))].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    groups: [...match].map((group: string | undefined) => group ?? null),
  }));
}

/** All matches by the machine of this project. */
function machineMatches(source: string, flags: string, text: string): unknown[] {
  const find = machineFinder(source, { ignoreCase: flags.includes('i'), multiline: flags.includes('m') });
  const matches: unknown[] = [];
  for (let from = 0; from <= text.length;) {
    const match = find(text, from, { left: 1e9 });
    if (match === null) break;
    matches.push(match);
    from = match.end > match.start ? match.end : match.end + ((text.codePointAt(match.end) ?? 0) > 0xffff ? 2 : 1);
  }
  return matches;
}

const atom = fc.constantFrom(
  'a',
  'b',
  'A',
  '.',
  '\\d',
  '\\w',
  '\\s',
  '[ab]',
  '[^a]',
  '1',
  '😀',
  '\\n',
  '\\u{1f600}',
  '[a-c1]',
  '\\p{L}',
);
const assertion = fc.constantFrom('^', '$', '\\b', '\\B');
const quantifier = fc.constantFrom(
  '',
  '',
  '',
  '*',
  '+',
  '?',
  '*?',
  '+?',
  '??',
  '{2}',
  '{0,2}',
  '{1,}',
  '{1,2}?',
  '{0}',
);
const { pattern } = fc.letrec<{ pattern: string; piece: string; group: string }>((tie) => ({
  pattern: fc
    .array(
      fc.array(tie('piece'), { maxLength: 4 }).map((pieces) => pieces.join('')),
      { minLength: 1, maxLength: 3 },
    )
    .map((branches) => branches.join('|')),
  piece: fc.oneof(
    { maxDepth: 3 },
    { weight: 6, arbitrary: fc.tuple(atom, quantifier).map(([a, q]) => a + q) },
    { weight: 1, arbitrary: assertion },
    { weight: 3, arbitrary: fc.tuple(tie('group'), quantifier).map(([g, q]) => g + q) },
  ),
  group: fc.tuple(fc.constantFrom('(', '(?:', '('), tie('pattern')).map(([open, body]) => `${open}${body})`),
}));
const text = fc
  .array(fc.constantFrom('a', 'b', 'A', '1', ' ', '\n', '_', 'c', '😀'), { maxLength: 12 })
  .map((units) => units.join(''));

describe('machineFinder()', () => {
  it('finds what the engine finds, for random patterns, texts and flags', () => {
    fc.assert(
      fc.property(pattern, text, fc.constantFrom('', 'i', 'm', 'im'), (source, subject, flags) => {
        // Patterns with rounds that can be empty are refused.
        const isRefused = isTouchstoneError(
          thrown(() => parsePattern(source)),
          'ERR_PATTERN',
        );
        // V8 lets \B match inside a code point, which the specification does not.
        fc.pre(!isRefused && !(source.includes('\\B') && subject.includes('😀')));
        expect(machineMatches(source, flags, subject)).toEqual(nativeMatches(source, flags, subject));
      }),
      { numRuns: 4000 },
    );
  });

  it.each([
    ['(?:(a)|b)*', 'ab'],
    ['(a*){2}', 'aa'],
    ['(z)((a+)?(b+)?(c))*', 'zaacbbbcac'],
    ['(?<year>\\d{4})-(\\d\\d)', 'on 2024-05-06'],
    ['[\\]\\\\a-]+', 'a]\\-b'],
    ['\\x41\\u0042\\cJ\\t', 'AB\n\t'],
    ['\\ud83d\\ude00+', '😀😀'],
    ['\\bfoo\\b', 'a foo.'],
    ['(?:a|ab)(?:c|bcd)(d*)', 'abcd'],
  ])('finds what the engine finds for %s', (source, subject) => {
    expect(machineMatches(source, '', subject)).toEqual(nativeMatches(source, '', subject));
  });
});

describe('compilePattern()', () => {
  it('gives the first and the last match with its groups', () => {
    const found = compilePattern('([a-z]+)=(\\d+)?', PLAIN);
    expect(found.captures).toBe(2);
    expect(found.first('a=1 b= c=3')).toEqual({ start: 0, end: 3, groups: ['a=1', 'a', '1'] });
    expect(found.last('a=1 b=2 c=')).toEqual({ start: 8, end: 10, groups: ['c=', 'c', null] });
    expect(found.first('none')).toBeNull();
    expect(compilePattern('x*', PLAIN).last('ab😀')).toEqual({ start: 4, end: 4, groups: [''] });
  });

  it.each([
    ['(', /not a valid/],
    ['a\\-b', /not a valid/],
    ['(a)\\1', /back references/],
    ['(?<n>a)\\k<n>', /back references/],
    ['(a*)?', /can be empty/],
    ['(?:|a){0,2}', /can be empty/],
    ['(a*?)+', /can be empty/],
    ['(?:\\b|a)*', /can be empty/],
    ['(?=a)', /look-around/],
    ['(?<!a)b', /look-around/],
    ['a'.repeat(1001), /at most 1000/],
    ['(?:'.repeat(33) + 'a' + ')'.repeat(33), /nested/],
    ['()'.repeat(33), /at most 32 groups/],
    ['(?:a{100}){100}', /too large/],
    ['a{5000}', /too large/],
    ['(?:[ab]{1,99}){1,99}', /too large/],
  ])('refuses %s', (source, message) => {
    const fault = { code: 'ERR_PATTERN', message: expect.stringMatching(message) };
    expect(() => compilePattern(source, PLAIN)).toThrow(expect.objectContaining(fault));
  });

  it('answers in linear time where backtracking explodes', () => {
    const started = performance.now();
    expect(compilePattern('^(a|a)*$', PLAIN).first(`${'a'.repeat(20_000)}b`)).toBeNull();
    expect(compilePattern('(x+x+)+y', PLAIN).first('x'.repeat(10_000))).toBeNull();
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('counts what characters beyond ASCII cost', () => {
    const started = performance.now();
    const found = compilePattern('[\\p{L}\\p{N}]{255}x', PLAIN);
    expect(() => found.first('é'.repeat(65_536))).toThrow(expect.objectContaining({ code: 'ERR_STEP_LIMIT' }));
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('stops with a code when many searches are each linear', () => {
    const found = compilePattern('a(?:.*b)?', PLAIN);
    expect(() => found.last('a'.repeat(65_536))).toThrow(expect.objectContaining({ code: 'ERR_STEP_LIMIT' }));
  });
});

describe('isTame()', () => {
  it.each(['(?:####|A:) (-?[0-9.,]+)', 'answer is ([A-J])', '\\d+', '#+?', 'yes|no', '-?\\d{1,3}'])(
    'holds for %s',
    (source) => {
      expect(isTame(parsePattern(source).root)).toBe(true);
    },
  );

  it.each([
    'a*b',
    '(a+)+',
    '.*x',
    '\\d+$',
    '(?:ab)*',
    'a{0,300}',
    '(?:a?b?c?d?){5}',
    '[ab]?[ab]?[ab]?[ab]?[ab]?[ab]?[ab]?x',
  ])('does not hold for %s', (source) => {
    expect(isTame(parsePattern(source).root)).toBe(false);
  });
});
