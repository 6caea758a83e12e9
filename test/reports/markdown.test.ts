import { describe, expect, it } from 'vitest';
import { escapeMarkdown, reportMarkdown } from '../../src/reports/markdown.ts';
import { summarize } from '../../src/reports/summary.ts';
import { run, sample } from './runs.ts';

describe('escapeMarkdown()', () => {
  it('leaves nothing that is markup, a cell border, a link or a mention', () => {
    expect(escapeMarkdown('a|b <img src=x> [x](http://e) `c` **d** @me &lt; www.e\n# e $f$')).toBe(
      'a\\|b &lt;img src=x&gt; \\[x\\](http\\://e) \\`c\\` \\*\\*d\\*\\* @\u2060me &amp;lt; www\\.e \\# e \\$f\\$',
    );
    expect(['- a', '+ a', '= a', '12. a', '1) a'].map(escapeMarkdown)).toEqual([
      '\\- a',
      '\\+ a',
      '\\= a',
      '12\\. a',
      '1\\) a',
    ]);
  });

  it('leaves names, versions, digests and times readable', () => {
    const text = 'sums 1.0.0 (CC-BY-4.0), 2026-11-23T14:00:00Z, SHA256:ab+/c';
    expect(escapeMarkdown(text)).toBe(text);
  });
});

describe('reportMarkdown()', () => {
  it('says score, interval, unscored, bounds, signer, labels, licence and the first difference', () => {
    const unscored = { score: null, unscored: 'timeout', attempts: ['timeout'] } as const;
    const samples = [...Array.from({ length: 9 }, (_, index) => sample(index)), sample(9, unscored)];
    const signer = { status: 'unidentified', name: 'x', fingerprint: 'SHA256:abc' } as const;
    const text = reportMarkdown(
      summarize([
        run({ samples, run: { signer } }),
        run({ endpoint: { kind: 'replay', name: 'tape' }, rules: { repeats: 2 } }),
      ]),
    );
    expect(text).toContain('| small | L1 | 9 of 9 | 100.0 | 98.0 to 100.0 | 1: 1 timeout (excluded) | 90.0 | 100.0 |');
    expect(text).toContain('| tape (replay) |');
    expect(text).toContain('by the unidentified signer SHA256:abc');
    expect(text).toContain('First difference: repeats: 1 against 2');
    expect(text).toContain('Licence: CC0-1.0');
    expect(text).toContain('**Does not prove**');
    expect(text).not.toContain('SECRET');
  });

  it('keeps hostile names inside their cells', () => {
    const name = '|x|\n# <script>alert(1)</script>';
    const lines = reportMarkdown(summarize([run({ endpoint: { name, model: name } })])).split('\n');
    expect(lines.filter((line) => line.startsWith('# '))).toHaveLength(1);
    expect(lines.join('')).not.toContain('<script');
  });
});
