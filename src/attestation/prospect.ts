/** The level that answers would have by attestations alone, before anything has been asked. */
import type { TeeProvider } from '../core/evidence-names.ts';
import type { AnswerLevel, AttestedKey, Claim, ResponseAssessment, SessionAssessment } from './claim.ts';
import { gradeAnswer } from './grade.ts';
import { requestHalf } from './request-half.ts';

const NOTHING: ResponseAssessment = { claims: [], signer: null, signedModel: null, channelSpki: null };

/**
 * The level of an answer that has all the evidence which the provider can give for it, before and after which the
 * endpoint attests what it attests now.
 *
 * @param model - The model that would be asked.
 * @returns The lowest over all attestations; without any, that of an answer without evidence.
 */
export function prospectiveLevel(
  provider: TeeProvider,
  model: string,
  assessments: readonly SessionAssessment[],
): AnswerLevel {
  const levels = assessments.map((assessment) => {
    const answer = bestAnswer(provider, model, assessment);
    const sessions = [
      { assessment, isClosing: false },
      { assessment, isClosing: true },
    ];
    return gradeAnswer(answer, { sessions, asked: 1, judged: 1, runSigned: true });
  });
  const [lowest] = levels.toSorted((a, b) => (a.level < b.level ? -1 : Number(a.level > b.level)));
  return lowest ?? gradeAnswer(NOTHING, { sessions: [], asked: 0, judged: 0, runSigned: true });
}

function bestAnswer(provider: TeeProvider, model: string, assessment: SessionAssessment): ResponseAssessment {
  const role = provider === 'near-gateway' || provider === 'aci' ? 'gateway' : 'model';
  const signer = assessment.keys.find((key) => key.role === role);
  if (signer !== undefined) return signedAnswer(provider, model, signer);
  const { channelSpki } = assessment;
  return channelSpki === null ? NOTHING : { ...NOTHING, claims: [asserted('channel', 'channel')], channelSpki };
}

function signedAnswer(provider: TeeProvider, model: string, signer: AttestedKey): ResponseAssessment {
  const by = provider === 'aci' ? 'receipt' : 'signature';
  const half = requestHalf({ signer, model, by }, provider);
  return { claims: [asserted('response', 'signed'), half], signer, signedModel: model, channelSpki: null };
}

function asserted(subject: Claim['subject'], claim: Claim['claim']): Claim {
  return { subject, claim, status: 'asserted', source: 'verifier_derived', reason: 'as it would be' };
}
