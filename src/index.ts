/**
 * The library: run a suite, verify what was written, publish it, report on it.
 *
 * What is exported here is public and follows semantic versioning; everything else may change. The order below is that of
 * use. Transcripts are read by {@link verifyRun} alone, and reports take only what it returns.
 */

// Suites: what is asked and how answers are judged.
export { loadSuite, type LoadedSuite } from './suites/load.ts';
export type { SuiteItem } from './suites/item-store.ts';
export type { SuiteDefinition } from './suites/definition.ts';

// Endpoints: who is asked.
export { parseEndpointSpec, type EndpointConfig } from './endpoints/config.ts';
export { openEndpoint, readCredentials, type OpenOptions } from './endpoints/open.ts';
export type { Credentials } from './endpoints/openai-compatible.ts';
export type { FindMessages } from './endpoints/replay.ts';
export type { Endpoint, Exchange } from './endpoints/endpoint.ts';

// Keys: who signs, and whom to trust.
export {
  formatSecretKey,
  parsePublicKeys,
  parseSecretKey,
  publicKey,
  secretKey,
  type PublicKey,
  type SecretKey,
} from './core/key.ts';
export { localSigner, type Signer } from './core/signer.ts';
export type { RunSigner } from './runner/signing.ts';

// Probes: what an endpoint can do.
export { CAPABILITIES, type Capability, type CapabilityVerdict } from './core/capability-names.ts';

// Runs: from a plan to a signed transcript in a folder.
export { runSuite, type RunEnd, type RunInput } from './runner/run.ts';
export { resumeRun, type ResumeInput } from './runner/resume.ts';
export { RUN_DEFAULTS, type RunOptions } from './runner/plan-run.ts';
export type { RunEvent, RunListener } from './runner/run-event.ts';
export type { SelectionRule } from './transcript/selection.ts';

// Programs: where answers that are code run.
export { openSandbox, type SandboxOptions } from './scoring/sandbox/open-sandbox.ts';
export type { Computation, Evaluated, Language, Sandbox, Trial, TrialEnd } from './scoring/trial.ts';

// Verification: what a transcript proves, what it declares, and what it does not prove.
export { openSource } from './archive/open-source.ts';
export { verifyRun, type Verification, type VerifyOptions } from './verifier/verify.ts';
export type { VerifiedSample, VerifiedTranscript } from './verifier/verified-transcript.ts';
export { createAttestationCheck, type CheckOptions } from './attestation/check.ts';
export { AXES, type Axis, type AxisVerdict, type Verdict } from './verifier/verdict.ts';
export type { DisclosureLevel, RunSource } from './transcript/source.ts';
export type { Plan, PlanBudget, PlanPrices, PlanRunner } from './transcript/plan.ts';

// Publication, reports and comparisons.
export { writeBundle, type BundleOptions } from './archive/bundle-writer.ts';
export { writeReport, type ReportOptions, type WrittenReport } from './reports/write-report.ts';
export { summarize, type SummaryOptions } from './reports/summary.ts';
export { comparedRun, type ComparedRun } from './reports/comparison/compared-run.ts';
export { compareRuns, type ComparisonOptions } from './reports/comparison/compare-runs.ts';
export { writeComparison } from './reports/comparison/write-comparison.ts';
export type { Comparison, ComparisonModel, NotComparable } from './reports/comparison/model.ts';
export type { DisclosureChoice } from './reports/disclosure.ts';
export type { ReportModel, ReportRun } from './reports/model.ts';

// Gate: whether a run may pass against a baseline. What is decided about comes from verifyRun alone.
export { parseGatePolicy, type GatePolicy, type SuiteRules } from './reports/gate/policy.ts';
export { decideGate, type GateInput, type GivenPolicy, type GivenRun } from './reports/gate/verdict.ts';
export { writeGate } from './reports/gate/write-gate.ts';
export type { GateVerdict, RuleVerdict, SuiteVerdict } from './reports/gate/model.ts';
export { baselineOf } from './reports/gate/baseline.ts';

// Errors: the class says what to do, the code what happened.
export {
  EndpointError,
  InputError,
  TouchstoneError,
  UsageError,
  VerificationError,
  type EndpointCode,
  type InputCode,
  type UsageCode,
  type VerificationCode,
} from './core/errors.ts';
