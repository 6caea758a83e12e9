/** How many records of each kind a transcript has, as the end record states it and a verifier recounts it. */
import type { TranscriptRecord } from './record.ts';

/** Counts records one by one. */
export interface RecordTally {
  add(record: TranscriptRecord): void;
  /**
   * Number per kind (`intent`, `outcome`, …), per attempt status (`status_ok`, …), `scored`, `unscored`, and per reason
   * (`unscored_timeout`, …). What never occurred is left out.
   */
  counts(): Readonly<Record<string, number>>;
}

/** A tally of no records. */
export function createTally(): RecordTally {
  const counts: Record<string, number> = {};
  const count = (key: string): void => {
    counts[key] = (counts[key] ?? 0) + 1;
  };
  return {
    add(record) {
      count(record.k);
      if (record.k === 'outcome') count(`status_${record.status}`);
      if (record.k !== 'score') return;
      if (record.unscored === undefined) count('scored');
      else {
        count('unscored');
        count(`unscored_${record.unscored}`);
      }
    },
    counts: () => ({ ...counts }),
  };
}
