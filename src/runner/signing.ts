/**
 * The keys of a run: one for plan and result, one for the checkpoints.
 *
 * Checkpoints are signed while nobody watches, so a signer that may ask a person signs none of them; a key derived from
 * the run secret does. So is the key of a run that nobody signs. Both are there again when the run is resumed.
 */
import { encodeHex, encodeUtf8 } from '../core/bytes.ts';
import { domainTag } from '../core/digest.ts';
import { signEnvelope } from '../core/dsse.ts';
import { secretKey } from '../core/key.ts';
import type { NoteSigner } from '../core/note.ts';
import { hmacSha256 } from '../core/sha256.ts';
import { envelopeSigner, localSigner, noteSigner, type Signer } from '../core/signer.ts';
import { STATEMENT_PAYLOAD_TYPE } from '../core/statement.ts';
import { checkpointOrigin, type PlanSigner } from '../transcript/plan.ts';

/** Who stands behind a run: a key, directly or through OpenSSH, or nobody. */
export type RunSigner =
  { readonly kind: 'ed25519' | 'sshsig'; readonly signer: Signer } | { readonly kind: 'ephemeral' };

/** The keys of one run. */
export interface RunKeys {
  /** What the plan says of them. */
  readonly identity: PlanSigner;
  /** A statement in an envelope, signed. */
  readonly signStatement: (statement: Uint8Array) => string;
  /** The signer of the checkpoints of the run with this plan digest. */
  readonly checkpointSigner: (planDigest: string) => NoteSigner;
  /** Signs the checkpoints. */
  readonly checkpoint: Signer;
}

/** The keys of the run with this secret. */
export function keysOf(run: RunSigner, runSecret: Uint8Array): RunKeys {
  const signer = run.kind === 'ephemeral' ? derivedSigner('ephemeral', runSecret) : run.signer;
  const checkpoint = run.kind === 'sshsig' ? derivedSigner('checkpoint', runSecret) : signer;
  return {
    identity: {
      kind: run.kind,
      name: signer.publicKey.name,
      public_key: encodeHex(signer.publicKey.bytes),
      checkpoint_key: encodeHex(checkpoint.publicKey.bytes),
    },
    signStatement: (statement) => signEnvelope(STATEMENT_PAYLOAD_TYPE, statement, [envelopeSigner(signer)]),
    checkpointSigner: (planDigest) => noteSigner(checkpoint, checkpointOrigin(planDigest)),
    checkpoint,
  };
}

function derivedSigner(name: 'checkpoint' | 'ephemeral', runSecret: Uint8Array): Signer {
  return localSigner(secretKey(name, hmacSha256(runSecret, encodeUtf8(`${domainTag('run-key')}${name}`))));
}
