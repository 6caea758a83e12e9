/**
 * A run of conversations with a judge in the hands of who signed it: one change per row, and everything is signed again, so
 * that only a check of meaning can refuse it.
 */
import { describe, expect, it } from 'vitest';
import { canonicalize } from '../../src/core/canonical-json.ts';
import { digest } from '../../src/core/digest.ts';
import { runSuite } from '../../src/runner/run.ts';
import { formatDefinition, harnessDigest, parseDefinition } from '../../src/suites/definition.ts';
import { encodeUtf8 } from '../../src/core/bytes.ts';
import { planDigest, type Plan } from '../../src/transcript/plan.ts';
import type { IntentRecord, OutcomeRecord, ScoreRecord } from '../../src/transcript/record.ts';
import { verifyRun } from '../../src/verifier/verify.ts';
import {
  contentOf,
  copyOf,
  drop,
  entriesOf,
  readRecorded,
  rebuilt,
  replaceContent,
  rescore,
  type Entry,
  type RecordedRun,
} from '../acceptance/rebuilt-run.ts';
import { converse, COUNTING, openVmSandbox } from '../runner/conversation-set-up.ts';
import { SIGNER } from '../runner/toy.ts';

/** Item k has k + 1 turns of the model and three of the judge. */
const JUDGED = 3;

async function record(options: Parameters<typeof converse>[0]): Promise<RecordedRun> {
  const { input } = await converse(options);
  await runSuite({ ...input, options: { concurrency: 1 } });
  return await readRecorded(input.folder);
}

async function codeOf(run: RecordedRun): Promise<string> {
  const trusted = SIGNER.kind === 'ed25519' ? [SIGNER.signer.publicKey] : [];
  const verification = await verifyRun(rebuilt(run), { trusted, sandbox: openVmSandbox() });
  return verification.verified ? 'verified' : verification.fault.code;
}

interface Turn {
  readonly intent: Entry<IntentRecord>;
  readonly outcome: Entry<OutcomeRecord>;
}

/** The turns of an item, in their order. */
function turnsOf(run: RecordedRun, index: number): readonly Turn[] {
  const outcomes = new Map(entriesOf(run, 'outcome').map((entry) => [entry.record.of, entry]));
  return entriesOf(run, 'intent')
    .filter(({ record }) => record.index === index)
    .map((intent) => ({ intent, outcome: outcomes.get(intent.record.seq) as Entry<OutcomeRecord> }));
}

function turn(run: RecordedRun, index: number, at: number): Turn {
  const found = turnsOf(run, index).at(at);
  if (found === undefined) throw new RangeError(`item ${index} has no turn ${at}`);
  return found;
}

function scoreOf(run: RecordedRun, index: number): Entry<ScoreRecord> {
  const found = entriesOf(run, 'score').find(({ record }) => record.index === index);
  if (found === undefined) throw new RangeError(`item ${index} has no score`);
  return found;
}

/** Number what is left of an item, and let the score follow from the last answer. */
function renumber(run: RecordedRun, index: number): void {
  for (const [number, { intent }] of turnsOf(run, index).entries()) {
    const { turn: _turn, ...rest } = intent.record;
    intent.record = number === 0 ? rest : { ...rest, turn: number };
  }
  const last = turn(run, index, -1).outcome.record.seq;
  const score = scoreOf(run, index);
  score.record = { ...score.record, of: last };
}

function dropTurn(run: RecordedRun, index: number, at: number): void {
  const { intent, outcome } = turn(run, index, at);
  drop(run, intent, outcome);
}

/** Say a turn once more, after all others. */
function addTurn(run: RecordedRun, index: number, at: number, change: (intent: IntentRecord) => IntentRecord): void {
  const { intent, outcome } = turn(run, index, at);
  const seq = 1_000_000;
  const again = { ...intent, record: change({ ...intent.record, seq }), openings: intent.openings.slice(-1) };
  const answer = { ...outcome, record: { ...outcome.record, seq: seq + 1, of: seq } };
  run.entries.splice(run.entries.indexOf(scoreOf(run, index)), 0, again, answer);
  renumber(run, index);
}

