/**
 * Evidence without cryptography: reports and signatures are plain JSON that says what it shows, and the checks read it. Levels
 * are the real ones.
 */
import { createHash } from 'node:crypto';
import type {
  AttestationCheck,
  AttestedKey,
  Claim,
  ResponseAssessment,
  ResponseContext,
  SessionAssessment,
} from '../src/attestation/claim.ts';
import { gradeAnswer } from '../src/attestation/grade.ts';
import type { VerificationCode } from '../src/core/errors.ts';

/** What a fake report says. */
export interface FakeReport {
  readonly nonce: string;
  /** Addresses of model keys; one of them is attested for each algorithm. */
  readonly keys: readonly string[];
  /** TLS key that is bound to the machine. */
  readonly channel?: string;
  /** A claim that does not hold. */
  readonly refuted?: VerificationCode;
  readonly tcb?: string;
  readonly simulated?: boolean;
}

/** What a fake signature says. */
interface FakeSignature {
  readonly key: string;
  readonly request: string;
  readonly response: string;
  readonly model?: string;
}

export const KEY_A: string = 'aa'.repeat(32);
export const KEY_B: string = 'bb'.repeat(32);
export const TLS_A: string = 'a5'.repeat(32);
export const TLS_B: string = 'b5'.repeat(32);

/** SHA-256 in hex, of node:crypto. */
export function hashOf(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

const claim = (subject: Claim['subject'], name: Claim['claim'], more: Partial<Claim> = {}): Claim => ({
  subject,
  claim: name,
  status: 'asserted',
  source: 'hardware_proven',
  reason: 'the fake says so',
  ...more,
});

const attestedKey = (address: string): AttestedKey => ({ role: 'model', algo: 'ed25519', address, model: null });

/** The fake checks. Counts what it was asked. */
export interface FakeCheck extends AttestationCheck {
  readonly asked: { sessions: number; answers: number };
  /** Times at which sessions were checked. */
  readonly timesMs: number[];
}

export function fakeCheck(): FakeCheck {
  const asked = { sessions: 0, answers: 0 };
  const timesMs: number[] = [];
  return {
    asked,
    timesMs,
    assessSession({ files }, { nonce, atMs }) {
      asked.sessions++;
      timesMs.push(atMs);
      const report = files.find(({ role }) => role === 'report');
      return sessionOf(Buffer.from(report?.bytes ?? []).toString('utf8'), Buffer.from(nonce).toString('hex'));
    },
    assessResponse(evidence, context) {
      asked.answers++;
      const channel = channelOf(evidence.peer_spki, context);
      const channelSpki = channel.status === 'asserted' ? (evidence.peer_spki ?? null) : null;
      const [signature] = evidence.signatures ?? [];
      return signature === undefined
        ? { claims: [claim('response', 'signed', { status: 'unknown' }), channel], ...NOBODY, channelSpki }
        : { ...signedBy(signature.body, context, channel), channelSpki };
    },
    gradeAnswer,
  };
}

const NOBODY = { signer: null, signedModel: null } as const;

function sessionOf(text: string, wanted: string): SessionAssessment {
  const { nonce, keys, channel, refuted, tcb = 'UpToDate', simulated = false } = parsed<FakeReport>(text, NO_REPORT);
  const fault: VerificationCode | undefined = refuted ?? (nonce === wanted ? undefined : 'ERR_ATTESTATION_NONCE');
  const claims = [
    fault === undefined ? claim('model', 'quote') : claim('model', 'quote', { status: 'refuted', code: fault }),
    ...(['production', 'key_bound', 'nonce'] as const).map((name) => claim('model', name)),
    ...(channel === undefined ? [] : [claim('model', 'tls_bound')]),
  ];
  const details = { status: tcb, advisories: [], evaluationDataNumber: 1, fmspc: '000000000000' };
  return {
    claims,
    machines: [{ role: 'model', platform: 'fake', tcb: details, measurements: {}, declaredCheckpoints: [] }],
    keys: fault === undefined ? keys.map(attestedKey) : [],
    channelSpki: fault === undefined ? (channel ?? null) : null,
    window: null,
    simulated,
  };
}

const NO_REPORT: FakeReport = { nonce: '', keys: [], refuted: 'ERR_ATTESTATION_FORM' };

function signedBy(text: string, context: ResponseContext, channel: Claim): Omit<ResponseAssessment, 'channelSpki'> {
  const { key, request, response, model } = parsed<FakeSignature>(text, { key: '', request: '', response: '' });
  const signer = context.keys.find(({ address }) => address === key);
  const isText = request === context.requestSha256 && response === context.responseSha256;
  if (context.keys.length === 0)
    return { claims: [claim('response', 'signed', { status: 'unknown' }), channel], ...NOBODY };
  const refuted = (code: VerificationCode) => ({
    claims: [claim('response', 'signed', { status: 'refuted', code }), channel],
    ...NOBODY,
  });
  if (!isText) return refuted('ERR_CHAT_TEXT');
  if (context.stream?.complete === false) return refuted('ERR_STREAM_CUT');
  if (signer === undefined) return refuted('ERR_CHAT_SIGNER');
  return { claims: [claim('response', 'signed'), channel], signer, signedModel: model ?? null };
}

function channelOf(spki: string | undefined, { channelSpkis, provider }: ResponseContext): Claim {
  const about = { source: 'operator_asserted' } as const;
  if (spki === undefined) return claim('channel', 'channel', { ...about, status: 'unknown' });
  if (channelSpkis.includes(spki)) return claim('channel', 'channel', about);
  if (provider !== 'tinfoil') return claim('channel', 'channel', { ...about, status: 'unknown' });
  return claim('channel', 'channel', { ...about, status: 'refuted', code: 'ERR_TLS_KEY' });
}

function parsed<T>(text: string, otherwise: T): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    return otherwise;
  }
}
