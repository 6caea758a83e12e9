/** Which samples of a run have no verdict yet: all of a new run, what is left of one that was interrupted. */
import type { Plan } from '../transcript/plan.ts';
import { askOrder } from '../transcript/baseline.ts';
import type { Digest } from '../core/digest.ts';
import { newHistory, type SampleHistory } from './retry.ts';

/** A sample without a verdict. */
export interface SampleLeft {
  readonly repeat: number;
  readonly history: SampleHistory;
}

/** An item with samples that have no verdict. */
export interface ItemLeft {
  /** Whether an intent has opened it. */
  readonly opened: boolean;
  readonly samples: Iterable<SampleLeft>;
}

/** The samples without a verdict. */
export interface SamplesLeft {
  /** Indices of their items in the order in which they are asked. */
  readonly indices: readonly number[];
  of(index: number): ItemLeft;
}

/** Number of samples of a run. */
export function totalSamples(plan: Plan): number {
  return plan.selection.size * plan.rules.repeats;
}

/** All samples of a plan. */
export function newSamples(plan: Plan, planDigest: Digest): SamplesLeft {
  const { repeats } = plan.rules;
  return {
    indices: askOrder(plan, planDigest),
    of: () => ({ opened: false, samples: freshSamples(repeats) }),
  };
}

/**
 * What is left of a run that was interrupted.
 *
 * @param fresh - All samples of the plan.
 * @param begun - The items that were begun and have samples without a verdict.
 * @param hasBegun - Whether an item was begun.
 */
export function samplesAfter(
  fresh: SamplesLeft,
  begun: ReadonlyMap<number, ItemLeft>,
  hasBegun: (index: number) => boolean,
): SamplesLeft {
  const indices = fresh.indices.filter((index) => begun.has(index) || !hasBegun(index));
  return { indices, of: (index) => begun.get(index) ?? fresh.of(index) };
}

function* freshSamples(repeats: number): Generator<SampleLeft> {
  for (let repeat = 0; repeat < repeats; repeat++) yield { repeat, history: newHistory() };
}
