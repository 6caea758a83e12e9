/**
 * Re-derives what the records say from the content that was opened: request from suite and item, answer from response
 * bytes, verdict from answer and target. Where something is not opened nothing is concluded.
 */
import { encodeUtf8, equalBytes, tryDecodeUtf8 } from '../core/bytes.ts';
import { tryParseCanonical, type JsonValue } from '../core/canonical-json.ts';
import { VerificationError, isTouchstoneError, type VerificationCode } from '../core/errors.ts';
import { checkOpening, type Opening } from '../transcript/opening.ts';
import { parseAnswer, type ParsedBody } from '../transcript/wire/parse-answer.ts';
import type { Api } from '../transcript/wire/dialogue.ts';
import { chatQuestion, requestBuilder, type Message } from '../transcript/wire/request.ts';
import type { Plan } from '../transcript/plan.ts';
import { ANSWER_FACTS, type OutcomeRecord, type ScoreRecord } from '../transcript/record.ts';
import { parseItem, parseTarget, type Item } from '../suites/item.ts';
import { createRenderer } from '../suites/render.ts';
import { plannedHarness, type SuiteDefinition } from '../suites/definition.ts';
import { findHarness } from '../harness/registry.ts';
import type { Harness } from '../harness/harness.ts';
import type { Findings } from '../scoring/inquiry.ts';
import { findScorer } from '../scoring/registry.ts';
import { scoreAnswer, trialOf } from '../scoring/score-answer.ts';
import type { Scorer } from '../scoring/scorer.ts';
import { dependsOnMachine, TRIAL_ENDS, type Language, type TrialEnd } from '../scoring/trial.ts';
import type { Rederived, Retrial } from './retrials.ts';

/** What has been opened of an item. */
export interface ItemContent {
  readonly item: Item;
  readonly messages: readonly Message[] | null;
  target: { readonly text: string; readonly value: JsonValue } | null;
}

/** Checks opened content of one run against its records. */
export interface ContentCheck {
  /** null if this version does not have the scorer of the suite; then no answer is judged again. */
  readonly scorer: Scorer | null;
  /** null if this version does not have the harness of the plan; then nothing is asked again. */
  readonly harness: Harness | null;
  /** What answers and tools are programs in. */
  readonly languages: readonly Language[];
  item(opening: Opening, commitment: string): ItemContent;
  target(opening: Opening, content: ItemContent): void;
  request(opening: Opening, content: ItemContent | null, repeat: number, commitment: string): void;
  response(opening: Opening, outcome: OutcomeRecord, api?: Api): ParsedBody;
  /** The extracted answer, if the verdict could be derived again; undefined if it could not. Programs have to run first. */
  score(
    record: ScoreRecord,
    findings: Findings | null,
    content: ItemContent | null,
    extracted: Opening | null,
  ): Rederived | Retrial;
}

/**
 * The checks for a plan and its suite.
 *
 * Its methods throw {@link VerificationError} with `ERR_OPENING_COMMITMENT`, `ERR_OPENING_STRAY`, `ERR_ITEM_FORM`,
 * `ERR_REQUEST_MODEL`, `ERR_REQUEST_MESSAGES`, `ERR_REQUEST_PARAMETERS`, `ERR_REQUEST`, `ERR_OUTCOME_ANSWER`,
 * `ERR_SCORE_EXTRACTED`, `ERR_UNSCORED_REASON` or `ERR_SCORE`.
 *
 * @param suite - null if suite.json was not published; then nothing is rendered or scored again.
 * @throws {@link VerificationError} `ERR_PLAN_FORM` if no request follows from the plan, `ERR_SUITE_FORM` if no prompt or
 *   no scorer follows from the suite
 */
