/** Finds the attestations that vouch for an answer, the level that it has by them, and whether it counts by that. */
import type { EndpointLevel } from '../core/evidence-names.ts';
import type { AnswerLevel, AttestedKey, GradeContext, ResponseAssessment, SessionAssessment } from './claim.ts';
import { deriveLevel, reachesLevel } from './level.ts';

/**
 * The level of an answer among the attestations of its run.
 *
 * An attestation vouches for an answer if it attests the key that signed it, or without a signature if it binds the TLS
 * key of the connection. The last one before the verdict counts. One before the request and one that closes over the
 * answer bracket the key: an attestation that the answer itself gave rise to is neither.
 */
export function gradeAnswer(answer: ResponseAssessment, context: GradeContext): AnswerLevel {
  const { sessions, asked, judged, runSigned } = context;
  const vouching = sessions.map(({ assessment }) => vouchesFor(assessment, answer));
  const last = vouching.lastIndexOf(true, judged - 1);
  const session = judged === 0 ? undefined : sessions[last]?.assessment;
  return deriveLevel({
    runSigned,
    answer: answer.claims,
    signer: answer.signer,
    session: session?.claims ?? [],
    tcbStatus: session === undefined ? null : tcbStatusOf(session, answer.signer),
    bracketed:
      vouching.slice(0, asked).includes(true) &&
      sessions.some(({ isClosing }, at) => at >= judged && isClosing && vouching[at] === true),
    timeDeclared: true,
    simulated: sessions.some(({ assessment }) => assessment.simulated),
  });
}

/** Whether an answer counts in a run that asks for a level: nothing contradicts it, and its own level is no lower. */
export function countsAt(required: EndpointLevel, level: EndpointLevel, { claims }: ResponseAssessment): boolean {
  return reachesLevel(level, required) && !claims.some(({ status }) => status === 'refuted');
}

function vouchesFor(session: SessionAssessment, { signer, channelSpki }: ResponseAssessment): boolean {
  if (signer !== null) return session.keys.some((key) => isSameKey(key, signer));
  return channelSpki !== null && session.channelSpki === channelSpki;
}

function isSameKey(a: AttestedKey, b: AttestedKey): boolean {
  return a.role === b.role && a.algo === b.algo && a.address === b.address;
}

function tcbStatusOf({ machines }: SessionAssessment, signer: AttestedKey | null): string | null {
  const machine = machines.find(({ role }) => signer === null || role === signer.role);
  return machine?.tcb?.status ?? null;
}
