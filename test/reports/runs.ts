/**
 * Verified runs for the tests of reports. Only a verifier can make one, so these are casts: what the reports do with a
 * run is under test here, not how it came to be verified.
 */
import { digest } from '../../src/core/digest.ts';
import { canonicalize } from '../../src/core/canonical-json.ts';
import type { LineObject } from '../../src/core/line-form.ts';
import type { Plan, PlanRules } from '../../src/transcript/plan.ts';
import type { AttemptStatus } from '../../src/transcript/record.ts';
import type { VerifiedSample, VerifiedTranscript } from '../../src/verifier/verified-transcript.ts';
import { AXES, type Axis, type AxisVerdict, type Verdict } from '../../src/verifier/verdict.ts';

/** What a test wants to be different. */
export interface RunChoice {
  readonly suite?: Partial<Plan['suite']>;
  readonly endpoint?: Partial<Plan['endpoint']>;
  readonly rules?: Partial<PlanRules>;
  readonly selection?: Partial<Plan['selection']>;
  readonly runner?: Partial<Plan['runner']>;
  readonly prices?: Plan['prices'];
  readonly samples?: readonly VerifiedSample[];
  readonly metric?: LineObject;
  readonly run?: Partial<Omit<VerifiedTranscript, 'plan' | 'samples' | 'metrics'>>;
}

const FINGERPRINT = 'SHA256:gfHl8PvE3Ix1sNdVKmpXkG0uCq4bQnmhyQ1jvGdHTuE';

const UNSCORED: PlanRules['unscored'] = {
  truncated: 'excluded',
  refused: 'excluded',
  filtered: 'excluded',
  empty: 'excluded',
  timeout: 'excluded',
  transport: 'excluded',
  scorer: 'excluded',
  lost: 'excluded',
  skipped: 'excluded',
};

/** A sample of an item that was asked once. */
export function sample(index: number, choice: Partial<VerifiedSample> = {}): VerifiedSample {
  return {
    index,
    repeat: 0,
    item: digest(`item ${index}`),
    id: `item-${index}`,
    tags: ['tag'],
    messages: [{ role: 'user', content: `SECRET-PROMPT ${index}` }],
    answer: `SECRET-ANSWER ${index}`,
    extracted: `SECRET-EXTRACT ${index}`,
    rule: 'regex[0]',
    target: JSON.stringify(`SECRET-TARGET ${index}`),
    score: { num: 1, den: 1 },
    unscored: null,
    rescored: true,
    attempts: ['ok'],
    turns: 1,
    latencyUs: 1000 * (index + 1),
    firstByteUs: 500,
    promptTokens: 10,
    completionTokens: 5,
    ...choice,
  };
}

