/** What is known of items and samples that have no score yet. */
import type { IntentRecord, OutcomeRecord } from '../transcript/record.ts';

/** One attempt at a sample; `outcome` is missing while the request is on its way. */
export interface Attempt {
  readonly intent: IntentRecord;
  outcome?: OutcomeRecord;
}

/** One item and repeat that has no score yet. */
export interface OpenSample {
  readonly repeat: number;
  /** Attempts at the question that is asked now. */
  readonly attempts: Attempt[];
  /** Attempts at the questions before it, of which the last was answered. */
  readonly turns: (readonly Attempt[])[];
}

/** An item of which at least one repeat has no score yet. */
export interface OpenItem {
  readonly index: number;
  readonly commitment: string;
  readonly samples: Map<number, OpenSample>;
  readonly scored: Set<number>;
}
