/** Which question may follow on which: one after the other, the endpoint under test first and never after the judge. */
import { hasTurns, type Plan } from '../transcript/plan.ts';
import type { IntentRecord } from '../transcript/record.ts';
import type { OpenSample } from './open-sample.ts';
import { recordsFault } from './fault.ts';

/**
 * Begin the turn that an intent is of, if it is a new one: what was attempted before goes to the turns of the sample.
 *
 * @throws {@link VerificationError} `ERR_TURN`
 */
export function beginTurn(record: IntentRecord, sample: OpenSample, plan: Plan): void {
  const { attempts, turns } = sample;
  const { turn = 0 } = record;
  if (turn === turns.length + 1 && attempts.at(-1)?.outcome?.status === 'ok') {
    turns.push([...attempts]);
    attempts.length = 0;
  }
  const fault =
    turn === turns.length ? (unplanned(record, plan) ?? misdirected(record, sample)) : `comes after ${turns.length}`;
  if (fault === null) return;
  throw recordsFault('ERR_TURN', `turn ${turn} of item ${record.index} repeat ${sample.repeat} ${fault}`);
}

function unplanned({ turn = 0, role, api }: IntentRecord, plan: Plan): string | null {
  if ((turn > 0 || api !== undefined) && !hasTurns(plan)) return 'is not planned';
  // A plain single turn asks the endpoint once, whoever judges the answer.
  const isPlain = plan.rules.harness.digest === undefined;
  if (isPlain && role === undefined && (turn > 0 || api !== undefined)) return 'is not planned';
  return role === 'judge' && plan.judge === undefined ? 'asks a judge that is not planned' : null;
}

function misdirected({ role, api }: IntentRecord, { attempts, turns }: OpenSample): string | null {
  const again = attempts.at(-1)?.intent;
  if (again !== undefined) return again.role === role && again.api === api ? null : 'asks somebody else again';
  const before = turns.at(-1)?.at(-1)?.intent;
  if (role === 'judge') return before === undefined ? 'asks the judge before the endpoint' : null;
  return before?.role === 'judge' ? 'asks the endpoint after the judge' : null;
}