/** A run of ten public items. */
export function run(choice: RunChoice = {}): VerifiedTranscript {
  const samples = choice.samples ?? Array.from({ length: 10 }, (_, index) => sample(index));
  const plan = planOf(choice, samples);
  const planDigest = digest(canonicalize(plan));
  const facts: Omit<VerifiedTranscript, symbol> = {
    name: `runs/${plan.suite.id}`,
    runId: planDigest.slice(0, 16),
    planDigest,
    rulesDigest: digest(canonicalize(plan.rules)),
    plan,
    suiteText: JSON.stringify({ title: `Title of ${plan.suite.id}` }),
    level: null,
    signer: { status: 'trusted', name: 'alice', fingerprint: FINGERPRINT },
    axes: AXES.map(axisVerdict),
    execution: null,
    stop: null,
    metrics: [{ function: 'mean/1', status: 'recomputed', result: choice.metric ?? metricOf(samples) }],
    probes: [],
    end: { k: 'end', seq: 40, at: '2026-11-23T14:10:00Z', reason: 'complete', counts: countsOf(samples) },
    totals: totalsOf(samples),
    samples,
    tree: { rootHex: digest('tree'), size: 41 },
    ...choice.run,
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- stands in for the verifier
  return facts as VerifiedTranscript;
}

function planOf(choice: RunChoice, samples: readonly VerifiedSample[]): Plan {
  const items = new Set(samples.map(({ index }) => index)).size;
  return {
    format: 'touchstone/v1',
    created_at: '2026-11-23T14:00:00Z',
    nonce: '00'.repeat(16),
    suite: {
      id: 'sums',
      version: '1.0.0',
      licence: 'CC0-1.0',
      digest: digest('suite'),
      visibility: 'public',
      redistributable: true,
      root: digest('root'),
      size: items,
      ...choice.suite,
    },
    selection: { rule: { kind: 'all' }, root: digest('root'), size: items, ...choice.selection },
    endpoint: {
      kind: 'openai',
      name: 'small',
      base_url: 'http://127.0.0.1:8080/v1',
      model: 'small-0.4m',
      stream: true,
      max_tokens_field: 'max_tokens',
      ...choice.endpoint,
    },
    rules: {
      prompt: digest('prompt'),
      parameters: { max_tokens: 64, temperature: '0', seed: 7 },
      scorer: { id: 'number', version: 1, digest: digest('scorer') },
      unscored: UNSCORED,
      harness: { id: 'single-turn', version: 1 },
      repeats: 1,
      limits: { timeout_ms: 60_000, max_response_bytes: 1_000_000 },
      retry: { max_attempts: 4, max_lost: 3 },
      stop: 'none',
      ...choice.rules,
    },
    budget: {},
    ...(choice.prices === undefined ? {} : { prices: choice.prices }),
    concurrency: 8,
    runner: { name: 'touchstone', version: '0.1.0', dirty: false, platform: 'linux x64', ...choice.runner },
    signer: { kind: 'ed25519', name: 'alice', public_key: digest('key'), checkpoint_key: digest('key') },
  };
}

const VERDICTS: Readonly<Record<Axis, Verdict>> = {
  integrity: 'proven',
  authorship: 'proven',
  time: 'declared',
  completeness: 'proven',
  scoring: 'proven',
  execution: 'not evaluated',
  reproduction: 'not evaluated',
};

function axisVerdict(axis: Axis): AxisVerdict {
  return {
    axis,
    verdict: VERDICTS[axis],
    scope: `scope of ${axis}`,
    ...(axis === 'scoring' ? { coverage: { checked: 10, total: 10, unit: 'answers' } } : {}),
  };
}

function countsOf(samples: readonly VerifiedSample[]): Record<string, number> {
  const reasons = samples.flatMap(({ unscored }) => unscored ?? []);
  const named = countsByReason(reasons.map((reason) => `unscored_${reason}`));
  return { scored: samples.length - reasons.length, unscored: reasons.length, ...named };
}

// The form of `mean/1`; the interval is not a real one, reports only repeat it.
function metricOf(samples: readonly VerifiedSample[]): LineObject {
  const scores = samples.flatMap(({ score }) => score ?? []);
  const sum = scores.reduce((total, { num, den }) => total + num / den, 0);
  const mean = sum / scores.length;
  const half = 1.96 * Math.sqrt((mean * (1 - mean)) / scores.length + 0.0001);
  const reasons = samples.flatMap(({ unscored }) => unscored ?? []);
  return {
    metric: 'accuracy',
    n: scores.length,
    scored: scores.length,
    unscored: countsByReason(reasons),
    num: Math.round(sum),
    den: scores.length,
    value: mean.toFixed(6),
    interval: {
      level: '0.95',
      method: 'wilson',
      low: Math.max(0, mean - half).toFixed(6),
      high: Math.min(1, mean + half).toFixed(6),
    },
    bounds: {
      low: (sum / samples.length).toFixed(6),
      high: ((sum + reasons.length) / samples.length).toFixed(6),
    },
  };
}

function countsByReason(reasons: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

function totalsOf(samples: readonly VerifiedSample[]): NonNullable<VerifiedTranscript['totals']> {
  const attempts: Record<AttemptStatus, number> = { ok: 0, http: 0, timeout: 0, network: 0, cancelled: 0, lost: 0 };
  for (const status of samples.flatMap((each) => each.attempts)) attempts[status] += 1;
  return {
    attempts,
    promptTokens: samples.reduce((sum, { promptTokens }) => sum + (promptTokens ?? 0), 0),
    completionTokens: samples.reduce((sum, { completionTokens }) => sum + (completionTokens ?? 0), 0),
    latenciesUs: samples.flatMap(({ latencyUs }) => latencyUs ?? []).toSorted((a, b) => a - b),
    reportedModels: new Map([['small-0.4m', samples.length]]),
    fingerprints: new Map([['fp_1', samples.length]]),
    judgements: 0,
    judgeModels: new Map(),
    resumes: 0,
  };
}
