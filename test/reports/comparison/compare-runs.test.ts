/** Small comparisons, worked out by hand. */
import { describe, expect, it } from 'vitest';
import { digest } from '../../../src/core/digest.ts';
import { compareRuns } from '../../../src/reports/comparison/compare-runs.ts';
import { comparedRun, type ComparedRun } from '../../../src/reports/comparison/compared-run.ts';
import { comparable, refused, transcript, written, type WrittenRun } from './runs.ts';

const SUITE = { id: 'other', version: '1.0.0' };

describe('compareRuns(): across harnesses', () => {
  const loop = (name: string): WrittenRun => ({
    rules: { repeats: 1, harness: { id: 'tool-loop', version: 1, name, digest: digest(name) } },
  });
  const whole = written('1111111111', loop('whole'));
  const patch = written('1111100000', loop('patch'));

  it('names contestants by model and harness, and pairs them item by item', () => {
    const model = comparable(compareRuns([whole, patch], { across: ['harness'] }));
    expect(model.across).toEqual(['harness']);
    const [suite] = model.suites;
    expect(suite?.scores.map(({ name }) => name)).toEqual(['a × whole', 'a × patch']);
    // Five lost, none gained: P(0 of 5), twice.
    expect(suite?.pairs[0]).toMatchObject({ n: 10, flips: { gained: 0, lost: 5 } });
    expect(suite?.pairs[0]?.difference).toMatchObject({ value: '-0.500000', p: { value: '0.0625000' } });
    expect(model.notes.join()).not.toContain('numbered');
  });

  it('numbers two runs of one model in one harness', () => {
    const again = written('1111100001', loop('patch'));
    const model = comparable(compareRuns([whole, patch, again], { across: ['harness'] }));
    expect(model.suites[0]?.scores.map(({ name }) => name)).toEqual(['a × whole', 'a × patch #1', 'a × patch #2']);
  });

  it('gives a mean over suites to a pair of model and harness that is in all of them', () => {
    const other = (name: string, scores: string): ComparedRun => written(scores, { ...loop(name), suite: SUITE });
    const runs = [whole, patch, other('whole', '11110000'), other('patch', '11000000')];
    const { overall } = comparable(compareRuns(runs, { across: ['harness'] }));
    expect(overall?.scores.map(({ name, value }) => [name, value])).toEqual([
      ['a × whole', '0.750000'],
      ['a × patch', '0.375000'],
    ]);
  });

  it('refuses without the option, for the harness alone', () => {
    const { refusals } = refused(compareRuns([whole, patch]));
    expect(refusals[0]?.differences.map(({ field }) => field)).toEqual(['rules.harness']);
  });

  it('refuses another judge all the same', () => {
    const judge = { model: 'wise', base_url: 'https://judge.example/v1' };
    const judged = written('1111100000', { rules: { ...loop('patch').rules, judge } });
    const { refusals } = refused(compareRuns([whole, judged], { across: ['harness'] }));
    expect(refusals[0]?.differences.map(({ field }) => field)).toEqual(['rules.judge']);
    expect(refusals[0]?.differences[0]?.sentence).toContain('another judge is another ruler');
  });
});

