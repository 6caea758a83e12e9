/** An endpoint without a network that gives fake evidence, and does with it what a test wants. */
import { EndpointError } from '../../src/core/errors.ts';
import type { TeeProvider } from '../../src/core/evidence-names.ts';
import type { Endpoint, EvidenceSource, Exchange, FetchedAttestation } from '../../src/endpoints/endpoint.ts';
import type { AnswerEvidence } from '../../src/transcript/evidence.ts';
import type { PlanEndpoint } from '../../src/transcript/plan.ts';
import { hashOf, KEY_A, type FakeReport } from '../fake-attestation.ts';
import { toyAnswer, toyIdentity } from './toy.ts';

/** What a test may do with the endpoint, at any time. */
export interface TeeControl {
  /** The key that signs, and those that a report names. */
  key: string;
  attested: string[];
  /** More of what a report says. */
  report: Partial<FakeReport>;
  /** More files of an attestation. */
  files: FetchedAttestation['files'];
  /** How many reports come at once. */
  algorithms: readonly ('ecdsa' | 'ed25519')[];
  peerSpki: string | null;
  /** Awaited before a report, an answer, or the evidence of an answer is given; may throw. */
  beforeReport: (signal: AbortSignal) => Promise<void> | void;
  beforeAnswer: (question: number, signal: AbortSignal) => Promise<void> | void;
  beforeEvidence: (question: number, signal: AbortSignal) => Promise<void> | void;
  /** Changes the evidence of an answer; null gives none. */
  evidence: (honest: AnswerEvidence, question: number) => AnswerEvidence | null;
  stream: 'whole' | 'cut' | null;
}

export interface FakeTee extends Endpoint {
  readonly control: TeeControl;
  readonly evidence: EvidenceSource;
  /** Nonces that were asked for. */
  readonly nonces: string[];
  readonly seen: {
    answers: number;
    inFlight: number;
    maxInFlight: number;
    evidence: number;
    waiting: number;
    maxWaiting: number;
  };
}

/** A promise and what settles it. */
export function gate(): { readonly opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

/** Rejects when a signal is aborted, as fetch does. */
export async function untilAborted(signal: AbortSignal): Promise<never> {
  return await new Promise<never>((_, reject) => {
    const fail = (): void => reject(new DOMException('stopped', 'AbortError'));
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}

export function teeIdentity(provider: TeeProvider = 'near-direct', extra: Partial<PlanEndpoint> = {}): PlanEndpoint {
  return toyIdentity({ kind: 'tee', tee: { provider }, ...extra });
}

/** The number in the question of a request. */
const questionOf = (body: string): number => Number(/say (\d+)/.exec(body)?.[1]);

export function fakeTee(changes: Partial<TeeControl> = {}, identity: PlanEndpoint = teeIdentity()): FakeTee {
  const control: TeeControl = {
    key: KEY_A,
    attested: [KEY_A],
    report: {},
    files: [],
    algorithms: ['ed25519'],
    peerSpki: null,
    beforeReport: () => undefined,
    beforeAnswer: () => undefined,
    beforeEvidence: () => undefined,
    evidence: (honest) => honest,
    stream: null,
    ...changes,
  };
  const nonces: string[] = [];
  const seen = { answers: 0, inFlight: 0, maxInFlight: 0, evidence: 0, waiting: 0, maxWaiting: 0 };
  // What the provider signed, by the hash of the response.
  const signed = new Map<string, { readonly question: number; readonly body: string }>();
  let requests = 0;

  const answer = (body: string): Uint8Array => {
    const question = questionOf(body);
    const id = `chatcmpl-${seen.answers++}`;
    const text = toyAnswer(String(question)).replace('chatcmpl-toy', id);
    const response = Buffer.from(control.stream === null ? text : streamOf(id, String(question), control.stream));
    const facts = { key: control.key, request: hashOf(body), response: hashOf(response), model: 'toy-1' };
    signed.set(facts.response, { question, body: JSON.stringify(facts) });
    return response;
  };
  return {
    identity,
    control,
    nonces,
    seen,
    async send(body, { beforeSend, signal }): Promise<Exchange> {
      await beforeSend(Buffer.from(body));
      seen.maxInFlight = Math.max(seen.maxInFlight, ++seen.inFlight);
      try {
        await control.beforeAnswer(questionOf(body), signal);
      } catch {
        seen.inFlight--;
        return { ...NOTHING, status: 'cancelled', httpStatus: null, response: null, errorCode: 'ERR_CANCELLED' };
      }
      seen.inFlight--;
      return { ...NOTHING, status: 'ok', httpStatus: 200, response: answer(body), peerSpki: control.peerSpki };
    },
    evidence: {
      algorithms: ['ed25519'],
      async attest(nonce, signal) {
        requests++;
        nonces.push(Buffer.from(nonce).toString('hex'));
        await control.beforeReport(signal);
        return control.algorithms.map((algo) => attestationOf(control, identity, nonce, algo));
      },
      async ofAnswer({ response, peerSpki }, signal) {
        requests++;
        seen.evidence++;
        const known = signed.get(hashOf(response ?? ''));
        seen.maxWaiting = Math.max(seen.maxWaiting, ++seen.waiting);
        try {
          await control.beforeEvidence(known?.question ?? -1, signal);
        } finally {
          seen.waiting--;
        }
        const id = /"id":"(chatcmpl-\d+)"/.exec(Buffer.from(response ?? []).toString())?.[1];
        const honest: AnswerEvidence = {
          ...(id === undefined ? {} : { id }),
          ...(peerSpki === null ? {} : { peer_spki: peerSpki }),
          ...(known === undefined ? {} : { signatures: [{ algo: 'ed25519', body: known.body }] }),
        };
        return control.evidence(honest, known?.question ?? -1) ?? {};
      },
      requests: () => requests,
    },
    listModels: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  };
}

/** The error of a provider that gives no attestation. */
export function noAttestation(): EndpointError {
  const message = 'cannot fetch attestation: the fake has none';
  return new EndpointError('ERR_ATTESTATION', message, { retryable: false, status: 404 });
}

const NOTHING = { errorCode: null, retryAfterMs: null, latencyUs: 5, firstByteUs: 4, peerSpki: null, receiptId: null };

function attestationOf(
  { attested, report, files, peerSpki }: TeeControl,
  { model, tee }: PlanEndpoint,
  nonce: Uint8Array,
  algo: 'ecdsa' | 'ed25519',
): FetchedAttestation {
  const facts = { nonce: Buffer.from(nonce).toString('hex'), keys: attested, ...report, algo };
  return {
    provider: tee?.provider ?? 'near-direct',
    algo,
    model,
    spki: peerSpki,
    url: 'https://tee.example/v1/attestation/report',
    files: [{ role: 'report', bytes: Buffer.from(JSON.stringify(facts)) }, ...files],
  };
}

function streamOf(id: string, text: string, how: 'whole' | 'cut'): string {
  const chunk = (delta: object, finish: string | null): string =>
    `data: ${JSON.stringify({ id, model: 'toy-1', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  return `${chunk({ content: text }, null)}${chunk({}, 'stop')}${how === 'whole' ? 'data: [DONE]\n\n' : ''}`;
}
