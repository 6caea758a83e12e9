/** Holds the figures a page states against those that follow from its transcripts. */
import { canonicalize } from '../../core/canonical-json.ts';
import { AXES, type Axis } from '../../verifier/verdict.ts';
import { askedName } from '../harness.ts';
import type { ReportModel, ReportRun } from '../model.ts';

/** A run whose transcript gives other figures than the page states. */
export interface Contradiction {
  readonly runId: string;
  readonly name: string;
  /** What differs, such as `score`. */
  readonly fields: readonly string[];
}

/** What follows from records and plan alone, whoever trusts whom, and however much is disclosed. */
const FIGURES: Readonly<Record<string, (run: ReportRun) => unknown>> = {
  plan: (run) => run.plan_digest,
  rules: (run) => run.rules_digest,
  suite: (run) => run.suite,
  endpoint: (run) => run.endpoint,
  harness: (run) => run.harness,
  judge: (run) => run.judge,
  score: (run) => run.score && { ...run.score, status: null },
  counts: (run) => run.counts,
  metrics: (run) => run.metrics.map(({ function: name, result }) => ({ name, result })),
  attempts: (run) => run.attempts,
  resumes: (run) => run.resumes,
  tokens: (run) => run.tokens,
  latency: (run) => run.latency,
  cost: (run) => run.cost,
  probes: (run) => run.probes ?? null,
  'reported model': (run) => run.model.reported,
  'record tree': (run) => run.tree,
};

/**
 * The runs of which a page states other figures than were found.
 *
 * A figure that a transcript does not disclose is not held against anything: it is not shown either.
 */
export function contradictions(stated: ReportModel, found: ReportModel): readonly Contradiction[] {
  return stated.runs.flatMap((run) => {
    const again = found.runs.find(({ run_id: id }) => id === run.run_id);
    if (again === undefined) return [];
    const fields = Object.entries(FIGURES).filter(([, of]) => differs(of(run), of(again)));
    if (fields.length === 0) return [];
    return [{ runId: run.run_id, name: askedName(run), fields: fields.map(([field]) => field) }];
  });
}

/** The runs of which a page states figures although no transcript of them has been verified here. */
export function missingRuns(stated: ReportModel, found: ReportModel): readonly string[] {
  const ids = new Set(found.runs.map(({ run_id: id }) => id));
  return stated.runs.filter(({ run_id: id }) => !ids.has(id)).map((run) => `${askedName(run)} on ${run.suite.id}`);
}

/** The questions that a page states to be proven, and that have not been answered so here, with the number of runs. */
export function statedOnly(stated: ReportModel, found: ReportModel): readonly string[] {
  return AXES.flatMap((axis) => {
    const runs = stated.runs.filter((run) => {
      const again = found.runs.find(({ run_id: id }) => id === run.run_id);
      return again !== undefined && isProven(run, axis) && !isProven(again, axis);
    });
    return runs.length === 0 ? [] : [`${axis} proven (${runs.length} ${runs.length === 1 ? 'run' : 'runs'})`];
  });
}

function isProven({ axes }: ReportRun, axis: Axis): boolean {
  return axes.some((found) => found.axis === axis && found.verdict === 'proven');
}

function differs(stated: unknown, found: unknown): boolean {
  return found !== null && canonicalize(stated) !== canonicalize(found);
}