describe('compareRuns(): two runs', () => {
  const a = written('1111100000');
  const b = written('1111011100', { name: 'b' });
  const [suite] = comparable(compareRuns([a, b])).suites;
  const [pair] = suite?.pairs ?? [];

  it('gives each score with its interval', () => {
    // Wilson for 5 and 7 of 10, by SciPy.
    expect(suite?.scores).toMatchObject([
      {
        name: 'a',
        n: 10,
        right: 5,
        value: '0.500000',
        interval: { low: '0.236593', high: '0.763407', method: 'wilson' },
      },
      {
        name: 'b',
        n: 10,
        right: 7,
        value: '0.700000',
        interval: { low: '0.396778', high: '0.892209', method: 'wilson' },
      },
    ]);
  });

  it('gives the paired difference with its interval and the exact test', () => {
    // Gained 5, 6, 7 and lost 4: (3 - 1) / 10; Tango's interval by SciPy; P(at most 1 of 4) = 5/16, twice.
    expect(pair).toMatchObject({ n: 10, units: 10, scores: { baseline: '0.500000', candidate: '0.700000' } });
    expect(pair?.difference).toEqual({
      value: '0.200000',
      interval: { low: '-0.217085', high: '0.551453', level: '0.95', method: 'tango', reason: 'few-flips' },
      p: { value: '0.625000', method: 'mcnemar-exact', adjusted: '0.625000' },
      verdict: 'undecided',
    });
  });

  it('says what ten items could have shown', () => {
    // Differences 3 × +1, 1 × -1, 6 × 0: variance (4 - 10 × 0.04) / 9 = 0.4; (1.959964 + 0.841621) × sqrt(0.4 / 10).
    expect(pair?.detectable).toBe('0.560317');
  });

  it('lists the items that flipped, with their ids', () => {
    expect(pair?.flips).toEqual({
      gained: 3,
      lost: 1,
      items: [
        { index: 4, id: 'item-4', direction: 'lost', baseline: '1.000000', candidate: '0.000000' },
        { index: 5, id: 'item-5', direction: 'gained', baseline: '0.000000', candidate: '1.000000' },
        { index: 6, id: 'item-6', direction: 'gained', baseline: '0.000000', candidate: '1.000000' },
        { index: 7, id: 'item-7', direction: 'gained', baseline: '0.000000', candidate: '1.000000' },
      ],
    });
  });

  it('compares effort where it is known', () => {
    // Both took 1, 2, … 10 ms, 10 and 5 tokens.
    expect(pair?.ratios.latency).toEqual({
      n: 10,
      value: '1.00000',
      low: '1.00000',
      high: '1.00000',
      method: 'sign-test',
    });
    expect(pair?.ratios.completion_tokens).toMatchObject({ n: 10, value: '1.00000', method: 'ratio-of-totals' });
    expect(pair?.ratios.cost).toBeNull();
    const slow = written('1111011100', {
      name: 'slow',
      edit: (each) => ({ ...each, latencyUs: 2 * (each.latencyUs ?? 0), completionTokens: 15 }),
      prices: { prompt_usd_per_mtok: '1', completion_usd_per_mtok: '2', dated: '2026-11-23' },
    });
    const priced = written('1111100000', {
      prices: { prompt_usd_per_mtok: '1', completion_usd_per_mtok: '2', dated: '2026-11-23' },
    });
    // (10 + 2 × 15) / (10 + 2 × 5) = 2.
    expect(comparable(compareRuns([priced, slow])).suites[0]?.pairs[0]?.ratios).toMatchObject({
      latency: { value: '2.00000' },
      prompt_tokens: { value: '1.00000' },
      completion_tokens: { value: '3.00000' },
      cost: { value: '2.00000' },
    });
  });

  it('of the same scores show nothing: Δ 0 and p 1', () => {
    const again = written('1111100000', { name: 'again' });
    const [same] = comparable(compareRuns([a, again])).suites[0]?.pairs ?? [];
    expect(same).toMatchObject({ detectable: null, flips: { gained: 0, lost: 0, items: [] } });
    expect(same?.difference).toMatchObject({ value: '0.000000', p: { value: '1.00000' }, verdict: 'undecided' });
    // Without a flip the score interval reaches z² / (n + z²) to both sides.
    expect(same?.difference?.interval).toMatchObject({ low: '-0.277533', high: '0.277533' });
  });

  it('take the first as the baseline, or the one that is named', () => {
    const model = comparable(compareRuns([a, b], { baseline: b }));
    expect(model.baseline).toBe(b.runId);
    expect(model.suites[0]?.pairs[0]).toMatchObject({ name: 'a', difference: { value: '-0.200000' } });
  });
});

