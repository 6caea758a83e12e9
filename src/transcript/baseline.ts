/**
 * The scores that a run is held against while it goes on, so that it can stop as soon as the difference is certain.
 *
 * They are a file of the run, named by digest in its plan: whoever verifies the run can see that it stopped neither earlier
 * nor later than its rule says, and whoever has the baseline run can see that these are its scores.
 */
import { canonicalize, tryParseCanonical } from '../core/canonical-json.ts';
import { decodeHex, tryDecodeUtf8, u64be } from '../core/bytes.ts';
import { taggedDigest, type Digest } from '../core/digest.ts';
import { VerificationError } from '../core/errors.ts';
import type { Plan } from './plan.ts';
import { selectIndices } from './selection.ts';
import { conform, digestText, list, object, oneOf, text, type Shape } from './shape.ts';

/** The file of the baseline in a run folder. */
export const BASELINE_FILE = 'baseline.json';

/** The scores of a baseline run over the selected items. */
export interface Baseline {
  readonly format: 'touchstone/baseline/v1';
  /** Digest of the plan of the baseline run. */
  readonly plan: string;
  /** Root of its selected items, which are those of the run. */
  readonly root: string;
  /** Of each selected item in ascending order: `num/den`, or `-` for one that does not count. */
  readonly scores: readonly string[];
}

const shape: Shape<Baseline> = object<Baseline>({
  format: oneOf('touchstone/baseline/v1'),
  plan: digestText,
  root: digestText,
  scores: list(text(9, /^(?:-|(?:0|[1-9]\d{0,3})\/[1-9]\d{0,3})$/), 1_000_000),
});

/** The text of a baseline file. */
export function formatBaseline(baseline: Baseline): string {
  return canonicalize(baseline);
}

/**
 * The baseline in the bytes of its file.
 *
 * @throws {@link VerificationError} `ERR_BASELINE` if they are not its one form, or are of other items than the plan's
 */
export function parseBaseline(bytes: Uint8Array, plan: Plan): Baseline {
  const baseline = conform(shape, tryParseCanonical(tryDecodeUtf8(bytes) ?? ''), fault);
  const { selection, stop } = plan;
  const isOfPlan = baseline.plan === stop?.baseline && baseline.root === selection.root;
  if (!isOfPlan || baseline.scores.length !== selection.size) throw fault(': want the scores of the planned items');
  return baseline;
}

/** A score of a baseline as an exact fraction; null if it does not count. */
export function baselineScore(score: string | undefined): { readonly num: number; readonly den: number } | null {
  if (score === undefined || score === '-') return null;
  const [num = 0, den = 1] = score.split('/').map(Number);
  return { num, den };
}

/**
 * The selected items in the order in which they are asked.
 *
 * Ascending, unless the run may stop early: then in the order of SHA-256(`touchstone/v1/order` ‖ LF ‖ plan digest ‖ digest of
 * the baseline's plan ‖ index), which nobody can choose without making another plan.
 */
export function askOrder(plan: Plan, planDigest: Digest): readonly number[] {
  const selected = selectIndices(plan.selection.rule, plan.suite.size);
  const { stop } = plan;
  if (stop === undefined) return selected;
  const seed = [decodeHex(planDigest), decodeHex(stop.baseline)];
  return selected
    .map((index) => ({ index, draw: taggedDigest('order', ...seed, u64be(index)) }))
    .toSorted((a, b) => (a.draw < b.draw ? -1 : 1))
    .map(({ index }) => index);
}

function fault(complaint: string): VerificationError {
  return new VerificationError('ERR_BASELINE', `cannot read ${BASELINE_FILE}${complaint}`);
}
