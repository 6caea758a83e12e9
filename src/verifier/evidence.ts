/**
 * Follows the evidence of a run: attestations of its sessions, and what the provider says of each answer.
 *
 * Everything about place is checked here: when an attestation was asked for, over which records its nonce was made, which
 * files it names. What it shows is for the attestation checks, which the caller gives or leaves out.
 */
import { decodeHex } from '../core/bytes.ts';
import { CHAT_ALGORITHMS } from '../core/evidence-names.ts';
import { digest, type Digest } from '../core/digest.ts';
import type { VerificationError } from '../core/errors.ts';
import type { AttestationCheck, ResponseAssessment, SessionEvidence } from '../attestation/claim.ts';
import { evidenceNonce, type AnswerEvidence } from '../transcript/evidence.ts';
import type { Plan } from '../transcript/plan.ts';
import type { SessionEvidenceRecord } from '../transcript/record.ts';
import { createExecution, type Execution } from './execution.ts';
import { recordsFault } from './fault.ts';

/** The tree over the records before the one that is being read. */
interface PrefixTree {
  readonly size: number;
  readonly rootHex: () => string;
}

/** What was seen of an answer by the time its evidence comes. */
export interface SeenAnswer {
  readonly requestSha256: string;
  readonly responseSha256: string;
  /** Whether it came as an event stream, and whether that ended as it should. */
  readonly stream: { readonly complete: boolean } | null;
}

/** Follows evidence in order. */
export interface EvidenceReader {
  /** A request, a verdict or an interruption has been read; attestations have their place among them. */
  passed(kind: 'intent' | 'resume' | 'score', seq: number): void;
  /** The header, or a mark, has been read: a nonce may be made from the records before this size at any later time. */
  mark(size: number, rootHex: string): void;
  session(record: SessionEvidenceRecord, tree: PrefixTree): void;
  /** What the evidence of one answer shows, by the attestations so far. Requires that evidence is checked. */
  assess(evidence: AnswerEvidence, seen: SeenAnswer): ResponseAssessment;
  /** Null if evidence is not checked. */
  readonly execution: Execution | null;
  /** Check that every file of evidence was named. */
  close(): void;
}

/** What a reader needs. */
export interface EvidenceReaderInput {
  readonly plan: Plan;
  readonly planDigest: Digest;
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Whether a file that no record names is a fault: it is in a publication, and is not in a folder that may have been torn. */
  readonly isPublished: boolean;
  readonly attestation: AttestationCheck | null;
  /** The moment at which evidence has to be valid, in place of the one that each record states. */
  readonly atMs: number | null;
  readonly runSigned: boolean;
}

const MAX_SESSIONS = 4096;

/**
 * A reader before the first record.
 *
 * Its methods throw {@link VerificationError} with `ERR_EVIDENCE_PLACE` or `ERR_EVIDENCE_FILE`.
 */
export function createEvidenceReader(input: EvidenceReaderInput): EvidenceReader {
  const { plan, planDigest, attestation } = input;
  const files = createFiles(input);
  const place = createPlaces(plan.evidence !== undefined);
  const execution = attestation === null ? null : createExecution(attestation.gradeAnswer, input.runSigned);
  let sessions = 0;
  return {
    execution,
    passed: place.passed,
    mark: place.mark,
    session(record, tree) {
      const { tee } = plan.endpoint;
      if (tee === undefined || ++sessions > MAX_SESSIONS) throw placeFault(record.seq, 'is not planned');
      const root = place.check(record, tree);
      const evidence: SessionEvidence = {
        provider: tee.provider,
        algo: record.algo ?? null,
        model: plan.endpoint.model,
        spki: record.peer_spki ?? null,
        files: record.files.map(({ role, sha256 }) => ({ role, bytes: files.take(sha256) })),
      };
      if (attestation === null || execution === null) return;
      const nonce = evidenceNonce(record.phase, planDigest, { size: record.size, root });
      const atMs = input.atMs ?? Date.parse(record.at);
      execution.session(record, attestation.assessSession(evidence, { nonce, atMs }));
    },
    assess(evidence, seen) {
      const { tee, model } = plan.endpoint;
      if (tee === undefined || attestation === null || execution === null) throw new RangeError('there are no checks');
      const { keys, channelSpkis } = execution;
      const context = { ...seen, provider: tee.provider, model, keys, channelSpkis, algorithms: CHAT_ALGORITHMS };
      return attestation.assessResponse(evidence, context);
    },
    close: files.close,
  };
}

function createFiles({ files, isPublished }: EvidenceReaderInput) {
  const named = new Set<string>();
  return {
    take(sha256: string): Uint8Array {
      const bytes = files.get(sha256);
      if (bytes === undefined || (!named.has(sha256) && digest(bytes) !== sha256)) {
        throw recordsFault('ERR_EVIDENCE_FILE', `evidence ${sha256} is missing or has another digest`);
      }
      named.add(sha256);
      return bytes;
    },
    close(): void {
      if (isPublished && named.size < files.size) {
        throw recordsFault('ERR_EVIDENCE_FILE', `${files.size - named.size} files of evidence are named by no record`);
      }
    },
  };
}

// Roots at the sizes that a nonce may be made from: the header, marks, and where an attestation stands.
function createPlaces(isPlanned: boolean) {
  const roots = new Map<number, string>();
  const last = { intent: -1, resume: -1, score: -1, after: -1 };

  const rootAt = ({ seq, size }: SessionEvidenceRecord, tree: PrefixTree): string => {
    if (size === tree.size) roots.set(size, tree.rootHex());
    const root = roots.get(size);
    if (root === undefined)
      throw placeFault(seq, 'has a nonce over records that do not end at a mark or just before it');
    return root;
  };
  const isInPlace = ({ phase, size }: SessionEvidenceRecord): boolean => {
    switch (phase) {
      case 'before':
        return size === 1 && last.intent < 0 && last.resume < 0;
      case 'resume':
        return last.resume >= 0 && size > last.resume && last.intent < last.resume;
      case 'rotation':
        return last.intent >= 0;
      case 'after':
        return last.score >= 0 && size > last.score && size > last.intent;
    }
  };
  return {
    passed(kind: 'intent' | 'resume' | 'score', seq: number): void {
      if (kind !== 'resume' && last.after > last.resume) throw placeFault(last.after, 'is not after all requests');
      last[kind] = seq;
    },
    mark(size: number, rootHex: string): void {
      if (isPlanned) roots.set(size, rootHex);
    },
    check(record: SessionEvidenceRecord, tree: PrefixTree): Uint8Array {
      const root = rootAt(record, tree);
      if (root !== record.root) throw placeFault(record.seq, 'states another tree');
      if (!isInPlace(record)) throw placeFault(record.seq, `says "${record.phase}" and is elsewhere`);
      if (record.phase === 'after') last.after = record.seq;
      return decodeHex(root);
    },
  };
}

function placeFault(seq: number, what: string): VerificationError {
  return recordsFault('ERR_EVIDENCE_PLACE', `evidence ${seq} ${what}`);
}
