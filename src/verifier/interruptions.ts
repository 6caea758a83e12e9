/**
 * Whether interruptions and the end of a budget explain what they are said to explain.
 *
 * Attempts that nobody saw end, and samples that were never asked, are the two ways to drop an answer without showing it.
 * Each is accepted only where the records show why: the first across a `resume`, the second when nothing is asked any more.
 */
import { VerificationError } from '../core/errors.ts';
import type { IntentRecord, OutcomeRecord, ScoreRecord } from '../transcript/record.ts';
import type { OpenSample } from './ledger.ts';

/** Follows the records of a run in order; called after the ledger has accepted a record. */
export interface Interruptions {
  resume(seq: number): void;
  intent(record: IntentRecord, sample: OpenSample): void;
  outcome(record: OutcomeRecord): void;
  score(record: ScoreRecord): void;
}

/** A run that was not interrupted yet. Its methods throw {@link VerificationError} `ERR_RESUME` or `ERR_BUDGET`. */
export function createInterruptions(): Interruptions {
  let resumedAt = -1;
  let hasSkipped = false;
  return {
    resume(seq) {
      resumedAt = seq;
    },
    intent({ seq }, { attempts }) {
      if (hasSkipped) throw new VerificationError('ERR_BUDGET', `${place(seq)} asks although the budget was used up`);
      const before = attempts.at(-2)?.outcome;
      // Whoever cancels a request has stopped the run.
      if (before?.status !== 'cancelled' || before.seq < resumedAt) return;
      throw resumeFault(seq, 'asks again after a cancelled attempt, but the run was not resumed');
    },
    outcome({ seq, of, status }) {
      if ((status === 'lost') === of < resumedAt) return;
      throw resumeFault(seq, status === 'lost' ? 'is "lost", but the run was not resumed' : 'outlived an interruption');
    },
    score({ unscored }) {
      hasSkipped ||= unscored === 'skipped';
    },
  };
}

function resumeFault(seq: number, what: string): VerificationError {
  return new VerificationError('ERR_RESUME', `${place(seq)} ${what}`);
}

function place(seq: number): string {
  return `cannot accept records: record ${seq}`;
}
