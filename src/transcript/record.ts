/**
 * The kinds of record in a transcript.
 *
 * Records hold public facts and commitments only; prompts, answers and whatever a model extracted from them are content,
 * which is disclosed apart. Field names are short because a run has three records per sample.
 */
import type { Capability, CapabilityVerdict } from '../core/capability-names.ts';
import type { ChatAlgorithm, EvidenceRole } from '../core/evidence-names.ts';
import type { EvidencePhase } from './evidence.ts';
import type { LineObject } from '../core/line-form.ts';

/** The format of plan, records, bundle and statements. */
export const FORMAT = 'touchstone/v1';

/** Features that this version understands; a header that names another is refused. */
export const KNOWN_FEATURES: readonly string[] = ['evidence/1', 'probe/1', 'stop/1', 'turns/1'];

/** Largest denominator of a score, so that sums of scores stay exact and small. */
export const MAX_DENOMINATOR = 1000;

/** How an attempt ended. */
export type AttemptStatus = 'ok' | 'http' | 'timeout' | 'network' | 'cancelled' | 'lost';

/** Why an item has no score, as far as its suite says what that counts as. */
export type SuiteReason =
  'truncated' | 'refused' | 'filtered' | 'empty' | 'timeout' | 'transport' | 'scorer' | 'lost' | 'skipped';

/** The reasons that every suite treats, in the order in which reports show them. */
export const SUITE_REASONS: readonly SuiteReason[] = [
  'truncated',
  'refused',
  'filtered',
  'empty',
  'timeout',
  'transport',
  'scorer',
  'lost',
  'skipped',
];

/**
 * Why an item has no score. `unattested`: the run asks for evidence that the answer does not have; no suite has a say in
 * it and it always counts as wrong, because an endpoint could otherwise choose which answers count.
 */
export type UnscoredReason = SuiteReason | 'unattested';

/** Every reason, in the order in which reports show them. */
export const UNSCORED_REASONS: readonly UnscoredReason[] = [...SUITE_REASONS, 'unattested'];

/** What an answer says about itself; no other outcome has any of it. */
export const ANSWER_FACTS = ['finish', 'model', 'fingerprint', 'prompt_tokens', 'completion_tokens'] as const;

/** How a run ended; `stop`: its stop rule was certain before all items were asked. */
export type EndReason = 'complete' | 'budget' | 'stop';

/** Opens a transcript: record 0. */
export interface HeaderRecord {
  readonly k: 'header';
  readonly seq: number;
  readonly at: string;
  readonly features: readonly string[];
  readonly format: string;
  /** Digest of plan.json. */
  readonly plan: string;
  readonly run_nonce: string;
}

/** What the endpoint was found to be able to do, before it was asked anything. */
export interface ProbeRecord {
  readonly k: 'probe';
  readonly seq: number;
  readonly at: string;
  readonly capability: Capability;
  readonly verdict: CapabilityVerdict;
  /** Number of requests that the verdict follows from. */
  readonly exchanges: number;
  /** Commitment to these requests and what came back. */
  readonly content: string;
}

/** A request that is about to be sent; durable before its bytes leave. */
export interface IntentRecord {
  readonly k: 'intent';
  readonly seq: number;
  readonly at: string;
  /** Zero-based number of this attempt at this item and repeat. */
  readonly attempt: number;
  readonly index: number;
  readonly repeat: number;
  /** How many questions of this sample were answered before; absent for the first. */
  readonly turn?: number;
  /** Who is asked; absent for the endpoint under test. */
  readonly role?: 'judge';
  /** What is asked for; absent for a chat. */
  readonly api?: 'completions' | 'embeddings';
  /** Commitment to the item. */
  readonly item: string;
  /** Commitment to the request body. */
  readonly request: string;
}

