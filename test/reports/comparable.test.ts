import { describe, expect, it } from 'vitest';
import { comparableSets, differences, firstDifference, isComparable } from '../../src/reports/comparable.ts';
import { digest } from '../../src/core/digest.ts';
import { run, type RunChoice } from './runs.ts';

const base = run();
const { rules } = base.plan;

describe('isComparable()', () => {
  it('ignores the endpoint, which is what a comparison is about', () => {
    expect(isComparable(base, run({ endpoint: { name: 'large', model: 'large-1.3m' } }))).toBe(true);
  });

  it('refuses other items under the same rules', () => {
    expect(isComparable(base, run({ selection: { root: digest('others') } }))).toBe(false);
  });

  it('refuses other rules over the same items', () => {
    expect(isComparable(base, run({ rules: { repeats: 2 } }))).toBe(false);
  });
});

describe('isComparable() across harnesses', () => {
  const edit = run({ rules: { harness: { id: 'tool-loop', version: 1, name: 'edit', digest: digest('edit') } } });

  it('takes runs whose rules differ in the harness alone', () => {
    expect(isComparable(base, edit)).toBe(false);
    expect(isComparable(base, edit, ['harness'])).toBe(true);
    expect(differences(base, edit, ['harness'])).toEqual([]);
  });

  it('refuses every other difference, and names it without the harness', () => {
    const { harness } = edit.plan.rules;
    const other = run({ rules: { harness, repeats: 2 } });
    expect(isComparable(base, other, ['harness'])).toBe(false);
    expect(differences(base, other, ['harness']).map(({ field }) => field)).toEqual(['rules.repeats']);
    const judged = run({ rules: { harness, judge: { model: 'wise', base_url: 'https://judge.example/v1' } } });
    expect(differences(base, judged, ['harness']).map(({ field }) => field)).toEqual(['rules.judge']);
    const elsewhere = run({ rules: { harness }, selection: { root: digest('others') } });
    expect(isComparable(base, elsewhere, ['harness'])).toBe(false);
  });
});

