/** The checks of evidence for one run, and what a user should know of what they saw. */
import type { AttestationCheck, Claim, SessionAssessment } from '../attestation/claim.ts';
import { count } from '../reports/figures.ts';
import type { TeeConfig } from '../endpoints/config.ts';
import { levelText } from '../reports/evidence-lines.ts';
import { loadEvidenceCheck, type EvidenceChoice } from './evidence-check.ts';

/** Checks that remember what the evidence of a run shows. */
export interface AttestedRun {
  readonly attestation: AttestationCheck;
  /** Why nobody will accept the run; null if no answer contradicts its evidence. */
  readonly contradiction: () => string | null;
  /** Which level the answers stay at, and why, if nothing attests the endpoint; otherwise null. */
  readonly concern: () => Promise<string | null>;
}

/** Checks for a run against an endpoint. */
export async function watchEvidence(
  { name, provider, model }: TeeConfig,
  choice: EvidenceChoice,
): Promise<AttestedRun> {
  const check = await loadEvidenceCheck(choice);
  const sessions: SessionAssessment[] = [];
  const refuted = createRefuted();
  return {
    attestation: {
      ...check,
      assessSession(evidence, context) {
        const assessment = check.assessSession(evidence, context);
        sessions.push(assessment);
        return assessment;
      },
      assessResponse(evidence, context) {
        const assessment = check.assessResponse(evidence, context);
        refuted.note(`${context.requestSha256} ${context.responseSha256}`, assessment.claims);
        return assessment;
      },
    },
    contradiction: refuted.text,
    async concern() {
      if (sessions.length === 0 || sessions.some(({ simulated }) => simulated)) return null;
      const { prospectiveLevel } = await import('../attestation/prospect.ts');
      const level = prospectiveLevel(provider, model, sessions);
      if (level.level >= 'L2') return null;
      return `nothing attests ${name}, so its answers stay at ${levelText(level)}: ${level.reasons[0] ?? ''}`;
    },
  };
}

// An answer may be looked at again after its key has been attested; the last look counts.
function createRefuted() {
  const reasons = new Map<string, string>();
  return {
    note(answer: string, claims: readonly Claim[]): void {
      const claim = claims.find(({ status }) => status === 'refuted');
      if (claim === undefined) reasons.delete(answer);
      else reasons.set(answer, `${claim.reason} (${claim.code ?? 'refuted'})`);
    },
    text(): string | null {
      const [first] = reasons.values();
      if (first === undefined) return null;
      const answers = reasons.size === 1 ? 'one answer' : `${count(reasons.size)} answers`;
      return `the evidence contradicts ${answers}, so nobody can verify this run: ${first}`;
    },
  };
}
