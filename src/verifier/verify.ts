/**
 * The whole verdict over a run, top to bottom: open the files, read every line, derive again what was opened, compare
 * with what was signed, answer the seven questions.
 *
 * Nothing here reads a disk, a clock or a network, so a run verifies the same on any machine and in any year.
 */
import type { AttestationCheck } from '../attestation/claim.ts';
import { encodeUtf8, equalBytes } from '../core/bytes.ts';
import { canonicalize } from '../core/canonical-json.ts';
import { isTouchstoneError, VerificationError } from '../core/errors.ts';
import type { PublicKey } from '../core/key.ts';
import type { AnswerMetric } from '../scoring/answer-metric.ts';
import { createAnswerMetrics } from '../scoring/answer-metrics.ts';
import type { Sandbox } from '../scoring/trial.ts';
import { parseDefinition, plannedHarness, promptDigest, type SuiteDefinition } from '../suites/definition.ts';
import { askOrder } from '../transcript/baseline.ts';
import { rulesDigest, runId, type Plan } from '../transcript/plan.ts';
import type { AggregateRecord } from '../transcript/record.ts';
import type { DisclosureLevel, RunSource } from '../transcript/source.ts';
import { resultStatement } from '../transcript/statement.ts';
import { answerAxes, failedAxes } from './axes.ts';
import { withoutTexts } from './closed-sample.ts';
import { createContentCheck, type ContentCheck } from './content.ts';
import { createEvidenceReader, type EvidenceReader } from './evidence.ts';
import { openFiles, type OpenedFiles } from './open.ts';
import { readLines, type PassResult } from './pass.ts';
import { createProbeReader, type ProbeReader } from './probes.ts';
import { createStopCheck } from './stop-check.ts';
import { createSampleReader } from './samples.ts';
import { openStatementOnly } from './statement-only.ts';
import type { AxisVerdict } from './verdict.ts';
import {
  markVerified,
  type VerifiedMetric,
  type VerifiedSample,
  type VerifiedTranscript,
} from './verified-transcript.ts';

/** How to verify. */
export interface VerifyOptions {
  /** Keys the caller vouches for. If there are any, a run signed by another key fails. */
  readonly trusted?: readonly PublicKey[];
  /** How evidence about the endpoint is checked; without it execution is not evaluated. */
  readonly attestation?: AttestationCheck;
  /** When evidence has to be valid, in milliseconds since 1970; the moments that the records state if not given. */
  readonly evidenceAtMs?: number;
  /** Where answers that are programs are run again; without one their verdicts are not derived. */
  readonly sandbox?: Sandbox;
  /** Keep every sample, for a report; `verdicts` leaves out their texts, for a comparison. Otherwise memory stays flat. */
  readonly keepSamples?: boolean | 'verdicts';
}

/** The verdict: a verified run, or the first fault and the question it fails. */
export type Verification =
  | { readonly verified: true; readonly transcript: VerifiedTranscript }
  | {
      readonly verified: false;
      readonly name: string;
      readonly fault: VerificationError;
      readonly axes: readonly AxisVerdict[];
    };

/**
 * Verify a run.
 *
 * @returns The verdict; whatever is wrong with the run is in it. Only errors of the source itself, such as a file that
 *   cannot be read, are thrown.
 */
export async function verifyRun(source: RunSource, options: VerifyOptions = {}): Promise<Verification> {
  try {
    return { verified: true, transcript: await verifyOrThrow(source, options) };
  } catch (cause) {
    if (!(cause instanceof VerificationError)) throw cause;
    return { verified: false, name: source.name, fault: cause, axes: failedAxes(cause) };
  }
}

async function verifyOrThrow(source: RunSource, options: VerifyOptions): Promise<VerifiedTranscript> {
  const files = openFiles(source, options.trusted ?? []);
  if (source.lines === null) return openStatementOnly(source, files);
  const suite = files.suiteText === null ? null : openSuite(files.suiteText, files.plan);
  const content = createContentCheck(files.plan, suite);
  const sandbox = await readySandbox(options.sandbox, content);
  const kept = createKeeper(options.keepSamples ?? false);
  const evidence = openEvidence(source, files, options);
  const order = askOrder(files.plan, files.planDigest);
  const stop = createStopCheck(files.plan, files.baseline, order);
  const probes = createProbeReader(files.plan, suite);
  const answerMetrics = suite === null ? [] : createAnswerMetrics(files.plan, suite);
  const samples = createSampleReader({
    metrics: answerMetrics,
    order,
    stop,
    plan: files.plan,
    content,
    evidence,
    sandbox,
    onSample: kept.add,
  });
  const pass = await readLines(source.lines, { files, samples, probes, evidence });
  const metrics = checkMetrics(pass, answerMetrics);
  checkResult(files, pass);
  const { plan } = files;
  const execution = plan.evidence === undefined ? null : (evidence.execution?.verdict() ?? null);
  return markVerified({
    name: source.name,
    runId: runId(files.planDigest),
    planDigest: files.planDigest,
    rulesDigest: rulesDigest(plan),
    plan,
    suiteText: files.suiteText,
    level: levelOf(source.level, [samples.coverage(), probes.coverage()]),
    signer: files.signer,
    axes: answerAxes({
      files,
      pass,
      coverage: samples.coverage(),
      canRescore: content.scorer !== null && content.harness !== null,
      hasSuite: suite !== null,
      lacksSandbox: content.languages.length > 0 && sandbox === null,
      execution,
    }),
    execution,
    stop: stop.look(),
    metrics,
    probes: probes.probes,
    end: pass.end,
    totals: samples.totals.totals(pass.resumes),
    samples: kept.samples,
    tree: { rootHex: pass.rootHex, size: pass.size },
  });
}

