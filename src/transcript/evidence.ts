/**
 * Evidence about the endpoint: the nonces that tie it to a run, and the form of what is kept for one answer.
 *
 * A nonce is derived from the records before it, so that a third party sees that the evidence was made for this run and
 * after them; a random one would prove that to nobody but the runner.
 */
import { canonicalize, tryParseCanonical } from '../core/canonical-json.ts';
import { concatBytes, decodeHex, encodeUtf8, tryDecodeUtf8, u64be } from '../core/bytes.ts';
import { domainTag, type Digest } from '../core/digest.ts';
import { VerificationError } from '../core/errors.ts';
import { CHAT_ALGORITHMS, type ChatAlgorithm } from '../core/evidence-names.ts';
import { sha256 } from '../core/sha256.ts';
import { conform, digestText, list, object, oneOf, text, type Shape } from './shape.ts';

/** When an attestation is asked for: before the first request, at a resume, when a key has changed, after the last score. */
export type EvidencePhase = 'before' | 'resume' | 'rotation' | 'after';

/** Every phase. */
export const EVIDENCE_PHASES: readonly EvidencePhase[] = ['before', 'resume', 'rotation', 'after'];

/**
 * The 32 bytes that an attestation has to hold.
 *
 * @param head - Size and root of the tree over the records before it.
 */
export function evidenceNonce(
  phase: EvidencePhase,
  planDigest: Digest,
  head: { readonly size: number; readonly root: Uint8Array },
): Uint8Array {
  const tag = encodeUtf8(`${domainTag('tee-nonce')}${phase}\n`);
  return sha256(concatBytes(tag, decodeHex(planDigest), u64be(head.size), head.root));
}

/** A signature over an answer, as fetched. */
interface AnswerSignature {
  readonly algo: ChatAlgorithm;
  readonly body: string;
}

/** What was fetched about one answer. */
export interface AnswerEvidence {
  /** Id under which the provider keeps it; absent if the answer has none. */
  readonly id?: string;
  /** Hex SHA-256 of the public key of the TLS peer that the answer came from. */
  readonly peer_spki?: string;
  /** Bodies of the signature endpoint, exactly as they came. */
  readonly signatures?: readonly AnswerSignature[];
  /** Body of the receipt endpoint, exactly as it came. */
  readonly receipt?: string;
}

/** Most UTF-16 units in a signature or a receipt. */
export const MAX_ANSWER_EVIDENCE_UNITS = 65_536;

const body = text(MAX_ANSWER_EVIDENCE_UNITS);
const shape: Shape<AnswerEvidence> = object<AnswerEvidence>(
  {},
  {
    id: text(256, /^[\x21-\x7e]+$/),
    peer_spki: digestText,
    signatures: list(object<AnswerSignature>({ algo: oneOf(...CHAT_ALGORITHMS), body }), CHAT_ALGORITHMS.length),
    receipt: body,
  },
);

/** The bytes that an evidence record commits to. */
export function formatAnswerEvidence(evidence: AnswerEvidence): string {
  return canonicalize(evidence);
}

/**
 * The evidence in bytes that were opened.
 *
 * @throws {@link VerificationError} `ERR_EVIDENCE_FORM` if they are not the one form of it
 */
export function parseAnswerEvidence(bytes: Uint8Array): AnswerEvidence {
  return conform(
    shape,
    tryParseCanonical(tryDecodeUtf8(bytes) ?? ''),
    (complaint) => new VerificationError('ERR_EVIDENCE_FORM', `cannot read evidence of an answer${complaint}`),
  );
}
