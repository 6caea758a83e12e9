/** comparison.md: the tables for a terminal, a pull request or a paper's appendix. */
import { count, NONE } from '../figures.ts';
import { harnessText, judgeText } from '../harness.ts';
import { escapeMarkdown } from '../markdown.ts';
import type { ComparedPair, ComparedRunRow, Comparison, Flip, SuiteComparison } from './model.ts';
import {
  acrossText,
  legend,
  matrixTable,
  overallTable,
  suiteHeading,
  suiteSentence,
  suiteTables,
  type ComparisonTable,
} from './tables.ts';
import { runLine, runNames, type RunNames } from './wording.ts';

/** Most flips of a pair that are listed; flips.csv has all. */
const MAX_FLIPS = 100;

const FIGURES = /^(?:[\d.,+–×±()% -]|to|of)*$/;

/** The text of comparison.md. Everything from outside is escaped. */
export function comparisonMarkdown(model: Comparison): string {
  const { suites, overall } = model;
  const names = runNames(model.runs);
  const blocks: readonly string[] = [
    `# ${escapeMarkdown(title(model))}`,
    ...(model.created_at === null ? [] : [`Made at ${escapeMarkdown(model.created_at)} from verified transcripts.`]),
    ...(overall === null
      ? []
      : ['## Overall', tableText(overallTable(overall, names)), ...matrix(overall.leaderboard)]),
    ...(model.overall_missing === null ? [] : [`No mean over suites: ${model.overall_missing}.`]),
    ...suites.flatMap((suite) => suiteBlocks(suite, { model, names })),
    '## How to read this',
    [...legend(model), ...model.notes].map((line) => `- ${escapeMarkdown(line)}`).join('\n'),
    '## Runs',
    runsTable(model.runs),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function title({ suites, runs, across }: Comparison): string {
  const names = new Set(runs.map(({ name }) => name));
  const what = suites.length === 1 ? (suites[0]?.id ?? '') : `${suites.length} suites`;
  return `${names.size} runs compared${acrossText(across)}: ${what}`;
}

function suiteBlocks(
  suite: SuiteComparison,
  { model, names }: { readonly model: Comparison; readonly names: RunNames },
): readonly string[] {
  const heading = `## ${escapeMarkdown(suiteHeading(suite, model))}`;
  return [
    heading,
    suiteSentence(suite, model),
    ...suiteTables(suite, names).map(captioned),
    ...suite.pairs.flatMap(flipsBlock),
  ];
}

function captioned(table: ComparisonTable): string {
  return `**${escapeMarkdown(table.caption)}**\n\n${tableText(table)}`;
}

function matrix(leaderboard: SuiteComparison['leaderboard']): readonly string[] {
  const table = matrixTable(leaderboard);
  return table === null ? [] : [captioned(table)];
}

function tableText({ head, rows }: ComparisonTable): string {
  const full = rows.map((row) => head.map((_, column) => cellText(row[column] ?? '')));
  return [head.map(escapeMarkdown), head.map(() => '---'), ...full]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

// Inside of a table figures are no markup, and escaped ones are hard to read.
function cellText(cell: string): string {
  return FIGURES.test(cell) ? cell : escapeMarkdown(cell);
}

function flipsBlock({ name, flips }: ComparedPair): readonly string[] {
  if (flips.items.length === 0) return [];
  const listed = flips.items.slice(0, MAX_FLIPS);
  const rest = flips.items.length - listed.length;
  const line = (direction: Flip['direction']): string => {
    const names = listed.filter((flip) => flip.direction === direction).map(flipName);
    return names.length === 0 ? '' : `- ${direction}: ${escapeMarkdown(names.join(', '))}`;
  };
  const lines = [line('gained'), line('lost')].filter((text) => text !== '');
  const more = rest === 0 ? [] : [`- and ${count(rest)} more: see flips.csv`];
  return [`**Items of ${escapeMarkdown(name)} that flipped**\n\n${[...lines, ...more].join('\n')}`];
}

// An id where it is disclosed, else the index, which every reader of the transcript can look up.
function flipName({ id, index }: Flip): string {
  return id ?? `item ${index}`;
}

function runsTable(runs: readonly ComparedRunRow[]): string {
  const head = ['name', 'run', 'suite', 'model', 'harness', 'judge', 'level', 'signed', 'verified', 'source'];
  const rows = runs.map((run) => [
    runLine(run),
    run.run_id,
    run.suite,
    run.model,
    harnessText(run.harness),
    run.judge === null ? NONE : judgeText(run.judge),
    run.standing,
    run.signed,
    run.axes.map(({ axis, verdict }) => `${axis} ${verdict}`).join(', '),
    run.source,
  ]);
  return tableText({ caption: '', head, rows });
}