describe('firstDifference()', () => {
  it('is null for comparable runs', () => {
    expect(firstDifference(base, run({ endpoint: { name: 'large' } }))).toBeNull();
  });

  const parameters = rules.parameters;
  const cases: readonly (readonly [string, RunChoice, string])[] = [
    ['selection.root', { selection: { root: digest('others'), size: 5 } }, 'selected items: 10 of 10'],
    [
      'rules.prompt',
      { rules: { prompt: digest('other') } },
      `prompt: template ${digest('prompt').slice(0, 12)}… against`,
    ],
    ['rules.parameters.max_tokens', { rules: { parameters: { ...parameters, max_tokens: 65 } } }, ': 64 against 65'],
    ['rules.parameters.temperature', { rules: { parameters: { ...parameters, temperature: '1' } } }, ': 0 against 1'],
    ['rules.parameters.top_p', { rules: { parameters: { ...parameters, top_p: '1' } } }, ': not set against 1'],
    ['rules.parameters.seed', { rules: { parameters: { ...parameters, seed: 8 } } }, ': 7 against 8'],
    ['rules.parameters.stop', { rules: { parameters: { ...parameters, stop: ['.'] } } }, ': not set against ["."]'],
    ['rules.parameters.logprobs', { rules: { parameters: { ...parameters, logprobs: true } } }, 'not set against true'],
    ['rules.scorer.id', { rules: { scorer: { ...rules.scorer, id: 'exact' } } }, 'scorer: number against exact'],
    ['rules.scorer.version', { rules: { scorer: { ...rules.scorer, version: 2 } } }, 'scorer version: 1 against 2'],
    ['rules.scorer.digest', { rules: { scorer: { ...rules.scorer, digest: digest('x') } } }, 'scorer configuration: '],
    ['rules.unscored.lost', { rules: { unscored: { ...rules.unscored, lost: 'wrong' } } }, 'excluded against wrong'],
    [
      'rules.harness',
      { rules: { harness: { id: 'tool-loop', version: 2, name: 'edit', digest: digest('loop') } } },
      `harness: single-turn/1 against edit (tool-loop/2 ${digest('loop').slice(0, 12)}…)`,
    ],
    [
      'rules.judge',
      { rules: { judge: { model: 'wise', base_url: 'https://judge.example/v1' } } },
      'judge: none against wise at https://judge.example/v1: another judge is another ruler',
    ],
    [
      'rules.judge',
      { rules: { judge: { model: 'wise', base_url: 'https://judge.example/v1', extra: '{"top_k":1}' } } },
      'judge: none against wise at https://judge.example/v1 with {"top_k":1}: another judge is another ruler',
    ],
    ['rules.repeats', { rules: { repeats: 5 } }, 'repeats: 1 against 5'],
    ['rules.limits.timeout_ms', { rules: { limits: { ...rules.limits, timeout_ms: 1 } } }, ': 60000 against 1'],
    [
      'rules.retry.max_attempts',
      { rules: { retry: { ...rules.retry, max_attempts: 1 } } },
      'most attempts: 4 against 1',
    ],
  ];
  it.each(cases)('names %s', (field, choice, words) => {
    const difference = firstDifference(base, run(choice));
    expect(difference?.field).toBe(field);
    expect(difference?.sentence).toContain(words);
  });

  it('names the items before any rule', () => {
    const other = run({ selection: { root: digest('others') }, rules: { repeats: 2 } });
    expect(firstDifference(base, other)?.field).toBe('selection.root');
  });

  it('says how the items were drawn', () => {
    const rule = { kind: 'seeded', limit: 5, seed: 'day' } as const;
    const other = run({ selection: { rule, size: 5, root: digest('drawn') } });
    expect(firstDifference(base, other)?.right).toMatch(/^5 of 10 \(drawn with seed "day", root [0-9a-f]{12}…\)$/);
  });

  it('names the suites where they differ', () => {
    const other = run({ suite: { id: 'steps', version: '2.0.0' }, rules: { repeats: 2 } });
    expect(firstDifference(base, other)?.sentence).toBe('repeats: 1 against 2 (suite sums 1.0.0 against steps 2.0.0)');
  });

  it('never finds runs comparable because their digests begin alike', () => {
    const almost = `${digest('prompt').slice(0, 63)}${digest('prompt').endsWith('0') ? '1' : '0'}`;
    expect(firstDifference(base, run({ rules: { prompt: almost } }))?.field).toBe('rules.prompt');
  });

  it('falls back on the digest for a rule it has no name for', () => {
    const other = { ...run(), rulesDigest: digest('later version') };
    expect(firstDifference(base, other)).toMatchObject({ field: 'rules', left: `${base.rulesDigest.slice(0, 12)}…` });
  });

  it('does not quote a long value whole', () => {
    const response_format = JSON.stringify({ schema: 'x'.repeat(5000) });
    const sentence = firstDifference(
      base,
      run({ rules: { parameters: { ...parameters, response_format } } }),
    )?.sentence;
    expect(sentence).toContain(`${response_format.length} characters`);
    expect(sentence?.length).toBeLessThan(250);
  });
});

describe('comparableSets()', () => {
  it('puts comparable runs together and names what separates the rest', () => {
    const large = run({ endpoint: { name: 'large' } });
    const warm = run({ rules: { parameters: { ...rules.parameters, temperature: '1' } } });
    expect(comparableSets([base, warm, large])).toEqual([
      { runs: [base.runId, large.runId], difference: null },
      { runs: [warm.runId], difference: expect.objectContaining({ field: 'rules.parameters.temperature' }) },
    ]);
  });
});

describe('differences()', () => {
  it('names all of them, items first and the rest in the fixed order', () => {
    const other = run({
      selection: { root: digest('others') },
      rules: { repeats: 2, parameters: { ...rules.parameters, seed: 8 }, prompt: digest('other') },
    });
    expect(differences(base, other).map(({ field }) => field)).toEqual([
      'selection.root',
      'rules.prompt',
      'rules.parameters.seed',
      'rules.repeats',
    ]);
    expect(differences(base, other)[0]).toEqual(firstDifference(base, other));
  });

  it('names none for comparable runs, and the digests where nothing else is known', () => {
    expect(differences(base, run({ endpoint: { name: 'large' } }))).toEqual([]);
    const unknown = { ...base, rulesDigest: digest('newer') };
    expect(differences(base, unknown).map(({ field }) => field)).toEqual(['rules']);
  });
});
