/**
 * What is known of the endpoint in the end: the level of every answer, derived from claims, and what they rest on.
 *
 * Whether a key is attested after an answer shows only later, so answers of one kind are counted in a group, and the level
 * of a group is derived when everything has been read.
 */
import type {
  AnswerLevel,
  AttestationCheck,
  AttestedKey,
  AttestedMachine,
  Claim,
  LevelSuffix,
  PlacedSession,
  ResponseAssessment,
  SessionAssessment,
  ValidityWindow,
} from '../attestation/claim.ts';
import { createAttestedKeys } from '../attestation/attested-keys.ts';
import { refuseRefuted } from '../attestation/refuted.ts';
import { countsAt } from '../attestation/grade.ts';
import { ENDPOINT_LEVELS, type EndpointLevel } from '../core/evidence-names.ts';
import type { EvidencePhase } from '../transcript/evidence.ts';
import type { SessionEvidenceRecord } from '../transcript/record.ts';
import { recordsFault } from './fault.ts';

/** Answers of one level. */
interface LevelCount extends AnswerLevel {
  readonly answers: number;
}

/** A key that signed answers, and how many. */
interface SignerCount extends AttestedKey {
  readonly answers: number;
}

/** What evidence shows about the endpoint of a run. */
export interface ExecutionVerdict {
  /** Lowest level over all counted answers, with every suffix that occurs. */
  readonly level: EndpointLevel;
  readonly suffixes: readonly LevelSuffix[];
  /** From the lowest level to the highest. */
  readonly levels: readonly LevelCount[];
  /** Counted answers, and those whose level is derived: there is no evidence, or it is open with request and response. */
  readonly answers: number;
  readonly checked: number;
  readonly simulated: boolean;
  /** Attestations by phase. */
  readonly sessions: Readonly<Partial<Record<EvidencePhase, number>>>;
  /** What the attestations claim, each claim once. */
  readonly claims: readonly Claim[];
  readonly machines: readonly AttestedMachine[];
  readonly signers: readonly SignerCount[];
  /** Model names in signed texts, with the number of answers each. */
  readonly signedModels: ReadonlyMap<string, number>;
  /** What the claims about answers say, each once. */
  readonly answerClaims: readonly Claim[];
  /** When all collateral is valid; null if there is none, or no such time. */
  readonly window: ValidityWindow | null;
}

/** Answers of which the same is known. */
export interface AnswerGroup {
  readonly assessment: ResponseAssessment;
  /** How many attestations came before the request, and how many before the verdict. */
  readonly asked: number;
  readonly judged: number;
  /** The level by the attestations before the verdict, as the runner saw it. */
  readonly levelThen: EndpointLevel;
  counted: number;
}

/** Gathers what evidence shows. */
export interface Execution {
  /** @throws {@link VerificationError} with the code of the first claim that is refuted */
  session(record: SessionEvidenceRecord, assessment: SessionAssessment): void;
  /** Number of attestations so far, and the keys and TLS keys that they attest. */
  readonly sessions: number;
  readonly keys: readonly AttestedKey[];
  readonly channelSpkis: readonly string[];
  /**
   * The group of an answer that has its verdict now.
   *
   * @param asked - Number of attestations before its request.
   * @throws {@link VerificationError} `ERR_EVIDENCE_FORM` if there are more groups than a verifier keeps
   */
  group(assessment: ResponseAssessment, asked: number): AnswerGroup;
  /**
   * Count the answer behind a verdict; null if its evidence is there and not open.
   *
   * @throws {@link VerificationError} with the code of the first claim about it that is refuted
   */
  count(group: AnswerGroup | null, seq: number): void;
  verdict(): ExecutionVerdict;
}

interface Session extends PlacedSession {
  readonly phase: EvidencePhase;
}

/** Far more than an honest run has: a few for each of its attestations. */
const MAX_GROUPS = 65_536;

// A rotation is asked for between the answers, over a mark before them; whoever keeps it back may record it at any time.
const CLOSING: ReadonlySet<EvidencePhase> = new Set(['resume', 'after']);

/** Nothing known yet. */
export function createExecution(gradeAnswer: AttestationCheck['gradeAnswer'], runSigned: boolean): Execution {
  const sessions: Session[] = [];
  const groups = new Map<string, AnswerGroup>();
  const attested = createAttestedKeys();
  let answers = 0;

  const levelOf = ({ assessment, asked, judged }: Pick<AnswerGroup, 'assessment' | 'asked' | 'judged'>): AnswerLevel =>
    gradeAnswer(assessment, { sessions, asked, judged, runSigned });
  return {
    session({ seq, phase }, assessment) {
      refuseRefuted(assessment.claims, `cannot accept evidence ${seq}`);
      sessions.push({ phase, assessment, isClosing: CLOSING.has(phase) });
      attested.add(assessment);
    },
    get sessions() {
      return sessions.length;
    },
    keys: attested.keys,
    channelSpkis: attested.channelSpkis,
    group(assessment, asked) {
      const judged = sessions.length;
      const kind = kindOf(assessment, asked, judged);
      const known = groups.get(kind);
      if (known !== undefined) return known;
      if (groups.size >= MAX_GROUPS)
        throw recordsFault('ERR_EVIDENCE_FORM', `more than ${MAX_GROUPS} kinds of answers`);
      const { level: levelThen } = levelOf({ assessment, asked, judged });
      const group = { assessment, asked, judged, levelThen, counted: 0 };
      groups.set(kind, group);
      return group;
    },
    count(group, seq) {
      answers++;
      if (group === null) return;
      refuseRefuted(group.assessment.claims, `cannot accept the answer of record ${seq}`);
      group.counted++;
    },
    verdict() {
      const counted = [...groups.values()].filter((group) => group.counted > 0);
      const graded = counted.map((group) => ({ group, level: levelOf(group) }));
      return { answers, ...summarize(graded), ...describe(sessions) };
    },
  };
}

