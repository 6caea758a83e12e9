/** The vllm-proxy family: Phala, RedPill and other hosts of dstack. */
import { CHAT_ALGORITHMS, type ChatAlgorithm } from '../../core/evidence-names.ts';
import { queryText, type TeeProtocol, type TeeServer } from './protocol.ts';

/** A proxy with a key of its own for each algorithm. */
export const VLLM_PROXY: TeeProtocol = {
  algorithms: CHAT_ALGORITHMS,
  attested: CHAT_ALGORITHMS,
  headers: {},
  reportPath: ({ basePath, model }, { nonce, algo }) => {
    const signing = algo === null ? {} : { signing_algo: algo };
    return `${basePath}/attestation/report${queryText({ model, nonce, ...signing, include_tls_fingerprint: 'true' })}`;
  },
  answer: { kind: 'signatures', path: signaturePath },
};

/** Where the signature over an answer is, there and at NEAR. */
export function signaturePath({ basePath, model }: TeeServer, id: string, algo: ChatAlgorithm): string {
  return `${basePath}/signature/${encodeURIComponent(id)}${queryText({ signing_algo: algo, model })}`;
}
