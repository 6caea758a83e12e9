/** What a gate is given: a policy, an earlier verdict, and runs, each read, hashed and verified, or with what is wrong with it. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openSource } from '../archive/open-source.ts';
import { tryDecodeUtf8 } from '../core/bytes.ts';
import { digest, parseDigest, type Digest } from '../core/digest.ts';
import { InputError, isTouchstoneError, UsageError, VerificationError } from '../core/errors.ts';
import type { PublicKey } from '../core/key.ts';
import type { SourceFault } from '../reports/gate/model.ts';
import { parseGatePolicy, trustedKeys, type GatePolicy, type Role } from '../reports/gate/policy.ts';
import { openVerdictPolicy } from '../reports/gate/statement.ts';
import type { GivenPolicy, GivenRun } from '../reports/gate/verdict.ts';
import { BUNDLE_SUFFIX } from '../transcript/publication.ts';
import type { VerifiedTranscript } from '../verifier/verified-transcript.ts';
import { programSandbox } from './program-sandbox.ts';
import { verifyRun } from '../verifier/verify.ts';
import { evidenceOptions, unmetRequirements, type EvidenceChoice } from './evidence-check.ts';
import { isSystemError } from './exit.ts';
import { exists } from './path-exists.ts';
import { readNamedFile } from './read-named-file.ts';
import { describe } from './say.ts';

const MAX_POLICY_BYTES = 1_048_576;
const MAX_VERDICT_BYTES = 64 * 1_048_576;

/** The file that stands for a run folder. */
const RESULT_FILE = 'result.dsse.json';

const NO_POLICY = 'not verified: there is no policy that says whose signature counts';

/** How runs are verified. */
export interface GateChecks {
  /** Null if there is none: then nothing is verified. */
  readonly policy: GatePolicy | null;
  readonly evidence: EvidenceChoice;
}

/** The policy in a file. */
export async function readGivenPolicy(path: string): Promise<GivenPolicy> {
  const name = basename(path);
  let sha256: Digest | null = null;
  try {
    const bytes = await readNamedFile(path);
    sha256 = digest(bytes);
    const source = bytes.length > MAX_POLICY_BYTES ? null : tryDecodeUtf8(bytes);
    if (source === null) {
      const message = `cannot read "${path}": want UTF-8 text of at most ${MAX_POLICY_BYTES} bytes`;
      throw new InputError('ERR_CONFIG_YAML', message, { path });
    }
    return { name, sha256, policy: await parseGatePolicy(source, path), fault: null };
  } catch (error) {
    return { name, sha256, policy: null, fault: faultOf(error) };
  }
}

/**
 * The policy of an earlier verdict.
 *
 * @param trusted - Keys that the caller vouches for: the policy itself cannot say whose verdicts count.
 */
export async function readPreviousPolicy(path: string, trusted: readonly PublicKey[]): Promise<GivenPolicy> {
  const name = basename(path);
  let sha256: Digest | null = null;
  try {
    const bytes = await readNamedFile(path);
    sha256 = digest(bytes);
    if (bytes.length > MAX_VERDICT_BYTES) {
      throw new VerificationError(
        'ERR_ENVELOPE_MALFORMED',
        `cannot open ${path}: want at most ${MAX_VERDICT_BYTES} bytes`,
      );
    }
    return { name, sha256, policy: openVerdictPolicy(bytes, trusted), fault: null };
  } catch (error) {
    return { name, sha256, policy: null, fault: faultOf(error) };
  }
}

/** The runs at some paths: run folders, bundles, or folders of these. */
export async function readGivenRuns(
  role: Role,
  paths: readonly string[],
  checks: GateChecks,
): Promise<readonly GivenRun[]> {
  const runs: GivenRun[] = [];
  for (const path of paths) {
    for (const found of await runsIn(path)) runs.push(await readGivenRun(role, found, checks));
  }
  return runs;
}

async function readGivenRun(role: Role, path: string, checks: GateChecks): Promise<GivenRun> {
  const stands: { file: string | null; sha256: Digest | null } = { file: null, sha256: null };
  try {
    Object.assign(stands, await identify(path));
    const run = await verifyGiven(role, path, checks);
    return { role, name: path, ...stands, run, fault: null };
  } catch (error) {
    return { role, name: path, ...stands, run: null, fault: faultOf(error) };
  }
}

// Of a bundle every byte counts; a run folder is named by the result that signs everything in it.
async function identify(path: string): Promise<Pick<GivenRun, 'file' | 'sha256'>> {
  const found = await stat(path).catch(() => null);
  if (found === null) return { file: null, sha256: null };
  if (found.isFile()) return { file: basename(path), sha256: await digestOfFile(path) };
  const result = join(path, RESULT_FILE);
  if (!(await exists(result))) return { file: null, sha256: null };
  return { file: `${basename(path)}/${RESULT_FILE}`, sha256: digest(await readNamedFile(result)) };
}

async function digestOfFile(path: string): Promise<Digest> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return parseDigest(hash.digest('hex'));
}

async function verifyGiven(role: Role, path: string, { policy, evidence }: GateChecks): Promise<VerifiedTranscript> {
  const source = await openSource(path);
  if (policy === null) throw new VerificationError('ERR_SIGNER_UNTRUSTED', NO_POLICY);
  const trusted = trustedKeys(policy, role) ?? [];
  const options = await evidenceOptions(source, evidence);
  const verification = await verifyRun(source, {
    trusted,
    keepSamples: 'verdicts',
    sandbox: programSandbox,
    ...options,
  });
  if (!verification.verified) throw verification.fault;
  const { transcript } = verification;
  const [unmet] = evidence.policy === null ? [] : await unmetRequirements(transcript, evidence.policy);
  if (unmet === undefined) return transcript;
  throw new VerificationError('ERR_MEASUREMENT', `${unmet.rule} of the evidence policy is not met: ${unmet.reason}`);
}

/** A run, or the runs in a folder of runs, in the order of their names. */
async function runsIn(path: string): Promise<readonly string[]> {
  if (!(await isFolder(path)) || (await isRunFolder(path))) return [path];
  const names = (await readdir(path)).toSorted();
  const found: string[] = [];
  for (const name of names) {
    const inner = join(path, name);
    if (name.endsWith(BUNDLE_SUFFIX) || (await isRunFolder(inner))) found.push(inner);
  }
  // An empty folder is named as what it is not.
  return found.length === 0 ? [path] : found;
}

async function isRunFolder(path: string): Promise<boolean> {
  return (await isFolder(path)) && (await exists(join(path, 'plan.json')));
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found?.isDirectory() === true;
}

/** What an error says about a source; a bug is thrown on. */
function faultOf(error: unknown): SourceFault {
  if (error instanceof VerificationError) return { kind: 'refused', code: error.code, message: error.message };
  const isInput = isTouchstoneError(error) && !(error instanceof UsageError);
  if (isInput) return { kind: 'unreadable', code: error.code, message: error.message };
  if (isSystemError(error)) return { kind: 'unreadable', code: error.code, message: describe(error) };
  throw error;
}
