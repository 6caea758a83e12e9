/** Whether the negative controls of a run say that its score is not about the answers. */
import type { VerifiedMetric } from '../verifier/verified-transcript.ts';

/** The most that empty answers, or answers held against a text that nobody could know, may score. */
const NOTHING_DESERVED = 0.05;

/**
 * Whether a control scores too high: more than nearly nothing where nothing is deserved, or as high as the interval of the
 * run's own score where luck is.
 */
export function hasHighControl(metrics: readonly VerifiedMetric[]): boolean {
  const own = metrics.find((metric) => metric.function.startsWith('mean/'))?.result['interval'];
  const low = valueOf(typeof own === 'object' && own !== null ? Reflect.get(own, 'low') : undefined);
  return metrics.some(({ function: name, result }) => {
    const value = valueOf(result['value']);
    if (value === null) return false;
    if (/^control-(?:null|canary)\//.test(name)) return value > NOTHING_DESERVED;
    return /^control-(?:constant|shuffled)\//.test(name) && value > NOTHING_DESERVED && low !== null && value >= low;
  });
}

function valueOf(text: unknown): number | null {
  const value = typeof text === 'string' ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : null;
}
