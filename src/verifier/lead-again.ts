/**
 * Leads the inquiry into one sample again, with the answers that were recorded: every question is compared with what was
 * sent, and the verdict follows from where it ends.
 */
import { tryDecodeUtf8 } from '../core/bytes.ts';
import { isJsonObject, tryParseCanonical } from '../core/canonical-json.ts';
import { isTouchstoneError, VerificationError } from '../core/errors.ts';
import { createInquiry, type Findings, type Inquiry, type Turn } from '../scoring/inquiry.ts';
import type { RunTool } from '../harness/harness.ts';
import { OUT_OF_TIME } from '../harness/tools.ts';
import { dependsOnMachine, type Sandbox } from '../scoring/trial.ts';
import type { Plan } from '../transcript/plan.ts';
import type { IntentRecord, ScoreRecord } from '../transcript/record.ts';
import type { Answer } from '../transcript/wire/answer.ts';
import { parseAnswer } from '../transcript/wire/parse-answer.ts';
import type { RequestBuilders } from '../transcript/wire/request.ts';
import { requestFault, type ContentCheck } from './content.ts';
import type { Derivation, ScoredSample } from './derivation.ts';
import type { Rederived } from './retrials.ts';
import { recordsFault } from './fault.ts';
import type { OpenSample } from './open-sample.ts';

/** One question as far as it is open. */
export interface OpenedTurn {
  readonly intent: IntentRecord;
  /** null if it is not open. */
  readonly request: Uint8Array | null;
  /** What this attempt or one before it asked, as far as it is open. */
  readonly known: Uint8Array | null;
  /** How many attempts at it are open, all with the same request. */
  readonly attempts: number;
  /** null if there is no answer, or it is not open. Read again when it is needed, because bytes are smaller. */
  reply: { readonly body: Uint8Array; readonly latencyUs: number } | null;
}

/** A sample with all that is open of it. */
export interface HeldSample extends ScoredSample {
  readonly sample: OpenSample;
  readonly turns: readonly OpenedTurn[];
  /** Nothing of the sample is needed any more. */
  readonly done: () => void;
  readonly content: ContentCheck;
  readonly builders: RequestBuilders;
  readonly plan: Plan;
  /** Shared by all samples of a run. */
  readonly patience: { timeouts: number };
}

/** What is derived of a sample when it is led again. */
export function leadAgain(held: HeldSample): Derivation {
  const { record, content, turns, done, patience } = held;
  let findings: Findings | null = null;
  let compared = 0;
  let isUndecided = false;
  const follow = async (sandbox: Sandbox | null): Promise<Rederived> => {
    const onUndecided = (): void => {
      isUndecided = true;
      patience.timeouts--;
    };
    const inquiry = inquiryOf(held, sandbox && watched(sandbox, patience, onUndecided));
    if (inquiry === null) return undefined;
    let turn = await next(inquiry, null);
    for (const opened of turns) {
      if (opened.request === null) return undefined;
      if (!compareRequest(held, opened, turn)) return undefined;
      compared += opened.attempts;
      const answer = answerOf(opened);
      if (answer === null) return undefined;
      turn = await next(inquiry, answer, opened.reply?.latencyUs);
    }
    checkEnd(record, turn);
    // Something was left to ask, as "skipped" says; where nothing was asked there is nothing to derive.
    if ('ask' in turn) return turns.length > 0 ? null : undefined;
    findings = turn.findings;
    const { answer, replies } = findings;
    const derived = content.score(record, { answer, replies }, held.item, held.extracted);
    return typeof derived === 'function' ? await derived(sandbox) : derived;
  };
  return {
    get findings() {
      return findings;
    },
    get compared() {
      return compared;
    },
    async again(sandbox) {
      try {
        return await follow(sandbox);
      } catch (cause) {
        // A tool that another machine gave more time is no contradiction, and no confirmation either.
        if (!isUndecided || !(cause instanceof VerificationError)) throw cause;
        findings = null;
        return undefined;
      } finally {
        done();
      }
    },
  };
}

