/**
 * The level of an answer, derived from claims.
 *
 * A rung needs every claim it names; what is missing for the next one is among the reasons. Whatever contradicts the
 * evidence, opens the machine or comes from a simulator takes away all that the evidence could show.
 */
import type { EndpointLevel } from '../core/evidence-names.ts';
import type { AnswerLevel, AttestedKey, Claim, ClaimName, LevelFacts, LevelSuffix } from './claim.ts';

/** Statuses of firmware that limit nothing. */
export const SOUND_TCB: readonly string[] = ['UpToDate', 'SWHardeningNeeded'];

// Known weaknesses that do not make a quote worthless; any other status, and none, does.
const WEAK_TCB = /^(?:OutOfDate|OutOfDateConfigurationNeeded|Configuration\w*Needed|TDRelaunchAdvised\w*)$/;

const MACHINE: readonly ClaimName[] = ['quote', 'production', 'key_bound', 'nonce'];
const CHANNEL: readonly ClaimName[] = ['quote', 'production', 'nonce', 'tls_bound'];
const STACK: readonly ClaimName[] = ['event_log', 'compose', 'images_pinned', 'measurements', 'gpu'];
const WEIGHTS: readonly ClaimName[] = ['weights', 'gpu_bound'];

/** A limit of a level and why it holds. */
interface Limited<T> {
  readonly value: T;
  readonly reason: string;
}

/** Whether a level reaches another. */
export function reachesLevel(level: EndpointLevel, wanted: EndpointLevel): boolean {
  return level >= wanted;
}

/** The lowest of some levels; L0 if there are none. */
export function lowestLevel(levels: Iterable<EndpointLevel>): EndpointLevel {
  return [...levels].toSorted()[0] ?? 'L0';
}

/**
 * Derive the level of an answer.
 *
 * @returns the level, what limits it without changing its number, and one clause for each limit.
 */
export function deriveLevel(facts: LevelFacts): AnswerLevel {
  if (facts.simulated) {
    const { value, reason } = unproven(facts, 'the machine is simulated, which proves nothing');
    return { level: value, suffixes: ['~simulated'], reasons: [reason] };
  }
  const rung = voidedBy(facts) ?? climb(facts);
  const suffixes = suffixesOf(facts, rung.value);
  return {
    level: rung.value,
    suffixes: suffixes.map(({ value }) => value),
    reasons: [rung.reason, ...nextRung(facts, rung.value), ...suffixes.map(({ reason }) => reason)],
  };
}

function unproven({ runSigned }: LevelFacts, reason: string): Limited<EndpointLevel> {
  return { value: runSigned ? 'L1' : 'L0', reason };
}

// Faults that leave nothing but the word of the runner.
function voidedBy(facts: LevelFacts): Limited<EndpointLevel> | null {
  const refuted = [...facts.session, ...facts.answer].find(({ status }) => status === 'refuted');
  if (refuted !== undefined) return unproven(facts, `the claim ${refuted.claim} is refuted: ${refuted.reason}`);
  const { tcbStatus } = facts;
  if (facts.session.length === 0) return unproven(facts, 'no attestation vouches for the answer');
  if (tcbStatus !== null && (SOUND_TCB.includes(tcbStatus) || WEAK_TCB.test(tcbStatus))) return null;
  return unproven(facts, `the status of the firmware is ${tcbStatus ?? 'not known'}`);
}

function climb(facts: LevelFacts): Limited<EndpointLevel> {
  const { signer } = facts;
  if (signer !== null && isAsserted(facts.answer, 'signed') && missingOf(facts, signer, MACHINE).length === 0) {
    if (signer.role === 'gateway') {
      return { value: 'L3', reason: 'an attested gateway signed these bytes; which model answered is not proven' };
    }
    return climbStack(facts, signer);
  }
  if (
    facts.runSigned &&
    isAsserted(facts.answer, 'channel') &&
    CHANNEL.every((name) => isAsserted(facts.session, name))
  ) {
    return { value: 'L2', reason: 'by the word of the runner, the connection ended in an attested machine' };
  }
  return unproven(facts, 'neither an attested key nor an attested connection vouches for the answer');
}

function climbStack(facts: LevelFacts, signer: AttestedKey): Limited<EndpointLevel> {
  if (stackLimits(facts, signer).length > 0) {
    return { value: 'L4', reason: 'an attested model server signed these bytes' };
  }
  if (missingOf(facts, signer, WEIGHTS).length > 0) {
    return { value: 'L5', reason: 'an attested model server, whose whole stack is identified, signed these bytes' };
  }
  return { value: 'L6', reason: 'an attested model server with measured weights signed these bytes' };
}

function stackLimits(facts: LevelFacts, signer: AttestedKey): readonly string[] {
  // Only some providers change a machine after its start; where they do, the log of it has to be attested.
  const hasActions = facts.session.some(({ claim, subject }) => claim === 'actions' && subject === signer.role);
  const missing = missingOf(facts, signer, hasActions ? [...STACK, 'actions'] : STACK);
  return SOUND_TCB.includes(facts.tcbStatus ?? '') ? missing : [`tcb: status ${facts.tcbStatus}`, ...missing];
}

function nextRung(facts: LevelFacts, level: EndpointLevel): readonly string[] {
  const { signer } = facts;
  if (signer === null) return [];
  if (level === 'L4') return stackLimits(facts, signer).map((limit) => `not L5: ${limit}`);
  return level === 'L5' ? missingOf(facts, signer, WEIGHTS).map((limit) => `not L6: ${limit}`) : [];
}

// A machine of the signer's role that does not have a claim is enough to miss it: any of them may have answered.
function missingOf({ session }: LevelFacts, { role }: AttestedKey, names: readonly ClaimName[]): readonly string[] {
  return names.flatMap((name) => {
    const held = session.filter(({ claim, subject }) => claim === name && subject === role);
    const open = held.find(({ status }) => status !== 'asserted');
    if (open !== undefined) return [`${name}: ${open.reason}`];
    return held.length === 0 ? [`${name}: no evidence`] : [];
  });
}

function suffixesOf(facts: LevelFacts, level: EndpointLevel): readonly Limited<LevelSuffix>[] {
  if (!reachesLevel(level, 'L2')) return [];
  const suffixes: Limited<LevelSuffix>[] = [];
  const half = facts.answer.find(({ claim }) => claim === 'request_half');
  if (reachesLevel(level, 'L3') && half?.status !== 'asserted') {
    suffixes.push({ value: '~req', reason: `~req: ${half?.reason ?? 'nothing says who chose the request hash'}` });
  }
  if (!facts.bracketed) {
    const reason =
      '~stale: no attestations before and after the answer name one key and one software over nonces of this run';
    suffixes.push({ value: '~stale', reason });
  }
  if (facts.timeDeclared) {
    suffixes.push({ value: '~time', reason: '~time: only the clock of the runner says when it was attested' });
  }
  return suffixes;
}

function isAsserted(claims: readonly Claim[], name: ClaimName): boolean {
  return claims.some(({ claim, status }) => claim === name && status === 'asserted');
}
