/** Starts simulators for tests, with answers that need no model, and asks them. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { createHash } from 'node:crypto';
import type { SimulatedAnswer } from '../../../../src/endpoints/tee/simulator/answer.ts';
import {
  startTeeSimulator,
  type TeeSimulator,
  type TeeSimulatorOptions,
} from '../../../../src/endpoints/tee/simulator/server.ts';

export const MODEL = 'simulated/model';
export const NOW_MS: number = Date.UTC(2026, 10, 23, 12);
export const NONCE: string = 'a1'.repeat(32);

/** A response as it came. */
export interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** Hex SHA-256 of the public key of the TLS peer, or null. */
  readonly spki: string | null;
}

let chats = 0;

/** Answers like an engine: JSON, or a stream with usage in its last chunk; every chat has an id of its own. */
export const answer: SimulatedAnswer = ({ body }) => {
  const { stream, model } = JSON.parse(Buffer.from(body).toString()) as { stream?: boolean; model: string };
  const head = { id: `chat-${chats++}`, created: 1, model };
  const choice = { index: 0, finish_reason: 'stop' };
  if (stream !== true) {
    const message = { role: 'assistant', content: 'four' };
    const text = JSON.stringify({ ...head, object: 'chat.completion', choices: [{ ...choice, message }] });
    return Promise.resolve({ status: 200, contentType: 'application/json', body: [Buffer.from(text)] });
  }
  const events = [
    { ...head, object: 'chat.completion.chunk', choices: [{ ...choice, delta: { content: 'four' } }], usage: null },
    { ...head, object: 'chat.completion.chunk', choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 } },
  ];
  const text = [...events.map((event) => JSON.stringify(event)), '[DONE]'].map((data) => `data: ${data}\n\n`).join('');
  // Cut where no event ends, as networks do.
  const bytes = Buffer.from(text);
  return Promise.resolve({
    status: 200,
    contentType: 'text/event-stream',
    body: [bytes.subarray(0, 30), bytes.subarray(30, 333), bytes.subarray(333)],
  });
};

/** A simulator on a still clock, closed when the test ends. */
export async function startSimulator(
  options: Partial<TeeSimulatorOptions> & Pick<TeeSimulatorOptions, 'mode'>,
): Promise<TeeSimulator & AsyncDisposable> {
  const simulator = await startTeeSimulator({ model: MODEL, answer, clock: () => NOW_MS, ...options });
  return { ...simulator, [Symbol.asyncDispose]: simulator.close };
}

/** Send a request, and read all of the response. */
export function ask(url: string, body: string | null = null, headers: Record<string, string> = {}): Promise<Got> {
  return new Promise((resolve, reject) => {
    const options = { method: body === null ? 'GET' : 'POST', headers, agent: false } as const;
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    const request = send(url, { ...options, rejectUnauthorized: false }, (response) => {
      const chunks: Buffer[] = [];
      const socket = response.socket as Partial<TLSSocket>;
      const key = socket.getPeerX509Certificate?.()?.publicKey.export({ type: 'spki', format: 'der' });
      const spki = key === undefined ? null : createHash('sha256').update(key).digest('hex');
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks), spki });
      });
    });
    request.on('error', reject);
    request.end(body ?? undefined);
  });
}

/** The JSON of a body, of a form that the test knows. */
export function jsonOf<T = Readonly<Record<string, unknown>>>(got: Got): T {
  return JSON.parse(got.body.toString()) as T;
}

/** A chat request. */
export function chatBody(more: object = {}): string {
  return JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: 'two and two?' }], ...more });
}

/** Ask for a chat. */
export function chat({ url }: TeeSimulator, more: object = {}, headers: Record<string, string> = {}): Promise<Got> {
  return ask(`${url}/chat/completions`, chatBody(more), headers);
}

/** The body of the signature of a chat. */
export function signatureOf({ url }: TeeSimulator, chatId: string, algo: string): Promise<Got> {
  return ask(`${url}/signature/${chatId}?signing_algo=${algo}`);
}

/** Path of a mode's report with a nonce. */
export function reportUrl({ url }: TeeSimulator, mode: string, algo: string = 'ecdsa', nonce: string = NONCE): string {
  const origin = new URL(url).origin;
  if (mode === 'aci') return `${origin}/v1/aci/attestation?nonce=${nonce}`;
  if (mode === 'tinfoil') return `${origin}/.well-known/tinfoil-attestation?nonce=${nonce}`;
  const model = encodeURIComponent(MODEL);
  return `${url}/attestation/report?model=${model}&nonce=${nonce}&signing_algo=${algo}&include_tls_fingerprint=true`;
}