// Runs tools until one ends in a way that says more about this machine than about the tool. Without this a stranger's suite
// could have every call of a sample wait for its time to be up.
function watched(sandbox: Sandbox, patience: HeldSample['patience'], onUndecided: () => void): RunTool {
  return async (program) => {
    const evaluated = patience.timeouts > 0 ? await sandbox.evaluate(program) : null;
    if (evaluated !== null && !dependsOnMachine(evaluated.end)) return evaluated;
    onUndecided();
    throw recordsFault('ERR_REQUEST', 'a tool ended as it may not elsewhere');
  };
}

function answerOf({ intent, reply }: OpenedTurn): Answer | null {
  const parsed = reply && parseAnswer(reply.body, intent.api);
  return parsed !== null && 'answer' in parsed ? parsed.answer : null;
}

// null if something is missing without which nobody can say what is asked.
function inquiryOf({ item, content, plan }: HeldSample, runTool: RunTool | null): Inquiry | null {
  const { harness, scorer } = content;
  if (!item?.messages || item.target === null || harness === null || scorer === null) return null;
  if (harness.runsTools && runTool === null) return null;
  const { input } = item.item;
  const { value: target } = item.target;
  const dialogue = leading(() => harness.begin({ input, messages: item.messages ?? [] }, runTool));
  return createInquiry({ dialogue, scorer, policy: plan.rules.unscored, input, target });
}

async function next(inquiry: Inquiry, answer: Answer | null, latencyUs?: number): Promise<Turn> {
  try {
    return await inquiry.next(answer, latencyUs);
  } catch (cause) {
    throw leadingFault(cause);
  }
}

function leading<T>(step: () => T): T {
  try {
    return step();
  } catch (cause) {
    throw leadingFault(cause);
  }
}

// The suite comes from whoever published the run, so what its author would mend is a fault of the run here.
function leadingFault(cause: unknown): unknown {
  if (!isTouchstoneError(cause, 'ERR_PROMPT_RENDER', 'ERR_CANONICAL_JSON')) return cause;
  const message = `cannot accept content: the harness of the suite cannot ask: ${cause.message}`;
  return new VerificationError('ERR_REQUEST_MESSAGES', message);
}

// False where nothing is concluded.
function compareRequest({ builders, sample }: HeldSample, { intent, request }: OpenedTurn, turn: Turn): boolean {
  const { seq, role = 'subject', api = 'chat' } = intent;
  if (!('ask' in turn)) throw recordsFault('ERR_TURN', `record ${seq} asks although everything was asked`);
  if (turn.role !== role || turn.ask.api !== api) {
    throw recordsFault('ERR_TURN', `record ${seq} asks somebody else than harness and scorer do`);
  }
  const { ask } = turn;
  const expected = leading(() => builders[role]?.(ask, sample.repeat)) ?? '';
  const recorded = tryDecodeUtf8(request ?? new Uint8Array());
  if (recorded === expected) return true;
  // The machine of the runner was too slow for a tool, and this one is not: no contradiction, and no confirmation either.
  if (recorded !== null && hasOutOfTime(recorded) && !hasOutOfTime(expected)) return false;
  throw requestFault(recorded ?? '', expected, seq);
}

function hasOutOfTime(body: string): boolean {
  const messages = tryParseCanonical(body)?.['messages'];
  return (
    Array.isArray(messages) &&
    messages.some(
      (message) => isJsonObject(message) && message['role'] === 'tool' && message['content'] === OUT_OF_TIME,
    )
  );
}

function checkEnd({ seq, unscored }: ScoreRecord, turn: Turn): void {
  const isSkipped = unscored === 'skipped';
  if ('ask' in turn === isSkipped) return;
  const what = isSkipped ? 'is "skipped" although everything was asked' : 'is a verdict before everything was asked';
  throw recordsFault('ERR_TURN', `record ${seq} ${what}`);
}
