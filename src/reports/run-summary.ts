/** One verified run as a row of a report. */
import type { RunTotals, VerifiedTranscript } from '../verifier/verified-transcript.ts';
import { hasHighControl } from './controls.ts';
import { claimsOf, signerSentence } from './claims.ts';
import { disclosureOf, type DisclosureChoice } from './disclosure.ts';
import { declaredCheckpoints, executionOf, levelOf } from './execution.ts';
import { harnessOf, JUDGEMENT, judgeOf } from './harness.ts';
import type {
  ReportCost,
  ReportedName,
  ReportLatency,
  ReportModelIdentity,
  ReportRun,
  ReportRunSuite,
  RunLabel,
} from './model.ts';
import { countsOf, scoreOf } from './score.ts';

/** Fewest latencies for a percentile to say more than the maximum does. */
const FEWEST_FOR_P90 = 10;
const FEWEST_FOR_P99 = 100;

/** A row of a report; at level D0 only what the signed statement says. */
export function summarizeRun(run: VerifiedTranscript, choice: DisclosureChoice = {}): ReportRun {
  const disclosure = disclosureOf(run, choice);
  const isStatement = disclosure.level === 'D0';
  const totals = isStatement ? null : run.totals;
  const execution = isStatement ? null : run.execution;
  const tokens = tokensOf(totals);
  const { endpoint, runner } = run.plan;
  return {
    run_id: run.runId,
    plan_digest: run.planDigest,
    rules_digest: run.rulesDigest,
    source: run.name.split(/[\\/]/).findLast((part) => part !== '') ?? '',
    created_at: run.plan.created_at,
    ended: run.end === null ? null : { at: run.end.at, reason: run.end.reason },
    tree: { root: run.tree.rootHex, size: run.tree.size },
    labels: labelsOf(run),
    suite: suiteOf(run),
    endpoint: { kind: endpoint.kind, name: endpoint.name, base_url: endpoint.base_url },
    model: modelOf(run, totals, execution),
    harness: harnessOf(run.plan.rules.harness),
    judge: judgeOf(run.plan, totals && { judgements: totals.judgements, reported: names(totals.judgeModels) }),
    level: levelOf({ ...run, execution }),
    execution: executionOf({ ...run, execution }),
    ...(isStatement ? {} : probesOf(run)),
    disclosure,
    score: scoreOf(run.metrics),
    metrics: run.metrics.map(({ function: name, status, result }) => ({ function: name, status, result })),
    counts: countsOf(run),
    attempts: totals?.attempts ?? null,
    resumes: totals?.resumes ?? null,
    tokens,
    latency: totals && latencyOf(totals.latenciesUs),
    cost: costOf(run, tokens),
    signer: { ...run.signer, sentence: signerSentence(run.signer) },
    axes: run.axes,
    claims: claimsOf(run),
    runner,
  };
}

function probesOf({ probes }: VerifiedTranscript): Pick<ReportRun, 'probes'> {
  if (probes === null || probes.length === 0) return {};
  return {
    probes: probes.map(({ capability, verdict, detail }) => ({
      capability,
      verdict,
      ...(detail === null ? { declared: true } : {}),
    })),
  };
}

/** What must be said wherever the run is named. */
function labelsOf(
  run: Pick<VerifiedTranscript, 'plan' | 'signer' | 'end' | 'level' | 'execution' | 'metrics'>,
): readonly RunLabel[] {
  const { plan, signer, execution } = run;
  const labels: readonly (RunLabel | false)[] = [
    plan.endpoint.kind === 'replay' && 'replay',
    (plan.endpoint.tee?.simulated === true || execution?.simulated === true) && 'simulated TEE',
    (signer.status === 'ephemeral' || plan.signer.kind === 'ephemeral') && 'ephemeral key',
    plan.runner.dirty && 'dirty source',
    endLabel(run),
    plan.selection.size < plan.suite.size && 'subset',
    hasHighControl(run.metrics) && 'control too high',
    plan.judge !== undefined && JUDGEMENT,
    plan.suite.accepted !== undefined && 'items not pinned',
  ];
  return labels.filter((label) => label !== false);
}

function endLabel({ end, level }: Pick<VerifiedTranscript, 'end' | 'level'>): RunLabel | false {
  if (end === null) return level !== 'D0' && 'unfinished';
  if (end.reason === 'complete') return false;
  return end.reason === 'stop' ? 'stopped early' : 'stopped by budget';
}

/**
 * The percentiles of latencies by nearest rank.
 *
 * @param latenciesUs - In microseconds, ascending.
 */
export function latencyOf(latenciesUs: readonly number[]): ReportLatency {
  const n = latenciesUs.length;
  const rank = (share: number, fewest: number): number | null => {
    const us = n < fewest ? undefined : latenciesUs[Math.ceil(share * n) - 1];
    return us === undefined ? null : us / 1000;
  };
  return { n, p50_ms: rank(0.5, 1), p90_ms: rank(0.9, FEWEST_FOR_P90), p99_ms: rank(0.99, FEWEST_FOR_P99) };
}

function suiteOf({ plan }: VerifiedTranscript): ReportRunSuite {
  const { id, version, licence, digest, visibility, redistributable, size, accepted = [] } = plan.suite;
  const { repeats } = plan.rules;
  const selected = plan.selection.size;
  return { id, version, licence, digest, visibility, redistributable, size, selected, repeats, accepted };
}

function modelOf(
  { plan }: VerifiedTranscript,
  totals: RunTotals | null,
  execution: VerifiedTranscript['execution'],
): ReportModelIdentity {
  return {
    requested: plan.endpoint.model,
    reported: names(totals?.reportedModels),
    attested: names(execution?.signedModels),
    declared_checkpoints: declaredCheckpoints(execution),
    fingerprints: names(totals?.fingerprints),
    weights: plan.endpoint.weights ?? null,
  };
}

function names(answersByName: ReadonlyMap<string, number> | undefined): readonly ReportedName[] {
  return [...(answersByName ?? [])]
    .map(([name, answers]) => ({ name, answers }))
    .toSorted((a, b) => b.answers - a.answers || (a.name < b.name ? -1 : 1));
}

// An endpoint that reports no usage at all is not one that used no tokens.
function tokensOf(totals: RunTotals | null): ReportRun['tokens'] {
  if (totals === null || totals.promptTokens + totals.completionTokens === 0) return null;
  return { prompt: totals.promptTokens, completion: totals.completionTokens };
}

function costOf({ plan }: VerifiedTranscript, tokens: ReportRun['tokens']): ReportCost | null {
  const { prices } = plan;
  if (prices === undefined || tokens === null) return null;
  const promptUsd = tokens.prompt * Number(prices.prompt_usd_per_mtok);
  const completionUsd = tokens.completion * Number(prices.completion_usd_per_mtok);
  return { usd: ((promptUsd + completionUsd) / 1e6).toFixed(8), prices };
}