/** How a request ended. */
export interface OutcomeRecord {
  readonly k: 'outcome';
  readonly seq: number;
  /** Sequence number of the intent. */
  readonly of: number;
  readonly status: AttemptStatus;
  /** HTTP status, if a response began. */
  readonly http?: number;
  /** Transport error, from a fixed list. */
  readonly error?: string;
  /** Commitment to the response body as received. */
  readonly response?: string;
  readonly finish?: string;
  readonly model?: string;
  readonly fingerprint?: string;
  readonly prompt_tokens?: number;
  readonly completion_tokens?: number;
  /** From the moment the intent was durable to the last byte. */
  readonly latency_us?: number;
  readonly first_byte_us?: number;
}

/** The final outcome of one item and repeat: an exact score, or a reason for having none. */
export interface ScoreRecord {
  readonly k: 'score';
  readonly seq: number;
  readonly index: number;
  readonly repeat: number;
  /** Sequence number of the outcome that was scored; absent if the item was never asked. */
  readonly of?: number;
  /** Commitment to the item, if it was never asked and so has no intent that states it. */
  readonly item?: string;
  readonly num?: number;
  readonly den?: number;
  /** Commitment to the extracted answer; absent if nothing was extracted. */
  readonly extracted?: string;
  /** The rule that extracted it. */
  readonly rule?: string;
  readonly unscored?: UnscoredReason;
}

/** The running root: all records before this one. */
export interface MarkRecord {
  readonly k: 'mark';
  readonly seq: number;
  readonly size: number;
  readonly root: string;
}

/** The run went on after it had been stopped; what the interruption tore is counted. */
export interface ResumeRecord {
  readonly k: 'resume';
  readonly seq: number;
  readonly at: string;
  /** Bytes cut from the end of the records, and of the content. */
  readonly torn_bytes: number;
  readonly torn_content_bytes: number;
  readonly version: string;
}

/** A metric over all score records. */
export interface AggregateRecord {
  readonly k: 'aggregate';
  readonly seq: number;
  /** The pure function that made the result, such as `mean/1`. */
  readonly function: string;
  readonly result: LineObject;
}

/** Closes a transcript. */
export interface EndRecord {
  readonly k: 'end';
  readonly seq: number;
  readonly at: string;
  readonly reason: EndReason;
  /** Number of records per kind, attempt status and so on. */
  readonly counts: Readonly<Record<string, number>>;
}

/** A file of evidence that a record names by its digest. */
export interface EvidenceFileName {
  readonly role: EvidenceRole;
  readonly sha256: string;
}

/** An attestation of the endpoint as it was fetched; public, its files are kept beside the records. */
export interface SessionEvidenceRecord {
  readonly k: 'evidence';
  readonly seq: number;
  readonly about: 'session';
  readonly at: string;
  readonly phase: EvidencePhase;
  /** Size and root of the tree over the records that the nonce was made from. */
  readonly size: number;
  readonly root: string;
  /** Algorithm of the key that was asked for, where there is a choice. */
  readonly algo?: ChatAlgorithm;
  /** Where it was fetched; without credentials. */
  readonly url: string;
  /** SHA-256 of the public key of the TLS peer on that connection. */
  readonly peer_spki?: string;
  readonly files: readonly EvidenceFileName[];
}

/** What the provider says of one answer: content, because it holds hashes of it. */
export interface AnswerEvidenceRecord {
  readonly k: 'evidence';
  readonly seq: number;
  readonly about: 'answer';
  /** Sequence number of the outcome. */
  readonly of: number;
  /** Commitment to what was fetched. */
  readonly evidence: string;
}

/** Evidence about the endpoint. */
export type EvidenceRecord = SessionEvidenceRecord | AnswerEvidenceRecord;

/** Any record. */
export type TranscriptRecord =
  | HeaderRecord
  | ProbeRecord
  | IntentRecord
  | OutcomeRecord
  | EvidenceRecord
  | ScoreRecord
  | MarkRecord
  | ResumeRecord
  | AggregateRecord
  | EndRecord;
