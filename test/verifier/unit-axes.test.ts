import { describe, expect, it } from 'vitest';
import { VerificationError, type VerificationCode } from '../../src/core/errors.ts';
import { answerAxes, axisOfFault, failedAxes, type AxesInput } from '../../src/verifier/axes.ts';
import { AXES, type Axis, type AxisVerdict, type SignerVerdict } from '../../src/verifier/verdict.ts';
import { PLAN, RECORDS } from '../transcript/examples.ts';

/** Every code and the question it answers with no; a new code does not compile until it is placed. */
const AXIS_OF: Readonly<Record<VerificationCode, Axis>> = {
  ERR_AGGREGATE: 'scoring',
  ERR_ATTEMPT: 'completeness',
  ERR_ATTEMPT_LIMIT: 'completeness',
  ERR_ATTESTATION_FORM: 'execution',
  ERR_ATTESTATION_NONCE: 'execution',
  ERR_BASELINE: 'completeness',
  ERR_BUDGET: 'completeness',
  ERR_BUNDLE_FORM: 'integrity',
  ERR_BUNDLE_LIMIT: 'integrity',
  ERR_BUNDLE_SEAL: 'integrity',
  ERR_CERT_REVOKED: 'execution',
  ERR_CHAIN_CA: 'execution',
  ERR_CHAIN_FORM: 'execution',
  ERR_CHAIN_LEAF: 'execution',
  ERR_CHAIN_ROOT: 'execution',
  ERR_CHAIN_SIGNATURE: 'execution',
  ERR_CHAIN_TIME: 'execution',
  ERR_CHAT_FORM: 'execution',
  ERR_CHAT_KIND: 'execution',
  ERR_CHAT_MODEL: 'execution',
  ERR_CHAT_SIGNATURE: 'execution',
  ERR_CHAT_SIGNER: 'execution',
  ERR_CHAT_TEXT: 'execution',
  ERR_CHECKPOINT_MALFORMED: 'integrity',
  ERR_CHECKPOINT_ORDER: 'integrity',
  ERR_CHECKPOINT_ROOT: 'integrity',
  ERR_CHECKPOINT_SIGNATURE: 'integrity',
  ERR_CLOCK: 'execution',
  ERR_COLLATERAL_FORM: 'execution',
  ERR_COLLATERAL_MISSING: 'execution',
  ERR_COLLATERAL_SIGNATURE: 'execution',
  ERR_COLLATERAL_TIME: 'execution',
  ERR_COMPOSE: 'execution',
  ERR_CONCURRENCY: 'completeness',
  ERR_CRL_MISSING: 'execution',
  ERR_CRL_SIGNATURE: 'execution',
  ERR_CRL_TIME: 'execution',
  ERR_END: 'completeness',
  ERR_END_COUNTS: 'completeness',
  ERR_ENVELOPE_MALFORMED: 'integrity',
  ERR_ENVELOPE_SIGNATURE: 'integrity',
  ERR_ENVELOPE_UNTRUSTED: 'integrity',
  ERR_EVENT_DUPLICATE: 'execution',
  ERR_EVENT_LOG: 'execution',
  ERR_EVIDENCE_FILE: 'execution',
  ERR_EVIDENCE_FORM: 'execution',
  ERR_EVIDENCE_LEVEL: 'execution',
  ERR_EVIDENCE_PLACE: 'execution',
  ERR_EVIDENCE_SIMULATED: 'execution',
  ERR_FEATURE: 'integrity',
  ERR_FILE_FORM: 'integrity',
  ERR_FILE_MISSING: 'integrity',
  ERR_FMSPC: 'execution',
  ERR_GPU_CHAIN: 'execution',
  ERR_GPU_FORM: 'execution',
  ERR_GPU_NONCE: 'execution',
  ERR_GPU_SIGNATURE: 'execution',
  ERR_HEADER: 'integrity',
  ERR_INTENT_OPEN: 'completeness',
  ERR_ITEMS_ROOT: 'completeness',
  ERR_ITEM_COMMITMENT: 'completeness',
  ERR_ITEM_FORM: 'completeness',
  ERR_ITEM_MISSING: 'completeness',
  ERR_ITEM_ORDER: 'completeness',
  ERR_LINE_FORM: 'integrity',
  ERR_MARK: 'integrity',
  ERR_MEASUREMENT: 'execution',
  ERR_MODEL_ALIAS: 'execution',
  ERR_NITRO_CHAIN: 'execution',
  ERR_NITRO_DEBUG: 'execution',
  ERR_NITRO_FORM: 'execution',
  ERR_NITRO_SIGNATURE: 'execution',
  ERR_NOTE_MALFORMED: 'integrity',
  ERR_NOTE_SIGNATURE: 'integrity',
  ERR_NOTE_UNTRUSTED: 'integrity',
  ERR_NRAS_KEY: 'execution',
  ERR_NRAS_SIGNATURE: 'execution',
  ERR_NRAS_VERDICT: 'execution',
  ERR_OPENING_COMMITMENT: 'integrity',
  ERR_OPENING_FORM: 'integrity',
  ERR_OPENING_STRAY: 'integrity',
  ERR_OUTCOME_ANSWER: 'scoring',
  ERR_OUTCOME_ORPHAN: 'completeness',
  ERR_PLAN_FORM: 'integrity',
  ERR_PLAN_SIGNATURE: 'authorship',
  ERR_PLAN_SUITE: 'scoring',
  ERR_PROBE: 'scoring',
  ERR_PROBE_PLACE: 'completeness',
  ERR_PROOF_LENGTH: 'integrity',
  ERR_PROOF_RANGE: 'integrity',
  ERR_PROOF_ROOT: 'integrity',
  ERR_QE_IDENTITY: 'execution',
  ERR_QE_REPORT: 'execution',
  ERR_QUOTE_FORM: 'execution',
  ERR_QUOTE_SIGNATURE: 'execution',
  ERR_RECEIPT_FORM: 'execution',
  ERR_RECEIPT_SIGNATURE: 'execution',
  ERR_RECORD_FIELD: 'integrity',
  ERR_RECORD_KIND: 'integrity',
  ERR_RECORD_ORDER: 'integrity',
  ERR_REPEAT: 'completeness',
  ERR_REPORT_DATA: 'execution',
  ERR_REQUEST: 'scoring',
  ERR_REQUEST_MESSAGES: 'scoring',
  ERR_REQUEST_MODEL: 'scoring',
  ERR_REQUEST_PARAMETERS: 'scoring',
  ERR_RESULT: 'integrity',
  ERR_RESULT_SIGNATURE: 'authorship',
  ERR_RESUME: 'completeness',
  ERR_RUN_UNFINISHED: 'completeness',
  ERR_SCORE: 'scoring',
  ERR_SCORE_DUPLICATE: 'completeness',
  ERR_SCORE_EXTRACTED: 'scoring',
  ERR_SCORE_OUTCOME: 'completeness',
  ERR_SIGNATURE: 'integrity',
  ERR_SIGNER_UNTRUSTED: 'authorship',
  ERR_SSHSIG_MALFORMED: 'integrity',
  ERR_SSHSIG_NAMESPACE: 'integrity',
  ERR_SSHSIG_SIGNATURE: 'integrity',
  ERR_SSHSIG_UNSUPPORTED: 'integrity',
  ERR_STATEMENT_MALFORMED: 'integrity',
  ERR_STOP: 'completeness',
  ERR_STREAM_CUT: 'execution',
  ERR_SUITE_DIGEST: 'integrity',
  ERR_SUITE_FORM: 'scoring',
  ERR_TCB_LEVEL: 'execution',
  ERR_TCB_REVOKED: 'execution',
  ERR_TDX_MODULE: 'execution',
  ERR_TD_ATTRIBUTES: 'execution',
  ERR_TD_DEBUG: 'execution',
  ERR_TLS_KEY: 'execution',
  ERR_TURN: 'completeness',
  ERR_UNSCORED_REASON: 'scoring',
};

