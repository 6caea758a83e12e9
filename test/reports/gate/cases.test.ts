/** The table of a gate: what is given, which verdict, which exit code, and for which rule. */
import { describe, expect, it } from 'vitest';
import { digest } from '../../../src/core/digest.ts';
import { isGatePolicy, parseGatePolicy, type SuiteRules } from '../../../src/reports/gate/policy.ts';
import type { GateVerdict } from '../../../src/reports/gate/model.ts';
import { baselineDigest } from '../../../src/reports/gate/baseline.ts';
import type { VerifiedTranscript } from '../../../src/verifier/verified-transcript.ts';
import { sample } from '../runs.ts';
import {
  decide,
  decidePair,
  given,
  givenPolicy,
  KEY,
  MARGIN,
  policyOf,
  refused,
  runOf,
  samplesOf,
  scores,
} from './gate-input.ts';

/** 400 items, 300 of them right. */
const BASELINE = runOf('old', scores(300, 100));
const SAME = runOf('new', scores(300, 100));
const SMALL = { baseline: runOf('old', scores(8, 2)), same: runOf('new', scores(8, 2)) };
const STRICT = { 'mean/1': { non_inferiority: { margin: 0.01, alpha: 0.05 } } } as const;

interface Case {
  readonly name: string;
  readonly verdict: GateVerdict;
  readonly want: readonly [verdict: string, exit: number, rule?: string];
  readonly sentence?: RegExp;
}

function pair(name: string, rules: SuiteRules, runs: readonly VerifiedTranscript[]): Omit<Case, 'want'> {
  const [baseline = BASELINE, candidate = SAME] = runs;
  return { name, verdict: decidePair(rules, baseline, candidate) };
}

/** A run with another metric result than its samples give. */
function withMetric(
  held: VerifiedTranscript,
  result: Record<string, string | number>,
  status = 'recomputed',
): VerifiedTranscript {
  return { ...held, metrics: [{ function: 'mean/1', status: status as 'recomputed', result }] };
}

function withControl(value: string): VerifiedTranscript {
  const control = { function: 'control-null/1', status: 'recomputed' as const, result: { n: 400, value } };
  return { ...SAME, metrics: [...SAME.metrics, control] };
}

function ended(held: VerifiedTranscript, reason: 'budget' | 'stop'): VerifiedTranscript {
  return { ...held, end: { k: 'end', seq: 9, at: '2026-11-23T14:10:00Z', reason, counts: {} } };
}

/** A candidate that was held against the baseline while it went on. */
function stopped(
  held: VerifiedTranscript,
  stop: Partial<NonNullable<VerifiedTranscript['plan']['stop']>>,
  decision: 'pass' | 'regressed' | 'undecided',
): VerifiedTranscript {
  const plan = {
    ...held.plan,
    stop: {
      kind: 'paired-sequential' as const,
      version: 1 as const,
      baseline: BASELINE.planDigest,
      scores: baselineDigest(BASELINE),
      margin: '0.1',
      alpha: '0.05',
      ...stop,
    },
  };
  const look = { pairs: 60, forPass: 21, forRegressed: 0.1, decision, decidedAt: decision === 'undecided' ? null : 58 };
  return {
    ...ended(held, decision === 'undecided' ? 'stop' : 'stop'),
    plan,
    planDigest: digest('stopped'),
    stop: look,
  };
}

const ASKED = [...scores(45, 15), ...Array.from({ length: 340 }, () => 'skipped' as const)];
const EARLY = runOf('new', ASKED);

const otherRules = (rules: Partial<VerifiedTranscript['plan']['rules']>): VerifiedTranscript =>
  runOf('new', scores(300, 100), { rules });

const weaker = {
  ...policyOf({ metrics: MARGIN }),
  suites: { sums: { metrics: { 'mean/1': { non_inferiority: { margin: 0.2, alpha: 0.05 } } } } },
};
const both = [given('baseline', BASELINE), given('candidate', SAME)];

