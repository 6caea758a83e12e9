/** The wording of the seven verdicts: what each covers, and what it does not. */
import type { VerificationError } from '../core/errors.ts';
import type { ExecutionVerdict } from './execution.ts';
import type { OpenedFiles } from './open.ts';
import type { PassResult } from './pass.ts';
import type { SampleCoverage } from './samples.ts';
import { AXES, type Axis, type AxisVerdict } from './verdict.ts';

/** What the answers rest on. */
export interface AxesInput {
  readonly files: OpenedFiles;
  readonly pass: PassResult;
  readonly coverage: SampleCoverage;
  readonly canRescore: boolean;
  readonly hasSuite: boolean;
  /** Whether answers or tools are programs that nothing here can run. */
  readonly lacksSandbox?: boolean;
  readonly execution: ExecutionVerdict | null;
}

/** The seven answers for a run in which no fault was found. */
export function answerAxes(input: AxesInput): readonly AxisVerdict[] {
  const { files, pass } = input;
  return [
    {
      axis: 'integrity',
      verdict: 'proven',
      scope: 'every record, checkpoint and opening is what was signed; nothing was added, removed or moved since',
      coverage: { checked: pass.size, total: pass.size, unit: 'records' },
    },
    authorship(files),
    timeAxis(files),
    {
      axis: 'completeness',
      verdict: 'proven',
      scope:
        'every planned sample has exactly one final outcome, relative to the signed plan' +
        (isSubset(files) ? ', which declares that they are of the suite' : '') +
        '; says nothing about runs that were not published',
      coverage: { checked: input.coverage.samples, total: input.coverage.samples, unit: 'samples' },
    },
    scoring(input),
    execution(files, input.execution),
    { axis: 'reproduction', verdict: 'not evaluated', scope: 'no second run was compared' },
  ];
}

// A tree over some items says nothing about the tree over all of them.
function isSubset({ plan }: OpenedFiles): boolean {
  return plan.selection.size < plan.suite.size;
}

/** The signer of a run, as an answer. */
export function authorship({ signer }: OpenedFiles): AxisVerdict {
  const axis = 'authorship';
  switch (signer.status) {
    case 'trusted':
      return { axis, verdict: 'proven', scope: `signed by the trusted key ${signer.fingerprint} (${signer.name})` };
    case 'unidentified':
      return {
        axis,
        verdict: 'declared',
        scope: `signed by the unidentified signer ${signer.fingerprint}, who calls itself ${signer.name}`,
      };
    case 'ephemeral':
      return {
        axis,
        verdict: 'declared',
        scope: 'signed with a key made for this run and thrown away: nobody stands behind it',
      };
  }
}

/** The moment of a run, as an answer. */
export function timeAxis({ plan }: OpenedFiles): AxisVerdict {
  return {
    axis: 'time',
    verdict: 'declared',
    scope: `planned at ${plan.created_at} by the clock of the runner; no anchor is attached`,
  };
}

/** What is known about the endpoint, as an answer. */
export function execution({ plan }: OpenedFiles, evidence: ExecutionVerdict | null): AxisVerdict {
  if (evidence !== null) return attested(evidence);
  if (plan.evidence !== undefined) {
    return { axis: 'execution', verdict: 'not evaluated', scope: 'there is evidence, and it was not checked here' };
  }
  const scope =
    plan.endpoint.kind === 'replay'
      ? 'a replay: recorded answers were served again, no model was asked'
      : `the endpoint says it is ${plan.endpoint.model}; no evidence of what really ran`;
  return { axis: 'execution', verdict: 'not evaluated', scope };
}

function attested(evidence: ExecutionVerdict): AxisVerdict {
  const { level, levels, simulated, answers, checked } = evidence;
  const axis = 'execution';
  const coverage = { checked, total: answers, unit: 'answers' };
  if (answers === 0)
    return { axis, verdict: 'not evaluated', scope: 'no answer counts, so none is attested', coverage };
  if (checked === 0) return { axis, verdict: 'declared', scope: 'no evidence of an answer is disclosed', coverage };
  const reason = levels[0]?.reasons[0] ?? 'no reason is known';
  const rest = checked < answers ? '; the rest is declared' : '';
  const isProven = !simulated && level !== 'L0' && level !== 'L1';
  const scope = `${levelText(evidence)}: ${reason}${rest}`;
  return { axis, verdict: isProven ? 'proven' : 'declared', scope, coverage };
}

