import type { PlanRules } from '../src/transcript/plan.ts';

/** What unscored items count as in tests that are not about it: what the model did is wrong, the rest is excluded. */
export const UNSCORED_POLICY: PlanRules['unscored'] = {
  truncated: 'wrong',
  refused: 'wrong',
  filtered: 'excluded',
  empty: 'wrong',
  timeout: 'excluded',
  transport: 'excluded',
  scorer: 'excluded',
  lost: 'excluded',
  skipped: 'excluded',
};
