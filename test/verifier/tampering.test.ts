/**
 * One fault per row. `edit` changes what is published; `change` changes the facts before everything is rebuilt and signed
 * again with the trusted key, so only a check of meaning can refuse it.
 */
import { describe, expect, it } from 'vitest';
import { canonicalize } from '../../src/core/canonical-json.ts';
import { encodeHex, encodeUtf8, decodeUtf8 } from '../../src/core/bytes.ts';
import { digest } from '../../src/core/digest.ts';
import { formatDefinition, promptDigest, scorerDigest } from '../../src/suites/definition.ts';
import { commitItem, createItemTree } from '../../src/suites/item.ts';
import { PUBLIC_SUITE_SECRET } from '../../src/transcript/commitment.ts';
import type { NewRecord } from '../../src/transcript/builder.ts';
import type { RunFile } from '../../src/transcript/source.ts';
import { verifyRun } from '../../src/verifier/verify.ts';
import {
  honestFacts,
  RESUME,
  responseOf,
  SIGNER,
  sourceOf,
  STRANGER,
  writeRun,
  type Facts,
  type Step,
  type WrittenRun,
} from './crafted-run.ts';

async function codeOf(run: WrittenRun): Promise<string> {
  const verification = await verifyRun(sourceOf(run), { trusted: [SIGNER.publicKey] });
  return verification.verified ? 'verified' : verification.fault.code;
}

const rebuilt = async (change: (facts: Facts) => void, repeats = 1): Promise<string> => {
  const facts = honestFacts({ repeats });
  change(facts);
  return codeOf(writeRun(facts));
};

const edited = async (edit: (run: WrittenRun) => void): Promise<string> => {
  const run = writeRun(honestFacts());
  edit(run);
  return codeOf(run);
};

const step = <K extends Step['kind']>(facts: Facts, kind: K, index: number): Extract<Step, { kind: K }> => {
  const found = facts.steps.find((entry) => entry.kind === kind && 'index' in entry && entry.index === index);
  if (found === undefined) throw new Error(`no ${kind} of ${index}`);
  return found as Extract<Step, { kind: K }>;
};

const rewrite = (run: WrittenRun, name: RunFile, change: (text: string) => string): void => {
  run.files.set(name, encodeUtf8(change(decodeUtf8(run.files.get(name) ?? new Uint8Array()))));
};

const lineOf = (run: WrittenRun, fragment: string): number => run.lines.findIndex((line) => line.includes(fragment));
const changeLine = (run: WrittenRun, fragment: string, from: string, to: string): void => {
  const at = lineOf(run, fragment);
  run.lines[at] = (run.lines[at] ?? '').replace(from, to);
};

/** Give the plan a suite that a test has changed, consistently. */
function plantSuite(facts: Facts): void {
  const { suite, plan } = facts;
  const { root, size } = suite.items;
  const fixed = { id: suite.id, version: suite.version, licence: suite.licence, root, size };
  facts.plan = {
    ...plan,
    suite: { ...plan.suite, ...fixed, digest: digest(formatDefinition(suite)) },
    selection: { ...plan.selection, root, size },
    rules: { ...plan.rules, prompt: promptDigest(suite.prompt), parameters: suite.parameters },
  };
}

describe('an honest run', () => {
  it('verifies, with seven verdicts', async () => {
    const verification = await verifyRun(sourceOf(writeRun(honestFacts())), { trusted: [SIGNER.publicKey] });
    expect(verification.verified ? null : verification.fault).toBeNull();
    if (!verification.verified) return;
    expect(verification.transcript.axes.map(({ axis, verdict }) => `${axis}: ${verdict}`)).toEqual([
      'integrity: proven',
      'authorship: proven',
      'time: declared',
      'completeness: proven',
      'scoring: proven',
      'execution: not evaluated',
      'reproduction: not evaluated',
    ]);
    expect(verification.transcript.metrics[0]?.result).toMatchObject({ num: 3, den: 4 });
  });

  it('verifies with repeats', async () => {
    expect(await rebuilt(() => {}, 3)).toBe('verified');
  });
});