function changeContent(entry: Entry, label: 'request' | 'response', from: string | RegExp, to: string): void {
  const before = contentOf(entry, label);
  const after = before.replace(from, to);
  if (after === before) throw new Error(`there is no ${String(from)} in ${before}`);
  replaceContent(entry, label, after);
}

function replan(run: RecordedRun, change: (plan: Plan) => Plan): void {
  const plan = change(run.plan);
  Object.assign(run, { plan });
  for (const header of entriesOf(run, 'header'))
    header.record = { ...header.record, plan: planDigest(canonicalize(plan)) };
}

/** Another source of the tools, in suite and plan. */
function changeTools(run: RecordedRun, from: string, to: string): void {
  const suite = parseDefinition(encodeUtf8(run.suiteText));
  const config = suite.harness.config?.replace(from, to) ?? '';
  const harness = { ...suite.harness, config, digest: harnessDigest({ ...suite.harness, config }) };
  const suiteText = formatDefinition({ ...suite, harness });
  const { config: _config, ...named } = harness;
  Object.assign(run, { suiteText });
  replan(run, (plan) => ({
    ...plan,
    suite: { ...plan.suite, digest: digest(suiteText) },
    rules: { ...plan.rules, harness: named },
  }));
}

const ROWS: readonly (readonly [string, string, (run: RecordedRun) => void])[] = [
  ['nothing', 'verified', () => undefined],
  ['a turn dropped', 'ERR_TURN', (run) => dropTurn(run, 2, 1)],
  [
    'a turn dropped, and the others numbered anew',
    'ERR_REQUEST_MESSAGES',
    (run) => {
      dropTurn(run, 2, 1);
      renumber(run, 2);
    },
  ],
  [
    'the last turn of the model dropped, and the others numbered anew',
    'ERR_TURN',
    (run) => {
      dropTurn(run, 2, 2);
      renumber(run, 2);
    },
  ],
  [
    'a vote dropped, and the others numbered anew',
    'ERR_REQUEST_PARAMETERS',
    (run) => {
      dropTurn(run, 2, -2);
      renumber(run, 2);
    },
  ],
  [
    'a verdict before everything was asked',
    'ERR_TURN',
    (run) => {
      dropTurn(run, 2, -1);
      renumber(run, 2);
    },
  ],
  [
    'two turns swapped',
    'ERR_REQUEST_MESSAGES',
    (run) => {
      const [first, second] = [turn(run, 2, 1), turn(run, 2, 2)];
      for (const [a, b] of [
        [first.intent, second.intent],
        [first.outcome, second.outcome],
      ] as const) {
        [a.openings, b.openings] = [b.openings, a.openings];
      }
      const [one, other] = [first.outcome.record, second.outcome.record];
      first.outcome.record = { ...other, seq: one.seq, of: one.of };
      second.outcome.record = { ...one, seq: other.seq, of: other.of };
    },
  ],
  ['the last turn of the model said twice', 'ERR_TURN', (run) => addTurnBeforeJudge(run)],
  ['a vote more', 'ERR_TURN', (run) => addTurn(run, 2, -1, (intent) => intent)],
  [
    'the model asked after the judge',
    'ERR_TURN',
    (run) =>
      addTurn(run, 2, 0, (intent) => {
        const { role: _role, ...rest } = intent;
        return rest;
      }),
  ],
  [
    'a question of the judge changed',
    'ERR_REQUEST_MESSAGES',
    (run) => changeContent(turn(run, 2, -JUDGED).intent, 'request', 'it is 2', 'it is 3'),
  ],
  [
    'what is right changed in a question of the judge',
    'ERR_REQUEST_MESSAGES',
    (run) => changeContent(turn(run, 2, -1).intent, 'request', 'Right is 2', 'Right is 9'),
  ],
  [
    'a judge that is asked more coolly',
    'ERR_REQUEST_PARAMETERS',
    (run) => changeContent(turn(run, 2, -1).intent, 'request', '"temperature":1', '"temperature":0'),
  ],
  [
    'a judge that is another model',
    'ERR_REQUEST_MODEL',
    (run) => changeContent(turn(run, 2, -1).intent, 'request', '"judge-1"', '"toy-1"'),
  ],
  [
    'a question of the judge filed as one of the model',
    'ERR_TURN',
    (run) => {
      const { intent } = turn(run, 2, -JUDGED);
      const { role: _role, ...rest } = intent.record;
      intent.record = rest;
    },
  ],
  [
    'a question of the model filed as one of the judge',
    'ERR_TURN',
    (run) => {
      const { intent } = turn(run, 2, 2);
      intent.record = { ...intent.record, role: 'judge' };
    },
  ],
  [
    'a question filed under another interface',
    'ERR_OUTCOME_ANSWER',
    (run) => {
      const { intent } = turn(run, 2, 2);
      intent.record = { ...intent.record, api: 'embeddings' };
    },
  ],
  [
    'the result of a tool changed in a later request',
    'ERR_REQUEST_MESSAGES',
    (run) => changeContent(turn(run, 2, 2).intent, 'request', '"content":"1"', '"content":"2"'),
  ],
  [
    'what the model said before changed in a later request',
    'ERR_REQUEST_MESSAGES',
    (run) => changeContent(turn(run, 2, 2).intent, 'request', '{\\"by\\":1}', '{\\"by\\":2}'),
  ],
  [
    'a tool that was not offered',
    'ERR_REQUEST_PARAMETERS',
    (run) => changeContent(turn(run, 2, 1).intent, 'request', 'Add a number.', 'Take a number.'),
  ],
  [
    'an answer in the middle changed',
    'ERR_REQUEST_MESSAGES',
    (run) => changeContent(turn(run, 2, 0).outcome, 'response', '\\"by\\":1', '\\"by\\":2'),
  ],
  [
    'the last answer of the model changed',
    'ERR_REQUEST_MESSAGES',
    (run) => changeContent(turn(run, 2, 2).outcome, 'response', 'it is 2', 'it is 7'),
  ],
  [
    'a vote changed',
    'ERR_SCORE_EXTRACTED',
    (run) => changeContent(turn(run, 2, -1).outcome, 'response', 'Grade: GOOD', 'Grade: BAD'),
  ],
  [
    'another verdict than the votes give',
    'ERR_SCORE',
    (run) => {
      const score = scoreOf(run, 2);
      score.record = { ...score.record, num: 0 };
    },
  ],
  [
    '"skipped" although everything was asked',
    'ERR_TURN',
    (run) => {
      rescore(scoreOf(run, 2), { unscored: 'skipped' });
      const requests = entriesOf(run, 'intent').length;
      replan(run, (plan) => ({ ...plan, budget: { max_requests: requests } }));
      for (const end of entriesOf(run, 'end')) end.record = { ...end.record, reason: 'budget' };
    },
  ],
  [
    '"transport" although everything was answered',
    'ERR_UNSCORED_REASON',
    (run) => rescore(scoreOf(run, 2), { unscored: 'transport' }),
  ],
  [
    'another question in an attempt that failed',
    'ERR_REQUEST',
    (run) => {
      const { intent } = turn(run, 2, 1);
      const seq = 2_000_000;
      const before = { ...intent, record: { ...intent.record, seq }, openings: [...intent.openings] };
      changeContent(before, 'request', '"content":"1"', '"content":"5"');
      const outcome: Entry<OutcomeRecord> = {
        ...turn(run, 2, 1).outcome,
        record: { k: 'outcome', seq: seq + 1, of: seq, status: 'network', error: 'ECONNRESET', latency_us: 5 },
        openings: [],
      };
      run.entries.splice(run.entries.indexOf(intent), 0, before, outcome);
      intent.record = { ...intent.record, attempt: 1 };
    },
  ],
  [
    'a next question although the one before was not answered',
    'ERR_TURN',
    (run) => {
      const { outcome } = turn(run, 2, 1);
      outcome.record = {
        k: 'outcome',
        seq: outcome.record.seq,
        of: outcome.record.of,
        status: 'network',
        error: 'ECONNRESET',
      };
      outcome.openings = [];
    },
  ],
  [
    'another harness in the plan',
    'ERR_PLAN_SUITE',
    (run) => replan(run, (plan) => ({ ...plan, rules: { ...plan.rules, harness: { id: 'single-turn', version: 1 } } })),
  ],
  [
    'another digest of the harness in the plan',
    'ERR_PLAN_SUITE',
    (run) =>
      replan(run, (plan) => ({
        ...plan,
        rules: { ...plan.rules, harness: { ...plan.rules.harness, digest: 'ab'.repeat(32) } },
      })),
  ],
  [
    'other tools in suite and plan',
    'ERR_REQUEST_MESSAGES',
    (run) => changeTools(run, 'state.n + by', 'state.n + by + 1'),
  ],
  ['other tools that do the same', 'verified', (run) => changeTools(run, 'state.n + by', 'by + state.n')],
  [
    'another judge in the plan',
    'ERR_REQUEST_MODEL',
    (run) =>
      replan(run, ({ judge, ...plan }) => {
        if (judge === undefined) throw new Error('there is no judge');
        const { base_url } = judge;
        const rules = { ...plan.rules, judge: { model: 'other', base_url } };
        return { ...plan, judge: { ...judge, model: 'other' }, rules };
      }),
  ],
  [
    'a judge in the rules who is not the one that is asked',
    'ERR_PLAN_FORM',
    (run) =>
      replan(run, (plan) => ({
        ...plan,
        rules: { ...plan.rules, judge: { model: 'other', base_url: 'http://127.0.0.1/v1' } },
      })),
  ],
  [
    'no judge in the plan',
    'ERR_PLAN_SUITE',
    (run) =>
      replan(run, ({ judge: _judge, ...plan }) => {
        const { judge: _rule, ...rules } = plan.rules;
        return { ...plan, rules };
      }),
  ],
  [
    'no feature "turns" in the header',
    'ERR_HEADER',
    (run) => {
      for (const header of entriesOf(run, 'header')) header.record = { ...header.record, features: [] };
    },
  ],
];

