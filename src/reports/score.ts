/** The score of a run: read from the verified metric that has it, never computed again here. */
import type { LineObject } from '../core/line-form.ts';
import type { VerifiedMetric } from '../verifier/verified-transcript.ts';
import type { ReportInterval, ReportScore } from './model.ts';

/** The metric that reports show as the score. */
const SCORE_METRIC = /^mean\/\d+$/;

/** The mean score with its interval and bounds; null if the transcript has no such metric. */
export function scoreOf(metrics: readonly VerifiedMetric[]): ReportScore | null {
  const metric = metrics.find(({ function: name }) => SCORE_METRIC.test(name));
  if (metric === undefined) return null;
  const { function: name, status, result } = metric;
  return {
    function: name,
    status,
    n: integer(result, 'n') ?? 0,
    value: decimal(result, 'value'),
    interval: intervalOf(result),
    bounds: boundsOf(result),
  };
}

function intervalOf(result: LineObject): ReportInterval | null {
  const [low, high] = [decimal(result, 'low'), decimal(result, 'high')];
  if (low === null || high === null) return null;
  const method = result['method'];
  return { low, high, method: typeof method === 'string' ? method : 'unnamed' };
}

function boundsOf(result: LineObject): ReportScore['bounds'] {
  const [allWrong, allRight] = [decimal(result, 'all_wrong'), decimal(result, 'all_right')];
  return allWrong === null || allRight === null ? null : { all_wrong: allWrong, all_right: allRight };
}

function decimal(result: LineObject, key: string): string | null {
  const value = result[key];
  return typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value) ? value : null;
}

function integer(result: LineObject, key: string): number | null {
  const value = result[key];
  return typeof value === 'number' ? value : null;
}
