import { describe, expect, it } from 'vitest';
import { parseItemList } from '../../src/cli/item-list.ts';
import { describeProgress, progressLine, type ProgressState } from '../../src/cli/progress-bar.ts';
import { shellCommand } from '../../src/cli/shell-words.ts';
import { alignColumns } from '../../src/cli/table.ts';

const HALF: ProgressState = {
  done: 100,
  total: 300,
  recalled: 0,
  scored: 100,
  scoreSum: 50,
  errors: 1,
  tokens: 1234,
  attestations: 0,
  costUsd: 0.5,
};

describe('describeProgress()', () => {
  it('says how far, how fast, how long, how good, and what it took', () => {
    // Wilson's interval for 50 of 100: 0.4038 to 0.5962 (Newcombe 1998, method 3).
    expect(describeProgress(HALF, 10_000)).toBe(
      '100/300 · 10.0/s · 20 s left · score 50.0 % (40.4 to 59.6) · 1 error · 1,234 tokens · $0.5000',
    );
  });

  it('says beside a score that a model decided it', () => {
    const text = describeProgress({ ...HALF, isJudged: true }, 10_000);
    expect(text).toContain(' · score 50.0 % (40.4 to 59.6), judgement, not re-derivable · ');
  });

  it('leaves out what is not known', () => {
    const state = { ...HALF, done: 0, scored: 0, scoreSum: 0, errors: 0, tokens: 0, costUsd: null };
    expect(describeProgress(state, 0)).toBe('0/300 · 0.0/s');
  });

  it('counts the rate of this session only', () => {
    expect(describeProgress({ ...HALF, recalled: 90 }, 10_000)).toContain('100/300 · 1.0/s · 3 min 20 s left');
  });
});

describe('progressLine()', () => {
  const line = {
    name: 'json-extraction × model at 127.0.0.1:8000',
    text: '100/300 · 10.0/s · 20 s left · score 50.0 % (40.4 to 59.6) · 1 error · 1,234 tokens',
    progress: 0.5,
  };

  it('shows everything where there is room', () => {
    const bar = '█'.repeat(12) + '░'.repeat(12);
    expect(progressLine({ ...line, columns: 160 })).toBe(`${line.name} ${bar} ${line.text}`);
  });

  it('gives up the length of the bar and of the name before any figure', () => {
    expect(progressLine({ ...line, columns: 130 })).toBe(`${line.name} ${line.text}`);
    expect(progressLine({ ...line, columns: 120 })).toBe(`json-extraction × model at 12… ${line.text}`);
  });

  it('gives up the last figures first, and never fills the last column', () => {
    expect(progressLine({ ...line, columns: 80 })).toBe(
      'json-extraction × m… 100/300 · 10.0/s · 20 s left · score 50.0 % (40.4 to 59.6)',
    );
    for (let columns = 1; columns < 160; columns++)
      expect(progressLine({ ...line, columns }).length).toBeLessThanOrEqual(Math.max(1, columns - 1));
  });
});

describe('parseItemList()', () => {
  it('reads numbers and ranges', () => {
    expect([...parseItemList('0,5, 7-9')]).toEqual([0, 5, 7, 8, 9]);
  });

  it.each(['', 'a', '1-', '9-7', '-1', '1,,2', '99999999', '0x1'])('refuses "%s"', (text) => {
    expect(() => parseItemList(text)).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }));
  });
});

describe('shellCommand()', () => {
  it('quotes what a shell would read as something else', () => {
    expect(shellCommand(['touchstone', 'run', "it's", 'http://h/v1#m', 'a b'])).toBe(
      "touchstone run 'it'\\''s' 'http://h/v1#m' 'a b'",
    );
  });
});

describe('alignColumns()', () => {
  it('pads every column but the last to its widest cell', () => {
    expect(
      alignColumns([
        ['a', 'bb', 'c'],
        ['aaa', 'b'],
      ]),
    ).toEqual(['a    bb  c', 'aaa  b']);
  });
});