function openEvidence(
  { evidence: files, level }: RunSource,
  { plan, planDigest, signer }: OpenedFiles,
  options: VerifyOptions,
): EvidenceReader {
  return createEvidenceReader({
    plan,
    planDigest,
    files,
    isPublished: level !== null,
    attestation: options.attestation ?? null,
    atMs: options.evidenceAtMs ?? null,
    runSigned: signer.status !== 'ephemeral',
  });
}

function createKeeper(keep: NonNullable<VerifyOptions['keepSamples']>) {
  if (keep === false) return { samples: null };
  const samples: VerifiedSample[] = [];
  const add = (sample: VerifiedSample): void => void samples.push(keep === 'verdicts' ? withoutTexts(sample) : sample);
  return { samples, add };
}

// An interpreter that is not installed here is no fault of the run.
async function readySandbox(sandbox: Sandbox | undefined, { languages }: ContentCheck): Promise<Sandbox | null> {
  if (sandbox === undefined || languages.length === 0) return null;
  try {
    for (const language of languages) await sandbox.ready(language);
    return sandbox;
  } catch (cause) {
    if (!isTouchstoneError(cause, 'ERR_SANDBOX')) throw cause;
    return null;
  }
}

// What is there counts, not what a container says of itself, unless it says less.
function levelOf(
  stated: DisclosureLevel | null,
  parts: readonly ReturnType<ProbeReader['coverage']>[],
): DisclosureLevel {
  const some = parts.every(({ opened, openable }) => opened === openable) ? 'D3' : 'D2';
  const found = parts.every(({ opened }) => opened === 0) ? 'D1' : some;
  return stated !== null && stated < found ? stated : found;
}

// The plan repeats what the suite says, so that rules can be compared without the suite; both must say the same.
function openSuite(text: string, plan: Plan): SuiteDefinition {
  const suite = parseDefinition(encodeUtf8(text));
  const { config: _config, ...scorer } = suite.scorer;
  const { items, prompt } = suite;
  const fromSuite = {
    suite: [
      suite.id,
      suite.version,
      suite.licence,
      suite.visibility,
      suite.redistributable,
      items.root,
      items.size,
      acceptedBy(suite),
    ],
    rules: [
      promptDigest(prompt),
      suite.parameters,
      scorer,
      suite.unscored,
      plannedHarness(suite, plan.rules.harness) !== null,
    ],
  };
  const planned = plan.suite;
  const fromPlan = {
    suite: [
      planned.id,
      planned.version,
      planned.licence,
      planned.visibility,
      planned.redistributable,
      planned.root,
      planned.size,
      planned.accepted ?? [],
    ],
    rules: [plan.rules.prompt, plan.rules.parameters, plan.rules.scorer, plan.rules.unscored, true],
  };
  if (canonicalize(fromSuite) === canonicalize(fromPlan)) return suite;
  throw new VerificationError('ERR_PLAN_SUITE', 'cannot accept plan: its rules are not those of its suite');
}

// What nobody but the operator vouches for is in the plan too.
function acceptedBy({ origin }: SuiteDefinition): readonly string[] {
  return origin?.pin === 'accepted' ? origin.files.map(({ sha256 }) => sha256) : [];
}

function checkMetrics(
  { aggregates, samples }: PassResult,
  planned: readonly AnswerMetric[],
): readonly VerifiedMetric[] {
  if (aggregates.length === 0)
    throw new VerificationError('ERR_AGGREGATE', 'cannot accept result: the run states no metric');
  const missing = planned.find(({ name }) => !aggregates.some((record) => record.function === name));
  if (missing !== undefined)
    throw new VerificationError(
      'ERR_AGGREGATE',
      `cannot accept result: the plan asks for ${missing.name}, which is missing`,
    );
  return aggregates.map((record) => checkMetric(record, samples.metric(record.function)));
}

function checkMetric(record: AggregateRecord, again: AggregateRecord['result'] | null): VerifiedMetric {
  if (again === null) return { function: record.function, status: 'declared', result: record.result };
  if (canonicalize(again) !== canonicalize(record.result)) {
    throw new VerificationError('ERR_AGGREGATE', `cannot accept ${record.function}: the scores give another result`);
  }
  return { function: record.function, status: 'recomputed', result: again };
}

// The signed result is a pure function of what was just verified, so it is made again and compared.
function checkResult(files: OpenedFiles, pass: PassResult): void {
  const { resultPayload, plan } = files;
  if (resultPayload === null) {
    throw new VerificationError('ERR_RUN_UNFINISHED', 'cannot accept result: result.dsse.json is missing');
  }
  const expected = resultStatement({
    plan,
    digests: {
      plan: files.planDigest,
      suite: plan.suite.digest,
      records: pass.recordsDigest,
      checkpoints: files.checkpointsDigest,
    },
    tree: { size: pass.size, rootHex: pass.rootHex },
    aggregates: pass.aggregates,
    end: pass.end,
  });
  if (equalBytes(resultPayload, expected)) return;
  throw new VerificationError(
    'ERR_RESULT',
    'cannot accept result: it does not follow from plan, records and checkpoints',
  );
}
