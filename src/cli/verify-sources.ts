/** The sources of a report: verified, or not used. */
import type { PublicKey } from '../core/key.ts';
import type { VerifiedTranscript } from '../verifier/verified-transcript.ts';
import { verifyRun } from '../verifier/verify.ts';
import { evidenceOptions, type EvidenceChoice } from './evidence-check.ts';
import { EXIT, exitCodeOf, type ExitCode } from './exit.ts';
import { openSource } from '../archive/open-source.ts';
import { say, sayError } from './say.ts';

/** What could be verified. */
export interface VerifiedSources {
  readonly runs: readonly VerifiedTranscript[];
  /** One per source that cannot be used. */
  readonly codes: readonly ExitCode[];
}

/** Verify runs and bundles with their samples; what is wrong with one is said, and the others are verified all the same. */
export async function verifySources(
  sources: readonly string[],
  trusted: readonly PublicKey[],
  evidence: EvidenceChoice,
): Promise<VerifiedSources> {
  const runs: VerifiedTranscript[] = [];
  const codes: ExitCode[] = [];
  for (const path of sources) {
    try {
      const source = await openSource(path);
      const options = await evidenceOptions(source, evidence);
      const verification = await verifyRun(source, { trusted, keepSamples: true, ...options });
      if (!verification.verified) throw verification.fault;
      runs.push(verification.transcript);
    } catch (error) {
      if (exitCodeOf(error) === EXIT.bug) throw error;
      say(`${path}:`);
      sayError(error);
      codes.push(exitCodeOf(error));
    }
  }
  return { runs, codes };
}
