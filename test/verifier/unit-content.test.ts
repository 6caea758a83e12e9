import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../../src/core/bytes.ts';
import type { SuiteDefinition } from '../../src/suites/definition.ts';
import { commitItem } from '../../src/suites/item.ts';
import { PUBLIC_SUITE_SECRET } from '../../src/transcript/commitment.ts';
import type { Opening } from '../../src/transcript/opening.ts';
import { createContentCheck } from '../../src/verifier/content.ts';
import { verifyRun } from '../../src/verifier/verify.ts';
import { DEFINITION, PLAN } from '../transcript/examples.ts';
import { expectCode } from '../vectors.ts';
import {
  honestFacts,
  ITEMS,
  responseOf,
  SIGNER,
  sourceOf,
  writeRun,
  type Facts,
  type WrittenRun,
} from './crafted-run.ts';

function withPrompt(content: string): SuiteDefinition {
  return { ...DEFINITION, prompt: { messages: [{ role: 'user', content }], few_shot: [] } };
}

describe('createContentCheck()', () => {
  it('knows whether answers can be judged again', () => {
    expect(createContentCheck(PLAN, DEFINITION).scorer).not.toBeNull();
    const unknown = { ...DEFINITION, scorer: { ...DEFINITION.scorer, version: 99 } };
    expect(createContentCheck(PLAN, unknown).scorer).toBeNull();
    expect(createContentCheck(PLAN, null).scorer).toBeNull();
  });

  it.each(['{% if', '{{ question | upper_secret }}', '{% for x in y %}'])(
    'refuses a suite with the template %j',
    (content) => {
      expectCode(() => createContentCheck(PLAN, withPrompt(content)), 'ERR_SUITE_FORM');
    },
  );

  it('refuses a suite with options that its scorer does not have', () => {
    const scorer = { ...DEFINITION.scorer, config: { no_such_option: true } };
    expectCode(() => createContentCheck(PLAN, { ...DEFINITION, scorer }), 'ERR_SUITE_FORM');
  });

  it('refuses a plan from which no request follows', () => {
    const endpoint = { ...PLAN.endpoint, extra: String.raw`{"a":"\ud800"}` };
    expectCode(() => createContentCheck({ ...PLAN, endpoint }, DEFINITION), 'ERR_PLAN_FORM');
  });

  it('refuses an item that the prompt cannot be rendered with', () => {
    const row = { id: 'a', input: { other: '2 + 2' }, tags: [], target: '4' };
    const { itemText, itemSalt, itemCommitment } = commitItem(PUBLIC_SUITE_SECRET, 0, row);
    const opening: Opening = { label: 'item', number: 0, salt: itemSalt, bytes: encodeUtf8(itemText) };
    expectCode(() => createContentCheck(PLAN, DEFINITION).item(opening, itemCommitment), 'ERR_REQUEST_MESSAGES');
    expect(createContentCheck(PLAN, null).item(opening, itemCommitment).messages).toBeNull();
  });
});

describe('verifyRun() where an attempt before the last was answered', () => {
  /** Item 2 was answered rightly with status 500, and then wrongly with 200. */
  function answeredTwice(): Facts {
    const facts = honestFacts();
    const at = facts.steps.findIndex((step) => step.kind === 'outcome' && step.index === 2);
    const intent = facts.steps[at - 1];
    if (intent?.kind !== 'intent') throw new Error('no intent before the outcome');
    const failed = {
      kind: 'outcome',
      index: 2,
      repeat: 0,
      record: { k: 'outcome', status: 'http', http: 500 },
    } as const;
    facts.steps.splice(at, 0, { ...failed, response: responseOf(ITEMS[2]?.target ?? '') }, { ...intent, attempt: 1 });
    return facts;
  }

  async function sampleOf(run: WrittenRun): Promise<object | undefined> {
    const verification = await verifyRun(sourceOf(run, 'D2'), { trusted: [SIGNER.publicKey], keepSamples: true });
    if (!verification.verified) throw verification.fault;
    return verification.transcript.samples?.find(({ index }) => index === 2);
  }

  it('scores the last answer again', async () => {
    expect(await sampleOf(writeRun(answeredTwice()))).toMatchObject({
      score: { num: 0, den: 1 },
      rescored: true,
      answer: '12',
      attempts: ['http', 'ok'],
    });
  });

  it('does not take the earlier answer for the last one, which is not disclosed', async () => {
    const run = writeRun(answeredTwice());
    const last = run.lines.findIndex((line) => line.includes(String.raw`\"content\":\"12\"`));
    run.lines.splice(last, 1);
    const sample = await sampleOf(run);
    expect(sample).toMatchObject({ score: { num: 0, den: 1 }, rescored: false });
    expect(sample).not.toHaveProperty('answer');
  });
});

describe('verifyRun() on signed statements alone', () => {
  async function codeOf(change: (facts: Facts) => void): Promise<string> {
    const facts = honestFacts();
    change(facts);
    const source = { ...sourceOf(writeRun(facts), 'D0'), lines: null };
    const verification = await verifyRun(source, { trusted: [SIGNER.publicKey] });
    return verification.verified ? 'verified' : verification.fault.code;
  }

  const inResult = (from: RegExp, to: string) => (facts: Facts) => {
    facts.result = (payload) => encodeUtf8(new TextDecoder().decode(payload).replace(from, to));
  };

  it.each<[string, string, (facts: Facts) => void]>([
    ['nothing changed', 'verified', () => {}],
    [
      'another root than the last checkpoint',
      'ERR_CHECKPOINT_ROOT',
      inResult(/"root":"[0-9a-f]{64}"/, `"root":"${'00'.repeat(32)}"`),
    ],
    ['a root that is none', 'ERR_CHECKPOINT_ROOT', inResult(/"root":"[0-9a-f]{64}"/, '"root":"none"')],
    ['another size', 'ERR_CHECKPOINT_ROOT', inResult(/"size":\d+\}/, '"size":7}')],
    ['no root', 'ERR_RESULT', inResult(/"root":"[0-9a-f]{64}",/, '')],
    ['no tree', 'ERR_RESULT', inResult(/"tree":\{[^}]*\}/, '"tree":null')],
    ['a metric without a function', 'ERR_RESULT', inResult(/"function":"mean\/1",/, '')],
    ['metrics that are no list', 'ERR_RESULT', inResult(/"metrics":\[.*?\],"nonClaims"/, '"metrics":{},"nonClaims"')],
    ['counts that are none', 'ERR_RESULT', inResult(/"counts":\{[^}]*\}/, '"counts":{"a":-1}')],
    ['another reason', 'ERR_RESULT', inResult(/"reason":"complete"/, '"reason":"bored"')],
    ['one claim more', 'ERR_RESULT', inResult(/"predicate":\{/, '"predicate":{"audited":"yes",')],
    ['one subject less', 'ERR_RESULT', inResult(/"name":"records.jsonl"/, '"name":"record.jsonl"')],
    ['no statement at all', 'ERR_RESULT', inResult(/^.*$/s, '{}')],
    [
      'a predicate that is no object',
      'ERR_RESULT',
      inResult(/"predicate":\{.*\},"predicateType"/s, '"predicate":1,"predicateType"'),
    ],
  ])('with %s gives %s', async (_name, code, change) => {
    expect(await codeOf(change)).toBe(code);
  });
});
