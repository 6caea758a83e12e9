/**
 * What evidence about an endpoint is turned into: claims, each with its status, its source and its reason.
 *
 * A level is derived from claims and never stands alone, so that a report can always say why.
 *
 * @see the claim model of ACI: every statement says whether hardware, this verifier or somebody's word is behind it
 */
import type { VerificationCode } from '../core/errors.ts';
import type { ChatAlgorithm, EndpointLevel, EvidenceRole, TeeProvider } from '../core/evidence-names.ts';

/** What a claim is about. */
export type ClaimSubject = 'model' | 'gateway' | 'channel' | 'response';

/** What is claimed; the reason of a claim has the particulars. */
export type ClaimName =
  // An attested machine.
  | 'quote' // a genuine, unexpired chain ends in the quote
  | 'tcb' // status of firmware and module; the reason names it and its advisories
  | 'production' // neither debug mode nor another attribute that opens the machine
  | 'key_bound' // the signing key is in the report data
  | 'nonce' // so is the nonce that was asked for
  | 'tls_bound' // so is the TLS key that the runner saw
  | 'event_log' // the log replays to the measured registers
  | 'compose' // the application is the one measured
  | 'images_pinned' // every image of it by digest
  | 'measurements' // boot measurements are in a named allow-list
  | 'actions' // the log of later actions is attested
  | 'gpu' // genuine GPU evidence over the same nonce
  | 'gpu_bound' // hashed into the report data of the CPU
  | 'gpu_verdict' // the vendor's verdict, as archived
  | 'weights' // the weights are part of the measured state
  | 'vendor_root' // the roots are those of the hardware vendors
  // An answer.
  | 'signed' // an attested key signed these very bytes
  | 'signed_model' // and the name of the model that was asked
  | 'channel' // it came over a connection that ends in the attested machine
  | 'request_half'; // nobody but the sender could choose the request hash

/** `refuted`: contradicted by the evidence; `unknown`: there is no evidence, or none that can be checked. */
type ClaimStatus = 'asserted' | 'refuted' | 'unknown';

/** Who stands behind a claim. */
export type ClaimSource = 'hardware_proven' | 'verifier_derived' | 'provider_asserted' | 'operator_asserted';

/** One statement about an endpoint or an answer. */
export interface Claim {
  readonly subject: ClaimSubject;
  readonly claim: ClaimName;
  readonly status: ClaimStatus;
  readonly source: ClaimSource;
  /** One clause without text of a model; text of a provider only as bounded names and hex. */
  readonly reason: string;
  /** What contradicts it, if it is refuted. */
  readonly code?: VerificationCode;
}

/** A file as it was fetched. */
export interface EvidenceFile {
  readonly role: EvidenceRole;
  readonly bytes: Uint8Array;
}

/** One attestation as it was fetched. */
export interface SessionEvidence {
  readonly provider: TeeProvider;
  /** Algorithm of the signing key that was asked for; null where a provider has no choice. */
  readonly algo: ChatAlgorithm | null;
  /** The model that is asked. */
  readonly model: string;
  /** Hex SHA-256 of the public key of the TLS peer on the connection that gave the report; null without TLS. */
  readonly spki: string | null;
  readonly files: readonly EvidenceFile[];
}

/** Roots of trust, each the lower-case hex SHA-256 of a certificate or of its public key; see `trust.ts`. */
export interface TrustRoots {
  /** SHA-256 of the SubjectPublicKeyInfo of accepted Intel SGX root CAs. */
  readonly intelSpki: readonly string[];
  /** SHA-256 of accepted NVIDIA device identity root certificates. */
  readonly nvidiaCertificates: readonly string[];
  /** SHA-256 of accepted AWS Nitro root certificates. */
  readonly nitroCertificates: readonly string[];
  /** Whether these are the roots of a simulator, which prove nothing. */
  readonly simulated: boolean;
}

/** What an attestation is checked against. */
export interface SessionContext {
  /** The 32 bytes that were asked for. */
  readonly nonce: Uint8Array;
  /** The moment at which it has to be valid, in milliseconds since 1970. */
  readonly atMs: number;
  /** Accepted roots; evidence under the root of the simulator is refused unless it is among them. */
  readonly roots: readonly TrustRoots[];
}

/** A key that an attested machine signs answers with. */
export interface AttestedKey {
  readonly role: 'model' | 'gateway';
  readonly algo: ChatAlgorithm;
  /** Lower-case hex without prefix: 20 bytes of an address for ECDSA, 32 of the public key for Ed25519. */
  readonly address: string;
  /** Model name that the report gives, or null. */
  readonly model: string | null;
}

