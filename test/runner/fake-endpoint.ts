/** An endpoint without a network: it answers in the same turn, and remembers what it was asked. */
import type { Endpoint, Exchange } from '../../src/endpoints/endpoint.ts';
import { toyAnswer, toyIdentity } from './toy.ts';

export interface FakeEndpoint extends Endpoint {
  /** Bodies in the order in which they were sent. */
  readonly sent: string[];
}

export function fakeEndpoint(): FakeEndpoint {
  const sent: string[] = [];
  return {
    identity: toyIdentity(),
    sent,
    async send(body, { beforeSend }): Promise<Exchange> {
      await beforeSend(Buffer.from(body));
      sent.push(body);
      const response = Buffer.from(toyAnswer(/say (\d+)/.exec(body)?.[1] ?? ''));
      return {
        status: 'ok',
        httpStatus: 200,
        response,
        errorCode: null,
        retryAfterMs: null,
        latencyUs: 5,
        firstByteUs: 4,
        peerSpki: null,
        receiptId: null,
      };
    },
    listModels: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  };
}
