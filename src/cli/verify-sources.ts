/** The sources of a report or a comparison: verified, or not used. */
import type { PublicKey } from '../core/key.ts';
import type { VerifiedTranscript } from '../verifier/verified-transcript.ts';
import { verifyRun, type VerifyOptions } from '../verifier/verify.ts';
import { evidenceOptions, type EvidenceChoice } from './evidence-check.ts';
import { EXIT, exitCodeOf, type ExitCode } from './exit.ts';
import { openSource } from '../archive/open-source.ts';
import { programSandbox } from './program-sandbox.ts';
import { say, sayError } from './say.ts';

/** How sources are verified. */
export interface SourceChecks {
  readonly trusted: readonly PublicKey[];
  readonly evidence: EvidenceChoice;
  readonly keepSamples: NonNullable<VerifyOptions['keepSamples']>;
}

/** What could be verified. */
export interface VerifiedSources<T> {
  readonly runs: readonly T[];
  /** One per source that cannot be used. */
  readonly codes: readonly ExitCode[];
}

/** Verify runs and bundles with their samples, as {@link verifyEach} does. */
export async function verifySources(
  sources: readonly string[],
  trusted: readonly PublicKey[],
  evidence: EvidenceChoice,
): Promise<VerifiedSources<VerifiedTranscript>> {
  return await verifyEach(sources, { trusted, evidence, keepSamples: true }, (run) => run);
}

/**
 * Verify runs and bundles; what is wrong with one is said, and the others are verified all the same.
 *
 * @param take - What is kept of a verified run; the rest of it can be let go before the next one is read.
 */
export async function verifyEach<T>(
  sources: readonly string[],
  checks: SourceChecks,
  take: (run: VerifiedTranscript) => T | Promise<T>,
): Promise<VerifiedSources<T>> {
  const runs: T[] = [];
  const codes: ExitCode[] = [];
  for (const path of sources) {
    try {
      runs.push(await verifyOne(path, checks, take));
    } catch (error) {
      if (exitCodeOf(error) === EXIT.bug) throw error;
      say(`${path}:`);
      sayError(error);
      codes.push(exitCodeOf(error));
    }
  }
  return { runs, codes };
}

// A function of its own, so that nothing of a run outlives what is taken of it.
async function verifyOne<T>(
  path: string,
  { trusted, evidence, keepSamples }: SourceChecks,
  take: (run: VerifiedTranscript) => T | Promise<T>,
): Promise<T> {
  const source = await openSource(path);
  const options = await evidenceOptions(source, evidence);
  const verification = await verifyRun(source, { trusted, keepSamples, sandbox: programSandbox, ...options });
  if (!verification.verified) throw verification.fault;
  return await take(verification.transcript);
}
