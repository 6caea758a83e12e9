/**
 * Whether interruptions and the end of a budget explain what they are said to explain.
 *
 * Attempts that nobody saw end, and samples that were never asked, are the two ways to drop an answer without showing it.
 * Each is accepted only where the records show why: the first across a `resume`, the second when nothing is asked any more.
 */
import { VerificationError } from '../core/errors.ts';
import type { Plan } from '../transcript/plan.ts';
import type { AnswerEvidenceRecord, IntentRecord, OutcomeRecord, ScoreRecord } from '../transcript/record.ts';
import { createLedger } from './ledger.ts';
import type { OpenItem, OpenSample } from './open-sample.ts';

/** The sample that a record is about. */
interface Place {
  readonly item: OpenItem;
  readonly sample: OpenSample;
}

/** The ledger of a run that may have been interrupted. */
interface RunLedger {
  resume(seq: number): void;
  intent(record: IntentRecord): Place;
  outcome(record: OutcomeRecord): Place;
  evidence(record: AnswerEvidenceRecord): Place;
  score(record: ScoreRecord): Place;
  /** Check that nothing is open and every planned sample has been scored. */
  close(): void;
}

/**
 * The ledger of a plan with its interruptions, before the first record.
 *
 * Its methods throw {@link VerificationError} with the codes of {@link createLedger}, `ERR_RESUME` or `ERR_BUDGET`.
 */
export function createRunLedger(plan: Plan, order?: readonly number[]): RunLedger {
  const ledger = createLedger(plan, order);
  const interruptions = createInterruptions();
  return {
    resume: (seq) => interruptions.resume(seq),
    intent(record) {
      const item = ledger.intent(record);
      const sample = item.samples.get(record.repeat) as OpenSample;
      interruptions.intent(record, sample);
      return { item, sample };
    },
    outcome(record) {
      const place = ledger.outcome(record);
      interruptions.outcome(record);
      return place;
    },
    evidence: (record) => ledger.evidence(record),
    score(record) {
      interruptions.score(record);
      return ledger.score(record);
    },
    close: () => ledger.close(),
  };
}

interface Interruptions {
  resume(seq: number): void;
  intent(record: IntentRecord, sample: OpenSample): void;
  outcome(record: OutcomeRecord): void;
  score(record: ScoreRecord): void;
}

function createInterruptions(): Interruptions {
  let resumedAt = -1;
  let hasSkipped = false;
  return {
    resume(seq) {
      resumedAt = seq;
    },
    intent({ seq }, { attempts }) {
      if (hasSkipped) throw new VerificationError('ERR_BUDGET', `${said(seq)} asks although the budget was used up`);
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
  return new VerificationError('ERR_RESUME', `${said(seq)} ${what}`);
}

function said(seq: number): string {
  return `cannot accept records: record ${seq}`;
}
