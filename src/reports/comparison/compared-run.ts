/** A verified run as a comparison needs it: who answered under which plan, and the items in columns. */
import type { Digest } from '../../core/digest.ts';
import type { Look } from '../../stats/sequential.ts';
import type { Plan } from '../../transcript/plan.ts';
import type { VerifiedTranscript } from '../../verifier/verified-transcript.ts';
import { contentFilter, type DisclosureChoice } from '../disclosure.ts';
import type { ReportRun } from '../model.ts';
import { summarizeRun } from '../run-summary.ts';
import { itemColumns, type ItemColumns } from './item-columns.ts';

declare const compared: unique symbol;

/** A run that may be compared. Only {@link comparedRun} makes one, from a verified run. */
export interface ComparedRun {
  readonly [compared]: true;
  readonly runId: string;
  readonly planDigest: Digest;
  readonly rulesDigest: Digest;
  readonly plan: Plan;
  readonly summary: ReportRun;
  /** State of the stop rule; null for a run that asks every item. */
  readonly stop: Look | null;
  /** Null for a run whose verdicts are not published, at level D0. */
  readonly items: ItemColumns | null;
  /** Whether id and tags of an item may be shown. */
  readonly isShown: (index: number) => boolean;
}

/**
 * What a comparison needs of a run, in little memory; the transcript itself can be let go.
 *
 * @param run - Verified with its samples, texts or not.
 * @param disclosure - Most that the comparison may show of it.
 */
export function comparedRun(run: VerifiedTranscript, disclosure: DisclosureChoice = {}): ComparedRun {
  const { runId, planDigest, rulesDigest, plan, stop } = run;
  const facts: Omit<ComparedRun, typeof compared> = {
    runId,
    planDigest,
    rulesDigest,
    plan,
    stop,
    summary: summarizeRun(run, disclosure),
    items: run.samples === null ? null : itemColumns(run, run.samples),
    isShown: filterOf(run, disclosure),
  };
  return facts as ComparedRun;
}

// The filter must not keep the samples alive.
function filterOf(run: VerifiedTranscript, disclosure: DisclosureChoice): (index: number) => boolean {
  return contentFilter({ ...run, samples: null }, disclosure);
}
