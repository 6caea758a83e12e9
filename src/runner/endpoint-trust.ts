/** What the attestations of a run vouch for so far. Evidence is checked here as a verifier checks it, so that both agree. */
import { createAttestedKeys } from '../attestation/attested-keys.ts';
import type {
  AttestationCheck,
  Claim,
  EvidenceFile,
  PlacedSession,
  ResponseAssessment,
  SessionEvidence,
} from '../attestation/claim.ts';
import { countsAt } from '../attestation/grade.ts';
import { decodeHex } from '../core/bytes.ts';
import { digest, parseDigest } from '../core/digest.ts';
import { InputError } from '../core/errors.ts';
import { CHAT_ALGORITHMS, type ChatAlgorithm, type EndpointLevel } from '../core/evidence-names.ts';
import { evidenceNonce, type AnswerEvidence } from '../transcript/evidence.ts';
import type { Plan } from '../transcript/plan.ts';
import type { SessionEvidenceRecord } from '../transcript/record.ts';
import { streamEnd } from '../transcript/wire/sse.ts';

/** An answer and the question it belongs to. */
interface TrustedExchange {
  readonly body: string;
  readonly response: Uint8Array;
}

/** What the attestations so far vouch for. */
export interface EndpointTrust {
  /** Take in an attestation; gives what it claims. */
  add(attestation: SessionEvidence, nonce: Uint8Array, atMs: number): readonly Claim[];
  /**
   * Take in an attestation of an earlier session.
   *
   * @throws {@link InputError} `ERR_RESUME_CONTENT` if a file of it is not what was recorded
   */
  recall(record: SessionEvidenceRecord, files: ReadonlyMap<string, Uint8Array>): readonly Claim[];
  assess(exchange: TrustedExchange, evidence: AnswerEvidence): ResponseAssessment;
  /** Whether an answer counts in a run that asks for a level. */
  counts(assessment: ResponseAssessment, required: EndpointLevel): boolean;
}

/** What trust is made with. */
export interface TrustInput {
  readonly plan: Plan;
  readonly planDigest: string;
  readonly check: AttestationCheck;
  readonly runSigned: boolean;
}

/** No trust yet. */
export function createTrust({ plan, planDigest, check, runSigned }: TrustInput): EndpointTrust {
  const { tee, model } = plan.endpoint;
  if (tee === undefined) throw new RangeError('an endpoint without a provider gives no evidence');
  const { provider } = tee;
  const hasLevel = plan.evidence?.require_level !== undefined;
  const sessions: PlacedSession[] = [];
  const attested = createAttestedKeys();

  const add: EndpointTrust['add'] = (attestation, nonce, atMs) => {
    const assessment = check.assessSession(attestation, { nonce, atMs });
    // What an answer counts as is decided before any attestation closes over it.
    sessions.push({ assessment, isClosing: false });
    attested.add(assessment);
    return assessment.claims;
  };
  return {
    add,
    recall(record, held) {
      const { at, phase, size, root, algo = null, peer_spki: spki = null } = record;
      const files = record.files.map(({ role, sha256 }) => ({ role, bytes: fileOf(held, sha256) }));
      const nonce = evidenceNonce(phase, parseDigest(planDigest), { size, root: decodeHex(root) });
      return add({ provider, algo, model, spki, files }, nonce, Date.parse(at));
    },
    assess({ body, response }, evidence) {
      return check.assessResponse(evidence, {
        provider,
        model,
        requestSha256: digest(body),
        responseSha256: digest(response),
        stream: streamEnd(response),
        keys: attested.keys,
        channelSpkis: attested.channelSpkis,
        algorithms: hasLevel ? CHAT_ALGORITHMS : enoughOf(evidence),
      });
    },
    counts(assessment, required) {
      const asked = sessions.length;
      const { level } = check.gradeAnswer(assessment, { sessions, asked, judged: asked, runSigned });
      return countsAt(required, level, assessment);
    },
  };
}

// An ECDSA signature takes twenty times as long to check. Where no answer is left out by what it shows, one signature says
// whether the keys are still the ones attested; whoever verifies the run checks them all.
function enoughOf({ signatures = [] }: AnswerEvidence): readonly ChatAlgorithm[] {
  return signatures.some(({ algo }) => algo === 'ed25519') ? ['ed25519'] : CHAT_ALGORITHMS;
}

function fileOf(files: ReadonlyMap<string, Uint8Array>, sha256: string): EvidenceFile['bytes'] {
  const bytes = files.get(sha256);
  if (bytes !== undefined && digest(bytes) === sha256) return bytes;
  throw new InputError('ERR_RESUME_CONTENT', `cannot resume: evidence ${sha256} is missing or has another digest`);
}
