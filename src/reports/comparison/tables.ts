/** The tables of a comparison, for every writer alike. Cells hold text from outside, which a writer escapes. */
import { count, NONE, percent } from '../figures.ts';
import {
  detectableText,
  leftOutText,
  points,
  pointsInterval,
  pText,
  rankText,
  ratioCell,
  scoredItems,
  scoreInterval,
  verdictText,
} from './cells.ts';
import type { RunNames } from './wording.ts';
import type { ComparedPair, Comparison, Leaderboard, OverallComparison, SuiteComparison } from './model.ts';

/** A table with what it is about. */
export interface ComparisonTable {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Scores and ranks of the runs of a suite, the best first. */
function scoresTable({ scores, leaderboard }: SuiteComparison, names: RunNames): ComparisonTable {
  const rows = leaderboard.rows.flatMap(({ run, rank }) => {
    const score = scores.find((each) => each.run === run);
    if (score === undefined) return [];
    const figures = [scoredItems(score), percent(score.value), scoreInterval(score.interval)];
    return [[rankText(rank), names.ofRun(run), names.levelOf(run), ...figures]];
  });
  return { caption: 'Scores', head: ['rank', 'run', 'level', 'right', 'score %', '95 % interval'], rows };
}

/** What the runs of a suite gained and lost. */
function differencesTable({ scores, pairs }: SuiteComparison, names: RunNames): ComparisonTable {
  const rows = pairs.map((pair) => [
    names.ofRun(pair.candidate),
    ...differenceCells(pair.difference),
    count(pair.n),
    count(pair.flips.gained),
    count(pair.flips.lost),
    detectableText(pair),
  ]);
  const head = ['run', 'Δ points', '95 % interval', 'p adjusted', 'verdict', 'pairs', 'gained', 'lost', 'could show'];
  return { caption: `Differences from ${names.ofRun(scores[0]?.run ?? '')}`, head, rows };
}

type AnyDifference = Parameters<typeof detectableText>[0]['difference'];

function differenceCells(difference: AnyDifference): readonly string[] {
  if (difference === null) return [NONE, NONE, NONE, NONE];
  const { value, p, verdict } = difference;
  return [points(value), pointsInterval(difference), pText(p.adjusted), verdictText(verdict)];
}

/** What unscored samples leave open; null if there are none. */
function unscoredTable({ scores, pairs }: SuiteComparison, names: RunNames): ComparisonTable | null {
  if (scores.every(({ unscored }) => unscored === 0) && pairs.every((pair) => leftOutText(pair) === '')) return null;
  const rows = scores.map((score) => {
    const pair = pairs.find(({ candidate }) => candidate === score.run);
    const own = [names.ofRun(score.run), count(score.unscored), percent(score.bounds?.all_wrong ?? null)];
    const bounds = pair?.bounds ?? null;
    const between = bounds === null ? NONE : `${points(bounds.least)} to ${points(bounds.most)}`;
    const deltas = [points(bounds?.all_wrong ?? null), points(bounds?.all_right ?? null), between];
    const rest = pair === undefined ? ['baseline'] : [...deltas, leftOutText(pair)];
    return [...own, percent(score.bounds?.all_right ?? null), ...rest];
  });
  return {
    caption: 'Unscored samples',
    head: [
      'run',
      'unscored',
      'score % all wrong',
      'all right',
      'Δ all wrong',
      'all right',
      'Δ at most',
      'pairs left out',
    ],
    rows,
  };
}

/** Latency, tokens and cost of each run over those of the baseline; null if nothing of it is known. */
function effortTable({ pairs }: SuiteComparison, names: RunNames): ComparisonTable | null {
  if (pairs.every(({ ratios }) => Object.values(ratios).every((ratio) => ratio === null))) return null;
  return {
    caption: 'Effort over that of the baseline',
    head: ['run', 'latency', 'prompt tokens', 'completion tokens', 'cost'],
    rows: pairs.map(({ candidate, ratios }) => [
      names.ofRun(candidate),
      ratioCell(ratios.latency),
      ratioCell(ratios.prompt_tokens),
      ratioCell(ratios.completion_tokens),
      ratioCell(ratios.cost),
    ]),
  };
}

/** Differences by tag; null if there are none. */
function subgroupsTable({ pairs }: SuiteComparison, names: RunNames): ComparisonTable | null {
  const rows = pairs.flatMap(({ candidate, subgroups }) =>
    subgroups.map(({ tag, n, scores, difference }) => [
      tag,
      names.ofRun(candidate),
      count(n),
      percent(scores.baseline),
      percent(scores.candidate),
      ...differenceCells(difference),
    ]),
  );
  if (rows.length === 0) return null;
  const head = ['tag', 'run', 'n', 'baseline %', 'run %', 'Δ points', '95 % interval', 'p adjusted', 'verdict'];
  return { caption: 'Subgroups (exploratory)', head, rows };
}

/** What stop rules decided; null if no run has one. */
function stopTable({ scores }: SuiteComparison, names: RunNames): ComparisonTable | null {
  const rows = scores.flatMap(({ run, stop }) => {
    if (stop === null) return [];
    const against = stop.is_baseline ? 'the baseline' : `plan ${stop.baseline_plan.slice(0, 16)}`;
    const margin = `${(Number(stop.margin) * 100).toFixed(1)} points`;
    const verdict = [stop.decision, against, margin, stop.alpha, count(stop.decided_at), count(stop.not_asked)];
    return [[names.ofRun(run), ...verdict]];
  });
  if (rows.length === 0) return null;
  const head = ['run', 'decision', 'held against', 'margin', 'alpha', 'decided after', 'items not asked'];
  return { caption: 'Stop rules', head, rows };
}

/** Means over suites. */
export function overallTable({ scores, pairs, leaderboard }: OverallComparison, names: RunNames): ComparisonTable {
  const rows = leaderboard.rows.flatMap(({ name, rank }) => {
    const score = scores.find((each) => each.name === name);
    const pair = pairs.find((each) => each.name === name);
    if (score === undefined) return [];
    const interval = `${percent(score.low)} to ${percent(score.high)}`;
    const own = [rankText(rank), names.ofName(name), percent(score.value), interval];
    if (pair === undefined) return [[...own, 'baseline']];
    return [[...own, ...differenceCells(pair.difference), count(pair.n), detectableText(pair)]];
  });
  const head = ['rank', 'run', 'mean score %', '95 % interval', 'Δ points', '95 % interval', 'p adjusted', 'verdict'];
  return { caption: 'Mean over suites', head: [...head, 'pairs', 'could show'], rows };
}

/** Every two runs, row minus column; null for two runs, which the table of scores has already. */
export function matrixTable({ rows, matrix }: Leaderboard): ComparisonTable | null {
  if (rows.length < 3) return null;
  const cell = (row: string, column: string): string => {
    const found = matrix.find((each) => each.row === row && each.column === column);
    if (found !== undefined) return `${points(found.difference.value)}${mark(found.difference.verdict)}`;
    const mirrored = matrix.find((each) => each.row === column && each.column === row);
    if (mirrored === undefined) return row === column ? '' : NONE;
    return `${points(String(-Number(mirrored.difference.value)))}${mark(mirrored.difference.verdict)}`;
  };
  return {
    caption: 'Every two runs (row minus column, in points; * told apart over all pairs)',
    head: ['', ...rows.map(({ name }) => name)],
    rows: rows.map((row) => [row.name, ...rows.map((column) => cell(row.run, column.run))]),
  };
}

function mark(verdict: string): string {
  return verdict === 'undecided' ? '' : ' *';
}

/** The tables of a suite in the order in which they are read. */
export function suiteTables(suite: SuiteComparison, names: RunNames): readonly ComparisonTable[] {
  const tables = [
    scoresTable(suite, names),
    differencesTable(suite, names),
    unscoredTable(suite, names),
    stopTable(suite, names),
    effortTable(suite, names),
    subgroupsTable(suite, names),
    matrixTable(suite.leaderboard),
  ];
  return tables.filter((table) => table !== null);
}

/** The suite as a heading, with what it is compared across. */
export function suiteHeading({ id, versions }: SuiteComparison, { across }: Pick<Comparison, 'across'>): string {
  return `${id} ${versions.join(', ')}${acrossText(across)}`;
}

/** What is compared beside endpoints, for a heading; empty if nothing is. */
export function acrossText(across: Comparison['across']): string {
  return across.map((rule) => `, across ${ACROSS_NAMES[rule]}`).join('');
}

const ACROSS_NAMES: Readonly<Record<Comparison['across'][number], string>> = { harness: 'harnesses' };

/** One sentence on what was compared in a suite. */
export function suiteSentence(
  { items, repeats, clusters, scores }: SuiteComparison,
  { across }: Pick<Comparison, 'across'>,
): string {
  const rules = across.length === 0 ? 'under the same rules' : `under the same rules but for the ${across.join(', ')}`;
  const some = items.compared < items.selected ? ` of at most ${count(items.selected)} selected` : '';
  const asked = repeats === 1 ? '' : `, each asked ${repeats} times`;
  const units = clusters.units < items.compared ? ` in ${count(clusters.units)} clusters` : '';
  return `${count(scores.length)} runs over the same ${count(items.compared)} items${some}${units}${asked}, ${rules}.`;
}

/** How to read the tables. */
export function legend({ terms, suites, overall }: Comparison): readonly string[] {
  const { family, subgroups } = terms;
  const methods = new Set(suites.flatMap(({ pairs }) => pairs.flatMap(({ difference }) => methodText(difference))));
  return [
    `Δ is the run minus the baseline, over the items that both have a score for. Intervals and p-values: ${[...methods].join('; ') || NONE}.`,
    ...(overall === null
      ? []
      : [
          'Means over suites count each suite alike; their intervals combine those of the suites (MOVER), p is that of a sign-flip test.',
        ]),
    `p is adjusted for ${family.size === 1 ? 'one test' : `${family.size} tests`} (Holm): below ${terms.alpha}, a run is better or worse. Not told apart is not the same as equal.`,
    `"Could show" is the smallest true difference that this many pairs show with a probability of ${percent(terms.power).replace('.0', '')} %, before adjustment.`,
    'Ranks: runs that cannot be told apart over all pairs (Holm) share a range.',
    ...(subgroups.size === 0
      ? []
      : [`Subgroups are exploratory: p is adjusted for ${subgroups.size} of them (Benjamini–Hochberg).`]),
  ];
}

const INTERVALS: Readonly<Record<string, string>> = {
  'paired-t': 'paired t',
  tango: "Tango's score interval",
  betting: 'betting interval',
};
const TESTS: Readonly<Record<string, string>> = {
  'mcnemar-exact': 'exact McNemar test',
  'paired-t': 'paired t test',
  betting: 'betting test',
};

function methodText(difference: ComparedPair['difference']): readonly string[] {
  if (difference === null) return [];
  const { interval, p } = difference;
  const why = interval.reason === 'enough' ? '' : ` (${interval.reason.replaceAll('-', ' ')})`;
  return [`${INTERVALS[interval.method] ?? interval.method}${why} with ${TESTS[p.method] ?? p.method}`];
}
