/** A run that takes part in a comparison, in the form of comparison.json. */
import { isImpossibleScore } from '../../stats/possible-score.ts';
import type { ReportScore } from '../model.ts';
import { levelCell } from '../standing.ts';
import type { ComparedRun } from './compared-run.ts';
import type { ComparedRunRow } from './model.ts';

/** The row of a run under its name. */
export function runRow({ summary }: ComparedRun, name: string): ComparedRunRow {
  const { run_id, plan_digest, rules_digest, source, created_at, labels, endpoint, harness, judge, level } = summary;
  const { disclosure, counts, latency, tokens, cost, score } = summary;
  return {
    run_id,
    plan_digest,
    rules_digest,
    source,
    created_at,
    labels,
    endpoint,
    harness,
    judge,
    level,
    disclosure,
    counts,
    latency,
    tokens,
    cost,
    name,
    suite: summary.suite.id,
    model: summary.model.requested,
    standing: levelCell(summary),
    stated: { value: score?.value ?? null, n: score?.n ?? null, impossible: isImpossible(score) },
    signed: summary.signer.sentence,
    axes: summary.axes.map(({ axis, verdict }) => ({ axis, verdict })),
  };
}

/** More digits than any metric states, and more than a number holds exactly. */
const MAX_DECIMALS = 12;

/** Whether a stated score cannot be true: no count of right answers gives that number. */
function isImpossible(score: ReportScore | null): boolean {
  if (score === null || score.metric !== 'accuracy' || score.value === null || score.n < 1) return false;
  const value = Number(score.value);
  if (value < 0 || value > 1) return true;
  const decimals = score.value.split('.')[1]?.length ?? 0;
  return decimals <= MAX_DECIMALS && isImpossibleScore({ value, decimals, n: score.n });
}