interface Facts {
  readonly signer?: SignerVerdict['status'];
  readonly endpoint?: Partial<AxesInput['files']['plan']['endpoint']>;
  readonly coverage?: Partial<AxesInput['coverage']>;
  readonly canRescore?: boolean;
  readonly hasSuite?: boolean;
  readonly knowsMetric?: boolean;
}

/** What a run of ten samples gives; only what the axes look at is there. */
function axesOf(facts: Facts = {}): Readonly<Record<Axis, AxisVerdict>> {
  const plan = { ...PLAN, endpoint: { ...PLAN.endpoint, ...facts.endpoint } };
  const signer: SignerVerdict = { status: facts.signer ?? 'trusted', name: 'bench', fingerprint: 'SHA256:x' };
  const result = (): object | null => ((facts.knowsMetric ?? true) ? {} : null);
  const input = {
    files: { plan, signer },
    pass: { size: 42, aggregates: [RECORDS.aggregate.minimal], samples: { metric: result } },
    coverage: { samples: 10, rescored: 10, unanswered: 0, requests: 11, rerendered: 11, ...facts.coverage },
    canRescore: facts.canRescore ?? true,
    hasSuite: facts.hasSuite ?? true,
    execution: null,
  };
  const axes = answerAxes(input as unknown as AxesInput);
  expect(axes.map(({ axis }) => axis)).toEqual(AXES);
  return Object.fromEntries(axes.map((verdict) => [verdict.axis, verdict])) as Record<Axis, AxisVerdict>;
}