describe('compareRuns(): repeats and unscored samples', () => {
  it('takes the mean over the repeats of an item as its score', () => {
    // Items 2/3, 0, 1 against 1/3, 1, 1: differences -1/3, 1, 0.
    const pair = comparable(compareRuns([written('110 000 111'), written('100 111 111', { name: 'b' })])).suites[0]
      ?.pairs[0];
    expect(pair?.scores).toEqual({ baseline: '0.555556', candidate: '0.777778' });
    expect(pair?.difference).toMatchObject({ value: '0.222222', interval: { method: 'betting', reason: 'few-units' } });
    expect(pair?.flips).toMatchObject({ gained: 1, lost: 1 });
    expect(pair?.flips.items[0]).toMatchObject({ baseline: '0.666667', candidate: '0.333333' });
  });

  it('counts a timeout as wrong where the suite says so, leaves out an excluded pair, and shows both bounds', () => {
    const suite = comparable(compareRuns([written('11x-0'), written('1-10-', { name: 'b' })])).suites[0];
    // Pairs: 1/1, x/1 = 0/1; left out: 1/-, -/0, 0/-.
    expect(suite?.pairs[0]).toMatchObject({
      n: 2,
      left_out: { baseline_unscored: 1, candidate_unscored: 2, both_unscored: 0, not_asked: 0 },
      scores: { baseline: '0.500000', candidate: '1.000000' },
    });
    // Baseline 2 to 4 of 5, candidate 2 to 4 of 5.
    expect(suite?.pairs[0]?.bounds).toEqual({
      n: 5,
      all_wrong: '0.000000',
      all_right: '0.000000',
      least: '-0.400000',
      most: '0.400000',
    });
    expect(suite?.scores[0]).toMatchObject({ n: 4, right: 2, unscored: 2 });
    expect(suite?.scores[0]?.bounds).toEqual({ all_wrong: '0.400000', all_right: '0.800000' });
  });

  it('has no difference where no item has a score in both', () => {
    const pair = comparable(compareRuns([written('1--'), written('-11', { name: 'b' })])).suites[0]?.pairs[0];
    expect(pair).toMatchObject({ n: 0, difference: null, scores: null, detectable: null });
    expect(pair?.bounds).toMatchObject({ n: 3 });
  });

  it('has no number but the bounds of a run without any score', () => {
    const model = comparable(compareRuns([written('---'), written('111', { name: 'b' })]));
    expect(model.suites[0]?.scores[0]).toMatchObject({ n: 0, value: null, interval: null, unscored: 3 });
    expect(model.suites[0]?.leaderboard.rows.map(({ name, value }) => [name, value])).toEqual([
      ['b', '1.000000'],
      ['a', null],
    ]);
  });
});

