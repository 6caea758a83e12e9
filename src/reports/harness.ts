/** How a run asked and who judged its answers, as reports say it. */
import type { Plan, PlanHarness } from '../transcript/plan.ts';
import type { ReportedName, ReportHarness, ReportJudge, ReportRun } from './model.ts';

/** The words that stand beside every figure that a judge model decided. */
export const JUDGEMENT = 'judgement, not re-derivable';

/** The name of a harness: that within its suite, or its kind where the suite has no other. */
export function harnessName({ name, id, version }: Pick<PlanHarness, 'name' | 'id' | 'version'>): string {
  return name ?? `${id}/${version}`;
}

/** A harness with its kind, such as `whole-file (tool-loop/1)`. */
export function harnessText({ name, id, version }: Pick<ReportHarness, 'name' | 'id' | 'version'>): string {
  return name === null ? `${id}/${version}` : `${name} (${id}/${version})`;
}

/** The harness of a plan as a report has it. */
export function harnessOf({ id, version, name, digest }: PlanHarness): ReportHarness {
  return { id, version, name: name ?? null, digest: digest ?? null };
}

/** The judge of a run; null if no model judged its answers. */
export function judgeOf(
  { judge }: Plan,
  judged: { readonly judgements: number; readonly reported: readonly ReportedName[] } | null,
): ReportJudge | null {
  if (judge === undefined) return null;
  const { kind, name, base_url, model } = judge;
  return { kind, name, base_url, model, judgements: judged?.judgements ?? null, reported: judged?.reported ?? [] };
}

/** A judge in one phrase, such as `gpt-4o at api.openai.com`; a replay is called one. */
export function judgeText({ kind, model, base_url: url }: Pick<ReportJudge, 'kind' | 'model' | 'base_url'>): string {
  return kind === 'openai' ? `${model} at ${new URL(url).host}` : `${model} (${kind})`;
}

/** A judge in one phrase, with the name that it was given if that says more. */
export function judgeName(judge: ReportJudge): string {
  const text = judgeText(judge);
  return judge.name === text ? text : `${judge.name} (${text})`;
}

/** The endpoint of a run, with the name of its harness where its suite has several. */
export function askedName({ endpoint, harness }: Pick<ReportRun, 'endpoint' | 'harness'>): string {
  return harness.name === null ? endpoint.name : `${endpoint.name} × ${harness.name}`;
}