const CASES: readonly Case[] = [
  { ...pair('equal over enough items', { metrics: MARGIN }, [BASELINE, SAME]), want: ['pass', 0] },
  { ...pair('improved', { metrics: MARGIN }, [BASELINE, runOf('new', scores(360, 40))]), want: ['pass', 0] },
  {
    ...pair('clearly worse', { metrics: MARGIN }, [BASELINE, runOf('new', scores(200, 200))]),
    want: ['regressed', 1, 'non_inferiority'],
    sentence: /difference -25 points \(90 % interval .* 0 gained, 100 lost of 400\): worse by more than 10 points/,
  },
  {
    ...pair('equal over too few items', { metrics: STRICT }, [SMALL.baseline, SMALL.same]),
    want: ['inconclusive', 5, 'non_inferiority'],
    sentence: /about \d+ items would decide it/,
  },
  {
    ...pair('one item flips among many', { metrics: MARGIN }, [BASELINE, runOf('new', scores(299, 101))]),
    want: ['pass', 0],
  },
  {
    ...pair('one item flips among few', { metrics: MARGIN }, [SMALL.baseline, runOf('new', scores(7, 3))]),
    want: ['inconclusive', 5, 'non_inferiority'],
  },
  {
    ...pair('an item that must pass flips', { must_pass: ['item-7'] }, [SMALL.baseline, runOf('new', scores(7, 3))]),
    want: ['regressed', 1, 'must_pass'],
    sentence: /^not right: 1 of 1 item that must pass$/,
  },
  {
    ...pair('items that must pass do', { must_pass: ['item-0', 'item-7'] }, [SMALL.baseline, SMALL.same]),
    want: ['pass', 0],
  },
  {
    ...pair('an item that must pass times out', { must_pass: ['item-0'], max_unscored: 1 }, [
      SMALL.baseline,
      runOf('new', ['timeout', ...scores(7, 2)]),
    ]),
    want: ['inconclusive', 5, 'must_pass'],
  },
  {
    ...pair('an item that must pass does not exist', { must_pass: ['item-99'] }, [SMALL.baseline, SMALL.same]),
    want: ['error', 1, 'must_pass'],
    sentence: /there is no such item: item-99/,
  },
  {
    ...pair('an item that must pass is not disclosed', { must_pass: ['item-0'] }, [
      closed(SMALL.baseline),
      closed(SMALL.same),
    ]),
    want: ['error', 1, 'must_pass'],
    sentence: /no such item is disclosed/,
  },
  {
    ...pair('all requests fail', { metrics: MARGIN }, [
      SMALL.baseline,
      withMetric(
        runOf(
          'new',
          Array.from({ length: 10 }, () => 'transport' as const),
        ),
        { metric: 'accuracy', n: 0, scored: 0 },
      ),
    ]),
    want: ['error', 1, 'non_inferiority'],
    sentence: /there is nothing that counts/,
  },
  {
    ...pair('a metric that is no number', { metrics: { 'mean/1': { minimum: 0.5 } } }, [
      BASELINE,
      withMetric(SAME, { metric: 'accuracy', n: 400, scored: 400, value: 'NaN' }),
    ]),
    want: ['error', 1, 'minimum'],
  },
  {
    ...pair('a metric that is not there', { metrics: { 'pass_at_1/1': { minimum: 0.5 } } }, [BASELINE, SAME]),
    want: ['error', 1, 'minimum'],
    sentence: /^pass_at_1\/1 of the candidate is not there$/,
  },
  {
    ...pair('a metric that was not recomputed', { metrics: MARGIN }, [
      BASELINE,
      withMetric(SAME, { metric: 'accuracy', n: 400, scored: 400, value: '0.99' }, 'declared'),
    ]),
    want: ['error', 1, 'non_inferiority'],
  },
  {
    ...pair('a control that scores too high', { metrics: { 'control-null/1': { maximum: 0.1 } } }, [
      BASELINE,
      withControl('0.300000'),
    ]),
    want: ['regressed', 1, 'maximum'],
    sentence: /^0.3, wanted is at most 0.1$/,
  },
  {
    ...pair('a control that scores as it should', { metrics: { 'control-null/1': { maximum: 0.1 } } }, [
      BASELINE,
      withControl('0.000000'),
    ]),
    want: ['pass', 0],
  },
  {
    ...pair(
      'a margin for a metric that is no mean',
      { metrics: { 'control-null/1': { non_inferiority: { margin: 0.1, alpha: 0.05 } } } },
      [BASELINE, withControl('0.000000')],
    ),
    want: ['error', 1, 'non_inferiority'],
    sentence: /only mean\/1/,
  },
  {
    ...pair(
      'a metric that has to be shown and has no interval',
      { metrics: { 'control-null/1': { minimum: { score: 0.1, alpha: 0.05 } } } },
      [BASELINE, withControl('0.500000')],
    ),
    want: ['error', 1, 'minimum'],
  },
  {
    name: 'a suite is missing',
    verdict: decide(policyOf({ metrics: MARGIN }), [given('baseline', BASELINE)]),
    want: ['error', 1, 'candidate'],
    sentence: /no candidate was given/,
  },
  {
    name: 'a suite has two candidates',
    verdict: decide(policyOf({ metrics: MARGIN }), [...both, given('candidate', runOf('newer', scores(300, 100)))]),
    want: ['error', 1, 'candidate'],
    sentence: /there are 2 verified runs of sums as candidate/,
  },
  {
    ...pair('another prompt', { metrics: MARGIN }, [BASELINE, otherRules({ prompt: digest('other') })]),
    want: ['error', 1, 'comparable'],
    sentence: /not comparable: prompt: template/,
  },
  {
    ...pair('another version of the scorer', { metrics: MARGIN }, [
      BASELINE,
      otherRules({ scorer: { id: 'number', version: 2, digest: digest('scorer') } }),
    ]),
    want: ['error', 1, 'comparable'],
    sentence: /scorer version: 1 against 2/,
  },
  {
    ...pair('other items', { metrics: MARGIN }, [
      BASELINE,
      runOf('new', scores(300, 99), { selection: { root: digest('other') } }),
    ]),
    want: ['error', 1, 'comparable'],
    sentence: /selected items/,
  },
  {
    ...pair('the baseline as its own candidate', { metrics: MARGIN }, [BASELINE, BASELINE]),
    want: ['error', 1, 'comparable'],
  },
  {
    ...pair('a candidate that stopped for its budget', { metrics: MARGIN }, [BASELINE, ended(SAME, 'budget')]),
    want: ['error', 1, 'complete'],
    sentence: /the candidate is partial: it ended with "budget"/,
  },
  {
    ...pair('a baseline that stopped early', { metrics: MARGIN }, [ended(BASELINE, 'stop'), SAME]),
    want: ['error', 1, 'complete'],
  },
  {
    ...pair('records that are not published', { metrics: MARGIN }, [BASELINE, { ...SAME, samples: null, level: 'D0' }]),
    want: ['error', 1, 'complete'],
  },
  {
    name: 'an unsigned baseline',
    verdict: decide(policyOf({ metrics: MARGIN }), [
      refused('baseline', 'ERR_SIGNER_UNTRUSTED'),
      given('candidate', SAME),
    ]),
    want: ['error', 1, 'verified'],
  },
  {
    name: 'a tampered candidate',
    verdict: decide(policyOf({ metrics: MARGIN }), [given('baseline', BASELINE), refused('candidate', 'ERR_RESULT')]),
    want: ['error', 1, 'verified'],
  },
  {
    name: 'a further source that does not verify',
    verdict: decide(policyOf({ metrics: MARGIN }), [...both, refused('candidate', 'ERR_MARK')]),
    want: ['error', 1, 'verified'],
  },
  {
    name: 'a source that is not there',
    verdict: decide(policyOf({ metrics: MARGIN }), [...both, refused('candidate', 'ERR_RUN_MISSING', 'unreadable')]),
    want: ['error', 3, 'verified'],
  },
  {
    name: 'a policy with a fault',
    verdict: decide(null, both),
    want: ['error', 3, 'policy'],
  },
  {
    name: 'a weaker policy',
    verdict: decide(weaker, both, { previous: givenPolicy(policyOf({ metrics: MARGIN })) }),
    want: ['regressed', 1, 'not_weaker'],
    sentence: /asks less than that of gate.yaml in 1 place$/,
  },
  {
    name: 'a weaker policy that was allowed',
    verdict: decide(weaker, both, { previous: givenPolicy(policyOf({ metrics: MARGIN })), allowWeaker: true }),
    want: ['pass', 0],
  },
  {
    name: 'a stricter policy',
    verdict: decide(policyOf({ metrics: MARGIN }), both, { previous: givenPolicy(weaker) }),
    want: ['pass', 0],
  },
  {
    name: 'a previous verdict that cannot be trusted',
    verdict: decide(policyOf({ metrics: MARGIN }), both, {
      previous: {
        ...givenPolicy(null),
        fault: { kind: 'refused', code: 'ERR_ENVELOPE_UNTRUSTED', message: 'no signature' },
      },
    }),
    want: ['error', 1, 'not_weaker'],
  },
  {
    ...pair('a score above the minimum', { metrics: { 'mean/1': { minimum: 0.75 } } }, [BASELINE, SAME]),
    want: ['pass', 0],
  },
  {
    ...pair('a score below the minimum', { metrics: { 'mean/1': { minimum: 0.76 } } }, [BASELINE, SAME]),
    want: ['regressed', 1, 'minimum'],
    sentence: /^75 %, wanted is at least 76 %$/,
  },
  {
    ...pair('a minimum that is shown', { metrics: { 'mean/1': { minimum: { score: 0.7, alpha: 0.05 } } } }, [
      BASELINE,
      SAME,
    ]),
    want: ['pass', 0],
  },
  {
    ...pair('a minimum that is not shown', { metrics: { 'mean/1': { minimum: { score: 0.74, alpha: 0.05 } } } }, [
      BASELINE,
      SAME,
    ]),
    want: ['inconclusive', 5, 'minimum'],
    sentence: /to be shown is at least 74 %; about \d+ items would decide it/,
  },
  {
    ...pair('a minimum that is refuted', { metrics: { 'mean/1': { minimum: { score: 0.9, alpha: 0.05 } } } }, [
      BASELINE,
      SAME,
    ]),
    want: ['regressed', 1, 'minimum'],
  },
  { ...pair('too few items', { min_items: 401 }, [BASELINE, SAME]), want: ['inconclusive', 5, 'min_items'] },
  {
    ...pair('unscored samples that the policy does not mention', { metrics: MARGIN }, [
      BASELINE,
      runOf('new', ['timeout', ...scores(299, 100)]),
    ]),
    want: ['inconclusive', 5, 'max_unscored'],
    sentence: /1 of 400 samples without a score are left out; the policy allows none/,
  },
  {
    ...pair('unscored samples within the limit', { metrics: MARGIN, max_unscored: 0.01 }, [
      BASELINE,
      runOf('new', ['timeout', ...scores(299, 100)]),
    ]),
    want: ['pass', 0],
  },
  {
    ...pair('too many unscored samples', { metrics: MARGIN, max_unscored: 0.002 }, [
      BASELINE,
      runOf('new', ['timeout', ...scores(299, 100)]),
    ]),
    want: ['inconclusive', 5, 'max_unscored'],
  },
  { ...pair('slower', { max_latency_ratio: 1.5 }, [BASELINE, slow(2)]), want: ['regressed', 1, 'max_latency_ratio'] },
  { ...pair('a little slower', { max_latency_ratio: 1.5 }, [BASELINE, slow(1.2)]), want: ['pass', 0] },
  { ...pair('a cost without prices', { max_cost_ratio: 1.5 }, [BASELINE, SAME]), want: ['error', 1, 'max_cost_ratio'] },
  {
    ...pair('more tokens', { max_completion_token_ratio: 1.1 }, [BASELINE, wordy(10)]),
    want: ['regressed', 1, 'max_completion_token_ratio'],
  },
  {
    ...pair('a level that the evidence does not have', { assurance: { level: 'L3' } }, [BASELINE, SAME]),
    want: ['error', 1, 'assurance_level'],
  },
  {
    ...pair('signed and nothing more', { assurance: { level: 'L1', axes: { scoring: 'declared' } } }, []),
    want: ['pass', 0],
  },
  {
    ...pair('an axis that is not proven', { assurance: { axes: { execution: 'proven' } } }, []),
    want: ['error', 1, 'assurance_execution'],
    sentence: /execution is baseline not evaluated, candidate not evaluated; wanted is proven/,
  },
  {
    ...pair('a run that stopped, not worse', { metrics: MARGIN, min_items: 400 }, [
      BASELINE,
      stopped(EARLY, {}, 'pass'),
    ]),
    want: ['pass', 0],
  },
  {
    ...pair('a run that stopped, worse', { metrics: MARGIN }, [BASELINE, stopped(EARLY, {}, 'regressed')]),
    want: ['regressed', 1, 'non_inferiority'],
    sentence: /certain after 58 items/,
  },
  {
    ...pair('a run that stopped against other scores', { metrics: MARGIN }, [
      BASELINE,
      stopped(EARLY, { scores: digest('other') }, 'pass'),
    ]),
    want: ['error', 1, 'non_inferiority'],
    sentence: /held against other scores/,
  },
  {
    ...pair('a run that stopped by another margin', { metrics: MARGIN }, [
      BASELINE,
      stopped(EARLY, { margin: '0.3' }, 'pass'),
    ]),
    want: ['error', 1, 'non_inferiority'],
    sentence: /could stop by margin 0.3 and alpha 0.05, the policy has 0.1 and 0.05/,
  },
  {
    ...pair('an item that must pass was not asked', { metrics: MARGIN, must_pass: ['item-399'] }, [
      BASELINE,
      stopped(EARLY, {}, 'pass'),
    ]),
    want: ['inconclusive', 5, 'must_pass'],
  },
  {
    ...pair('a minimum of a run that stopped is shown or open', { metrics: { 'mean/1': { minimum: 0.74 } } }, [
      BASELINE,
      stopped(EARLY, {}, 'pass'),
    ]),
    want: ['inconclusive', 5, 'minimum'],
  },
  {
    ...pair('another metric of a run that stopped', { metrics: { 'control-null/1': { maximum: 0.1 } } }, [
      BASELINE,
      { ...stopped(EARLY, {}, 'pass'), metrics: withControl('0.000000').metrics },
    ]),
    want: ['inconclusive', 5, 'maximum'],
  },
  {
    ...pair('regressed and inconclusive', { metrics: { 'mean/1': { minimum: 0.9 } }, min_items: 1000 }, []),
    want: ['regressed', 1, 'minimum'],
  },
];

