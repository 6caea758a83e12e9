/**
 * NEAR AI Cloud: the model servers themselves, and the gateway in front of them.
 *
 * The two have different defaults for algorithm, nonce and TLS binding, so nothing is left to a default.
 */
import { CHAT_ALGORITHMS } from '../../core/evidence-names.ts';
import { queryText, type ReportQuery, type TeeProtocol, type TeeServer } from './protocol.ts';
import { signaturePath } from './vllm-proxy.ts';

// An alias would be answered by a model of another name; with this header it is refused.
const HEADERS = { 'x-no-aliasing': 'true' };

/** A model server, whose TLS connection ends in the attested machine. */
export const NEAR_DIRECT: TeeProtocol = {
  algorithms: CHAT_ALGORITHMS,
  attested: CHAT_ALGORITHMS,
  headers: HEADERS,
  reportPath: ({ basePath }, query) => `${basePath}/attestation/report${queryText(reportFields(query))}`,
  answer: { kind: 'signatures', path: signaturePath },
};

/** The gateway, which attests itself and the servers of a model. */
export const NEAR_GATEWAY: TeeProtocol = {
  ...NEAR_DIRECT,
  reportPath: ({ basePath, model }: TeeServer, query) =>
    `${basePath}/attestation/report${queryText({ model, ...reportFields(query) })}`,
};

function reportFields({ nonce, algo }: ReportQuery): Readonly<Record<string, string>> {
  return { nonce, ...(algo === null ? {} : { signing_algo: algo }), include_tls_fingerprint: 'true' };
}
