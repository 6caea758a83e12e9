/** Receipts for tests, signed with the test key. */
import canonicalize from 'canonicalize';
import { hex, sha256, signEd25519 } from './chat-keys.ts';

interface ReceiptEvent {
  readonly type: string;
  readonly body_hash?: string;
  readonly result?: string;
}

interface ReceiptDocument {
  readonly model: string;
  readonly event_log: readonly ReceiptEvent[];
  readonly [field: string]: unknown;
}

/** A receipt over bodies, by default over `request` and `response`, without its signature. */
export function receiptDocument(
  request: string = sha256('request'),
  response: string = sha256('response'),
): ReceiptDocument {
  const event_log: readonly ReceiptEvent[] = [
    { type: 'request.received', body_hash: `sha256:${request}` },
    { type: 'request.forwarded', body_hash: `sha256:${request}` },
    { type: 'upstream.verified', result: 'verified' },
    { type: 'response.returned', body_hash: `sha256:${response}` },
  ];
  return {
    api_version: 'aci/1',
    receipt_id: 'rcpt-1',
    chat_id: 'chat-1',
    model: 'demo-model',
    workload_keyset_digest: `sha256:${'ab'.repeat(32)}`,
    endpoint: '/v1/chat/completions',
    method: 'POST',
    served_at: 1_750_000_000,
    key_id: 'receipt-1',
    event_log,
  };
}

/** Body of a receipt endpoint; `before` is changed before it is signed, `after` afterwards. */
export function receiptBody(before: object, after: object = {}): string {
  const document = { ...receiptDocument(), ...before };
  // A value without a canonical form cannot be signed.
  const signature = 'signature' in after ? '' : hex(signEd25519(canonicalize(document) ?? ''));
  return JSON.stringify({ ...document, signature, ...after });
}
