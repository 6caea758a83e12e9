/**
 * Samples for which more than one question may be asked: the inquiry is led again with the answers that were recorded, and
 * every question is compared with what was sent.
 *
 * What comes next may depend on tools that have to run, so all of it waits until the sample has its score.
 */
import { equalBytes, tryDecodeUtf8 } from '../core/bytes.ts';
import { isTouchstoneError, VerificationError } from '../core/errors.ts';
import { createInquiry, type Findings, type Inquiry, type Reply, type Turn } from '../scoring/inquiry.ts';
import type { Sandbox } from '../scoring/trial.ts';
import { checkOpening } from '../transcript/opening.ts';
import type { Plan } from '../transcript/plan.ts';
import type { IntentRecord, ScoreRecord } from '../transcript/record.ts';
import type { Role } from '../transcript/wire/dialogue.ts';
import { requestBuilder, type RequestBuilder } from '../transcript/wire/request.ts';
import { requestFault, type ContentCheck } from './content.ts';
import type { Derivation, Derivations, ScoredSample } from './derivation.ts';
import { recordsFault } from './fault.ts';
import type { OpenSample } from './ledger.ts';

/** One question as far as it is open. */
interface OpenedTurn {
  readonly intent: IntentRecord;
  /** null if it is not open. */
  readonly request: Uint8Array | null;
  /** null if there is no answer, or it is not open. */
  reply: Reply | null;
}

/** The conversations of a plan, before the first request. */
export function createConversations(plan: Plan, content: ContentCheck): Derivations {
  const builders = buildersOf(plan);
  const opened = new WeakMap<OpenSample, OpenedTurn[]>();
  return {
    asked(sample, intent, request) {
      if (request !== undefined) checkOpening(request, intent.request);
      const turns = opened.get(sample) ?? [];
      opened.set(sample, turns);
      const turn = { intent, request: request?.bytes ?? null, reply: null };
      const before = turns[sample.turns.length];
      if (before !== undefined) checkSameRequest(before, turn);
      turns[sample.turns.length] = turn;
      return false;
    },
    answered(sample, outcome, response) {
      const turn = opened.get(sample)?.[sample.turns.length];
      if (turn === undefined || response === undefined) return;
      const body = content.response(response, outcome, turn.intent.api);
      turn.reply = 'answer' in body ? { answer: body.answer, latencyUs: outcome.latency_us ?? 0 } : null;
    },
    scored: (sample, score) =>
      derivationOf({ ...score, sample, turns: opened.get(sample) ?? [], content, builders, plan }),
  };
}

function buildersOf({ endpoint, judge, rules }: Plan): Readonly<Partial<Record<Role, RequestBuilder>>> {
  const subject = requestBuilder({ endpoint, rules });
  return judge === undefined ? { subject } : { subject, judge: requestBuilder({ endpoint: judge, rules }) };
}

// Another attempt at a question is the same question.
function checkSameRequest(before: OpenedTurn, { intent, request }: OpenedTurn): void {
  if (before.request === null || request === null || equalBytes(before.request, request)) return;
  throw new VerificationError('ERR_REQUEST', `cannot accept content: record ${intent.seq} asks something else again`);
}

interface Held extends ScoredSample {
  readonly sample: OpenSample;
  readonly turns: readonly OpenedTurn[];
  readonly content: ContentCheck;
  readonly builders: ReturnType<typeof buildersOf>;
  readonly plan: Plan;
}

function derivationOf(held: Held): Derivation {
  const { record, content, turns } = held;
  let findings: Findings | null = null;
  let compared = 0;
  return {
    get findings() {
      return findings;
    },
    get compared() {
      return compared;
    },
    again: async (sandbox) => {
      const inquiry = inquiryOf(held, sandbox);
      if (inquiry === null) return undefined;
      let turn = await next(inquiry, null);
      for (const opened of turns) {
        if (opened.request === null) return undefined;
        compareRequest(held, opened, turn);
        compared++;
        if (opened.reply === null) return undefined;
        turn = await next(inquiry, opened.reply);
      }
      checkEnd(record, turn);
      if ('ask' in turn) return undefined;
      findings = turn.findings;
      const { answer, replies } = findings;
      const derived = content.score(record, { answer, replies }, held.item, held.extracted);
      return typeof derived === 'function' ? await derived(sandbox) : derived;
    },
  };
}

// null if something is missing without which nobody can say what is asked.
function inquiryOf({ item, content: { harness, scorer }, plan }: Held, sandbox: Sandbox | null): Inquiry | null {
  if (!item?.messages || item.target === null || harness === null || scorer === null) return null;
  if (harness.runsTools && sandbox === null) return null;
  const { input } = item.item;
  const { value: target } = item.target;
  const dialogue = leading(() => harness.begin({ input, messages: item.messages ?? [] }, sandbox && sandbox.evaluate));
  return createInquiry({ dialogue, scorer, policy: plan.rules.unscored, input, target });
}

async function next(inquiry: Inquiry, reply: Reply | null): Promise<Turn> {
  try {
    return await inquiry.next(reply?.answer ?? null, reply?.latencyUs);
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
  if (!isTouchstoneError(cause, 'ERR_PROMPT_RENDER')) return cause;
  const message = `cannot accept content: the harness of the suite cannot ask: ${cause.message}`;
  return new VerificationError('ERR_REQUEST_MESSAGES', message);
}

function compareRequest({ builders, sample }: Held, { intent, request }: OpenedTurn, turn: Turn): void {
  const { seq, role = 'subject', api = 'chat' } = intent;
  if (!('ask' in turn)) throw recordsFault('ERR_TURN', `record ${seq} asks although everything was asked`);
  if (turn.role !== role || turn.ask.api !== api) {
    throw recordsFault('ERR_TURN', `record ${seq} asks somebody else than harness and scorer do`);
  }
  const expected = builders[role]?.(turn.ask, sample.repeat) ?? '';
  const recorded = tryDecodeUtf8(request ?? new Uint8Array());
  if (recorded !== expected) throw requestFault(recorded ?? '', expected, seq);
}

function checkEnd({ seq, unscored }: ScoreRecord, turn: Turn): void {
  const isSkipped = unscored === 'skipped';
  if ('ask' in turn === isSkipped) return;
  const what = isSkipped ? 'is "skipped" although everything was asked' : 'is a verdict before everything was asked';
  throw recordsFault('ERR_TURN', `record ${seq} ${what}`);
}