export function createContentCheck(plan: Plan, suite: SuiteDefinition | null): ContentCheck {
  const build = requestBuilder(plan);
  const renderer = suite && derive('ERR_SUITE_FORM', 'the suite is of no use', () => createRenderer(suite.prompt));
  const scorer = suite && scorerOf(plan, suite);
  const harness = suite && derive('ERR_SUITE_FORM', 'the suite is of no use', () => harnessOf(plan, suite));
  return {
    scorer,
    harness,
    languages: languagesOf(scorer, harness),
    item(opening, commitment) {
      checkOpening(opening, commitment);
      const item = parseItem(opening.bytes);
      const render = renderer && (() => renderer.render(item.input));
      const messages = render && derive('ERR_REQUEST_MESSAGES', 'the prompt of the suite cannot be rendered', render);
      return { item, messages, target: null };
    },
    target(opening, content) {
      // The item commits to its target, so an opened item cannot be joined with the answer to another one.
      checkOpening(opening, content.item.target);
      content.target = { text: tryDecodeUtf8(opening.bytes) ?? '', value: parseTarget(opening.bytes) };
    },
    request(opening, opened, repeat, commitment) {
      checkOpening(opening, commitment);
      if (!opened?.messages) return;
      const expected = build(chatQuestion(opened.messages), repeat);
      const recorded = tryDecodeUtf8(opening.bytes);
      if (recorded !== expected) throw requestFault(recorded ?? '', expected, opening.number);
    },
    response(opening, outcome, api) {
      if (outcome.response === undefined) throw fault('ERR_OPENING_STRAY', `record ${outcome.seq} has no response`);
      checkOpening(opening, outcome.response);
      if (opening.bytes.length > plan.rules.limits.max_response_bytes) {
        throw fault('ERR_OUTCOME_ANSWER', `record ${outcome.seq} has a longer response than planned`);
      }
      const body = parseAnswer(opening.bytes, api);
      checkOutcome(outcome, body);
      return body;
    },
    score(record, findings, opened, extracted) {
      checkExtracted(record, extracted);
      // What is missing from the evidence of an answer says nothing about the answer.
      if (record.unscored === 'unattested') return undefined;
      if (scorer === null || findings === null || !opened?.target) return undefined;
      const { input: fields } = opened.item;
      const input = { scorer, policy: plan.rules.unscored, ...findings, input: fields, target: opened.target.value };
      const trial = trialOf(input);
      if (trial === null) return checkScore(record, scoreAnswer(input), extracted);
      return async (sandbox) => {
        const end = await sandbox?.run(trial);
        if (end === undefined || isUndecided(record, end)) return undefined;
        return checkScore(record, scoreAnswer(input, end), extracted);
      };
    },
  };
}

/**
 * Check that what was opened as extracted is what the record commits to, whatever else is open.
 *
 * @throws {@link VerificationError} `ERR_OPENING_STRAY`, `ERR_OPENING_COMMITMENT`
 */
export function checkExtracted(record: ScoreRecord, extracted: Opening | null): void {
  if (extracted === null) return;
  if (record.extracted === undefined) throw fault('ERR_OPENING_STRAY', `record ${record.seq} extracted nothing`);
  checkOpening(extracted, record.extracted);
}

function scorerOf({ judge }: Plan, suite: SuiteDefinition): Scorer | null {
  const scorer = derive('ERR_SUITE_FORM', 'the suite is of no use', () => findScorer(suite.scorer));
  if (scorer === null || (scorer.asks !== undefined) === (judge !== undefined)) return scorer;
  throw new VerificationError('ERR_PLAN_SUITE', 'cannot accept plan: want a judge exactly for a scorer that asks one');
}

function harnessOf({ rules }: Plan, suite: SuiteDefinition): Harness | null {
  const named = plannedHarness(suite, rules.harness);
  return named && findHarness(named);
}

function languagesOf(scorer: Scorer | null, harness: Harness | null): readonly Language[] {
  const tools: readonly Language[] = harness?.runsTools === true ? ['javascript'] : [];
  const programs = scorer?.programs?.language;
  return programs === undefined || tools.includes(programs) ? tools : [...tools, programs];
}

// The suite comes from whoever published the run, so what its author would mend in a file is a fault of the run here.
function derive<T>(code: VerificationCode, what: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    if (!isTouchstoneError(cause)) throw cause;
    throw fault(code, `${what}: ${cause.message}`);
  }
}