describe('compareRuns(): clusters and subgroups', () => {
  const scores = ['11110000'.repeat(5), '11111111'.repeat(5)] as const;
  const clustered = (index: number): readonly string[] => [`cluster:${index >> 1}`, index < 30 ? 'easy' : 'hard'];

  it('counts clusters, not items', () => {
    const alone = scores.map((each, at) => written(each, { name: `m${at}` }));
    const tagged = scores.map((each, at) => written(each, { name: `m${at}`, tags: clustered }));
    const [free] = comparable(compareRuns(alone)).suites;
    const [held] = comparable(compareRuns(tagged)).suites;
    expect(free?.clusters).toEqual({ from: 'tags', units: 40 });
    expect(held?.clusters).toEqual({ from: 'tags', units: 20 });
    expect(free?.pairs[0]?.difference?.p.method).toBe('mcnemar-exact');
    expect(held?.pairs[0]?.difference?.p.method).not.toBe('mcnemar-exact');
    expect(held?.pairs[0]).toMatchObject({ n: 40, units: 20 });
  });

  it('shows tags as exploratory subgroups, but neither clusters nor what all items have', () => {
    const tags = (index: number): readonly string[] => [...clustered(index), 'all'];
    const model = comparable(compareRuns(scores.map((each, at) => written(each, { name: `m${at}`, tags }))));
    expect(model.terms.subgroups).toEqual({ size: 2, adjustment: 'benjamini-hochberg' });
    expect(model.suites[0]?.pairs[0]?.subgroups.map(({ tag, n }) => [tag, n])).toEqual([
      ['easy', 30],
      ['hard', 10],
    ]);
  });

  it('keeps ids and tags to itself where they are not disclosed, and counts clusters all the same', () => {
    const suite = { visibility: 'private', redistributable: false } as const;
    const model = comparable(
      compareRuns(scores.map((each, at) => written(each, { name: `m${at}`, tags: clustered, suite }))),
    );
    expect(JSON.stringify(model)).not.toMatch(/item-|easy|hard|cluster:|SECRET/);
    expect(model.suites[0]?.clusters.units).toBe(20);
    expect(model.suites[0]?.pairs[0]?.flips.items[0]).toMatchObject({ index: 4, id: null });
    expect(model.suites[0]?.pairs[0]?.subgroups).toEqual([]);
  });

  it('says that clusters are unknown where no item is opened', () => {
    const closed = scores.map((each, at) =>
      written(each, { name: `m${at}`, edit: ({ id: _id, tags: _tags, ...rest }) => rest }),
    );
    const model = comparable(compareRuns(closed));
    expect(model.suites[0]?.clusters.from).toBe('unknown');
    expect(model.notes.join(' ')).toContain('Tags are not published');
  });
});

describe('compareRuns(): several runs', () => {
  const half = '10'.repeat(30);
  const runs = [
    written(half),
    written('1'.repeat(60), { name: 'b' }),
    written(`${half.slice(2)}11`, { name: 'c' }),
    written('0'.repeat(60), { name: 'd' }),
  ];
  const model = comparable(compareRuns(runs));

  it('adjusts all differences from the baseline together', () => {
    // McNemar: 30 gained and none lost, 2^-29; 1 gained, 1; 30 lost, 2^-29. Holm over three: times 3, 2 (not below the first), 1.
    expect(model.terms.family).toEqual({ size: 3, adjustment: 'holm' });
    expect(model.suites[0]?.pairs.map(({ difference }) => [difference?.p.value, difference?.p.adjusted])).toEqual([
      ['1.86265e-9', '5.58794e-9'],
      ['1.00000', '1.00000'],
      ['1.86265e-9', '5.58794e-9'],
    ]);
  });

  it('ranks runs, and those that cannot be told apart share a range', () => {
    expect(model.suites[0]?.leaderboard.rows.map(({ name, rank }) => [name, rank.best, rank.worst])).toEqual([
      ['b', 1, 1],
      ['c', 2, 3],
      ['a', 2, 3],
      ['d', 4, 4],
    ]);
    expect(model.suites[0]?.leaderboard.matrix).toHaveLength(6);
  });
});