function addTurnBeforeJudge(run: RecordedRun): void {
  const { intent, outcome } = turn(run, 2, 2);
  const seq = 1_000_000;
  const again = { ...intent, record: { ...intent.record, seq }, openings: [...intent.openings] };
  const answer = { ...outcome, record: { ...outcome.record, seq: seq + 1, of: seq } };
  run.entries.splice(run.entries.indexOf(intent), 0, again, answer);
  renumber(run, 2);
}

describe('a run of conversations, changed and signed again by its signer', () => {
  let honest: RecordedRun | null = null;

  it.each(ROWS)('%s: %s', async (_, code, change) => {
    honest ??= await record({ suite: COUNTING, size: 3, judged: true });
    const run = copyOf(honest);
    change(run);
    expect(await codeOf(run)).toBe(code);
  });
});

describe('a run of single questions', () => {
  it('cannot have a second turn', async () => {
    const run = await record({ suite: '', size: 1, script: () => 'it is 0' });
    const { intent, outcome } = turn(run, 0, 0);
    const again = { ...intent, record: { ...intent.record, seq: 100, turn: 1 }, openings: intent.openings.slice(-1) };
    const answer = { ...outcome, record: { ...outcome.record, seq: 101, of: 100 } };
    const score = scoreOf(run, 0);
    run.entries.splice(run.entries.indexOf(score), 0, again, answer);
    score.record = { ...score.record, of: 101 };
    expect(await codeOf(run)).toBe('ERR_TURN');
  });
});

it('content that is withheld lowers the coverage of its sample alone', async () => {
  const run = await record({ suite: COUNTING, size: 3, judged: true });
  turn(run, 2, 1).outcome.withheld.add('response');
  const verification = await verifyRun(rebuilt(run), { sandbox: openVmSandbox() });
  if (!verification.verified) throw verification.fault;
  expect(verification.transcript.axes.find(({ axis }) => axis === 'scoring')?.coverage).toMatchObject({
    checked: 2,
    total: 3,
  });
  expect(canonicalize(verification.transcript.plan.rules)).toContain('tool-loop');
});