// The lowest level counts for the run; what else there is stands beside it.
function levelText({ level, suffixes, levels }: ExecutionVerdict): string {
  const answersByLevel = new Map<string, number>();
  for (const each of levels) answersByLevel.set(each.level, (answersByLevel.get(each.level) ?? 0) + each.answers);
  const counts = [...answersByLevel].map(([name, answers]) => `${answers} at ${name}`);
  return [level, ...suffixes].join(' ') + (counts.length > 1 ? ` (${counts.join(', ')})` : '');
}

function scoring({ files, coverage, canRescore, hasSuite, lacksSandbox = false, pass }: AxesInput): AxisVerdict {
  const axis = 'scoring';
  const { samples, rescored, unanswered, requests, rerendered } = coverage;
  const scorable = samples - unanswered;
  const counted = { checked: rescored, total: scorable, unit: 'answers' };
  if (!hasSuite)
    return {
      axis,
      verdict: 'declared',
      scope: 'the suite is not published, so no answer was scored again',
      coverage: counted,
    };
  if (!canRescore)
    return {
      axis,
      verdict: 'not evaluated',
      scope: 'this version does not know the scorer or the harness of the suite',
      coverage: counted,
    };
  const metrics = pass.aggregates.some(({ function: name }) => pass.samples.metric(name) === null)
    ? 'some metrics are of functions this version does not know'
    : 'every metric was recomputed from the scores';
  if (rescored === 0 && scorable > 0) {
    const reason = lacksSandbox
      ? 'not scored again here: answers or tools are programs, and there is no sandbox to run them'
      : 'no answer is disclosed';
    return { axis, verdict: 'declared', scope: `${reason}; ${metrics}`, coverage: counted };
  }
  if (scorable === 0)
    return {
      axis,
      verdict: 'not evaluated',
      scope: `no request was answered, so there is nothing to score; ${metrics}`,
      coverage: counted,
    };
  const prompts = rerendered < requests ? `${rerendered} of ${requests} prompts` : 'prompts';
  const rest = rescored < scorable ? '; the rest is declared' : '';
  return {
    axis,
    verdict: 'proven',
    scope: `${prompts} were rendered again${rederived(files)}${rest}; ${metrics}${judgement(files)}`,
    coverage: counted,
  };
}

function rederived({ plan }: OpenedFiles): string {
  if (plan.judge === undefined) return ' and answers extracted and scored again from the recorded bytes';
  return ", the judge's questions were made again, and the verdicts follow from its recorded replies";
}

// That a verdict follows from what the judge said does not make it right.
function judgement({ plan: { judge } }: OpenedFiles): string {
  return judge === undefined ? '' : `; judgement by ${judge.model}, not re-derivable`;
}

const FAULT_AXES: readonly (readonly [Axis, RegExp])[] = [
  ['authorship', /^ERR_(?:SIGNER|PLAN_SIGNATURE|RESULT_SIGNATURE)/],
  [
    'completeness',
    /^ERR_(?:BASELINE|BUDGET|STOP|ITEM|REPEAT|RESUME|ATTEMPT|CONCURRENCY|INTENT_OPEN|OUTCOME_ORPHAN|PROBE_PLACE|SCORE_DUPLICATE|SCORE_OUTCOME|RUN_UNFINISHED|TURN|END)/,
  ],
  [
    'execution',
    /^ERR_(?:ATTESTATION|CERT|CHAIN|CHAT|CLOCK|COLLATERAL|COMPOSE|CRL|EVENT|EVIDENCE|FMSPC|GPU|MEASUREMENT|MODEL_ALIAS|NITRO|NRAS|QE|QUOTE|RECEIPT|REPORT_DATA|STREAM_CUT|TCB|TDX|TD|TLS_KEY)(?:_|$)/,
  ],
  ['scoring', /^ERR_(?:AGGREGATE|OUTCOME_ANSWER|PLAN_SUITE|PROBE|REQUEST|SCORE|SUITE_FORM|UNSCORED)/],
];

/** The question that a fault answers with no. */
export function axisOfFault(fault: VerificationError): Axis {
  return FAULT_AXES.find(([, codes]) => codes.test(fault.code))?.[0] ?? 'integrity';
}

/** The seven answers for a run with a fault: checking stopped there, so nothing else is concluded. */
export function failedAxes(fault: VerificationError): readonly AxisVerdict[] {
  const failed = axisOfFault(fault);
  return AXES.map((axis) =>
    axis === failed
      ? { axis, verdict: 'failed', scope: fault.message, code: fault.code }
      : { axis, verdict: 'not evaluated', scope: 'checking stopped at the first fault' },
  );
}
