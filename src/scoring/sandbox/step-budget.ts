/** How many steps a program may still make: the same number on every machine, however fast it is. */

import { Stopped } from './gate.ts';

/** What is left for a program. */
export interface StepBudget {
  /** @returns Whether there were so many. */
  take(steps: number): boolean;
  /** Begin anew with so many; Infinity for what is ours. */
  reset(steps: number): void;
  readonly isSpent: boolean;
}

/** A budget without a bound. */
export function createStepBudget(): StepBudget {
  let left = Infinity;
  return {
    take(steps) {
      left -= steps;
      return left >= 0;
    },
    reset(steps) {
      left = steps;
    },
    get isSpent() {
      return left < 0;
    },
  };
}

/**
 * Take steps, or end the program.
 *
 * @throws {@link Stopped}
 */
export function spend(budget: StepBudget, steps: number): void {
  if (!budget.take(steps)) throw new Stopped('a program has used up its steps');
}
