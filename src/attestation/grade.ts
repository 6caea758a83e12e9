/** Finds the attestations that vouch for an answer, the level that it has by them, and whether it counts by that. */
import type { EndpointLevel } from '../core/evidence-names.ts';
import type {
  AnswerLevel,
  AttestedKey,
  AttestedMachine,
  GradeContext,
  ResponseAssessment,
  SessionAssessment,
} from './claim.ts';
import { deriveLevel, reachesLevel, SOUND_TCB } from './level.ts';

/**
 * The level of an answer among the attestations of its run.
 *
 * An attestation vouches for an answer if it attests the key that signed it, or without a signature if it binds the TLS
 * key of the connection. The last one before the verdict counts. The last one before the request and the first that closes
 * over the answer bracket the key, if they attest the same software: a key may outlive the software that it was given to.
 * An attestation that the answer itself gave rise to is neither.
 */
export function gradeAnswer(answer: ResponseAssessment, context: GradeContext): AnswerLevel {
  const { sessions, judged, runSigned } = context;
  const vouching = sessions.map(({ assessment }) => vouchesFor(assessment, answer));
  const last = vouching.lastIndexOf(true, judged - 1);
  const session = judged === 0 ? undefined : sessions[last]?.assessment;
  return deriveLevel({
    runSigned,
    answer: answer.claims,
    signer: answer.signer,
    session: session?.claims ?? [],
    tcbStatus: session === undefined ? null : tcbStatusOf(session, answer.signer),
    bracketed: isBracketed(context, vouching, answer.signer),
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

// What says which software was booted and started; the other registers differ between machines that run the same.
const SOFTWARE: readonly string[] = ['mr_td', 'rtmr1', 'rtmr2', 'mr_config_id', 'compose_hash'];

function isBracketed(
  { sessions, asked, judged }: GradeContext,
  vouching: readonly boolean[],
  signer: AttestedKey | null,
): boolean {
  const before = asked === 0 ? undefined : sessions[vouching.lastIndexOf(true, asked - 1)];
  const after = sessions.find(({ isClosing }, at) => at >= judged && isClosing && vouching[at] === true);
  if (before === undefined || after === undefined) return false;
  return softwareOf(before.assessment, signer) === softwareOf(after.assessment, signer);
}

function softwareOf(session: SessionAssessment, signer: AttestedKey | null): string {
  const measured = machinesOf(session, signer).map(({ measurements }) => SOFTWARE.map((name) => measurements[name]));
  return JSON.stringify([...new Set(measured.map((values) => JSON.stringify(values)))].toSorted());
}

// Any machine of the role may have answered, so the weakest counts.
function tcbStatusOf(session: SessionAssessment, signer: AttestedKey | null): string | null {
  const statuses = machinesOf(session, signer).map(({ tcb }) => tcb?.status ?? null);
  if (statuses.includes(null)) return null;
  return statuses.find((status) => status !== null && !SOUND_TCB.includes(status)) ?? statuses[0] ?? null;
}

// A connection ends in the first machine of a report.
function machinesOf({ machines }: SessionAssessment, signer: AttestedKey | null): readonly AttestedMachine[] {
  const role = signer?.role ?? machines[0]?.role;
  return machines.filter((machine) => machine.role === role);
}
