/** A run whose every check has passed. Reports take nothing else, and only this folder can make one. */
import type { Digest } from '../core/digest.ts';
import type { Look } from '../stats/sequential.ts';
import type { LineObject } from '../core/line-form.ts';
import type { Message } from '../transcript/wire/request.ts';
import type { AttemptStatus, EndRecord, UnscoredReason } from '../transcript/record.ts';
import type { Plan } from '../transcript/plan.ts';
import type { DisclosureLevel } from '../transcript/source.ts';
import type { ExecutionVerdict } from './execution.ts';
import type { VerifiedProbe } from './probes.ts';
import type { AxisVerdict, SignerVerdict } from './verdict.ts';

declare const verified: unique symbol;

/** A verified metric: the function named in the transcript, and the result as this verifier recomputed it. */
export interface VerifiedMetric {
  readonly function: string;
  /** `recomputed` from the score records; `declared` where the function is unknown to this version. */
  readonly status: 'recomputed' | 'declared';
  readonly result: LineObject;
}

/** The final outcome of one item and repeat. Content is present only where it was opened. */
export interface VerifiedSample {
  readonly index: number;
  readonly repeat: number;
  /** Commitment to the item: equal in two runs exactly if the item is. */
  readonly item: string;
  readonly id?: string;
  readonly tags?: readonly string[];
  readonly messages?: readonly Message[];
  readonly answer?: string;
  /** What was extracted from the answer; null if nothing could be. Absent if not opened. */
  readonly extracted?: string | null;
  readonly rule?: string;
  /** Canonical JSON of the target. */
  readonly target?: string;
  readonly score: { readonly num: number; readonly den: number } | null;
  readonly unscored: UnscoredReason | null;
  /** Whether this verifier re-derived the verdict from the response bytes. */
  readonly rescored: boolean;
  readonly attempts: readonly AttemptStatus[];
  /** How many questions were asked, those to the judge included. */
  readonly turns: number;
  /** Over all answers of the endpoint under test, first byte of the last one; null where no record says it. */
  readonly latencyUs: number | null;
  readonly firstByteUs: number | null;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
}

/** Totals over all records. */
export interface RunTotals {
  readonly attempts: Readonly<Record<AttemptStatus, number>>;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Latencies of the answered attempts in microseconds, ascending; at most a fixed number, drawn evenly. */
  readonly latenciesUs: readonly number[];
  /** Model names and fingerprints that the endpoint reported, with the number of answers each. */
  readonly reportedModels: ReadonlyMap<string, number>;
  readonly fingerprints: ReadonlyMap<string, number>;
  /** Answers of the judge, and the model names that it reported; nothing else here counts them. */
  readonly judgements: number;
  readonly judgeModels: ReadonlyMap<string, number>;
  readonly resumes: number;
}

/** A verified run. */
export interface VerifiedTranscript {
  readonly [verified]: true;
  readonly name: string;
  readonly runId: string;
  readonly planDigest: Digest;
  readonly rulesDigest: Digest;
  readonly plan: Plan;
  /** Text of suite.json, if published. */
  readonly suiteText: string | null;
  readonly level: DisclosureLevel | null;
  readonly signer: SignerVerdict;
  readonly axes: readonly AxisVerdict[];
  /** What evidence shows about the endpoint; null if there is none, or it was not checked. */
  readonly execution: ExecutionVerdict | null;
  /** State of the stop rule after the last verdict; null if every selected item is asked. */
  readonly stop: Look | null;
  readonly metrics: readonly VerifiedMetric[];
  /** What the endpoint was found to be able to do; null where the records are not published. */
  readonly probes: readonly VerifiedProbe[] | null;
  readonly end: EndRecord | null;
  readonly totals: RunTotals | null;
  /** Present only if the caller asked for samples. In the order in which they were scored. */
  readonly samples: readonly VerifiedSample[] | null;
  /** Root of the record tree in hex, and its size. */
  readonly tree: { readonly rootHex: string; readonly size: number };
}

/** Everything but the mark that only this folder may set. */
export type VerifiedFacts = Omit<VerifiedTranscript, typeof verified>;

/** Called by the verifier alone, after its last check. */
export function markVerified(facts: VerifiedFacts): VerifiedTranscript {
  return facts as VerifiedTranscript;
}
