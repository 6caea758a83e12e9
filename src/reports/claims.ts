/** What a verified run proves, what its signer merely declares, and what no transcript can prove. */
import type { PlanEndpoint } from '../transcript/plan.ts';
import { NON_CLAIMS } from '../transcript/statement.ts';
import type { VerifiedTranscript } from '../verifier/verified-transcript.ts';
import { AXES, type Axis, type AxisVerdict, type SignerVerdict, type Verdict } from '../verifier/verdict.ts';
import { HARDWARE_LIMIT, SIMULATED } from './evidence-lines.ts';
import { judgeText } from './harness.ts';
import type { ReportClaims, ReportRun } from './model.ts';

/** Most scopes of one axis that a shared claim spells out. */
const MAX_SHARED_SCOPES = 2;

/** The words for items that were made from files which nobody but the operator vouches for. */
export const NOT_PINNED = 'items from files accepted by digest, not pinned';

/** What the claims of a run follow from. */
export type ClaimedRun = Pick<VerifiedTranscript, 'axes' | 'signer' | 'plan' | 'execution'>;

/** The three columns of a run: its axes by verdict, then what the plan only says, then the limits of every transcript. */
export function claimsOf(run: ClaimedRun): ReportClaims {
  return {
    proves: run.axes.filter(({ verdict }) => verdict === 'proven').map(claim),
    declares: [...run.axes.filter(({ verdict }) => verdict === 'declared').map(claim), ...declarations(run)],
    does_not_prove: [
      ...run.axes.filter(({ verdict }) => verdict === 'not evaluated' || verdict === 'failed').map(claim),
      ...limits(run),
      ...NON_CLAIMS,
    ],
  };
}

/** A claim of several runs: how many make it, with their coverage added up. */
export interface SharedClaim {
  readonly sentence: string;
  readonly runs: number;
}

/** The claims of several runs, each said once; a scope that differs from run to run is left to the runs. */
export function sharedClaims(runs: readonly ReportRun[]): Readonly<Record<keyof ReportClaims, readonly SharedClaim[]>> {
  const column = (key: keyof ReportClaims, verdicts: readonly Verdict[]): readonly SharedClaim[] => [
    ...AXES.flatMap((axis) => verdicts.flatMap((verdict) => sharedAxis(runs, axis, verdict))),
    ...sharedSentences(runs, key),
  ];
  return {
    proves: column('proves', ['proven']),
    declares: column('declares', ['declared']),
    does_not_prove: column('does_not_prove', ['failed', 'not evaluated']),
  };
}

function sharedAxis(runs: readonly ReportRun[], axis: Axis, verdict: Verdict): readonly SharedClaim[] {
  const found = runs.flatMap(({ axes }) => axes.filter((answer) => answer.axis === axis && answer.verdict === verdict));
  const [first] = found;
  if (first === undefined) return [];
  const scopes = new Set(found.map(({ scope }) => scope));
  const scope =
    scopes.size > MAX_SHARED_SCOPES ? 'differs from run to run, see each run below' : [...scopes].join('; or: ');
  const { coverage: _own, ...rest } = first;
  return [{ sentence: claim({ ...rest, scope, ...totalCoverage(found) }), runs: found.length }];
}

function totalCoverage(axes: readonly AxisVerdict[]): Pick<AxisVerdict, 'coverage'> {
  const covered = axes.flatMap(({ coverage }) => coverage ?? []);
  const unit = covered[0]?.unit;
  if (unit === undefined || covered.length < axes.length || covered.some((each) => each.unit !== unit)) return {};
  const sum = (of: 'checked' | 'total'): number => covered.reduce((total, each) => total + each[of], 0);
  return { coverage: { checked: sum('checked'), total: sum('total'), unit } };
}

// What a run claims beside its axes.
function sharedSentences(runs: readonly ReportRun[], key: keyof ReportClaims): readonly SharedClaim[] {
  const runsBySentence = new Map<string, number>();
  for (const { axes, claims } of runs) {
    const fromAxes = new Set(axes.map(claim));
    for (const sentence of claims[key]) {
      if (!fromAxes.has(sentence)) runsBySentence.set(sentence, (runsBySentence.get(sentence) ?? 0) + 1);
    }
  }
  return [...runsBySentence].map(([sentence, number]) => ({ sentence, runs: number }));
}

/** Who signed, in words that never make an unknown key look like a known one. */
export function signerSentence(signer: SignerVerdict): string {
  switch (signer.status) {
    case 'trusted':
      return `by ${signer.name} ${signer.fingerprint}, a key this verifier was told to trust`;
    case 'ephemeral':
      return `by the ephemeral key ${signer.fingerprint}, made for this run: nobody stands behind it`;
    case 'unidentified':
    default:
      return `by the unidentified signer ${signer.fingerprint}`;
  }
}

/** Coverage in figures, such as `412 of 1,319 samples`; null where counting makes no sense. */
export function coverageText({ coverage }: AxisVerdict): string | null {
  if (coverage === undefined) return null;
  const [checked, total] = [coverage.checked, coverage.total].map((count) => count.toLocaleString('en-US'));
  return `${checked} of ${total} ${coverage.unit}`;
}

function claim(axis: AxisVerdict): string {
  const coverage = coverageText(axis);
  const code = axis.code === undefined ? '' : ` [${axis.code}]`;
  const state = axis.verdict === 'not evaluated' || axis.verdict === 'failed' ? ` (${axis.verdict})` : '';
  return `${axis.axis}${state}: ${axis.scope}${coverage === null ? '' : ` (${coverage})`}${code}`;
}

function limits({ execution }: ClaimedRun): readonly string[] {
  if (execution === null) return [];
  return execution.simulated ? [`anything about a machine: ${SIMULATED}`] : [HARDWARE_LIMIT];
}

// The names asked for; whether they are one model nobody can derive.
function judgement(endpoint: PlanEndpoint, judge: PlanEndpoint): string {
  const whose = `the verdicts are those of ${judgeText(judge)}, and another judge may differ`;
  const own = judge.model === endpoint.model ? '; it bears the name of the model that it judges' : '';
  return `that the judge judged rightly: ${whose}${own}`;
}

function declarations({ plan, execution }: ClaimedRun): readonly string[] {
  const { endpoint, runner, prices, judge, suite } = plan;
  const isSigned = execution !== null && execution.signedModels.size > 0;
  return [
    "which model answered: the name asked for is the configuration's, names and fingerprints that came back are the endpoint's own",
    ...(isSigned
      ? ['which weights are behind the signed name: it is a setting of the provider, as is a checkpoint']
      : []),
    ...(judge === undefined ? [] : [judgement(endpoint, judge)]),
    ...(suite.accepted === undefined
      ? []
      : [`that the items are those of the benchmark: ${NOT_PINNED} (${suite.accepted.join(', ')})`]),
    ...(endpoint.weights === undefined
      ? []
      : ['which weights were served: the digest is the one the endpoint was configured with']),
    `that the runner is ${runner.name} ${runner.version} on ${runner.platform}${runner.dirty ? ', with uncommitted changes' : ''}`,
    ...(prices === undefined
      ? []
      : [
          `cost: the prices are those of the configuration, dated ${prices.dated}${judge === undefined ? '' : '; what the judge costs is not in it'}`,
        ]),
    'latencies as the runner measured them, token counts as the endpoint reported them',
  ];
}
