/**
 * What the evidence of one answer shows, as claims.
 *
 * Signatures and receipts are checked over the caller's own hashes and against the keys that sessions attest. Hostile
 * evidence is never an exception here: what contradicts the answer is a refuted claim with its code, what is missing
 * is an unknown one.
 */
import { VerificationError } from '../core/errors.ts';
import type { ChatAlgorithm } from '../core/evidence-names.ts';
import { checkChatSignature, parseChatSignature, type ChatSignature } from './chat-signature.ts';
import type { AttestedKey, Claim, FetchedSignature, ResponseAssessment, ResponseContext } from './claim.ts';
import { findReceiptSigner, parseReceipt } from './receipt.ts';
import { requestHalf, type SignedAnswer } from './request-half.ts';

/** What was fetched about one answer. */
export interface FetchedAnswerEvidence {
  /** Hex SHA-256 of the public key of the TLS peer that the answer came from. */
  readonly peer_spki?: string;
  /** Bodies of the signature endpoint, exactly as they came. */
  readonly signatures?: readonly FetchedSignature[];
  /** Body of the receipt endpoint, exactly as it came. */
  readonly receipt?: string;
}

/** Outcome of one piece of evidence: a signed answer, or why it shows nothing. */
type Finding = SignedAnswer | { readonly missing: string };

/**
 * Assess the evidence of one answer.
 *
 * @returns The claims `signed`, `signed_model`, `request_half` and `channel`, each once. With several signatures one
 *   that contradicts the answer refutes `signed`, whatever the others say.
 */
export function assessResponse(evidence: FetchedAnswerEvidence, context: ResponseContext): ResponseAssessment {
  const { peer_spki: peerSpki = null } = evidence;
  const channel = channelClaim(evidence.peer_spki, context);
  return { ...assessSigned(evidence, context, channel), channelSpki: channel.status === 'asserted' ? peerSpki : null };
}

type Signed = Omit<ResponseAssessment, 'channelSpki'>;

function assessSigned(evidence: FetchedAnswerEvidence, context: ResponseContext, channel: Claim): Signed {
  try {
    const findings = findAll(evidence, context);
    const answers = findings.flatMap((finding) => ('signer' in finding ? [finding] : []));
    const answer = answers.find(({ signer }) => signer.role === 'model') ?? answers[0];
    if (answer === undefined) return unsigned(missingReason(findings), channel);
    return {
      claims: [signedClaim(answers), modelClaim(answer), requestHalf(answer, context.provider), channel],
      signer: answer.signer,
      signedModel: answer.model,
    };
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error;
    return refuted(error, channel);
  }
}

function findAll(evidence: FetchedAnswerEvidence, context: ResponseContext): readonly Finding[] {
  const { signatures = [], receipt } = evidence;
  if (context.stream?.complete === false && (signatures.length > 0 || receipt !== undefined)) {
    // Providers sign a stream that reached its end; what is signed here is not all of what the model said.
    throw new VerificationError('ERR_STREAM_CUT', 'cannot accept signature: the stream was cut before its end');
  }
  const chosen = signatures.filter(({ algo }) => context.algorithms.includes(algo));
  const findings = chosen.map((fetched) => findSignature(fetched, context));
  return receipt === undefined ? findings : [...findings, findReceipt(receipt, context)];
}

function findSignature({ algo, body }: FetchedSignature, context: ResponseContext): Finding {
  const signed = parseChatSignature(body, algo);
  if (signed === null) return { missing: `the provider says that it has no ${algo} signature` };
  checkChatSignature(signed, context);
  const keys = context.keys.filter((key) => key.algo === algo);
  if (keys.length === 0) return { missing: `no session attests an ${algo} key` };
  const signer = keys.find(({ address }) => address === signed.address);
  if (signer === undefined) throw notAttested(algo, signed.address);
  checkKind(signed, signer, context);
  return { signer, model: signed.model, by: 'signature' };
}

function checkKind({ kind }: ChatSignature, { role }: AttestedKey, { provider }: ResponseContext): void {
  const contradicted = kind !== null && (kind === 'gateway') !== (role === 'gateway');
  const wanted = provider === 'near-direct' || provider === 'vllm-proxy' ? 'model' : role;
  if (!contradicted && wanted === role) return;
  const got = contradicted ? `kind ${kind} by a ${role} key` : `a ${role} key`;
  throw new VerificationError('ERR_CHAT_KIND', `cannot accept signature: got ${got}, want ${wanted}`);
}

