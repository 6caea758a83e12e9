/** Which samples of a run have no verdict yet: all of a new run, what is left of one that was interrupted. */
import type { Plan } from '../transcript/plan.ts';
import { selectIndices } from '../transcript/selection.ts';
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
  /** Indices of their items: ascending, and those that were begun first. */
  readonly indices: readonly number[];
  of(index: number): ItemLeft;
}

/** Number of samples of a run. */
export function totalSamples(plan: Plan): number {
  return plan.selection.size * plan.rules.repeats;
}

/** All samples of a plan. */
export function newSamples(plan: Plan): SamplesLeft {
  const { repeats } = plan.rules;
  return {
    indices: selectIndices(plan.selection.rule, plan.suite.size),
    of: () => ({ opened: false, samples: freshSamples(repeats) }),
  };
}

/**
 * What is left of a run that was interrupted.
 *
 * @param begun - The items that were begun and have samples without a verdict.
 * @param lastIndex - Index of the last item that was begun; -1 if there is none.
 */
export function samplesAfter(plan: Plan, begun: ReadonlyMap<number, ItemLeft>, lastIndex: number): SamplesLeft {
  const fresh = newSamples(plan);
  const indices = fresh.indices.filter((index) => index > lastIndex || begun.has(index));
  return { indices, of: (index) => begun.get(index) ?? fresh.of(index) };
}

function* freshSamples(repeats: number): Generator<SampleLeft> {
  for (let repeat = 0; repeat < repeats; repeat++) yield { repeat, history: newHistory() };
}
