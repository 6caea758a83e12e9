/**
 * A signer who lets a gated run stop when it suits him.
 *
 * Every run here is signed with the right key and consistent in all its digests; what is wrong is only when it stopped. By the
 * numbers below the second right answer decides: each of the twelve gamblers owns (1 + 3 s)² then, with s from 1/64 to 3/4,
 * which is 3.04 on average, and 1 / 0.35 = 2.86 is needed; after the first it is 1.62.
 */
import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../../src/core/bytes.ts';
import { digest } from '../../src/core/digest.ts';
import { askOrder, formatBaseline, type Baseline } from '../../src/transcript/baseline.ts';
import { planDigest, type Plan } from '../../src/transcript/plan.ts';
import { formatPlan } from '../../src/transcript/plan-text.ts';
import type { EndReason } from '../../src/transcript/record.ts';
import { verifyRun } from '../../src/verifier/verify.ts';
import type { VerifiedTranscript } from '../../src/verifier/verified-transcript.ts';
import { honestFacts, honestSteps, SIGNER, sourceOf, writeRun, type Step } from './crafted-run.ts';

const ITEMS = 4;
/** The item of which the crafted model is wrong. */
const WRONG = 2;

const BASELINE: Baseline = {
  format: 'touchstone/baseline/v1',
  plan: 'ab'.repeat(32),
  root: honestFacts().plan.selection.root,
  scores: Array.from({ length: ITEMS }, () => '0/1'),
};

/** A plan with a stop rule, and the order in which its items are asked. */
interface Gated {
  readonly plan: Plan;
  readonly order: readonly number[];
}

/** Among a few nonces is one by which the wrong item is asked last. */
function gatedPlan(change: Partial<Plan> = {}): Gated {
  const scores = digest(formatBaseline(BASELINE));
  const stop = {
    kind: 'paired-sequential',
    version: 1,
    baseline: BASELINE.plan,
    scores,
    margin: '0.5',
    alpha: '0.35',
  } as const;
  for (let nonce = 0; nonce < 64; nonce++) {
    const text = nonce.toString(16).padStart(32, '0');
    const plan = { ...honestFacts().plan, nonce: text, stop, concurrency: 1, ...change };
    const order = askOrder(plan, planDigest(formatPlan(plan)));
    if (order[ITEMS - 1] === WRONG) return { plan, order };
  }
  throw new Error('no such nonce');
}

interface Story {
  readonly reason: EndReason;
  readonly features?: string[];
  readonly baseline?: Baseline;
}

/** The verdict over a run that asks some items, skips the others, and says why it ended. */
async function verify(
  { plan, order }: Gated,
  asked: readonly number[],
  story: Story,
): Promise<VerifiedTranscript | string> {
  const skipped = order.filter((index) => !asked.includes(index));
  const steps = [...asked.flatMap((index) => honestSteps(plan, index)), ...skipped.map(skip)];
  return await verifySteps(plan, steps, story);
}

async function verifySteps(plan: Plan, steps: Step[], story: Story): Promise<VerifiedTranscript | string> {
  const { reason, features = ['stop/1'], baseline = BASELINE } = story;
  const facts = { ...honestFacts(), plan, steps, features };
  facts.end = (record) => ({ ...record, reason }) as typeof record;
  const run = writeRun(facts);
  run.files.set('baseline.json', encodeUtf8(formatBaseline(baseline)));
  const verification = await verifyRun(sourceOf(run), { trusted: [SIGNER.publicKey] });
  return verification.verified ? verification.transcript : verification.fault.code;
}

function skip(index: number): Step {
  return { kind: 'score', index, repeat: 0, record: { unscored: 'skipped' } };
}