function findReceipt(body: string, context: ResponseContext): Finding {
  const receipt = parseReceipt(body);
  const { requestSha256, responseSha256 } = receipt;
  if (requestSha256 !== context.requestSha256 || responseSha256 !== context.responseSha256) {
    throw new VerificationError('ERR_CHAT_TEXT', 'cannot accept receipt: it is about other bodies');
  }
  if (receipt.model !== null && receipt.model !== context.model) {
    throw new VerificationError('ERR_CHAT_MODEL', 'cannot accept receipt: it names another model than was asked');
  }
  const keys = context.keys.filter(({ algo }) => algo === 'ed25519');
  if (keys.length === 0) return { missing: 'no session attests an ed25519 key' };
  const address = findReceiptSigner(
    receipt,
    keys.map((key) => key.address),
  );
  const signer = keys.find((key) => key.address === address);
  if (signer === undefined) {
    throw new VerificationError('ERR_RECEIPT_SIGNATURE', 'cannot verify receipt: no attested key signed it');
  }
  return { signer, model: receipt.model, by: 'receipt' };
}

function notAttested(algo: ChatAlgorithm, address: string): VerificationError {
  return new VerificationError('ERR_CHAT_SIGNER', `cannot accept signature: no session attests ${algo} key ${address}`);
}

function signedClaim(answers: readonly SignedAnswer[]): Claim {
  const signers = answers.map(({ signer }) => `${signer.role} key ${signer.algo} ${signer.address}`);
  const reason = `signed over the exact bytes of request and response by the attested ${signers.join(' and ')}`;
  return { subject: 'response', claim: 'signed', status: 'asserted', source: 'hardware_proven', reason };
}

function modelClaim({ model, by }: SignedAnswer): Claim {
  if (model === null) return unknown('signed_model', `the ${by} names no model`);
  const reason = `the ${by} names the model that was asked; the name is a setting of the provider, not a measurement`;
  return { subject: 'response', claim: 'signed_model', status: 'asserted', source: 'provider_asserted', reason };
}

// Where nothing else vouches for an answer, one from another connection is a contradiction; a signed answer may come
// from any machine that has the key.
function channelClaim(peerSpki: string | undefined, { provider, channelSpkis }: ResponseContext): Claim {
  if (peerSpki === undefined) return unknown('channel', 'the runner recorded no TLS key of the connection');
  const about = { subject: 'channel', claim: 'channel', source: 'operator_asserted' } as const;
  if (channelSpkis.includes(peerSpki)) {
    return { ...about, status: 'asserted', reason: `the runner says that the connection ended in TLS key ${peerSpki}` };
  }
  const reason = `no session attests TLS key ${peerSpki} of the connection`;
  if (provider !== 'tinfoil' || channelSpkis.length === 0) return unknown('channel', reason);
  return { ...about, status: 'refuted', reason, code: 'ERR_TLS_KEY' };
}

function unsigned(reason: string, channel: Claim): Signed {
  const names = ['signed', 'signed_model', 'request_half'] as const;
  return { claims: [...names.map((name) => unknown(name, reason)), channel], signer: null, signedModel: null };
}

function refuted({ code, message }: VerificationError, channel: Claim): Signed {
  const { claims, ...rest } = unsigned('the evidence of a signature is contradicted', channel);
  const source = 'verifier_derived';
  const signed: Claim = { subject: 'response', claim: 'signed', status: 'refuted', source, reason: message, code };
  return { ...rest, claims: [signed, ...claims.slice(1)] };
}

function missingReason(findings: readonly Finding[]): string {
  const reasons = findings.flatMap((finding) => ('missing' in finding ? [finding.missing] : []));
  return reasons.length === 0 ? 'there is no signature to check' : reasons.join('; ');
}

function unknown(claim: Claim['claim'], reason: string): Claim {
  const subject = claim === 'channel' ? 'channel' : 'response';
  return { subject, claim, status: 'unknown', source: 'verifier_derived', reason };
}
