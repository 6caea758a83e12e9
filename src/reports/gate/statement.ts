/**
 * The signed verdict: an in-toto statement about the policy and both runs, by digest.
 *
 * @see https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/canonical-json.ts';
import { isDigest } from '../../core/digest.ts';
import { openEnvelope } from '../../core/dsse.ts';
import { VerificationError } from '../../core/errors.ts';
import type { PublicKey } from '../../core/key.ts';
import { envelopeVerifier } from '../../core/signer.ts';
import {
  formatStatement,
  parseStatement,
  STATEMENT_PAYLOAD_TYPE,
  type StatementSubject,
} from '../../core/statement.ts';
import { VERDICT_FORMAT, type GateVerdict } from './model.ts';
import { isGatePolicy, type GatePolicy } from './policy.ts';

/** Predicate type of a signed verdict. */
export const VERDICT_PREDICATE = 'urn:touchstone:gate-verdict:v1';

/**
 * The payload that signs a verdict.
 *
 * @returns Null if nothing that it is about could be read, so that there is nothing to name.
 */
export function gateStatement(verdict: GateVerdict): Uint8Array | null {
  const subject = subjectsOf(verdict);
  if (subject.length === 0) return null;
  return formatStatement({
    subject,
    predicateType: VERDICT_PREDICATE,
    predicate: { ...verdict } as unknown as JsonObject,
  });
}

// Two files may have one name, and two subjects must not.
function subjectsOf({ policy, sources }: GateVerdict): readonly StatementSubject[] {
  const files = [
    { name: `policy/${policy.name}`, sha256: policy.sha256 },
    ...sources.map(({ role, file, sha256 }) => ({ name: `${role}/${file ?? ''}`, sha256 })),
  ];
  const names = files.map(({ name }) => name);
  return files.flatMap(({ name, sha256 }, index) => {
    if (!isDigest(sha256)) return [];
    const same = names.slice(0, index).filter((other) => other === name).length;
    return [{ name: same === 0 ? name : `${name} (${same + 1})`, digest: { sha256 } }];
  });
}

/**
 * The policy in a signed verdict.
 *
 * @param envelope - Text of verdict.dsse.json.
 * @param trusted - Keys that the caller vouches for; at least one of them must have signed.
 * @throws {@link VerificationError} `ERR_ENVELOPE_MALFORMED`, `ERR_ENVELOPE_SIGNATURE`, `ERR_ENVELOPE_UNTRUSTED`,
 *   `ERR_STATEMENT_MALFORMED`
 */
export function openVerdictPolicy(envelope: Uint8Array, trusted: readonly PublicKey[]): GatePolicy {
  const { payload, payloadType } = openEnvelope(envelope, trusted.map(envelopeVerifier));
  if (payloadType !== STATEMENT_PAYLOAD_TYPE) throw malformed('want an in-toto statement');
  const { predicate, predicateType } = parseStatement(payload);
  if (predicateType !== VERDICT_PREDICATE || predicate['format'] !== VERDICT_FORMAT) {
    throw malformed(`want one of type ${VERDICT_PREDICATE}`);
  }
  const content = contentOf(predicate['policy']);
  if (content === null || !isGatePolicy(content)) throw malformed('it has no policy of a form that is known here');
  return content;
}

function contentOf(policy: JsonValue | undefined): JsonValue {
  return (isJsonObject(policy) ? policy['content'] : null) ?? null;
}

function malformed(fault: string): VerificationError {
  return new VerificationError('ERR_STATEMENT_MALFORMED', `cannot read verdict: ${fault}`);
}
