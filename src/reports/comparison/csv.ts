/** comparison.csv: one line per run and suite. flips.csv: one line per item whose score differs from the baseline. */
import { csvText, type Column } from '../csv.ts';
import type {
  ComparedDifference,
  ComparedPair,
  Comparison,
  Flip,
  OverallPair,
  OverallScore,
  RunScore,
} from './model.ts';

/** A run of a suite, or a name over all of them. */
interface Row {
  readonly suite: string;
  readonly name: string;
  readonly run: string;
  readonly rank: { readonly best: number; readonly worst: number } | undefined;
  readonly score: Partial<RunScore>;
  readonly low: string | undefined;
  readonly high: string | undefined;
  readonly scoreMethod: string | undefined;
  readonly difference: ComparedDifference<string, string> | null;
  readonly pair: Partial<ComparedPair>;
}

const COLUMNS: readonly Column<Row>[] = [
  { name: 'suite', of: ({ suite }) => suite },
  { name: 'name', of: ({ name }) => name },
  { name: 'run_id', of: ({ run }) => run },
  { name: 'rank_best', of: ({ rank }) => rank?.best },
  { name: 'rank_worst', of: ({ rank }) => rank?.worst },
  { name: 'n', of: ({ score }) => score.n },
  { name: 'units', of: ({ score }) => score.units },
  { name: 'right', of: ({ score }) => score.right },
  { name: 'score', of: ({ score }) => score.value },
  { name: 'low_95', of: ({ low }) => low },
  { name: 'high_95', of: ({ high }) => high },
  { name: 'score_method', of: ({ scoreMethod }) => scoreMethod },
  { name: 'unscored', of: ({ score }) => score.unscored },
  { name: 'score_all_wrong', of: ({ score }) => score.bounds?.all_wrong },
  { name: 'score_all_right', of: ({ score }) => score.bounds?.all_right },
  { name: 'pairs', of: ({ pair }) => pair.n },
  { name: 'difference', of: ({ difference }) => difference?.value },
  { name: 'difference_low', of: ({ difference }) => difference?.interval.low },
  { name: 'difference_high', of: ({ difference }) => difference?.interval.high },
  { name: 'difference_level', of: ({ difference }) => difference?.interval.level },
  { name: 'difference_method', of: ({ difference }) => difference?.interval.method },
  { name: 'difference_reason', of: ({ difference }) => difference?.interval.reason },
  { name: 'p', of: ({ difference }) => difference?.p.value },
  { name: 'p_adjusted', of: ({ difference }) => difference?.p.adjusted },
  { name: 'p_method', of: ({ difference }) => difference?.p.method },
  { name: 'verdict', of: ({ difference }) => difference?.verdict },
  { name: 'detectable', of: ({ pair }) => pair.detectable },
  { name: 'gained', of: ({ pair }) => pair.flips?.gained },
  { name: 'lost', of: ({ pair }) => pair.flips?.lost },
  { name: 'difference_all_wrong', of: ({ pair }) => pair.bounds?.all_wrong },
  { name: 'difference_all_right', of: ({ pair }) => pair.bounds?.all_right },
  { name: 'difference_least', of: ({ pair }) => pair.bounds?.least },
  { name: 'difference_most', of: ({ pair }) => pair.bounds?.most },
  { name: 'latency_ratio', of: ({ pair }) => pair.ratios?.latency?.value },
  { name: 'prompt_tokens_ratio', of: ({ pair }) => pair.ratios?.prompt_tokens?.value },
  { name: 'completion_tokens_ratio', of: ({ pair }) => pair.ratios?.completion_tokens?.value },
  { name: 'cost_ratio', of: ({ pair }) => pair.ratios?.cost?.value },
  { name: 'stop_decision', of: ({ score }) => score.stop?.decision },
];

const FLIP_COLUMNS: readonly Column<{ readonly suite: string; readonly pair: ComparedPair; readonly flip: Flip }>[] = [
  { name: 'suite', of: ({ suite }) => suite },
  { name: 'name', of: ({ pair }) => pair.name },
  { name: 'baseline_run', of: ({ pair }) => pair.baseline },
  { name: 'candidate_run', of: ({ pair }) => pair.candidate },
  { name: 'index', of: ({ flip }) => flip.index },
  { name: 'id', of: ({ flip }) => flip.id },
  { name: 'direction', of: ({ flip }) => flip.direction },
  { name: 'baseline_score', of: ({ flip }) => flip.baseline },
  { name: 'candidate_score', of: ({ flip }) => flip.candidate },
];

/** The text of comparison.csv. The suite of a mean over suites is `*`. */
export function comparisonCsv(model: Comparison): string {
  return csvText(COLUMNS, [...model.suites.flatMap(suiteRows), ...overallRows(model)]);
}

/** The text of flips.csv. */
export function flipsCsv({ suites }: Comparison): string {
  const rows = suites.flatMap(({ id: suite, pairs }) =>
    pairs.flatMap((pair) => pair.flips.items.map((flip) => ({ suite, pair, flip }))),
  );
  return csvText(FLIP_COLUMNS, rows);
}

function suiteRows({ id, scores, pairs, leaderboard }: Comparison['suites'][number]): readonly Row[] {
  return scores.map((score) => {
    const pair = pairs.find(({ candidate }) => candidate === score.run);
    return {
      suite: id,
      name: score.name,
      run: score.run,
      rank: leaderboard.rows.find(({ run }) => run === score.run)?.rank,
      score,
      low: score.interval?.low,
      high: score.interval?.high,
      scoreMethod: score.interval?.method,
      difference: pair?.difference ?? null,
      pair: pair ?? {},
    };
  });
}

function overallRows({ overall }: Comparison): readonly Row[] {
  if (overall === null) return [];
  return overall.scores.map((score) => {
    const rank = overall.leaderboard.rows.find(({ name }) => name === score.name)?.rank;
    return overallRow(
      score,
      rank,
      overall.pairs.find(({ name }) => name === score.name),
    );
  });
}

function overallRow(score: OverallScore, rank: Row['rank'], pair: OverallPair | undefined): Row {
  return {
    suite: '*',
    name: score.name,
    run: '',
    rank,
    score: { value: score.value },
    low: score.low,
    high: score.high,
    scoreMethod: score.method,
    difference: pair?.difference ?? null,
    pair: pair === undefined ? {} : { n: pair.n, detectable: pair.detectable },
  };
}