describe('facts changed, rebuilt and signed again with the trusted key', () => {
  const rows: readonly (readonly [string, string, (facts: Facts) => void])[] = [
    [
      'an item dropped with its intent',
      'ERR_ITEM_MISSING',
      (facts) => {
        facts.steps = facts.steps.filter((entry) => !('index' in entry) || entry.index !== 3);
      },
    ],
    [
      'an item dropped from the middle',
      'ERR_ITEM_ORDER',
      (facts) => {
        facts.steps = facts.steps.filter((entry) => !('index' in entry) || entry.index !== 2);
      },
    ],
    [
      'an item asked twice',
      'ERR_SCORE_DUPLICATE',
      (facts) => {
        facts.steps.push(...facts.steps.filter((entry) => 'index' in entry && entry.index === 2));
      },
    ],
    [
      'an unscored item turned into a scored one',
      'ERR_OUTCOME_ANSWER',
      (facts) => {
        const outcome = step(facts, 'outcome', 2);
        outcome.response = responseOf('').replace('"stop"', '"content_filter"');
      },
    ],
    [
      'an empty answer scored',
      'ERR_UNSCORED_REASON',
      (facts) => {
        step(facts, 'outcome', 2).response = responseOf('');
      },
    ],
    [
      'a wrong answer filed as truncated',
      'ERR_UNSCORED_REASON',
      (facts) => {
        const score = step(facts, 'score', 2);
        score.record = { unscored: 'truncated' };
        delete score.extracted;
      },
    ],
    [
      'a wrong answer filed as a network fault',
      'ERR_OUTCOME_ANSWER',
      (facts) => {
        const outcome = step(facts, 'outcome', 2);
        outcome.record = { k: 'outcome', status: 'network', http: 200, error: 'ERR_BODY_NOT_JSON' };
        const score = step(facts, 'score', 2);
        score.record = { unscored: 'transport' };
        delete score.extracted;
      },
    ],
    [
      'a wrong answer filed as a time-out and given up',
      'ERR_ATTEMPT_LIMIT',
      (facts) => {
        const outcome = step(facts, 'outcome', 2);
        outcome.record = { k: 'outcome', status: 'timeout' };
        delete outcome.response;
        const score = step(facts, 'score', 2);
        score.record = { unscored: 'timeout' };
        delete score.extracted;
      },
    ],
    [
      'a time-out filed as a transport fault',
      'ERR_UNSCORED_REASON',
      (facts) => {
        const outcome = step(facts, 'outcome', 2);
        outcome.record = { k: 'outcome', status: 'timeout' };
        delete outcome.response;
        const score = step(facts, 'score', 2);
        score.record = { unscored: 'transport' };
        delete score.extracted;
      },
    ],
    [
      'a score edited, and the aggregate with it',
      'ERR_SCORE',
      (facts) => {
        step(facts, 'score', 2).record = { num: 1, den: 1, rule: 'whole' };
      },
    ],
    [
      'only the aggregate edited',
      'ERR_AGGREGATE',
      (facts) => {
        facts.aggregate = (record) => ({ ...record, result: { num: 4, den: 4 } }) as NewRecord;
      },
    ],
    [
      'a metric that nobody knows beside none',
      'verified',
      (facts) => {
        facts.aggregate = (record) => ({ ...record, function: 'vibes/1' }) as NewRecord;
      },
    ],
    [
      'another prompt than the plan renders',
      'ERR_REQUEST_MESSAGES',
      (facts) => {
        const intent = step(facts, 'intent', 1);
        intent.request = intent.request.replace('3 + 4 = ?', '3 + 4 = ? Think.');
      },
    ],
    [
      'the target hidden in the prompt',
      'ERR_REQUEST_MESSAGES',
      (facts) => {
        const intent = step(facts, 'intent', 1);
        intent.request = intent.request.replace('3 + 4 = ?', '3 + 4 = ? (7)');
      },
    ],
    [
      'another model than planned',
      'ERR_REQUEST_MODEL',
      (facts) => {
        const intent = step(facts, 'intent', 1);
        intent.request = intent.request.replace('crafted-1', 'crafted-2');
      },
    ],
    [
      'another temperature than planned',
      'ERR_REQUEST_PARAMETERS',
      (facts) => {
        const intent = step(facts, 'intent', 1);
        intent.request = intent.request.replace('"temperature":0', '"temperature":1');
      },
    ],
    [
      'a member more than planned',
      'ERR_REQUEST_PARAMETERS',
      (facts) => {
        const intent = step(facts, 'intent', 1);
        intent.request = intent.request.replace('"max_tokens"', '"logit_bias":{},"max_tokens"');
      },
    ],
    [
      'the planned request in another form',
      'ERR_REQUEST',
      (facts) => {
        const intent = step(facts, 'intent', 1);
        intent.request = intent.request.replace('{"max_tokens"', '{ "max_tokens"');
      },
    ],
    [
      'an extracted answer that is not in the response',
      'ERR_SCORE_EXTRACTED',
      (facts) => {
        step(facts, 'score', 2).extracted = '11';
      },
    ],
    [
      'an extracted answer left out',
      'ERR_SCORE_EXTRACTED',
      (facts) => {
        const score = step(facts, 'score', 2);
        delete score.extracted;
        score.record = { num: 0, den: 1 };
      },
    ],
    [
      'another extraction rule',
      'ERR_SCORE_EXTRACTED',
      (facts) => {
        step(facts, 'score', 2).record = { num: 0, den: 1, rule: 'magic' };
      },
    ],
    [
      'a reported model that the response does not report',
      'ERR_OUTCOME_ANSWER',
      (facts) => {
        const outcome = step(facts, 'outcome', 0);
        outcome.record = { ...outcome.record, model: 'better-1' };
      },
    ],
    [
      'the plan signed by another key',
      'ERR_PLAN_SIGNATURE',
      (facts) => {
        facts.key = STRANGER;
      },
    ],
    [
      'another signer altogether',
      'ERR_SIGNER_UNTRUSTED',
      (facts) => {
        facts.key = STRANGER;
        const publicKey = encodeHex(STRANGER.publicKey.bytes);
        facts.plan = {
          ...facts.plan,
          signer: { ...facts.plan.signer, public_key: publicKey, checkpoint_key: publicKey },
        };
      },
    ],
    [
      'the trusted key under the label of a thrown-away one',
      'ERR_SIGNER_UNTRUSTED',
      (facts) => {
        facts.plan = { ...facts.plan, signer: { ...facts.plan.signer, kind: 'ephemeral' } };
      },
    ],
    [
      'a direct signature where the plan says SSH',
      'ERR_PLAN_SIGNATURE',
      (facts) => {
        facts.plan = { ...facts.plan, signer: { ...facts.plan.signer, kind: 'sshsig' } };
      },
    ],
    [
      'an unknown feature',
      'ERR_FEATURE',
      (facts) => {
        facts.features = ['teleport'];
      },
    ],
    [
      'a checkpoint of a smaller tree',
      'ERR_CHECKPOINT_ROOT',
      (facts) => {
        facts.checkpointSize = (size) => (size > 1 ? size - 1 : size);
      },
    ],
    [
      'a result with a better metric',
      'ERR_RESULT',
      (facts) => {
        facts.result = (payload) => encodeUtf8(decodeUtf8(payload).replace('"num":3', '"num":4'));
      },
    ],
    [
      'a result with a claim of its own',
      'ERR_RESULT',
      (facts) => {
        facts.result = (payload) =>
          encodeUtf8(decodeUtf8(payload).replace('"predicate":{', '"predicate":{"audited":"yes",'));
      },
    ],
    [
      'counts that hide an attempt',
      'ERR_END_COUNTS',
      (facts) => {
        facts.end = (record) => (record.k === 'end' ? { ...record, counts: { ...record.counts, intent: 3 } } : record);
      },
    ],
    [
      'a run that says its budget was used up',
      'ERR_END',
      (facts) => {
        facts.end = (record) => (record.k === 'end' ? { ...record, reason: 'budget' } : record);
      },
    ],
    [
      'rules that are not those of the suite',
      'ERR_PLAN_SUITE',
      (facts) => {
        facts.plan = { ...facts.plan, rules: { ...facts.plan.rules, parameters: { max_tokens: 9, temperature: '0' } } };
      },
    ],
    [
      'another suite than planned',
      'ERR_SUITE_DIGEST',
      (facts) => {
        facts.suite = { ...facts.suite, title: 'Harder sums' };
      },
    ],
    [
      'a scorer that this version does not know',
      'verified',
      (facts) => {
        const scorer = { id: 'exact', version: 99, config: {} };
        facts.suite = {
          ...facts.suite,
          scorer: { ...scorer, digest: scorerDigest(scorer.id, scorer.version, scorer.config) },
        };
        plantSuite(facts);
        const { config: _, ...planned } = facts.suite.scorer;
        facts.plan = { ...facts.plan, rules: { ...facts.plan.rules, scorer: planned } };
      },
    ],
    [
      'another item than planned',
      'ERR_ITEMS_ROOT',
      (facts) => {
        const easier = commitItem(PUBLIC_SUITE_SECRET, 3, {
          id: 'd',
          input: { question: '1 + 1 = ?' },
          tags: ['easy'],
          target: '2',
        });
        facts.items[3] = easier;
      },
    ],
    [
      "a selection that is not the rule's",
      'ERR_PLAN_FORM',
      (facts) => {
        facts.plan = { ...facts.plan, selection: { ...facts.plan.selection, size: 3 } };
      },
    ],
    [
      'an answer retried until it is liked',
      'ERR_ATTEMPT',
      (facts) => {
        const [intent, outcome] = [step(facts, 'intent', 2), step(facts, 'outcome', 2)];
        facts.steps.splice(facts.steps.indexOf(outcome) + 1, 0, { ...intent, attempt: 1 }, { ...outcome });
      },
    ],
    [
      'more attempts than planned',
      'ERR_ATTEMPT_LIMIT',
      (facts) => {
        const intent = step(facts, 'intent', 2);
        const failed: Step = { kind: 'outcome', index: 2, repeat: 0, record: { k: 'outcome', status: 'timeout' } };
        const at = facts.steps.indexOf(intent);
        facts.steps.splice(at, 1, intent, failed, { ...intent, attempt: 1 }, failed, { ...intent, attempt: 2 });
      },
    ],
    [
      'more lost attempts than planned',
      'ERR_ATTEMPT_LIMIT',
      (facts) => {
        const intent = step(facts, 'intent', 2);
        const lost: Step = { kind: 'outcome', index: 2, repeat: 0, record: { k: 'outcome', status: 'cancelled' } };
        const at = facts.steps.indexOf(intent);
        const [second, third] = [1, 2].map((attempt) => ({ ...intent, attempt }));
        facts.steps.splice(at, 1, intent, lost, RESUME, second ?? intent, lost, RESUME, third ?? intent);
      },
    ],
    [
      'an attempt left out of the count',
      'ERR_ATTEMPT',
      (facts) => {
        step(facts, 'intent', 2).attempt = 1;
      },
    ],
    [
      'an intent without an outcome',
      'ERR_INTENT_OPEN',
      (facts) => {
        const outcome = step(facts, 'outcome', 3);
        const score = step(facts, 'score', 3);
        facts.steps = facts.steps.filter((entry) => entry !== outcome && entry !== score);
      },
    ],
    [
      'a repeat that was not planned',
      'ERR_REPEAT',
      (facts) => {
        for (const entry of facts.steps) if ('index' in entry && entry.index === 3) entry.repeat = 1;
      },
    ],
    [
      'more requests at once than planned',
      'ERR_CONCURRENCY',
      (facts) => {
        facts.plan = { ...facts.plan, concurrency: 1 };
        const intent = step(facts, 'intent', 1);
        facts.steps = facts.steps.filter((entry) => entry !== intent);
        facts.steps.splice(1, 0, intent);
      },
    ],
  ];
  it.each(rows)('%s: %s', async (_name, code, change) => {
    expect(await rebuilt(change)).toBe(code);
  });
});