describe('verifyRun() of a run that stopped', () => {
  const gated = gatedPlan();
  const { plan, order } = gated;
  const [first = 0, second = 0, third = 0] = order;

  it('accepts the one moment that the scores give', async () => {
    const run = await verify(gated, [first, second], { reason: 'stop' });
    expect(run).toMatchObject({ stop: { decision: 'pass', decidedAt: 2, pairs: 2 }, end: { reason: 'stop' } });
  });

  it.each([
    ['one item too early', [first]],
    ['before anything was asked', []],
    ['one item too late', [first, second, third]],
  ])('refuses a stop %s', async (_, asked) => {
    expect(await verify(gated, asked, { reason: 'stop' })).toBe('ERR_STOP');
  });

  it('refuses to go on to the end although it was certain', async () => {
    expect(await verify(gated, order, { reason: 'complete' })).toBe('ERR_STOP');
  });

  it('refuses two items in swapped order, and items that were chosen', async () => {
    expect(await verify(gated, [second, first], { reason: 'stop' })).toBe('ERR_ITEM_ORDER');
    expect(await verify(gated, [first, third], { reason: 'stop' })).toBe('ERR_ITEM_ORDER');
  });

  it('lets what was on its way when it became certain come in, and nothing more', async () => {
    const two = gatedPlan({ concurrency: 2 });
    const [a, b, c] = two.order.map((index) => honestSteps(two.plan, index));
    const inFlight = [
      a?.[0],
      b?.[0],
      ...(a ?? []).slice(1),
      c?.[0],
      ...(b ?? []).slice(1),
      ...(c ?? []).slice(1),
      skip(WRONG),
    ];
    const steps = inFlight.flatMap((step) => step ?? []);
    const run = await verifySteps(two.plan, steps, { reason: 'stop' });
    expect(run).toMatchObject({ stop: { decision: 'pass', decidedAt: 2, pairs: 3 } });
    const late = [...(a ?? []), ...(b ?? []), ...(c ?? []), skip(WRONG)];
    expect(await verifySteps(two.plan, late, { reason: 'stop' })).toBe('ERR_STOP');
  });

  it('refuses other scores of the baseline than those in the plan', async () => {
    const baseline = { ...BASELINE, scores: ['1/1', ...BASELINE.scores.slice(1)] };
    expect(await verify(gated, [first, second], { reason: 'stop', baseline })).toBe('ERR_BASELINE');
  });

  it('refuses a stop rule that the features do not name', async () => {
    expect(await verify(gated, [first, second], { reason: 'stop', features: [] })).toBe('ERR_HEADER');
  });

  it('refuses "stop" of a run without a rule', async () => {
    const { plan: plain } = honestFacts();
    const steps = [...[0, 1, 2].flatMap((index) => honestSteps(plain, index)), skip(3)];
    const facts = { ...honestFacts(), steps };
    facts.end = (record) => ({ ...record, reason: 'stop' }) as typeof record;
    const verification = await verifyRun(sourceOf(writeRun(facts)));
    expect(verification).toMatchObject({ verified: false, fault: { code: 'ERR_STOP' } });
    expect(plan.stop).toBeDefined();
  });
});

describe('verifyRun() of a run with a stop rule and a budget', () => {
  const under = async (maxRequests: number, reason: EndReason): Promise<VerifiedTranscript | string> => {
    const gated = gatedPlan({ budget: { max_requests: maxRequests } });
    return await verify(gated, gated.order.slice(0, maxRequests), { reason });
  };

  it('accepts "budget" before it is certain, and "stop" at the very last request', async () => {
    expect(await under(1, 'budget')).toMatchObject({ stop: { decision: 'undecided' }, end: { reason: 'budget' } });
    expect(await under(2, 'stop')).toMatchObject({ stop: { decision: 'pass' }, end: { reason: 'stop' } });
  });

  it('refuses "stop" where only the budget was used up', async () => {
    expect(await under(1, 'stop')).toBe('ERR_STOP');
  });

  it('refuses "budget" where it was certain', async () => {
    expect(await under(2, 'budget')).toBe('ERR_STOP');
  });

  it('refuses "budget" without one that is used up', async () => {
    const gated = gatedPlan();
    expect(await verify(gated, gated.order.slice(0, 1), { reason: 'budget' })).toBe('ERR_END');
  });
});
