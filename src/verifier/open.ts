/**
 * Opens the small files of a run: plan, plan signature, suite, checkpoints, result signature.
 *
 * After this step every byte of them is accounted for: each is the one form of what it says, and is signed by the signer
 * that the plan names, or named by digest in what is signed.
 */
import { decodeHex, equalBytes, tryDecodeUtf8 } from '../core/bytes.ts';
import { formatLine, parseLine } from '../core/line-form.ts';
import { digest, type Digest } from '../core/digest.ts';
import { openEnvelope, parseEnvelope } from '../core/dsse.ts';
import { VerificationError, isTouchstoneError } from '../core/errors.ts';
import { publicKey, type PublicKey } from '../core/key.ts';
import { parseCheckpoint, type Checkpoint } from '../core/checkpoint.ts';
import { openNote } from '../core/note.ts';
import { isSshsig } from '../core/sshsig.ts';
import { envelopeVerifier, noteVerifiers } from '../core/signer.ts';
import { STATEMENT_PAYLOAD_TYPE } from '../core/statement.ts';
import { BASELINE_FILE, parseBaseline, type Baseline } from '../transcript/baseline.ts';
import { checkpointOrigin, planDigest, type Plan } from '../transcript/plan.ts';
import { parsePlan } from '../transcript/plan-text.ts';
import { planStatement } from '../transcript/statement.ts';
import type { RunFile, RunSource } from '../transcript/source.ts';
import type { SignerVerdict } from './verdict.ts';

/** Most checkpoints in one run: one a minute for some months. */
const MAX_CHECKPOINTS = 200_000;

/** The small files of a run, each checked on its own. */
export interface OpenedFiles {
  readonly plan: Plan;
  readonly planDigest: Digest;
  readonly signerKey: PublicKey;
  readonly signer: SignerVerdict;
  readonly suiteText: string | null;
  /** The scores that the run is held against; null if it has no stop rule, or its records are not published. */
  readonly baseline: Baseline | null;
  readonly checkpoints: readonly Checkpoint[];
  readonly checkpointsDigest: Digest;
  /** The verified payload of the signed result; null if the run is not finished. */
  readonly resultPayload: Uint8Array | null;
}

/**
 * Open the small files.
 *
 * @param trusted - Keys the caller vouches for; empty if none.
 * @throws {@link VerificationError} `ERR_FILE_MISSING`, `ERR_PLAN_FORM`, `ERR_PLAN_SIGNATURE`, `ERR_SIGNER_UNTRUSTED`,
 *   `ERR_SUITE_DIGEST`, `ERR_CHECKPOINT_SIGNATURE`, `ERR_CHECKPOINT_ORDER`, `ERR_RESULT_SIGNATURE`
 */
export function openFiles(source: RunSource, trusted: readonly PublicKey[]): OpenedFiles {
  const planText = requireText(source, 'plan.json');
  const plan = parsePlan(planText);
  const digestOfPlan = planDigest(planText);
  const signerKey = keyOf(plan, plan.signer.public_key);
  const signer = identify(plan, signerKey, trusted);
  const planPayload = openSigned(source, 'plan.dsse.json', signerKey, plan);
  if (planPayload === null) throw missing('plan.dsse.json');
  if (!equalBytes(planPayload, planStatement(plan, digestOfPlan))) {
    throw new VerificationError('ERR_PLAN_SIGNATURE', 'cannot accept plan.dsse.json: it signs another plan');
  }
  const checkpointsText = requireText(source, 'checkpoints.jsonl');
  return {
    plan,
    planDigest: digestOfPlan,
    signerKey,
    signer,
    suiteText: openSuite(source, plan),
    baseline: openBaseline(source, plan),
    checkpoints: openCheckpoints(checkpointsText, plan, digestOfPlan),
    checkpointsDigest: digest(checkpointsText),
    resultPayload: openSigned(source, 'result.dsse.json', signerKey, plan),
  };
}

function identify(plan: Plan, key: PublicKey, trusted: readonly PublicKey[]): SignerVerdict {
  const { fingerprint } = key;
  const known = trusted.find((candidate) => equalBytes(candidate.bytes, key.bytes));
  if (known !== undefined && plan.signer.kind !== 'ephemeral')
    return { status: 'trusted', name: known.name, fingerprint };
  if (trusted.length > 0) {
    throw new VerificationError(
      'ERR_SIGNER_UNTRUSTED',
      `cannot trust run: it is signed by ${fingerprint}, which is not among the trusted keys`,
    );
  }
  return {
    status: plan.signer.kind === 'ephemeral' ? 'ephemeral' : 'unidentified',
    name: plan.signer.name,
    fingerprint,
  };
}

function keyOf(plan: Plan, hex: string): PublicKey {
  try {
    return publicKey(plan.signer.name.replaceAll(/[\s+]/g, '-'), decodeHex(hex));
  } catch (cause) {
    throw new VerificationError('ERR_PLAN_FORM', 'cannot read plan/signer: want valid Ed25519 public keys', { cause });
  }
}

