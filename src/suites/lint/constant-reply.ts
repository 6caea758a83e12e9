/** Suites in which one answer is right so often that a model need not read the question. */
import { digest } from '../../core/digest.ts';
import type { Check, LintContext } from './check.ts';

/** Fewer items say nothing about the next ones. */
const MIN_ITEMS = 12;
/** Answers that are counted at once. */
const MAX_COUNTS = 1_024;
/** Longer answers are held as digests. */
const MAX_KEPT_LENGTH = 64;

/** Finds `constant-reply`. */
export function constantReplyCheck({ report }: LintContext): Check {
  const counts = createFrequentCounts();
  let items = 0;
  return {
    item({ answers }) {
      items++;
      for (const answer of new Set(answers)) counts.add(answer.length > MAX_KEPT_LENGTH ? digest(answer) : answer);
    },
    end() {
      const most = counts.most();
      if (items >= MIN_ITEMS && 3 * most > 2 * items)
        report('constant-reply', '/items', { detail: `${most} of ${items} items` });
    },
  };
}

interface FrequentCounts {
  add(value: string): void;
  /** How often the most frequent value came; at most one in a thousand too low. */
  most(): number;
}

/**
 * Counts of the frequent ones among any number of values, in bounded memory.
 *
 * @see J. Misra, D. Gries, "Finding repeated elements", Science of Computer Programming 2 (1982)
 */
function createFrequentCounts(): FrequentCounts {
  const counts = new Map<string, number>();
  const lowerAll = (): void => {
    for (const [value, count] of counts) {
      if (count === 1) counts.delete(value);
      else counts.set(value, count - 1);
    }
  };
  return {
    add(value) {
      const count = counts.get(value);
      if (count !== undefined) counts.set(value, count + 1);
      else if (counts.size < MAX_COUNTS) counts.set(value, 1);
      else lowerAll();
    },
    most: () => Math.max(0, ...counts.values()),
  };
}
