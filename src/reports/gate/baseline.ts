/** The scores of a verified run as the file against which another run can stop early. */
import { digest, type Digest } from '../../core/digest.ts';
import { formatBaseline, type Baseline } from '../../transcript/baseline.ts';
import { treatmentOf } from '../../transcript/plan.ts';
import type { VerifiedSample, VerifiedTranscript } from '../../verifier/verified-transcript.ts';

/** Why a run cannot be one, in words, or null if it can. */
export function baselineObstacle({ plan, end, samples }: VerifiedTranscript): string | null {
  if (samples === null) return 'its verdicts are not published';
  if (end?.reason !== 'complete') return 'it did not ask every item';
  return plan.rules.repeats > 1 ? 'it asks items more than once' : null;
}

/**
 * The baseline that a run is.
 *
 * It is a pure function of the verified records, so whoever has the run can tell whether a baseline.json is its own.
 *
 * @param run - Verified with its samples, and without a {@link baselineObstacle}.
 */
export function baselineOf(run: VerifiedTranscript): Baseline {
  const obstacle = baselineObstacle(run);
  if (obstacle !== null) throw new RangeError(`no baseline: ${obstacle}`);
  const { plan, planDigest, samples } = run;
  const sorted = (samples ?? []).toSorted((a, b) => a.index - b.index);
  return {
    format: 'touchstone/baseline/v1',
    plan: planDigest,
    root: plan.selection.root,
    scores: sorted.map((sample) => scoreText(run, sample)),
  };
}

/** Digest of the baseline.json that a run gives. */
export function baselineDigest(run: VerifiedTranscript): Digest {
  return digest(formatBaseline(baselineOf(run)));
}

function scoreText({ plan }: VerifiedTranscript, { score, unscored }: VerifiedSample): string {
  if (score !== null) return `${score.num}/${score.den}`;
  return unscored !== null && treatmentOf(plan.rules.unscored, unscored) === 'wrong' ? '0/1' : '-';
}
