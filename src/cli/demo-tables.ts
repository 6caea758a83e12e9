/** What the demo shows in the end: scores by suite and model, and how many runs reach which verdict. */
import { percent } from '../reports/figures.ts';
import { standing } from '../reports/standing.ts';
import type { ReportRun } from '../reports/model.ts';
import { AXES, type Verdict } from '../verifier/verdict.ts';
import { alignColumns } from './table.ts';

const VERDICTS: readonly Verdict[] = ['proven', 'declared', 'not evaluated', 'failed'];

/** One row per suite, one column per embedded model: score and 95 % interval. */
export function scoreTable(all: readonly ReportRun[]): readonly string[] {
  const runs = all.filter(({ endpoint }) => endpoint.kind === 'embedded');
  const endpoints = distinct(runs.map(({ endpoint }) => endpoint.name));
  const suites = distinct(runs.map(({ suite }) => suite.id));
  const cell = (id: string, name: string): string =>
    scoreCell(runs.find(({ suite, endpoint }) => suite.id === id && endpoint.name === name));
  return alignColumns([
    ['suite', 'n', ...endpoints],
    ...suites.map((id) => [id, sizeOf(runs, id), ...endpoints.map((name) => cell(id, name))]),
  ]);
}

/** One row per endpoint that answered a suite with the largest model: score, level, and what stands behind it. */
export function placesTable(runs: readonly ReportRun[], suite: string): readonly string[] {
  const asked = runs.filter((run) => run.suite.id === suite);
  const model = asked.at(-1)?.model.requested;
  const same = asked.filter((run) => run.model.requested === model);
  return alignColumns([
    ['endpoint', 'score', 'level', 'what stands behind the answers'],
    ...same.flatMap((run) => standing([run]).map((row) => [row.endpoint, scoreCell(run), row.level, row.reason])),
  ]);
}

function scoreCell(run: ReportRun | undefined): string {
  const { value = null, interval = null } = run?.score ?? {};
  const range = interval === null ? '' : ` (${percent(interval.low)} to ${percent(interval.high)})`;
  return `${percent(value)} %${range}`;
}

function sizeOf(runs: readonly ReportRun[], id: string): string {
  return String(runs.find(({ suite }) => suite.id === id)?.score?.n ?? 0);
}

/** One row per axis: in how many runs it has which verdict, and what that covers. */
export function axesTable(runs: readonly ReportRun[]): readonly string[] {
  return alignColumns(
    AXES.map((axis) => {
      const answers = runs.flatMap((run) => run.axes.filter((answer) => answer.axis === axis));
      const counts = VERDICTS.map((verdict) => ({
        verdict,
        count: answers.filter((answer) => answer.verdict === verdict).length,
      }));
      const present = counts.filter(({ count }) => count > 0);
      return [axis, present.map(({ verdict, count }) => `${verdict} ${count} of ${runs.length}`).join(', ')];
    }),
  );
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