// The payload of an envelope that the signer of the plan, and nobody else, has signed in the way the plan says.
function openSigned(source: RunSource, name: RunFile, key: PublicKey, plan: Plan): Uint8Array | null {
  const bytes = source.files.get(name);
  if (bytes === undefined) return null;
  const code = name === 'plan.dsse.json' ? 'ERR_PLAN_SIGNATURE' : 'ERR_RESULT_SIGNATURE';
  try {
    const { payload, payloadType, unknown } = openEnvelope(bytes, [envelopeVerifier(key)]);
    const viaSsh = parseEnvelope(bytes).signatures.some(({ signature }) => isSshsig(signature));
    if (payloadType === STATEMENT_PAYLOAD_TYPE && unknown.length === 0 && viaSsh === (plan.signer.kind === 'sshsig')) {
      return payload;
    }
  } catch (cause) {
    if (!isTouchstoneError(cause)) throw cause;
    throw new VerificationError(code, `cannot open ${name}: ${cause.message}`, { cause });
  }
  throw new VerificationError(
    code,
    `cannot open ${name}: want one signature by the signer of the plan over an in-toto statement`,
  );
}

function openSuite(source: RunSource, plan: Plan): string | null {
  const text = textOf(source, 'suite.json');
  // At the lower levels the suite may be private; whoever opens answers says how they are judged.
  if (text === null && source.level !== 'D0' && source.level !== 'D1') throw missing('suite.json');
  if (text !== null && digest(text) !== plan.suite.digest) {
    throw new VerificationError('ERR_SUITE_DIGEST', 'cannot accept suite.json: its digest is not the one in the plan');
  }
  return text;
}

function openBaseline(source: RunSource, plan: Plan): Baseline | null {
  const bytes = source.files.get(BASELINE_FILE);
  const isNeeded = plan.stop !== undefined && source.lines !== null;
  if (bytes === undefined && isNeeded) throw missing(BASELINE_FILE);
  if (bytes === undefined) return null;
  if (digest(bytes) !== plan.stop?.scores) {
    throw new VerificationError('ERR_BASELINE', `cannot accept ${BASELINE_FILE}: its digest is not in the plan`);
  }
  return parseBaseline(bytes, plan);
}

function openCheckpoints(text: string, plan: Plan, digestOfPlan: Digest): readonly Checkpoint[] {
  const origin = checkpointOrigin(digestOfPlan);
  const verifiers = Object.values(noteVerifiers(keyOf(plan, plan.signer.checkpoint_key), origin));
  if (text === '' || !text.endsWith('\n')) throw checkpointError('want at least one line, each ended by a newline');
  const lines = text.split('\n').slice(0, -1);
  if (lines.length > MAX_CHECKPOINTS) throw checkpointError(`want at most ${MAX_CHECKPOINTS}`);
  const checkpoints = lines.map((line) => {
    try {
      const { note } = parseLine(line);
      if (typeof note !== 'string' || line !== formatLine({ note })) throw checkpointError('want one field, "note"');
      const opened = openNote(note, verifiers);
      if (opened.signatures.length + opened.unknown.length > 1) throw checkpointError('want one signature');
      const checkpoint = parseCheckpoint(opened.text);
      if (checkpoint.origin !== origin || checkpoint.extensions !== undefined)
        throw checkpointError('it is of another run');
      return checkpoint;
    } catch (cause) {
      if (isTouchstoneError(cause, 'ERR_CHECKPOINT_SIGNATURE') || !isTouchstoneError(cause)) throw cause;
      throw checkpointError(cause.message);
    }
  });
  if (checkpoints[0]?.size !== 1) {
    throw new VerificationError('ERR_CHECKPOINT_ORDER', 'cannot accept checkpoints: want the first over the header');
  }
  checkpoints.reduce((previous, { size }) => {
    if (size > previous) return size;
    throw new VerificationError('ERR_CHECKPOINT_ORDER', `cannot accept checkpoints: size ${size} after ${previous}`);
  }, 0);
  return checkpoints;
}

function checkpointError(fault: string): VerificationError {
  return new VerificationError('ERR_CHECKPOINT_SIGNATURE', `cannot open checkpoint: ${fault}`);
}

function requireText(source: RunSource, name: RunFile): string {
  const text = textOf(source, name);
  if (text === null) throw missing(name);
  return text;
}

function missing(name: RunFile): VerificationError {
  return new VerificationError('ERR_FILE_MISSING', `cannot verify run: ${name} is missing`);
}

function textOf(source: RunSource, name: RunFile): string | null {
  const bytes = source.files.get(name);
  if (bytes === undefined) return null;
  const text = tryDecodeUtf8(bytes);
  if (text === null) throw new VerificationError('ERR_FILE_FORM', `cannot read ${name}: it is not UTF-8`);
  return text;
}
