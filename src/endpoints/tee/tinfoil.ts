/** Tinfoil: attested machines that sign no answer, so that the TLS connection is all the evidence of one. */
import { queryText, type TeeProtocol } from './protocol.ts';

/** An enclave; its attestation is at the root of the host, whatever the base URL. */
export const TINFOIL: TeeProtocol = {
  algorithms: [],
  attested: [null],
  headers: {},
  reportPath: (_server, { nonce }) => `/.well-known/tinfoil-attestation${queryText({ nonce })}`,
  answer: { kind: 'channel' },
};
