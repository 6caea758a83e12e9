import { describe, expect, it } from 'vitest';
import { comparisonLines, notComparableLines } from '../../src/cli/comparison-text.ts';
import { compareRuns } from '../../src/reports/comparison/compare-runs.ts';
import { comparable, refused, written } from '../reports/comparison/runs.ts';

const HOSTILE = 'x\u001b[31m\u202e\u0007\r\n  1  forged';

describe('comparisonLines()', () => {
  const suite = { id: HOSTILE };
  const tags = (index: number): readonly string[] => (index < 4 ? [HOSTILE] : []);
  const a = written('1111100000', { suite, tags });
  const b = written('11110-1100', { suite, tags, name: HOSTILE });

  it('shows hostile names as text that neither draws nor breaks a line', () => {
    const lines = comparisonLines(comparable(compareRuns([a, b])));
    expect(lines.join('')).not.toMatch(/\p{Cc}|\u202e/u);
    expect(lines.join('\n')).toContain('⟨U+001B⟩[31m⟨U+202E⟩⟨U+0007⟩   1  forged');
    expect(lines.some((line) => line.startsWith('  1  forged'))).toBe(false);
  });

  it('does so in a refusal', () => {
    const other = written('11', { suite, name: HOSTILE });
    const lines = notComparableLines(refused(compareRuns([a, other])));
    expect(lines.join('')).not.toMatch(/\p{Cc}|\u202e/u);
    expect(lines).toHaveLength(2);
  });

  it('aligns its columns', () => {
    const lines = comparisonLines(
      comparable(compareRuns([written('10'.repeat(20)), written('11'.repeat(20), { name: 'b' })])),
    );
    const head = lines.findIndex((line) => line.includes('rank  run'));
    const at = lines[head]?.indexOf('score %') ?? -1;
    expect([lines[head + 1], lines[head + 2]].map((line) => line?.slice(at, at + 5))).toEqual(['100.0', '50.0 ']);
  });
});
