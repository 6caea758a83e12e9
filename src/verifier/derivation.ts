/** How the verdict on a sample is derived again from what is open of it: one question, or a conversation. */
import type { Findings } from '../scoring/inquiry.ts';
import type { Opening } from '../transcript/opening.ts';
import type { IntentRecord, OutcomeRecord, ScoreRecord } from '../transcript/record.ts';
import type { ItemContent } from './content.ts';
import type { OpenSample } from './open-sample.ts';
import type { Rederived, Retrial } from './retrials.ts';

/** A sample with its score. */
export interface ScoredSample {
  readonly record: ScoreRecord;
  readonly item: ItemContent | null;
  readonly extracted: Opening | null;
}

/** What is derived of a sample. */
export interface Derivation {
  readonly again: Rederived | Retrial;
  /** What the verdict follows from; to be read when `again` has come to its end. Null where nothing is concluded. */
  readonly findings: Findings | null;
  /** How many requests were made again and compared only then. */
  readonly compared: number;
}

/** Follows the requests of samples, to their verdicts. */
export interface Derivations {
  /** Gives whether the request was made again and compared at once. */
  asked(sample: OpenSample, intent: IntentRecord, request: Opening | undefined, item: ItemContent | undefined): boolean;
  answered(sample: OpenSample, outcome: OutcomeRecord, response: Opening | undefined): void;
  scored(sample: OpenSample, score: ScoredSample): Derivation;
}
