/** Joins the evidence of an answer with the bytes it is about, and grades the answer by it. */
import type { ResponseAssessment } from '../attestation/claim.ts';
import { digest } from '../core/digest.ts';
import { checkOpening, type Opening } from '../transcript/opening.ts';
import { parseAnswerEvidence, type AnswerEvidence } from '../transcript/evidence.ts';
import type { Plan } from '../transcript/plan.ts';
import type { AnswerEvidenceRecord, ScoreRecord } from '../transcript/record.ts';
import { streamEnd } from '../transcript/wire/sse.ts';
import type { EvidenceReader, SeenAnswer } from './evidence.ts';
import { checkRequiredLevel, type AnswerGroup } from './execution.ts';
import type { OpenSample } from './open-sample.ts';

/** Follows one sample after the other; openings are null where nothing is disclosed. */
export interface AnswerEvidenceCheck {
  asked(sample: OpenSample, request: Uint8Array | null): void;
  answered(sample: OpenSample, response: Uint8Array | null): void;
  evidence(sample: OpenSample, record: AnswerEvidenceRecord, opening: Opening | null): void;
  /** The answer of the sample has its verdict. Gives whether its level could be derived. */
  scored(sample: OpenSample, record: ScoreRecord): boolean;
}

/** What was seen of the last attempt at a sample. */
interface Seen extends Partial<SeenAnswer> {
  /** How many attestations came before the request. */
  readonly asked: number;
  /** Absent if there is none; null if it is there and not open. */
  readonly evidence?: AnswerEvidence | null;
}

const NO_EVIDENCE: ResponseAssessment = { claims: [], signer: null, signedModel: null, channelSpki: null };

/** The check for a plan. Where evidence is not checked nothing is graded, but what is opened has to be what was recorded. */
export function createAnswerEvidence(plan: Plan, { execution, assess }: EvidenceReader): AnswerEvidenceCheck {
  if (plan.evidence === undefined || execution === null) return UNCHECKED;
  const { require_level: required } = plan.evidence;
  const seen = new WeakMap<OpenSample, Seen>();
  const add = (sample: OpenSample, more: Partial<Seen>): void => {
    seen.set(sample, { asked: execution.sessions, ...seen.get(sample), ...more });
  };
  // By the attestations before the verdict, because that is what the runner knew when he gave it.
  const groupOf = ({ asked, evidence, ...answer }: Seen): AnswerGroup | null => {
    if (evidence === undefined) return execution.group(NO_EVIDENCE, asked);
    return evidence !== null && isSeen(answer) ? execution.group(assess(evidence, answer), asked) : null;
  };
  return {
    asked(sample, request) {
      seen.delete(sample);
      add(sample, request === null ? {} : { requestSha256: digest(request) });
    },
    answered(sample, response) {
      if (response !== null) add(sample, { responseSha256: digest(response), stream: streamEnd(response) });
    },
    evidence(sample, record, opening) {
      add(sample, { evidence: openEvidence(record, opening) });
    },
    scored(sample, record) {
      const group = groupOf(seen.get(sample) ?? { asked: 0 });
      const isUnattested = record.unscored === 'unattested';
      if (!isUnattested) execution.count(group, record.seq);
      if (group !== null && required !== undefined) {
        checkRequiredLevel(group, required, { seq: record.seq, isUnattested });
      }
      return group !== null;
    },
  };
}

const UNCHECKED: AnswerEvidenceCheck = {
  asked: () => undefined,
  answered: () => undefined,
  evidence: (_sample, record, opening) => void openEvidence(record, opening),
  scored: () => false,
};

function openEvidence(record: AnswerEvidenceRecord, opening: Opening | null): AnswerEvidence | null {
  if (opening === null) return null;
  checkOpening(opening, record.evidence);
  return parseAnswerEvidence(opening.bytes);
}

function isSeen(answer: Partial<SeenAnswer>): answer is SeenAnswer {
  return answer.requestSha256 !== undefined && answer.responseSha256 !== undefined && answer.stream !== undefined;
}
