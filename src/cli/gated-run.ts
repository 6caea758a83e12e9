/**
 * `run --gate`: a run that is held against a baseline while it goes on, and judged when it has ended.
 *
 * What would be refused afterwards is refused before anything is asked: a policy with a fault, a baseline that does not verify,
 * a run that would not be comparable with it.
 */
import { UsageError, VerificationError } from '../core/errors.ts';
import { differences } from '../reports/comparable.ts';
import { CLUSTER_TAG } from '../reports/comparison/align.ts';
import { baselineObstacle, baselineOf } from '../reports/gate/baseline.ts';
import { decimalText, type MarginRule, type SuiteRules } from '../reports/gate/policy.ts';
import type { GivenPolicy, GivenRun } from '../reports/gate/verdict.ts';
import { MEAN_METRIC } from '../scoring/aggregate.ts';
import { planRun, type PlanInput, type StopOptions } from '../runner/plan-run.ts';
import type { RunSigner } from '../runner/signing.ts';
import { planDigest, rulesDigest, runId } from '../transcript/plan.ts';
import { formatPlan } from '../transcript/plan-text.ts';
import type { VerifiedTranscript } from '../verifier/verified-transcript.ts';
import { concludeGate, type ConcludedGate } from './conclude-gate.ts';
import { readPreviousChoice, type PreviousArguments, type PreviousChoice } from './gate-options.ts';
import { gateLines } from './gate-text.ts';
import { readGivenPolicy, readGivenRuns } from './gate-sources.ts';
import type { RunRequest } from './run-request.ts';
import { say } from './say.ts';

/** What the command line says about the gate. */
export interface GateArguments extends PreviousArguments {
  readonly gate?: string | undefined;
  readonly baseline?: readonly string[] | undefined;
  readonly gateOut: string;
}

/** A verdict with the lines that tell it. */
export interface RunVerdict extends ConcludedGate {
  readonly lines: readonly string[];
}

/** A gate that waits for its candidates. */
export interface GatedRun {
  /** Whether there is a policy and a sound baseline, so that it makes sense to ask anything. */
  readonly isReady: boolean;
  /**
   * When a run may stop early; null if it has to ask every item.
   *
   * @throws {@link VerificationError} `ERR_BASELINE` if it would not be comparable with the baseline
   */
  stopFor(planned: PlanInput): StopOptions | null;
  /** Decide about the runs in some folders. */
  conclude(folders: readonly string[], signer: RunSigner): Promise<RunVerdict>;
}

const ONE_CANDIDATE = '--gate decides about one candidate for each suite: give one endpoint and one harness';

/**
 * The gate of a run.
 *
 * @throws {@link UsageError} `ERR_USAGE`
 */
export async function openGatedRun(args: GateArguments, request: RunRequest): Promise<GatedRun> {
  const { gate: path, baseline: paths, gateOut: out } = args;
  if (path === undefined || paths === undefined) {
    throw new UsageError(
      'ERR_USAGE',
      '--gate and --baseline go together: a policy, and the run to hold this one against',
    );
  }
  if (
    request.endpoints.length > 1 ||
    [request, ...request.suites].some(({ harnesses }) => (harnesses?.length ?? 0) > 1)
  ) {
    throw new UsageError('ERR_USAGE', ONE_CANDIDATE);
  }
  const choice = await readPreviousChoice(args);
  const policy = await readGivenPolicy(path);
  const checks = { policy: policy.policy, evidence: request.evidence };
  const baselines = await readGivenRuns('baseline', paths, checks);
  const given: Given = { policy, baselines, choice, refused: [] };
  return {
    isReady: policy.policy !== null && baselines.every(({ fault }) => fault === null),
    stopFor: (planned) => stopFor(given, planned),
    conclude: async (folders, signer) => {
      const candidates = await readGivenRuns('candidate', folders, checks);
      const concluded = await concludeGate({
        ...choice,
        policy,
        runs: [...baselines, ...candidates, ...given.refused],
        signer,
        out,
      });
      return { ...concluded, lines: [...gateLines(concluded.verdict), ...savingsLines(concluded)] };
    },
  };
}

interface Given {
  readonly policy: GivenPolicy;
  readonly baselines: readonly GivenRun[];
  readonly choice: PreviousChoice;
  /** Candidates that were not asked. */
  readonly refused: GivenRun[];
}

function stopFor(given: Given, planned: PlanInput): StopOptions | null {
  const suite = planned.suite.definition.id;
  const [baseline, ...more] = given.baselines.flatMap(({ run }) => (run?.plan.suite.id === suite ? [run] : []));
  const rules = given.policy.policy?.suites[suite];
  if (rules === undefined || baseline === undefined || more.length > 0) return null;
  checkComparable(given, planned, baseline);
  const rule = rules.metrics?.[MEAN_METRIC]?.non_inferiority;
  if (rule === undefined) return null;
  const obstacle = stopObstacle(baseline, rules);
  if (obstacle === null) return stopOptions(baseline, rule);
  say(`${suite}: every item is asked, because ${obstacle}`);
  return null;
}

function stopOptions(baseline: VerifiedTranscript, { margin, alpha }: MarginRule): StopOptions {
  return { baseline: baselineOf(baseline), margin: decimalText(margin), alpha: decimalText(alpha) };
}

// The plan of the run to come, as it would be signed, is compared before anything is paid for.
function checkComparable({ refused }: Given, planned: PlanInput, baseline: VerifiedTranscript): void {
  const plan = planRun(planned);
  const digest = planDigest(formatPlan(plan));
  const [first] = differences(baseline, { plan, rulesDigest: rulesDigest(plan), runId: runId(digest) });
  if (first === undefined) return;
  const name = `${plan.suite.id} × ${plan.endpoint.name}`;
  const message = `not asked, because it would not be comparable with ${baseline.name}: ${first.sentence}`;
  const fault = { kind: 'refused', code: 'ERR_BASELINE', message } as const;
  refused.push({ role: 'candidate', name, file: null, sha256: null, run: null, fault });
  throw new VerificationError('ERR_BASELINE', `cannot gate ${name}: ${message}`);
}

function stopObstacle(baseline: VerifiedTranscript, rules: SuiteRules): string | null {
  if (rules.must_pass !== undefined)
    return 'the policy has items that must pass, which might not be among those asked first';
  const other = Object.keys(rules.metrics ?? {}).find((metric) => metric !== MEAN_METRIC);
  if (other !== undefined) return `the policy has a rule about ${other}, which is known only when all are asked`;
  const obstacle = baselineObstacle(baseline);
  if (obstacle !== null) return `the baseline cannot be followed item by item: ${obstacle}`;
  const isClustered = baseline.samples?.some(({ tags }) => tags?.some((tag) => tag.startsWith(CLUSTER_TAG)));
  return isClustered === true ? 'items share clusters, which a test after every item does not allow for' : null;
}

// What stopping early has saved, one line per suite.
function savingsLines({ verdict }: ConcludedGate): readonly string[] {
  return verdict.suites.flatMap(({ suite, counts }) => {
    if (counts === null || counts.not_asked === 0) return [];
    const saved = ((counts.not_asked / counts.selected) * 100).toFixed(0);
    return [`${suite}: ${counts.not_asked} of ${counts.selected} items need not be asked (${saved} % saved)`];
  });
}
