/** Runs over HTTP that are held against a verified baseline while they go on, and gated by what they decided. */
import { beforeEach, describe, expect, it } from 'vitest';
import { runSuite } from '../../../src/runner/run.ts';
import { baselineOf } from '../../../src/reports/gate/baseline.ts';
import type { VerifiedTranscript } from '../../../src/verifier/verified-transcript.ts';
import { setUp, verified } from '../../runner/set-up.ts';
import { toyAnswer, toyInput, type ToyReply, type ToyRequest } from '../../runner/toy.ts';
import type { GateVerdict } from '../../../src/reports/gate/model.ts';
import { decide, given, MARGIN, policyOf } from './gate-input.ts';

const SIZE = 200;

/** The toy server is right about three items of four; the fourth wants "no". */
const SERVERS: Readonly<Record<string, (request: ToyRequest) => ToyReply>> = {
  'much worse': () => ({ body: toyAnswer('no') }),
  'much better': ({ question }) => ({ body: toyAnswer(question % 4 === 3 ? 'no' : String(question)) }),
  equal: () => ({}),
};

async function run(
  decideReply?: (request: ToyRequest) => ToyReply,
  against?: VerifiedTranscript,
): Promise<VerifiedTranscript> {
  const { parts } = await setUp(SIZE, decideReply);
  const stop = against === undefined ? {} : { stop: { baseline: baselineOf(against), margin: '0.1', alpha: '0.05' } };
  await runSuite(toyInput({ ...parts, options: { concurrency: 4, ...stop } }));
  return await verified(parts.folder);
}

function decideToy(baseline: VerifiedTranscript, candidate: VerifiedTranscript): GateVerdict {
  const policy = { ...policyOf({}), suites: { toy: { metrics: MARGIN, min_items: SIZE } } };
  return decide(policy, [given('baseline', baseline), given('candidate', candidate)]);
}

describe('a gated run', () => {
  let baseline: VerifiedTranscript;
  beforeEach(async () => {
    baseline = await run();
  });

  it.each([
    ['much worse', 'regressed', 1],
    ['much better', 'pass', 0],
    ['equal', 'pass', 0],
  ] as const)('that is %s saves at least half of the requests, and the gate says %s', async (kind, verdict, exit) => {
    const candidate = await run(SERVERS[kind], baseline);
    expect(candidate.end?.reason).toBe('stop');
    const asked = candidate.totals?.attempts.ok ?? SIZE;
    expect(asked).toBeLessThanOrEqual(SIZE / 2);
    const decided = decideToy(baseline, candidate);
    expect([decided.verdict, decided.exit_code]).toEqual([verdict, exit]);
    expect(decided.suites[0]?.counts).toMatchObject({ selected: SIZE, compared: asked, not_asked: SIZE - asked });
  });

  it('is refused against any other run, also one with the same scores', async () => {
    const candidate = await run(SERVERS['equal'], baseline);
    const again = await run();
    expect(baselineOf(again).scores).toEqual(baselineOf(baseline).scores);
    const [suite] = decideToy(again, candidate).suites;
    expect(suite?.rules.find(({ rule }) => rule === 'non_inferiority')).toMatchObject({
      verdict: 'error',
      code: 'ERR_BASELINE',
    });
  });
});

describe('baselineOf()', () => {
  it('takes no run that did not ask every item', async () => {
    const candidate = await run(SERVERS['much worse'], await run());
    expect(() => baselineOf(candidate)).toThrow('it did not ask every item');
  });
});
