/** Whether a run that may stop early did stop, and neither before nor after the moment that its scores give. */
import { createSequentialStop } from '../scoring/sequential-stop.ts';
import type { Look } from '../stats/sequential.ts';
import type { Baseline } from '../transcript/baseline.ts';
import type { Plan } from '../transcript/plan.ts';
import type { EndReason, IntentRecord, ScoreRecord } from '../transcript/record.ts';
import { recordsFault } from './fault.ts';

/** Follows intents and verdicts in order. Its methods throw {@link VerificationError} `ERR_STOP`. */
export interface StopCheck {
  intent(record: IntentRecord): void;
  score(record: ScoreRecord): void;
  close(reason: EndReason): void;
  /** The state of the test; null for a run that asks every item. */
  look(): Look | null;
}

const NEVER: StopCheck = {
  intent: () => undefined,
  score: () => undefined,
  close(reason) {
    if (reason === 'stop') throw recordsFault('ERR_STOP', 'the run says that it stopped, and has no stop rule');
  },
  look: () => null,
};

/**
 * The check of a plan.
 *
 * @param order - Selected items in the order in which they are asked.
 */
export function createStopCheck(plan: Plan, baseline: Baseline | null, order: readonly number[]): StopCheck {
  if (plan.stop === undefined || baseline === null) return NEVER;
  const stop = createSequentialStop(plan, baseline, order);
  return {
    intent({ seq, index, attempt, turn = 0 }) {
      // What has begun is asked to its end.
      if (attempt > 0 || turn > 0 || stop.look().decision === 'undecided') return;
      throw recordsFault('ERR_STOP', `record ${seq} asks item ${index} although the difference was certain`);
    },
    score: (record) => void stop.add(record),
    close(reason) {
      const expected = stop.endReason();
      if (reason === expected) return;
      throw recordsFault(
        'ERR_STOP',
        `the run ended "${reason}"; by its scores and its stop rule it ended "${expected}"`,
      );
    },
    look: () => stop.look(),
  };
}
