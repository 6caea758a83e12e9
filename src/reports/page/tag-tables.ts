/** Scores by tag: for each suite, how each run did on the items that share a tag. Descriptive; nothing is compared. */
import { estimateMean } from '../../stats/mean-estimate.ts';
import type { ComparedRun } from '../comparison/compared-run.ts';
import { CLUSTER_TAG } from '../comparison/align.ts';
import type { ReportModel } from '../model.ts';

/** Most tags in a table. */
const MAX_TAGS = 40;

/** The tags of a suite, each with a score per run. */
export interface TagTable {
  readonly suite: string;
  /** Run ids, in the order of the report. */
  readonly runs: readonly string[];
  /** From the most frequent tag to the rarest. */
  readonly rows: readonly TagRow[];
  readonly left_out: number;
}

/** The items with a tag. */
interface TagRow {
  readonly tag: string;
  /** Per run; null where it has no score for such an item, or no tags are shown. */
  readonly scores: readonly (TagScore | null)[];
}

/** A mean score over the items with a tag. */
export interface TagScore {
  readonly n: number;
  readonly value: string;
  readonly interval: { readonly low: string; readonly high: string; readonly method: string } | null;
}

/** One table per suite whose items have tags that may be shown. */
export function tagTables(runs: readonly ComparedRun[], { suites }: ReportModel): readonly TagTable[] {
  return suites.flatMap(({ id }) => {
    const table = tagTable(
      id,
      runs.filter(({ plan }) => plan.suite.id === id),
    );
    return table.rows.length < 2 ? [] : [table];
  });
}

function tagTable(suite: string, runs: readonly ComparedRun[]): TagTable {
  const scores = runs.map(scoresByTag);
  const sizes = new Map<string, number>();
  for (const byTag of scores) {
    for (const [tag, list] of byTag) sizes.set(tag, Math.max(sizes.get(tag) ?? 0, list.length));
  }
  const tags = [...sizes].toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([tag]) => tag);
  const rows = tags.slice(0, MAX_TAGS).map((tag) => ({ tag, scores: scores.map((byTag) => tagScore(byTag.get(tag))) }));
  return { suite, runs: runs.map(({ runId }) => runId), rows, left_out: tags.length - rows.length };
}

// The scores of the items with each tag; an item without a score is in no mean.
function scoresByTag({ items, isShown }: ComparedRun): ReadonlyMap<string, readonly number[]> {
  const byTag = new Map<string, number[]>();
  for (const [row, score] of items?.score.entries() ?? []) {
    if (Number.isNaN(score) || !isShown(items?.index[row] ?? 0)) continue;
    const tags = items?.tags[row]?.filter((tag) => !tag.startsWith(CLUSTER_TAG));
    for (const tag of tags ?? []) {
      const list = byTag.get(tag) ?? [];
      list.push(score);
      byTag.set(tag, list);
    }
  }
  return byTag;
}

function tagScore(scores: readonly number[] | undefined): TagScore | null {
  const estimate = scores === undefined ? null : estimateMean(scores);
  if (estimate === null) return null;
  const { n, mean, interval } = estimate;
  const shown = interval && {
    low: interval.low.toFixed(6),
    high: interval.high.toFixed(6),
    method: interval.method,
  };
  return { n, value: mean.toFixed(6), interval: shown };
}