/** An attested machine. */
export interface AttestedMachine {
  readonly role: 'model' | 'gateway';
  /** Kind of quote, such as `tdx-v4`. */
  readonly platform: string;
  /** TCB status and its parts as Intel names them; null if the quote did not verify. */
  readonly tcb: {
    readonly status: string;
    readonly advisories: readonly string[];
    readonly evaluationDataNumber: number;
    readonly fmspc: string;
  } | null;
  /** Measured values in lower-case hex by name: mr_td, rtmr0 … rtmr3, mr_config_id, compose_hash, os_image_hash, app_id, … */
  readonly measurements: Readonly<Record<string, string>>;
  /** Checkpoints that the measured application names; declared by it, not measured. */
  readonly declaredCheckpoints: readonly string[];
}

/** A stretch of time, in milliseconds since 1970, both ends included. */
export interface ValidityWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What one attestation shows. */
export interface SessionAssessment {
  readonly claims: readonly Claim[];
  readonly machines: readonly AttestedMachine[];
  /** Keys of machines whose quote, production mode, nonce and key binding are all asserted. */
  readonly keys: readonly AttestedKey[];
  /** Hex SHA-256 of the TLS key that is bound to an attested machine, if one is. */
  readonly channelSpki: string | null;
  /** When all collateral that was used is valid; null if none was used. */
  readonly window: ValidityWindow | null;
  readonly simulated: boolean;
}

/** A signature over an answer, as fetched. */
export interface FetchedSignature {
  readonly algo: ChatAlgorithm;
  /** Body of the signature endpoint's answer. */
  readonly body: string;
}

/** What was fetched about an answer. */
interface FetchedEvidence {
  /** Hex SHA-256 of the public key of the TLS peer that the answer came from. */
  readonly peer_spki?: string;
  /** Bodies of the signature endpoint, exactly as they came. */
  readonly signatures?: readonly FetchedSignature[];
  /** Body of the receipt endpoint, exactly as it came. */
  readonly receipt?: string;
}

/** What an answer is checked against. */
export interface ResponseContext {
  readonly provider: TeeProvider;
  /** Hex SHA-256 of the bytes that were sent and of those that were received. */
  readonly requestSha256: string;
  readonly responseSha256: string;
  /** The model that was asked. */
  readonly model: string;
  /** Keys that sessions of the run attest, and where answers over an attested connection come from. */
  readonly keys: readonly AttestedKey[];
  readonly channelSpkis: readonly string[];
  /** Whether the answer came as an event stream, and whether that ended as it should. */
  readonly stream: { readonly complete: boolean } | null;
  /** Algorithms whose signatures are to be checked; others are left unknown. */
  readonly algorithms: readonly ChatAlgorithm[];
}

/** What the evidence of one answer shows. */
export interface ResponseAssessment {
  readonly claims: readonly Claim[];
  /** The key that signed, if one did. */
  readonly signer: AttestedKey | null;
  /** Model name in the signed text, if it has one. */
  readonly signedModel: string | null;
  /** The TLS key of the connection that the answer came over, if a session of the run attests it. */
  readonly channelSpki: string | null;
}

/** Everything that the level of one answer is derived from. */
export interface LevelFacts {
  /** Whether somebody answers for the signature over the transcript. */
  readonly runSigned: boolean;
  /** Claims about the answer; empty if there is no evidence of it. */
  readonly answer: readonly Claim[];
  readonly signer: AttestedKey | null;
  /** Claims of the last attestation that vouches for the signer, or for the channel; empty if none does. */
  readonly session: readonly Claim[];
  /** TCB status of the machine of the signer. */
  readonly tcbStatus: string | null;
  /** Whether the same key was attested before and after the answer, over nonces that are made from the records. */
  readonly bracketed: boolean;
  /** Whether nothing but the runner's clock says when the attestations were made. */
  readonly timeDeclared: boolean;
  readonly simulated: boolean;
}

/** What limits a level without changing its number. */
export type LevelSuffix = '~req' | '~simulated' | '~stale' | '~time';

/** The level of an answer, never without its reasons. */
export interface AnswerLevel {
  readonly level: EndpointLevel;
  readonly suffixes: readonly LevelSuffix[];
  /** One clause for every limit, the level's own first. */
  readonly reasons: readonly string[];
}

/** An attestation in its place among the answers of a run. */
export interface PlacedSession {
  readonly assessment: SessionAssessment;
  /** Whether its nonce is made from all answers before it, so that it cannot be older than they are. */
  readonly isClosing: boolean;
}

/** An answer among the attestations of its run. */
export interface GradeContext {
  /** The attestations of the run, in order. */
  readonly sessions: readonly PlacedSession[];
  /** How many of them came before the request was sent, and how many before the answer had its verdict. */
  readonly asked: number;
  readonly judged: number;
  readonly runSigned: boolean;
}

/** How evidence is checked. It is handed to runner and verifier, so that a page without these checks can leave them out. */
export interface AttestationCheck {
  readonly assessSession: (evidence: SessionEvidence, context: Omit<SessionContext, 'roots'>) => SessionAssessment;
  readonly assessResponse: (evidence: FetchedEvidence, context: ResponseContext) => ResponseAssessment;
  readonly gradeAnswer: (answer: ResponseAssessment, context: GradeContext) => AnswerLevel;
}