describe('what is published changed by somebody else', () => {
  const rows: readonly (readonly [string, string, (run: WrittenRun) => void])[] = [
    ['a line removed', 'ERR_OPENING_STRAY', (run) => void run.lines.splice(lineOf(run, '"k":"outcome"'), 1)],
    [
      'a record and its openings removed',
      'ERR_RECORD_ORDER',
      (run) => void run.lines.splice(lineOf(run, '"k":"outcome"'), 2),
    ],
    ['a line repeated', 'ERR_RECORD_ORDER', (run) => void run.lines.splice(1, 0, run.lines[0] ?? '')],
    [
      'two lines in another order',
      'ERR_OPENING_STRAY',
      (run) => {
        const at = lineOf(run, '"k":"intent"');
        run.lines.splice(at, 2, run.lines[at + 1] ?? '', run.lines[at] ?? '');
      },
    ],
    ['the last record duplicated', 'ERR_END', (run) => void run.lines.push(run.lines.at(-1) ?? '')],
    ['the end cut off', 'ERR_RUN_UNFINISHED', (run) => void run.lines.pop()],
    [
      'a record edited',
      'ERR_CHECKPOINT_ROOT',
      (run) => changeLine(run, '"latency_us":1000', '"latency_us":1000', '"latency_us":1001'),
    ],
    [
      'an unknown field',
      'ERR_RECORD_FIELD',
      (run) => changeLine(run, '"k":"intent"', '"repeat":0', '"repeat":0,"repeat_of":0'),
    ],
    ['an unknown kind', 'ERR_RECORD_KIND', (run) => changeLine(run, '"k":"intent"', '"k":"intent"', '"k":"intend"')],
    [
      'a duplicate key',
      'ERR_LINE_FORM',
      (run) => changeLine(run, '"k":"intent"', '"k":"intent"', '"k":"intent","k":"intent"'),
    ],
    ['a negative zero', 'ERR_LINE_FORM', (run) => changeLine(run, '"k":"intent"', '"repeat":0', '"repeat":-0')],
    [
      'a number beyond all numbers',
      'ERR_LINE_FORM',
      (run) => changeLine(run, '"k":"intent"', '"repeat":0', '"repeat":1e400'),
    ],
    [
      'a lone surrogate',
      'ERR_LINE_FORM',
      (run) => changeLine(run, '"k":"outcome"', '"finish":"stop"', '"finish":"\\ud800"'),
    ],
    ['a space', 'ERR_LINE_FORM', (run) => changeLine(run, '"k":"intent"', '"repeat":0', '"repeat": 0')],
    ['an opening edited', 'ERR_OPENING_COMMITMENT', (run) => changeLine(run, '"label":"response"', 'stop', 'stup')],
    [
      'the salt of an opening edited',
      'ERR_OPENING_COMMITMENT',
      (run) => {
        const at = lineOf(run, '"label":"response"');
        run.lines[at] = (run.lines[at] ?? '').replace(/"salt":"../, '"salt":"zz').replace('zz', '00');
      },
    ],
    [
      "an opening swapped with another's",
      'ERR_OPENING_STRAY',
      (run) => {
        const [first, second] = run.lines.flatMap((line, at) => (line.includes('"label":"response"') ? [at] : []));
        const [a, b] = [run.lines[first ?? 0] ?? '', run.lines[second ?? 0] ?? ''];
        run.lines[first ?? 0] = b;
        run.lines[second ?? 0] = a;
      },
    ],
    [
      'an opening twice',
      'ERR_OPENING_STRAY',
      (run) => {
        const at = lineOf(run, '"label":"response"');
        run.lines.splice(at, 0, run.lines[at] ?? '');
      },
    ],
    [
      'an opening in another form',
      'ERR_OPENING_FORM',
      (run) => changeLine(run, '"label":"response"', '{"label"', '{"label":"response","label"'),
    ],
    [
      'the plan edited',
      'ERR_PLAN_SIGNATURE',
      (run) => rewrite(run, 'plan.json', (text) => text.replace('"concurrency":2', '"concurrency":3')),
    ],
    ['the plan in another form', 'ERR_PLAN_FORM', (run) => rewrite(run, 'plan.json', (text) => `${text}\n`)],
    [
      'the suite edited',
      'ERR_SUITE_DIGEST',
      (run) => rewrite(run, 'suite.json', (text) => text.replace('Sums', 'Sumz')),
    ],
    ['a file missing', 'ERR_FILE_MISSING', (run) => void run.files.delete('plan.dsse.json')],
    ['no checkpoints', 'ERR_FILE_MISSING', (run) => void run.files.delete('checkpoints.jsonl')],
    ['a file that is not text', 'ERR_FILE_FORM', (run) => void run.files.set('suite.json', Uint8Array.of(0xff))],
    ['no result', 'ERR_RUN_UNFINISHED', (run) => void run.files.delete('result.dsse.json')],
    [
      'the first checkpoint left out',
      'ERR_CHECKPOINT_ORDER',
      (run) => rewrite(run, 'checkpoints.jsonl', (text) => text.slice(text.indexOf('\n') + 1)),
    ],
    [
      'the last checkpoint left out',
      'ERR_CHECKPOINT_ROOT',
      (run) => rewrite(run, 'checkpoints.jsonl', (text) => text.slice(0, text.indexOf('\n') + 1)),
    ],
    [
      'checkpoints in another order',
      'ERR_CHECKPOINT_ORDER',
      (run) =>
        rewrite(run, 'checkpoints.jsonl', (text) =>
          text
            .split('\n')
            .slice(0, 2)
            .toReversed()
            .map((line) => `${line}\n`)
            .join(''),
        ),
    ],
    [
      'a checkpoint edited',
      'ERR_CHECKPOINT_SIGNATURE',
      (run) => rewrite(run, 'checkpoints.jsonl', (text) => text.replace('\\n1\\n', '\\n2\\n')),
    ],
    [
      'spaces in an envelope',
      'ERR_PLAN_SIGNATURE',
      (run) => rewrite(run, 'plan.dsse.json', (text) => text.replace('{', '{ ')),
    ],
    [
      'pad bits in an envelope',
      'ERR_RESULT_SIGNATURE',
      (run) =>
        rewrite(run, 'result.dsse.json', (text) =>
          text.replace(/(.)=="/, (_, digit: string) => `${String.fromCharCode(digit.charCodeAt(0) + 1)}=="`),
        ),
    ],
    [
      'the result of another run',
      'ERR_RESULT',
      (run) => {
        const facts = honestFacts();
        facts.plan = { ...facts.plan, nonce: '22'.repeat(16) };
        run.files.set('result.dsse.json', writeRun(facts).files.get('result.dsse.json') ?? new Uint8Array());
      },
    ],
    [
      "the signature of another run's plan",
      'ERR_PLAN_SIGNATURE',
      (run) => {
        const facts = honestFacts();
        facts.plan = { ...facts.plan, nonce: '22'.repeat(16) };
        run.files.set('plan.dsse.json', writeRun(facts).files.get('plan.dsse.json') ?? new Uint8Array());
      },
    ],
  ];
  it.each(rows)('%s: %s', async (_name, code, edit) => {
    expect(await edited(edit)).toBe(code);
  });

  it('any byte of any small file', async () => {
    const honest = writeRun(honestFacts());
    for (const [name, bytes] of honest.files) {
      for (let at = 0; at < bytes.length; at += 7) {
        const flipped = Uint8Array.from(bytes, (byte, i) => (i === at ? byte ^ (1 << (at % 8)) : byte));
        const run = { files: new Map(honest.files).set(name, flipped), lines: honest.lines };
        expect(await codeOf(run), `${name} byte ${at}`).toMatch(/^ERR_/);
      }
    }
  });

  it('any character of any line', async () => {
    const honest = writeRun(honestFacts());
    for (const [at, line] of honest.lines.entries()) {
      for (let i = at % 17; i < line.length; i += 17) {
        const flipped = line.slice(0, i) + String.fromCharCode(line.charCodeAt(i) ^ 1) + line.slice(i + 1);
        const run = { files: honest.files, lines: honest.lines.with(at, flipped) };
        expect(await codeOf(run), `line ${at} character ${i}`).toMatch(/^ERR_/);
      }
    }
  });
});

describe('less disclosed', () => {
  it('a missing opening is lower coverage, never ok', async () => {
    const run = writeRun(honestFacts());
    run.lines = run.lines.filter((line) => !line.includes('"label":"response"') || !line.includes('content\\":\\"12'));
    const verification = await verifyRun(sourceOf(run), { trusted: [SIGNER.publicKey] });
    expect(verification.verified).toBe(true);
    if (!verification.verified) return;
    expect(verification.transcript.axes.find(({ axis }) => axis === 'scoring')?.coverage).toEqual({
      checked: 3,
      total: 4,
      unit: 'answers',
    });
  });

  it('without any opening scoring is declared', async () => {
    const run = writeRun(honestFacts());
    run.lines = run.lines.filter((line) => !line.includes('"label":'));
    const verification = await verifyRun(sourceOf(run), { trusted: [SIGNER.publicKey] });
    expect(verification.verified && verification.transcript.axes.find(({ axis }) => axis === 'scoring')?.verdict).toBe(
      'declared',
    );
  });

  it('statements alone prove integrity and declare the rest', async () => {
    const { files } = writeRun(honestFacts());
    files.delete('suite.json');
    const verification = await verifyRun(
      { name: 'x', level: 'D0', files, evidence: new Map(), lines: null },
      { trusted: [SIGNER.publicKey] },
    );
    expect(verification.verified && verification.transcript.axes.map(({ verdict }) => verdict)).toEqual([
      'proven',
      'proven',
      'declared',
      'declared',
      'declared',
      'not evaluated',
      'not evaluated',
    ]);
  });

  it('an unknown scorer makes scoring "not evaluated", not "failed"', async () => {
    const facts = honestFacts();
    const scorer = { id: 'exact', version: 99, config: {} };
    facts.suite = {
      ...facts.suite,
      scorer: { ...scorer, digest: scorerDigest(scorer.id, scorer.version, scorer.config) },
    };
    plantSuite(facts);
    const { config: _, ...planned } = facts.suite.scorer;
    facts.plan = { ...facts.plan, rules: { ...facts.plan.rules, scorer: planned } };
    const verification = await verifyRun(sourceOf(writeRun(facts)), { trusted: [SIGNER.publicKey] });
    expect(verification.verified && verification.transcript.axes.find(({ axis }) => axis === 'scoring')?.verdict).toBe(
      'not evaluated',
    );
  });

  it('an unidentified signer is named, and authorship is declared', async () => {
    const verification = await verifyRun(sourceOf(writeRun(honestFacts())));
    expect(verification.verified && verification.transcript.signer.status).toBe('unidentified');
    expect(verification.verified && verification.transcript.axes[1]?.verdict).toBe('declared');
  });
});

describe('what re-signing cannot be caught at, by nature (docs/format.md, section 13)', () => {
  it('an invented response with its extraction and score', async () => {
    const code = await rebuilt((facts) => {
      step(facts, 'outcome', 2).response = responseOf('11');
      const score = step(facts, 'score', 2);
      score.extracted = '11';
      score.record = { num: 1, den: 1, rule: 'whole' };
    });
    expect(code).toBe('verified');
  });

  it('a target written into the input, which changes the suite digest', async () => {
    const before = honestFacts().plan.suite.digest;
    const facts = honestFacts();
    const leaking = commitItem(PUBLIC_SUITE_SECRET, 1, {
      id: 'b',
      input: { question: '3 + 4 = ? (7)' },
      tags: [],
      target: '7',
    });
    facts.items[1] = leaking;
    const tree = createItemTree();
    for (const item of facts.items) tree.append(item.itemCommitment);
    facts.suite = { ...facts.suite, items: { root: encodeHex(tree.root()), size: 4 } };
    plantSuite(facts);
    const intent = step(facts, 'intent', 1);
    intent.request = intent.request.replace('3 + 4 = ?', '3 + 4 = ? (7)');
    expect(await codeOf(writeRun(facts))).toBe('verified');
    expect(facts.plan.suite.digest).not.toBe(before);
    expect(canonicalize(facts.suite)).toContain('"size":4');
  });
});