describe('compareRuns(): several suites', () => {
  const pairOf = (first: string, second: string, suite = {}) => [
    written(first, { suite }),
    written(second, { suite, name: 'b' }),
  ];
  const small = pairOf('1111100000', '1111111100');
  const large = pairOf('11110000000000000000', '11110110000000000000', SUITE);
  const model = comparable(compareRuns([...small, ...large]));

  it('takes the mean over suites, each counting the same, with an interval from theirs', () => {
    // Differences 0.3 and 0.1. Bounds by Tango, SciPy: -0.034 to 0.603 (3 and 0 of 10), -0.075 to 0.301 (2 and 0 of 20).
    const { difference } = model.overall?.pairs[0] ?? {};
    const [first, second] = model.suites.map(({ pairs }) => pairs[0]?.difference);
    const off = (side: 'low' | 'high'): number =>
      Math.hypot(0.3 - Number(first?.interval[side]), 0.1 - Number(second?.interval[side])) / 2;
    expect(difference).toMatchObject({
      value: '0.200000',
      interval: { method: 'mover', reason: 'suites', level: '0.95' },
    });
    expect(Number(difference?.interval.low)).toBeCloseTo(0.2 - off('low'), 5);
    expect(Number(difference?.interval.high)).toBeCloseTo(0.2 + off('high'), 5);
    expect(model.overall?.scores.map(({ name, value }) => [name, value])).toEqual([
      ['a', '0.350000'],
      ['b', '0.550000'],
    ]);
  });

  it('tests it by the signs of all flips', () => {
    // Five flips, all gained: two of the 32 sign patterns are as extreme.
    expect(model.overall?.pairs[0]?.difference.p).toMatchObject({ value: '0.0625000', method: 'sign-flip' });
    expect(model.terms.family.size).toBe(3);
  });

  it('has no mean where a suite is missing', () => {
    const third = written('1111100001', { name: 'c' });
    const other = comparable(compareRuns([...small, third, ...large]));
    expect(other.overall).toBeNull();
    expect(other.overall_missing).toContain('not every run has a counterpart in every suite');
  });

  it('numbers runs of one endpoint in the order given, in every suite alike', () => {
    const before = [written('1111100000'), written('1111000000', { suite: SUITE })];
    const after = [written('1111100001'), written('1111000011', { suite: SUITE })];
    const numbered = comparable(compareRuns([...before, ...after]));
    expect(numbered.overall?.pairs).toMatchObject([{ name: 'a #2', difference: { value: '0.150000' } }]);
    expect(numbered.notes[0]).toContain('numbered in the order in which they were given');
  });
});

describe('compareRuns(): compare or refuse', () => {
  const a = written('1111100000');

  it('names the first difference and all others, and gives no number', () => {
    const other = written('1111100000', {
      name: 'b',
      rules: { prompt: digest('other'), limits: { timeout_ms: 1, max_response_bytes: 1 } },
    });
    const model = refused(compareRuns([a, other]));
    expect(model.refusals).toMatchObject([{ baseline: a.runId, run: other.runId }]);
    expect(model.refusals[0]?.differences.map(({ field }) => field)).toEqual([
      'rules.prompt',
      'rules.limits.timeout_ms',
      'rules.limits.max_response_bytes',
    ]);
    expect(Object.keys(model)).not.toContain('suites');
  });

  it('refuses another selection, and compares it on common items when asked', () => {
    const part = written('111', { name: 'part' });
    expect(refused(compareRuns([a, part])).refusals[0]?.differences[0]?.field).toBe('selection.root');
    const model = comparable(compareRuns([a, part], { onCommonItems: true }));
    expect(model.suites[0]?.items).toEqual({ compared: 3, selected: 10 });
    expect(model.suites[0]?.scores.map(({ n }) => n)).toEqual([3, 3]);
    expect(model.on_common_items).toBe(true);
    expect(model.notes[0]).toContain('Only items that all runs of a suite have are compared');
  });

  it('refuses runs without a common item', () => {
    const apart = written('111', { name: 'apart', edit: (each) => ({ ...each, index: each.index + 20 }) });
    expect(refused(compareRuns([a, apart], { onCommonItems: true })).refusals[0]?.differences[0]?.sentence).toBe(
      'selected items: no item is in all runs',
    );
  });

  it('refuses other rules even on common items', () => {
    const other = written('111', { name: 'b', rules: { prompt: digest('other') } });
    expect(refused(compareRuns([a, other], { onCommonItems: true })).refusals).toHaveLength(1);
  });

  it('refuses another suite, even under equal rules on common items', () => {
    const other = written('1111100000', { name: 'b', suite: SUITE });
    const model = refused(compareRuns([a, other], { onCommonItems: true }));
    expect(model.refusals[0]?.differences[0]?.sentence).toContain('(suite sums 1.0.0 against other 1.0.0)');
  });

  it('names what separates two suites that one endpoint ran', () => {
    const model = refused(
      compareRuns([a, written('1111100000', { suite: SUITE, rules: { prompt: digest('other') } })]),
    );
    expect(model.refusals).toHaveLength(1);
    expect(model.refusals[0]?.differences.map(({ field }) => field)).toEqual(['selection.root', 'rules.prompt']);
  });

  it('refuses a suite that only the baseline ran', () => {
    const model = refused(compareRuns([a, written('1111100001', { name: 'b' }), written('10', { suite: SUITE })]));
    expect(model.refusals[0]?.differences[0]?.sentence).toBe('suite: no other run is of other 1.0.0');
  });

  it('refuses a run that publishes no verdicts, and flags a stated score that cannot be true', () => {
    const bare = transcript('11111111110000000', {
      name: 'b',
      run: { level: 'D0' },
      metric: { metric: 'accuracy', n: 19, value: '0.850000' },
    });
    const model = refused(compareRuns([written('11111111110000000'), comparedRun({ ...bare, samples: null })]));
    expect(model.refusals[0]?.differences[0]).toMatchObject({ field: 'level', right: 'D0' });
    expect(model.runs.map(({ stated }) => stated.impossible)).toEqual([false, true]);
  });

  it.each([
    ['0.850000', 19, true],
    ['0.842105', 19, false],
    ['1.5', 19, true],
    ['-0.5', 19, true],
    [`0.${'3'.repeat(400)}`, 19, false],
    ['0.5', -1, false],
    ['0.5', 0, false],
  ])('a stated score of %s over %i: impossible %s', (value, n, impossible) => {
    const bare = transcript('10', { name: 'b', run: { level: 'D0' }, metric: { metric: 'accuracy', n, value } });
    const model = compareRuns([written('10'), comparedRun({ ...bare, samples: null })]);
    expect(model.runs[1]?.stated).toEqual({ value, n, impossible });
  });

  it('refuses one run, and one that is given twice', () => {
    expect(() => compareRuns([a])).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }));
    expect(() => compareRuns([])).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }));
    expect(() => compareRuns([a, a])).toThrow(/it was given twice/);
  });
});

