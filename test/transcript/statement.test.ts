import canonicalizeOracle from 'canonicalize';
import { describe, expect, it } from 'vitest';
import { parseStatement } from '../../src/core/statement.ts';
import {
  NON_CLAIMS,
  PLAN_PREDICATE,
  planStatement,
  RESULT_PREDICATE,
  resultStatement,
  type RunResult,
} from '../../src/transcript/statement.ts';
import { expectCode } from '../vectors.ts';
import { AT, FULL_PLAN, PLAN, RECORDS } from './examples.ts';

const digests = {
  plan: '01'.repeat(32),
  suite: '02'.repeat(32),
  records: '03'.repeat(32),
  checkpoints: '04'.repeat(32),
};
const subject = (name: string, sha256: string): object => ({ name, digest: { sha256 } });
const text = (payload: Uint8Array): string => new TextDecoder().decode(payload);

const RUN: RunResult = {
  plan: FULL_PLAN,
  digests,
  tree: { size: 12, rootHex: '05'.repeat(32) },
  aggregates: [RECORDS.aggregate.maximal, RECORDS.aggregate.minimal],
  end: { ...RECORDS.end.minimal, counts: { header: 1, scored: 3 } },
};

describe('planStatement()', () => {
  it('states plan and suite by their digests, and nothing else', () => {
    expect(text(planStatement(PLAN, digests.plan))).toBe(
      canonicalizeOracle({
        _type: 'https://in-toto.io/Statement/v1',
        subject: [subject('plan.json', digests.plan), subject('suite.json', PLAN.suite.digest)],
        predicateType: 'urn:touchstone:plan:v1',
        predicate: { createdAt: AT, format: 'touchstone/v1' },
      }),
    );
  });

  it('is one that core reads back', () => {
    expect(parseStatement(planStatement(PLAN, digests.plan)).predicateType).toBe(PLAN_PREDICATE);
  });

  it('refuses something that is no digest', () => {
    expectCode(() => planStatement(PLAN, 'plan'), 'ERR_STATEMENT_MALFORMED');
  });
});

describe('resultStatement()', () => {
  it('states files, metrics, counts, tree and what is not claimed', () => {
    expect(text(resultStatement(RUN))).toBe(
      canonicalizeOracle({
        _type: 'https://in-toto.io/Statement/v1',
        subject: [
          subject('records.jsonl', digests.records),
          subject('plan.json', digests.plan),
          subject('suite.json', digests.suite),
          subject('checkpoints.jsonl', digests.checkpoints),
        ],
        predicateType: 'urn:touchstone:eval-run:v1',
        predicate: {
          format: 'touchstone/v1',
          evaluator: { id: 'touchstone', version: '0.1.0' },
          evaluatedAt: AT,
          reason: 'budget',
          suite: { name: 'sums', version: '1.0.0', digest: { sha256: digests.suite } },
          sampleSize: 3,
          counts: { header: 1, scored: 3 },
          metrics: [
            { function: 'mean/1', result: RECORDS.aggregate.maximal.result },
            { function: 'mean/1', result: {} },
          ],
          tree: { root: '05'.repeat(32), size: 12 },
          nonClaims: NON_CLAIMS,
        },
      }),
    );
  });

  it('says what it does not claim, in five sentences', () => {
    expect(NON_CLAIMS).toHaveLength(5);
    expect(parseStatement(resultStatement(RUN))).toMatchObject({
      predicateType: RESULT_PREDICATE,
      predicate: { nonClaims: NON_CLAIMS },
    });
  });

  it.each([
    ['size', { ...RUN, tree: { ...RUN.tree, size: 13 } }],
    ['root', { ...RUN, tree: { ...RUN.tree, rootHex: '06'.repeat(32) } }],
    ['reason', { ...RUN, end: { ...RUN.end, reason: 'complete' as const } }],
    ['counts', { ...RUN, end: { ...RUN.end, counts: { header: 1, scored: 4 } } }],
    ['moment', { ...RUN, end: { ...RUN.end, at: '2026-01-02T03:04:05.679Z' } }],
    ['metric', { ...RUN, aggregates: RUN.aggregates.slice(1) }],
    ['records', { ...RUN, digests: { ...digests, records: '06'.repeat(32) } }],
    ['checkpoints', { ...RUN, digests: { ...digests, checkpoints: '06'.repeat(32) } }],
  ])('differs with another %s', (_name, other) => {
    expect(resultStatement(other)).not.toEqual(resultStatement(RUN));
  });

  it('refuses something that is no digest', () => {
    expectCode(() => resultStatement({ ...RUN, digests: { ...digests, records: '' } }), 'ERR_STATEMENT_MALFORMED');
  });
});