/** The fault of a request that is not the one that follows. They are compared byte by byte; this only finds the word for what differs. */
export function requestFault(recorded: string, expected: string, seq: number): VerificationError {
  const [was, want] = [tryParseCanonical(recorded), tryParseCanonical(expected)];
  if (was === null) return fault('ERR_REQUEST', `record ${seq} sent a request that is not in canonical form`);
  const differs = (key: string): boolean => JSON.stringify(was[key]) !== JSON.stringify(want?.[key]);
  if (differs('model')) return fault('ERR_REQUEST_MODEL', `record ${seq} asked another model than planned`);
  if (differs('messages'))
    return fault('ERR_REQUEST_MESSAGES', `record ${seq} asked another prompt than plan, suite and item give`);
  return fault('ERR_REQUEST_PARAMETERS', `record ${seq} sent other parameters than planned`);
}

function checkOutcome(outcome: OutcomeRecord, body: ParsedBody): void {
  const place = `record ${outcome.seq}`;
  if (outcome.status === 'ok') {
    if (!('answer' in body)) throw fault('ERR_OUTCOME_ANSWER', `${place} says "ok" but its response is no answer`);
    const wrong = ANSWER_FACTS.find((field) => body.answer[field] !== outcome[field]);
    if (wrong !== undefined) throw fault('ERR_OUTCOME_ANSWER', `${place} states another ${wrong} than its response`);
    return;
  }
  const isGoodStatus = outcome.http !== undefined && outcome.http >= 200 && outcome.http <= 299;
  // However an exchange ended, an answer that came is an answer, so that it cannot be filed as a failure.
  if (isGoodStatus && 'answer' in body) {
    throw fault('ERR_OUTCOME_ANSWER', `${place} says "${outcome.status}" but its response is an answer`);
  }
  const isBodyFault =
    outcome.error !== undefined && /^ERR_(?:BODY|STREAM)_/.test(outcome.error) && outcome.error !== 'ERR_BODY_CUT';
  const found = 'fault' in body ? body.fault : null;
  if (isBodyFault ? found !== outcome.error : isGoodStatus && outcome.status === 'http') {
    throw fault('ERR_OUTCOME_ANSWER', `${place} says "${outcome.status}" but its response says otherwise`);
  }
}

// A time that one machine keeps and another does not is no contradiction, and no confirmation either.
function isUndecided({ rule }: ScoreRecord, end: TrialEnd): boolean {
  const recorded = TRIAL_ENDS.find((name) => rule?.endsWith(`:${name}`));
  return recorded !== undefined && recorded !== end && (dependsOnMachine(recorded) || dependsOnMachine(end));
}

type Rescored = ReturnType<typeof scoreAnswer>;

function checkScore(record: ScoreRecord, again: Rescored, extracted: Opening | null): string | null {
  const place = `record ${record.seq}`;
  if (again.verdict === 'unscored') {
    if (record.unscored === again.reason) return null;
    throw fault(
      'ERR_UNSCORED_REASON',
      `${place} says "${record.unscored ?? 'scored'}", the answer is "${again.reason}"`,
    );
  }
  if (record.unscored !== undefined) {
    throw fault('ERR_UNSCORED_REASON', `${place} says "${record.unscored}", but the answer can be scored`);
  }
  const text = again.extracted;
  if ((text === null) !== (record.extracted === undefined) || (again.rule ?? undefined) !== record.rule) {
    throw fault('ERR_SCORE_EXTRACTED', `${place} extracted something else than its response gives`);
  }
  if (text !== null && extracted !== null && !equalBytes(extracted.bytes, encodeUtf8(text))) {
    throw fault('ERR_SCORE_EXTRACTED', `${place} extracted something else than its response gives`);
  }
  if (again.num !== record.num || again.den !== record.den) {
    throw fault('ERR_SCORE', `${place} says ${record.num}/${record.den}, its response gives ${again.num}/${again.den}`);
  }
  return text;
}

function fault(code: VerificationCode, what: string): VerificationError {
  return new VerificationError(code, `cannot accept content: ${what}`);
}
