/** Finds the attestations that vouch for an answer, and the level that it has by them. */
import type { AnswerLevel, AttestedKey, GradeContext, ResponseAssessment, SessionAssessment } from './claim.ts';
import { deriveLevel } from './level.ts';

/**
 * The level of an answer among the attestations of its run.
 *
 * An attestation vouches for an answer if it attests the key that signed it, or without a signature if it binds the TLS
 * key of the connection. The last one before the answer counts; one after it brackets the key.
 */
export function gradeAnswer(answer: ResponseAssessment, { sessions, epoch, runSigned }: GradeContext): AnswerLevel {
  const before = sessions.slice(0, epoch).findLast((session) => vouchesFor(session, answer));
  return deriveLevel({
    runSigned,
    answer: answer.claims,
    signer: answer.signer,
    session: before?.claims ?? [],
    tcbStatus: before === undefined ? null : tcbStatusOf(before, answer.signer),
    bracketed: before !== undefined && sessions.slice(epoch).some((session) => vouchesFor(session, answer)),
    timeDeclared: true,
    simulated: sessions.some(({ simulated }) => simulated),
  });
}

function vouchesFor(session: SessionAssessment, { signer, claims }: ResponseAssessment): boolean {
  if (signer !== null) return session.keys.some((key) => isSameKey(key, signer));
  const isChannel = claims.some(({ claim, status }) => claim === 'channel' && status === 'asserted');
  return isChannel && session.channelSpki !== null;
}

function isSameKey(a: AttestedKey, b: AttestedKey): boolean {
  return a.role === b.role && a.algo === b.algo && a.address === b.address;
}

function tcbStatusOf({ machines }: SessionAssessment, signer: AttestedKey | null): string | null {
  const machine = machines.find(({ role }) => signer === null || role === signer.role);
  return machine?.tcb?.status ?? null;
}