describe('answerAxes()', () => {
  it('proves what follows from signed bytes, and says what it does not cover', () => {
    expect(axesOf()).toMatchObject({
      integrity: { verdict: 'proven', coverage: { checked: 42, total: 42, unit: 'records' } },
      completeness: {
        verdict: 'proven',
        scope: expect.stringMatching(
          /relative to the signed plan; says nothing about runs that were not published$/,
        ) as unknown,
        coverage: { checked: 10, total: 10, unit: 'samples' },
      },
      reproduction: { verdict: 'not evaluated', scope: 'no second run was compared' },
    });
  });

  it.each([
    ['trusted', 'proven', 'signed by the trusted key SHA256:x (bench)'],
    ['unidentified', 'declared', 'signed by the unidentified signer SHA256:x, who calls itself bench'],
    ['ephemeral', 'declared', 'signed with a key made for this run and thrown away: nobody stands behind it'],
  ] as const)('says of a signer who is %s that authorship is %s', (signer, verdict, scope) => {
    expect(axesOf({ signer }).authorship).toEqual({ axis: 'authorship', verdict, scope });
  });

  it('declares the time, which no anchor proves', () => {
    expect(axesOf().time).toEqual({
      axis: 'time',
      verdict: 'declared',
      scope: `planned at ${PLAN.created_at} by the clock of the runner; no anchor is attached`,
    });
  });

  it('never says what really ran', () => {
    expect(axesOf().execution).toEqual({
      axis: 'execution',
      verdict: 'not evaluated',
      scope: 'the endpoint says it is m; no evidence of what really ran',
    });
  });

  it('calls a replay a replay, and never a reproduction', () => {
    const axes = axesOf({ endpoint: { kind: 'replay' } });
    expect(axes.execution.scope).toBe('a replay: recorded answers were served again, no model was asked');
    expect(axes.reproduction.verdict).toBe('not evaluated');
  });
});

describe('answerAxes() on scoring', () => {
  const again = 'prompts were rendered again and answers extracted and scored again from the recorded bytes';
  const recomputed = 'every metric was recomputed from the scores';

  it.each<[string, Facts, Pick<AxisVerdict, 'verdict' | 'scope'>, readonly [checked: number, total: number]]>([
    ['everything', {}, { verdict: 'proven', scope: `${again}; ${recomputed}` }, [10, 10]],
    [
      'a part',
      { coverage: { rescored: 4 } },
      { verdict: 'proven', scope: `${again}; the rest is declared; ${recomputed}` },
      [4, 10],
    ],
    [
      'some prompts',
      { coverage: { rerendered: 9 } },
      { verdict: 'proven', scope: `9 of 11 ${again}; ${recomputed}` },
      [10, 10],
    ],
    [
      'no prompt',
      { coverage: { rerendered: 0 } },
      { verdict: 'proven', scope: `0 of 11 ${again}; ${recomputed}` },
      [10, 10],
    ],
    [
      'all that was answered',
      { coverage: { rescored: 7, unanswered: 3 } },
      { verdict: 'proven', scope: `${again}; ${recomputed}` },
      [7, 7],
    ],
    [
      'no answer',
      { coverage: { rescored: 0, rerendered: 0 } },
      { verdict: 'declared', scope: `no answer is disclosed; ${recomputed}` },
      [0, 10],
    ],
    [
      'nothing that was answered',
      { coverage: { rescored: 0, unanswered: 10 } },
      { verdict: 'not evaluated', scope: `no request was answered, so there is nothing to score; ${recomputed}` },
      [0, 0],
    ],
    [
      'a metric that nobody knows',
      { knowsMetric: false },
      { verdict: 'proven', scope: `${again}; some metrics are of functions this version does not know` },
      [10, 10],
    ],
    [
      'no suite',
      { hasSuite: false },
      { verdict: 'declared', scope: 'the suite is not published, so no answer was scored again' },
      [10, 10],
    ],
    [
      'an unknown scorer',
      { canRescore: false },
      { verdict: 'not evaluated', scope: 'this version does not know the scorer or the harness of the suite' },
      [10, 10],
    ],
  ])('says what was checked with %s', (_name, facts, answer, [checked, total]) => {
    const coverage = { checked, total, unit: 'answers' };
    expect(axesOf(facts).scoring).toEqual({ axis: 'scoring', ...answer, coverage });
  });
});

describe('axisOfFault() and failedAxes()', () => {
  it.each(Object.entries(AXIS_OF))('place %s under %s', (code, axis) => {
    const fault = new VerificationError(code as VerificationCode, 'cannot accept this');
    expect(axisOfFault(fault)).toBe(axis);
    const axes = failedAxes(fault);
    expect(axes.map((verdict) => verdict.axis)).toEqual(AXES);
    expect(axes.filter(({ verdict }) => verdict === 'failed')).toEqual([
      { axis, verdict: 'failed', scope: 'cannot accept this', code },
    ]);
  });

  it('conclude nothing else', () => {
    const axes = failedAxes(new VerificationError('ERR_MARK', 'cannot accept this'));
    expect(axes.filter(({ verdict }) => verdict === 'not evaluated')).toHaveLength(AXES.length - 1);
    expect(new Set(axes.map(({ scope }) => scope))).toEqual(
      new Set(['cannot accept this', 'checking stopped at the first fault']),
    );
  });
});
