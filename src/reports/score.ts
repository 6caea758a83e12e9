/** The score of a run: read from the verified metric that has it, never computed again here. */
import type { LineObject, LineValue } from '../core/line-form.ts';
import { MEAN_METRIC } from '../scoring/aggregate.ts';
import { treatmentOf } from '../transcript/plan.ts';
import { UNSCORED_REASONS } from '../transcript/record.ts';
import type { VerifiedMetric, VerifiedTranscript } from '../verifier/verified-transcript.ts';
import type { ReportCounts, ReportInterval, ReportScore } from './model.ts';

/** The mean score with its interval and bounds; null if the transcript has no such metric. */
export function scoreOf(metrics: readonly VerifiedMetric[]): ReportScore | null {
  const metric = scoreMetric(metrics);
  if (metric === undefined) return null;
  const { function: name, status, result } = metric;
  return {
    function: name,
    status,
    metric: text(result['metric']) ?? 'score',
    n: integer(result['n']) ?? 0,
    exact: exactOf(result),
    value: decimal(result['value']),
    interval: intervalOf(result['interval']),
    bounds: boundsOf(result['bounds']),
  };
}

/** Samples by how they ended: from the metric, which the verifier adds up itself, otherwise from the end record. */
export function countsOf({ plan, metrics, end }: Pick<VerifiedTranscript, 'plan' | 'metrics' | 'end'>): ReportCounts {
  const result = scoreMetric(metrics)?.result;
  const byReason = object(result?.['unscored']);
  const inEnd = end?.counts;
  const reasons = UNSCORED_REASONS.map((reason) => ({
    reason,
    count: integer(byReason?.[reason]) ?? inEnd?.[`unscored_${reason}`] ?? 0,
    counts_as: treatmentOf(plan.rules.unscored, reason),
  })).filter(({ count }) => count > 0);
  const unscored = reasons.reduce((sum, { count }) => sum + count, 0);
  const isKnown = byReason !== null || inEnd !== undefined;
  return {
    planned: plan.selection.size * plan.rules.repeats,
    scored: integer(result?.['scored']) ?? inEnd?.['scored'] ?? null,
    unscored: isKnown ? unscored : null,
    reasons,
  };
}

function scoreMetric(metrics: readonly VerifiedMetric[]): VerifiedMetric | undefined {
  return metrics.find(({ function: name }) => name === MEAN_METRIC);
}

function exactOf(result: LineObject): ReportScore['exact'] {
  const [num, den] = [integer(result['num']), integer(result['den'])];
  return num === null || den === null ? null : { num, den };
}

function intervalOf(value: LineValue | undefined): ReportInterval | null {
  const interval = object(value);
  const [low, high] = [decimal(interval?.['low']), decimal(interval?.['high'])];
  if (low === null || high === null || interval?.['level'] !== '0.95') return null;
  return { low, high, method: text(interval['method']) ?? 'unnamed' };
}

function boundsOf(value: LineValue | undefined): ReportScore['bounds'] {
  const bounds = object(value);
  const [allWrong, allRight] = [decimal(bounds?.['low']), decimal(bounds?.['high'])];
  return allWrong === null || allRight === null ? null : { all_wrong: allWrong, all_right: allRight };
}

function object(value: LineValue | undefined): LineObject | null {
  return isObject(value) ? value : null;
}

function isObject(value: LineValue | undefined): value is LineObject {
  return typeof value === 'object' && !Array.isArray(value);
}

function decimal(value: LineValue | undefined): string | null {
  return typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value) ? value : null;
}

function integer(value: LineValue | undefined): number | null {
  return typeof value === 'number' ? value : null;
}

function text(value: LineValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
