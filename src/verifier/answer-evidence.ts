/** Joins the evidence of an answer with the bytes it is about, and grades the answer by it. */
import type { ResponseAssessment } from '../attestation/claim.ts';
import { digest } from '../core/digest.ts';
import { checkOpening, type Opening } from '../transcript/opening.ts';
import { parseAnswerEvidence } from '../transcript/evidence.ts';
import type { Plan } from '../transcript/plan.ts';
import type { AnswerEvidenceRecord, ScoreRecord } from '../transcript/record.ts';
import { streamEnd } from '../transcript/wire/sse.ts';
import type { EvidenceReader, SeenAnswer } from './evidence.ts';
import { checkRequiredLevel, type AnswerGroup } from './execution.ts';
import type { OpenSample } from './ledger.ts';

/** Follows one sample after the other; openings are null where nothing is disclosed. */
export interface AnswerEvidenceCheck {
  asked(sample: OpenSample, request: Uint8Array | null): void;
  answered(sample: OpenSample, response: Uint8Array | null): void;
  evidence(sample: OpenSample, record: AnswerEvidenceRecord, opening: Opening | null): void;
  /** The answer of the sample has its verdict. */
  scored(sample: OpenSample, record: ScoreRecord): void;
}

type Seen = { -readonly [K in keyof SeenAnswer]?: SeenAnswer[K] };

const NOTHING: AnswerEvidenceCheck = {
  asked: () => undefined,
  answered: () => undefined,
  evidence: () => undefined,
  scored: () => undefined,
};

/** The check for a plan; it does nothing for a run without evidence, or where evidence is not checked. */
export function createAnswerEvidence(plan: Plan, { execution, assess }: EvidenceReader): AnswerEvidenceCheck {
  if (plan.evidence === undefined || execution === null) return NOTHING;
  const { require_level: required } = plan.evidence;
  const seen = new WeakMap<OpenSample, Seen>();
  // Null for evidence that is there and not open.
  const groups = new WeakMap<OpenSample, AnswerGroup | null>();
  const none: ResponseAssessment = { claims: [], signer: null, signedModel: null };
  return {
    asked(sample, request) {
      groups.delete(sample);
      seen.set(sample, request === null ? {} : { requestSha256: digest(request) });
    },
    answered(sample, response) {
      if (response === null) return;
      seen.set(sample, { ...seen.get(sample), responseSha256: digest(response), stream: streamEnd(response) });
    },
    evidence(sample, record, opening) {
      if (opening !== null) checkOpening(opening, record.evidence);
      const evidence = opening === null ? null : parseAnswerEvidence(opening.bytes);
      const answer = seen.get(sample);
      const isOpen = evidence !== null && isSeen(answer);
      groups.set(sample, isOpen ? execution.group(assess(evidence, answer)) : null);
    },
    scored(sample, record) {
      const known = groups.get(sample);
      const group = known === undefined ? execution.group(none) : known;
      const isUnattested = record.unscored === 'unattested';
      if (group !== null && required !== undefined) {
        checkRequiredLevel(execution.levelNow(group), required, { seq: record.seq, isUnattested });
      }
      if (!isUnattested) execution.count(group, record.seq);
    },
  };
}

function isSeen(answer: Seen | undefined): answer is SeenAnswer {
  return answer?.requestSha256 !== undefined && answer.responseSha256 !== undefined && answer.stream !== undefined;
}