function closed(held: VerifiedTranscript): VerifiedTranscript {
  const samples = (held.samples ?? []).map(({ id: _id, tags: _tags, ...rest }) => rest);
  return { ...held, samples, level: 'D1' };
}

function slow(factor: number): VerifiedTranscript {
  const held = samplesOf(scores(300, 100)).map((each, index) => ({ ...each, latencyUs: 1000 * (index + 1) * factor }));
  return runOf('new', [], { samples: held });
}

function wordy(tokens: number): VerifiedTranscript {
  return runOf('new', [], {
    samples: samplesOf(scores(300, 100)).map((each) => ({ ...each, completionTokens: tokens })),
  });
}

describe('decideGate()', () => {
  it.each(CASES.map((each) => [each.name, each] as const))('%s', (_, { verdict, want, sentence }) => {
    const [outcome, exit, rule] = want;
    expect([verdict.verdict, verdict.exit_code]).toEqual([outcome, exit]);
    const rules = [...verdict.general, ...verdict.suites.flatMap((suite) => suite.rules)];
    if (rule === undefined) expect(rules.filter((each) => each.verdict !== 'pass')).toEqual([]);
    const [worst] = rules.filter((each) => each.verdict === outcome && (rule === undefined || each.rule === rule));
    expect(worst?.rule ?? '').toBe(rule ?? worst?.rule ?? '');
    if (sentence !== undefined) expect(worst?.sentence).toMatch(sentence);
    // Nothing that is no number may get out as one.
    expect(JSON.stringify(verdict)).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('has at least 25 cases of every outcome and exit code', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(25);
    expect(new Set(CASES.map(({ want }) => want[0]))).toEqual(new Set(['pass', 'regressed', 'inconclusive', 'error']));
    expect(new Set(CASES.map(({ want }) => want[1]))).toEqual(new Set([0, 1, 3, 5]));
  });

  it('says for every rule of the policy what became of it, also where none could be asked', () => {
    const rules: SuiteRules = {
      metrics: MARGIN,
      must_pass: ['x'],
      min_items: 3,
      max_cost_ratio: 2,
      assurance: { level: 'L1' },
    };
    const [suite] = decide(policyOf(rules), [given('baseline', BASELINE)]).suites;
    expect(suite?.rules.map(({ rule, verdict }) => `${rule} ${verdict}`)).toEqual([
      'candidate error',
      'non_inferiority error',
      'must_pass error',
      'min_items error',
      'max_cost_ratio error',
      'assurance error',
    ]);
    expect(suite?.rules[1]?.pointer).toBe('/suites/sums/metrics/mean~11/non_inferiority');
  });

  it('says who stands behind the runs, and what was asked', () => {
    const signer = { status: 'ephemeral', name: 'x', fingerprint: 'SHA256:x' } as const;
    const replayed = runOf('new', scores(300, 100), { endpoint: { kind: 'replay' }, run: { signer } });
    const [suite] = decidePair({ min_items: 1 }, BASELINE, replayed).suites;
    expect(suite?.rules[0]?.sentence).toBe(
      'baseline old by alice, candidate new (replay, ephemeral key) by nobody: with a key made for the run and thrown away',
    );
  });

  it('names suites that nothing was asked about', () => {
    const other = runOf('new', scores(3, 1), { suite: { id: 'more' } });
    const verdict = decide(policyOf({ min_items: 1 }), [...both, given('candidate', other)]);
    expect([verdict.verdict, verdict.not_gated]).toEqual(['pass', ['more']]);
  });

  it('takes clusters for the units, and no stop rule over them', () => {
    const tagged = (name: string, held: readonly (0 | 1)[]): VerifiedTranscript =>
      runOf(name, [], {
        samples: held.map((num, index) =>
          sample(index, { score: { num, den: 1 }, tags: [`cluster:${Math.floor(index / 20)}`] }),
        ),
      });
    const baseline = tagged('old', scores(300, 100));
    const candidate = tagged('new', [...scores(280, 20), ...scores(0, 100)]);
    const rules = { metrics: { 'mean/1': { non_inferiority: { margin: 0.08, alpha: 0.05 } } } };
    // One lost passage of twenty items is one unit: independent items would show that the loss is less than eight points.
    expect(decidePair(rules, baseline, candidate).suites[0]?.rules[3]).toMatchObject({ verdict: 'inconclusive' });
    const free = [runOf('old', scores(300, 100)), runOf('new', scores(280, 120))] as const;
    expect(decidePair(rules, ...free).suites[0]?.rules[3]).toMatchObject({ verdict: 'pass' });
    const early = {
      ...stopped(candidate, { baseline: baseline.planDigest, scores: baselineDigest(baseline) }, 'pass'),
      samples: candidate.samples,
    };
    const [suite] = decidePair({ metrics: MARGIN }, baseline, early).suites;
    expect(suite?.rules[3]).toMatchObject({
      verdict: 'error',
      sentence: expect.stringContaining('share clusters') as string,
    });
  });
});

describe('parseGatePolicy()', () => {
  const head = `format: touchstone/gate-policy/v1\nsigners:\n  baseline: ['${KEY}']\n  candidate: anybody\nsuites:\n`;

  it('reads what the documentation shows', async () => {
    const policy = await parseGatePolicy(`${head}  sums: { metrics: { mean/1: { minimum: 0.5 } } }\n`, 'gate.yaml');
    expect(policy.suites['sums']).toEqual({ metrics: { 'mean/1': { minimum: 0.5 } } });
    expect(isGatePolicy(JSON.parse(JSON.stringify(policy)) as never)).toBe(true);
  });

  it.each([
    ['  sums: { minimun: 1 }\n', 'ERR_CONFIG_SCHEMA', 6, '/suites/sums/minimun'],
    [
      '  sums: { metrics: { mean/1: { minimum: -1 } } }\n',
      'ERR_CONFIG_SCHEMA',
      6,
      '/suites/sums/metrics/mean~11/minimum',
    ],
    ['  sums: { metrics: { mean/1: { minimum: .nan } } }\n', 'ERR_CONFIG_YAML', 6, undefined],
    ['  sums:\n    min_items: 0\n', 'ERR_CONFIG_SCHEMA', 7, '/suites/sums/min_items'],
    ['  sums: {}\n', 'ERR_CONFIG_SCHEMA', 6, '/suites/sums'],
    ['  sums: { min_items: 1 }\n  sums: { min_items: 2 }\n', 'ERR_CONFIG_YAML', 7, undefined],
  ])('names the place of what is wrong: %s', async (suites, code, line, pointer) => {
    const error: unknown = await parseGatePolicy(head + suites, 'gate.yaml').catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code, path: 'gate.yaml', line, pointer });
  });

  it.each([
    ['not a key', 'ERR_KEY_MALFORMED'],
    ['ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC7 x', 'ERR_KEY_UNSUPPORTED'],
  ])('refuses the key "%s"', async (key, code) => {
    const source = head.replace(KEY, key);
    const read = parseGatePolicy(`${source}  sums: { min_items: 1 }\n`, 'gate.yaml');
    await expect(read).rejects.toMatchObject({ code, line: 3, pointer: '/signers/baseline/0' });
  });
});
