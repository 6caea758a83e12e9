/** Sentences that the writers of a comparison share. Their parts come from outside, so a writer escapes them. */
import type { ComparedRunRow, NotComparable } from './model.ts';

/** The name of a run with what must stand beside it wherever it is shown. */
export function runLine({ name, labels, stated }: ComparedRunRow): string {
  const marks = [...labels, ...(stated.impossible ? ['IMPOSSIBLE SCORE'] : [])];
  return marks.length === 0 ? name : `${name} (${marks.join(', ')})`;
}

/** The names of runs in tables, so that a replay is never shown without the word. */
export interface RunNames {
  readonly ofRun: (runId: string) => string;
  /** Level of the endpoint of a run. */
  readonly levelOf: (runId: string) => string;
  /** Of a name over all suites: with the labels of all its runs. */
  readonly ofName: (name: string) => string;
}

/** The names of the runs of a comparison. */
export function runNames(runs: readonly ComparedRunRow[]): RunNames {
  const byId = new Map(runs.map((run) => [run.run_id, runLine(run)]));
  return {
    ofRun: (runId) => byId.get(runId) ?? runId,
    levelOf: (runId) => runs.find(({ run_id: own }) => own === runId)?.standing ?? '',
    ofName: (name) => {
      const labels = runs.filter((run) => run.name === name).flatMap((run) => run.labels);
      return labels.length === 0 ? name : `${name} (${[...new Set(labels)].join(', ')})`;
    },
  };
}

/** Why there is no comparison: per run the first difference, then all others. */
export function refusalLines({ refusals, runs }: NotComparable): readonly string[] {
  const shown = (id: string): string => {
    const run = runs.find(({ run_id: own }) => own === id);
    return run === undefined ? id : `${runLine(run)} [${run.source}]`;
  };
  return refusals.flatMap(({ baseline, run, differences }) => [
    `not comparable: ${shown(run)}${run === baseline ? '' : ` with ${shown(baseline)}`}`,
    ...differences.map(({ sentence }, at) => `  ${at === 0 ? 'first difference' : 'and             '}  ${sentence}`),
  ]);
}