// Reasons may name what is different in every answer; what counts for the level are statuses and sources.
function kindOf(assessment: ResponseAssessment, asked: number, judged: number): string {
  const { claims, signer, signedModel, channelSpki } = assessment;
  const states = claims.map(({ subject, claim, status, source }) => `${subject}.${claim}=${status}/${source}`);
  const key = signer === null ? null : [signer.role, signer.algo, signer.address];
  return JSON.stringify([asked, judged, key, signedModel, channelSpki, states]);
}

interface Graded {
  readonly group: AnswerGroup;
  readonly level: AnswerLevel;
}

type Summary = Pick<
  ExecutionVerdict,
  'level' | 'suffixes' | 'levels' | 'checked' | 'signers' | 'signedModels' | 'answerClaims'
>;

function summarize(graded: readonly Graded[]): Summary {
  const levels = new Map<string, LevelCount>();
  const signers = new Map<string, SignerCount>();
  const signedModels = new Map<string, number>();
  const answerClaims = new Map<string, Claim>();
  for (const { group, level } of graded) {
    const { counted, assessment } = group;
    const label = [level.level, ...level.suffixes, ...level.reasons].join('\n');
    levels.set(label, { ...level, answers: (levels.get(label)?.answers ?? 0) + counted });
    for (const claim of assessment.claims) answerClaims.set(`${claim.claim} ${claim.status} ${claim.source}`, claim);
    const { signer, signedModel } = assessment;
    if (signer !== null) {
      const name = `${signer.role} ${signer.algo} ${signer.address}`;
      signers.set(name, { ...signer, answers: (signers.get(name)?.answers ?? 0) + counted });
    }
    if (signedModel !== null) signedModels.set(signedModel, (signedModels.get(signedModel) ?? 0) + counted);
  }
  const ascending = [...levels.values()].toSorted((a, b) => rankOf(a) - rankOf(b));
  return {
    level: ascending[0]?.level ?? 'L0',
    suffixes: [...new Set(ascending.flatMap(({ suffixes }) => suffixes))].toSorted(),
    levels: ascending,
    checked: graded.reduce((sum, { group }) => sum + group.counted, 0),
    signers: [...signers.values()],
    signedModels,
    answerClaims: [...answerClaims.values()],
  };
}

function rankOf({ level }: AnswerLevel): number {
  return ENDPOINT_LEVELS.indexOf(level);
}

type Description = Pick<ExecutionVerdict, 'simulated' | 'sessions' | 'claims' | 'machines' | 'window'>;

function describe(sessions: readonly Session[]): Description {
  const phases: Partial<Record<EvidencePhase, number>> = {};
  const claims = new Map<string, Claim>();
  const machines = new Map<string, AttestedMachine>();
  let window: ValidityWindow | null = null;
  for (const { phase, assessment } of sessions) {
    phases[phase] = (phases[phase] ?? 0) + 1;
    for (const claim of assessment.claims) claims.set(JSON.stringify(claim), claim);
    for (const machine of assessment.machines) machines.set(JSON.stringify(machine), machine);
    window = intersection(window, assessment.window);
  }
  return {
    simulated: sessions.some(({ assessment }) => assessment.simulated),
    sessions: phases,
    claims: [...claims.values()],
    machines: [...machines.values()],
    window: window !== null && window.fromMs <= window.toMs ? window : null,
  };
}

function intersection(a: ValidityWindow | null, b: ValidityWindow | null): ValidityWindow | null {
  if (a === null || b === null) return a ?? b;
  return { fromMs: Math.max(a.fromMs, b.fromMs), toMs: Math.min(a.toMs, b.toMs) };
}

/**
 * Check that a sample was rightly counted, or rightly left out, by the level that the plan asks for.
 *
 * @throws {@link VerificationError} `ERR_EVIDENCE_LEVEL`
 */
export function checkRequiredLevel(
  { assessment, levelThen }: AnswerGroup,
  required: EndpointLevel,
  { seq, isUnattested }: { readonly seq: number; readonly isUnattested: boolean },
): void {
  if (countsAt(required, levelThen, assessment) !== isUnattested) return;
  const said = isUnattested ? `says "unattested" and has ${levelThen}` : `counts an answer of ${levelThen}`;
  throw recordsFault('ERR_EVIDENCE_LEVEL', `record ${seq} ${said}; planned is ${required}`);
}
