/** A comparison as people read it in a terminal. */
import { printableLine } from '../reports/printable.ts';
import type { Comparison, NotComparable, SuiteComparison } from '../reports/comparison/model.ts';
import {
  legend,
  overallTable,
  suiteHeading,
  suiteSentence,
  suiteTables,
  type ComparisonTable,
} from '../reports/comparison/tables.ts';
import { refusalLines, runNames, type RunNames } from '../reports/comparison/wording.ts';
import { paint } from './say.ts';
import { alignColumns } from './table.ts';

/** All lines of a comparison. */
export function comparisonLines(model: Comparison): readonly string[] {
  const names = runNames(model.runs);
  const signers = [...new Set(model.runs.map(({ signed }) => `signed ${signed}`))];
  return [
    ...model.suites.flatMap((suite) => suiteLines(suite, model, names)),
    ...overallLines(model, names),
    ...[...signers, ...legend(model), ...model.notes].map((line) => printableLine(line)),
  ];
}

/** Why there is no comparison. */
export function notComparableLines(model: NotComparable): readonly string[] {
  return refusalLines(model).map((line) =>
    line.startsWith('not comparable') ? paint('bad', printableLine(line)) : printableLine(line),
  );
}

function suiteLines(suite: SuiteComparison, model: Comparison, names: RunNames): readonly string[] {
  const heading = paint('strong', printableLine(suiteHeading(suite, model)));
  const tables = suiteTables(suite, names).flatMap(tableLines);
  return [heading, suiteSentence(suite, model), '', ...tables];
}

function overallLines({ overall, overall_missing: missing }: Comparison, names: RunNames): readonly string[] {
  if (overall !== null) return [paint('strong', 'All suites'), ...tableLines(overallTable(overall, names))];
  return missing === null ? [] : [`No mean over suites: ${missing}.`, ''];
}

function tableLines({ caption, head, rows }: ComparisonTable): readonly string[] {
  const cells = [head, ...rows].map((row) => row.map((cell) => printableLine(cell)));
  const [first = '', ...rest] = alignColumns(cells);
  return [`  ${caption}`, `  ${paint('faint', first)}`, ...rest.map((line) => `  ${line}`), ''];
}
