/**
 * Samples for which more than one question may be asked: what is open of them is kept until they have their score, and then
 * they are led again.
 *
 * What comes next may depend on tools that have to run, so nothing is compared before.
 */
import { equalBytes } from '../core/bytes.ts';
import { VerificationError } from '../core/errors.ts';
import { checkOpening } from '../transcript/opening.ts';
import type { Plan } from '../transcript/plan.ts';
import type { IntentRecord } from '../transcript/record.ts';
import { requestBuilders } from '../transcript/wire/request.ts';
import { checkExtracted, type ContentCheck } from './content.ts';
import type { Derivations } from './derivation.ts';
import { leadAgain, type OpenedTurn } from './lead-again.ts';
import type { OpenSample } from './open-sample.ts';

/** Most bytes of requests and answers that are kept for samples without a score. */
const MAX_KEPT_BYTES = 256 * 1024 * 1024;

/** After so many tools that ran out of time nothing is concluded from tools: a stranger's suite could have every one wait. */
const MAX_TIMEOUTS = 8;

/** What is open of a sample. */
interface Opened {
  readonly turns: OpenedTurn[];
  keptBytes: number;
}

/**
 * The conversations of a plan, before the first request.
 *
 * @param maxKeptBytes - What does not fit is as if it were not open, so that a stranger cannot fill the memory.
 */
export function createConversations(
  plan: Plan,
  content: ContentCheck,
  maxKeptBytes: number = MAX_KEPT_BYTES,
): Derivations {
  const builders = requestBuilders(plan);
  const samples = new WeakMap<OpenSample, Opened>();
  let leftBytes = maxKeptBytes;
  const patience = { timeouts: MAX_TIMEOUTS };
  const openedOf = (sample: OpenSample): Opened => {
    const opened = samples.get(sample) ?? { turns: [], keptBytes: 0 };
    samples.set(sample, opened);
    return opened;
  };
  const keep = (opened: Opened, bytes: Uint8Array): Uint8Array | null => {
    if (bytes.length > leftBytes) return null;
    opened.keptBytes += bytes.length;
    leftBytes -= bytes.length;
    return bytes;
  };
  return {
    asked(sample, intent, request) {
      if (request !== undefined) checkOpening(request, intent.request);
      const opened = openedOf(sample);
      const turn = opened.turns[sample.turns.length];
      const before = turn?.known ?? null;
      if (request !== undefined && before !== null) checkSameRequest(before, request.bytes, intent);
      const kept = request === undefined ? null : (before ?? keep(opened, request.bytes));
      const attempts = (turn?.attempts ?? 0) + (kept === null ? 0 : 1);
      opened.turns[sample.turns.length] = { intent, request: kept, known: before ?? kept, attempts, reply: null };
      return false;
    },
    answered(sample, outcome, response) {
      const opened = openedOf(sample);
      const turn = opened.turns[sample.turns.length];
      if (turn === undefined || response === undefined) return;
      if (!('answer' in content.response(response, outcome, turn.intent.api))) return;
      const body = keep(opened, response.bytes);
      turn.reply = body && { body, latencyUs: outcome.latency_us ?? 0 };
    },
    scored(sample, score) {
      checkExtracted(score.record, score.extracted);
      const opened = openedOf(sample);
      const done = (): void => {
        leftBytes += opened.keptBytes;
        opened.turns.length = 0;
      };
      return leadAgain({ ...score, sample, turns: opened.turns, done, content, builders, plan, patience });
    },
  };
}

// Another attempt at a question is the same question.
function checkSameRequest(before: Uint8Array, request: Uint8Array, { seq }: IntentRecord): void {
  if (equalBytes(before, request)) return;
  throw new VerificationError('ERR_REQUEST', `cannot accept content: record ${seq} asks something else again`);
}
