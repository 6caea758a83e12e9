import { describe, expect, it } from 'vitest';
import { createTally } from '../../src/transcript/counts.ts';
import { UNSCORED_REASONS, type AttemptStatus, type TranscriptRecord } from '../../src/transcript/record.ts';
import { RECORDS } from './examples.ts';

function countsOf(records: readonly TranscriptRecord[]): Readonly<Record<string, number>> {
  const tally = createTally();
  for (const record of records) tally.add(record);
  return tally.counts();
}

describe('createTally()', () => {
  it('counts nothing at first', () => {
    expect(countsOf([])).toEqual({});
  });

  it('counts each kind, and attempts and scores by how they ended', () => {
    const { header, intent, outcome, score, mark, resume, aggregate, end } = RECORDS;
    const counts = countsOf([
      header.minimal,
      intent.minimal,
      outcome.minimal,
      intent.minimal,
      outcome.maximal,
      score.maximal,
      score.minimal,
      score.unscored,
      score.skipped,
      mark.minimal,
      resume.minimal,
      aggregate.minimal,
      end.minimal,
    ]);
    expect(counts).toEqual({
      header: 1,
      intent: 2,
      outcome: 2,
      status_lost: 1,
      status_ok: 1,
      score: 4,
      scored: 2,
      unscored: 2,
      unscored_truncated: 1,
      unscored_skipped: 1,
      mark: 1,
      resume: 1,
      aggregate: 1,
      end: 1,
    });
  });

  it.each<AttemptStatus>(['ok', 'http', 'timeout', 'network', 'cancelled', 'lost'])(
    'counts attempts that ended "%s"',
    (status) => {
      const record = { ...RECORDS.outcome.minimal, status };
      expect(countsOf([record, record])).toEqual({ outcome: 2, [`status_${status}`]: 2 });
    },
  );

  it.each(UNSCORED_REASONS)('counts samples without a score for "%s"', (unscored) => {
    expect(countsOf([{ ...RECORDS.score.unscored, unscored }])).toEqual({
      score: 1,
      unscored: 1,
      [`unscored_${unscored}`]: 1,
    });
  });

  it('gives counts of this moment, which later records do not change', () => {
    const tally = createTally();
    tally.add(RECORDS.header.minimal);
    const before = tally.counts();
    tally.add(RECORDS.mark.minimal);
    expect(before).toEqual({ header: 1 });
  });

  it('gives counts that an end record can state', () => {
    const counts = countsOf(Object.values(RECORDS).flatMap((examples) => Object.values(examples)));
    expect(Object.keys(counts).every((key) => /^[a-z][a-z0-9_]*$/.test(key))).toBe(true);
    expect(Object.keys(counts).length).toBeLessThanOrEqual(64);
  });
});