describe('compareRuns(): stop rules', () => {
  const scores = `${'1'.repeat(12)}${'s'.repeat(8)}`;
  const stopped = transcript(scores, { name: 'b' });
  const rule = {
    kind: 'paired-sequential',
    version: 1,
    baseline: digest('elsewhere'),
    scores: digest('scores'),
    margin: '0.05',
    alpha: '0.05',
  } as const;
  const run = comparedRun({
    ...stopped,
    plan: { ...stopped.plan, stop: rule },
    stop: { pairs: 12, forPass: 21, forRegressed: 0.1, decision: 'pass', decidedAt: 12 },
    end: { k: 'end', seq: 40, at: '2026-11-23T14:10:00Z', reason: 'stop', counts: {} },
  });
  const suite = comparable(compareRuns([written('0'.repeat(20)), run])).suites[0];

  it('shows the verdict of the rule and no interval for a fixed number of items', () => {
    expect(suite?.scores[1]).toMatchObject({ n: 12, interval: null, unscored: 0 });
    expect(suite?.scores[1]?.stop).toMatchObject({
      decision: 'pass',
      decided_at: 12,
      not_asked: 8,
      is_baseline: false,
    });
    expect(suite?.scores[0]?.interval?.method).toBe('wilson');
  });

  it('gives a difference that holds at any stop, over the items that were asked', () => {
    expect(suite?.pairs[0]).toMatchObject({ n: 12, left_out: { not_asked: 8 }, detectable: null, bounds: { n: 12 } });
    expect(suite?.pairs[0]?.difference).toMatchObject({
      value: '1.000000',
      interval: { method: 'betting', reason: 'stop-rule', level: '0.9' },
      p: { method: 'betting' },
    });
  });
});
