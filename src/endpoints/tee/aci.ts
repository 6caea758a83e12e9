/**
 * Gateways that speak ACI: one attestation of a set of keys, and a signed receipt for each answer.
 *
 * @see Dstack-TEE/private-ai-gateway, aci/1
 */
import { queryText, type TeeProtocol } from './protocol.ts';

/** A gateway. */
export const ACI: TeeProtocol = {
  algorithms: ['ed25519'],
  attested: [null],
  headers: {},
  reportPath: ({ basePath }, { nonce }) => `${basePath}/aci/attestation${queryText({ nonce })}`,
  answer: { kind: 'receipt', path: ({ basePath }, id) => `${basePath}/aci/receipts/${encodeURIComponent(id)}` },
};
