/** Names that plan, evidence and attestation share. */

/** Providers whose evidence can be checked. */
export const TEE_PROVIDERS = ['near-direct', 'near-gateway', 'vllm-proxy', 'aci', 'tinfoil'] as const;

/** A way in which an endpoint gives evidence. */
export type TeeProvider = (typeof TEE_PROVIDERS)[number];

/** Algorithms of signatures over answers. */
export const CHAT_ALGORITHMS = ['ecdsa', 'ed25519'] as const;

/** ECDSA over secp256k1 with an EIP-191 hash, or Ed25519. */
export type ChatAlgorithm = (typeof CHAT_ALGORITHMS)[number];

/** What a file of session evidence is. */
export const EVIDENCE_ROLES = ['report', 'collateral', 'nras', 'jwks'] as const;

/** The report as fetched, the vendor's collateral for its quotes, the GPU vendor's verdict, the keys that signed that. */
export type EvidenceRole = (typeof EVIDENCE_ROLES)[number];

/** What is proven about an endpoint, from a mere record to measured weights. */
export const ENDPOINT_LEVELS = ['L0', 'L1', 'L2', 'L3', 'L4', 'L5', 'L6'] as const;

/** A level of assurance about an endpoint. */
export type EndpointLevel = (typeof ENDPOINT_LEVELS)[number];
