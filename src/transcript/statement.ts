/**
 * The two in-toto statements of a run: the plan, signed before the first request, and the result, signed after the last.
 *
 * Both are pure functions of what they state, so a verifier rebuilds them and compares bytes: a signer cannot add a
 * claim that does not follow from the records.
 *
 * @see https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
 */
import type { JsonObject } from '../core/canonical-json.ts';
import type { Digest } from '../core/digest.ts';
import { formatStatement, type StatementSubject } from '../core/statement.ts';
import { FORMAT, type AggregateRecord, type EndRecord } from './record.ts';
import type { Plan } from './plan.ts';

/** Predicate type of a signed plan. */
export const PLAN_PREDICATE = 'urn:touchstone:plan:v1';

/** Predicate type of a signed result. */
export const RESULT_PREDICATE = 'urn:touchstone:eval-run:v1';

/** What a signed result never claims, in the signed bytes so that nobody can leave it out. */
export const NON_CLAIMS: readonly string[] = [
  'that the operator of the runner was honest',
  'that this was the only run of its plan or the best of several',
  'which model really answered: the endpoint reports its own name',
  'that the suite measures what its title says, or was unseen in training',
  'when the run took place, unless an anchor is attached',
];

/** SHA-256 digests of the files of a finished run. */
interface RunDigests {
  readonly plan: string;
  readonly suite: string;
  readonly records: string;
  readonly checkpoints: string;
}

/** What a finished run consists of. */
export interface RunResult {
  readonly plan: Plan;
  readonly digests: RunDigests;
  readonly tree: { readonly size: number; readonly rootHex: string };
  readonly aggregates: readonly AggregateRecord[];
  readonly end: EndRecord;
}

function file(name: string, sha256: string): StatementSubject {
  return { digest: { sha256: sha256 as Digest }, name };
}

/** The payload that signs a plan. */
export function planStatement(plan: Plan, planSha256: string): Uint8Array {
  return formatStatement({
    subject: [file('plan.json', planSha256), file('suite.json', plan.suite.digest)],
    predicateType: PLAN_PREDICATE,
    predicate: { createdAt: plan.created_at, format: FORMAT },
  });
}

/** The payload that signs a result; field names follow the eval-result predicate of in-toto where they fit. */
export function resultStatement(run: RunResult): Uint8Array {
  const { plan, digests, tree, aggregates, end } = run;
  const subject = [
    file('records.jsonl', digests.records),
    file('plan.json', digests.plan),
    file('suite.json', digests.suite),
    file('checkpoints.jsonl', digests.checkpoints),
  ];
  const predicate: JsonObject = {
    counts: end.counts,
    evaluatedAt: end.at,
    evaluator: { id: plan.runner.name, version: plan.runner.version },
    format: FORMAT,
    metrics: aggregates.map((record) => ({ function: record.function, result: record.result })),
    nonClaims: NON_CLAIMS,
    reason: end.reason,
    sampleSize: plan.selection.size,
    suite: { digest: { sha256: digests.suite }, name: plan.suite.id, version: plan.suite.version },
    tree: { root: tree.rootHex, size: tree.size },
  };
  return formatStatement({ subject, predicateType: RESULT_PREDICATE, predicate });
}
