/** Where NVIDIA's remote attestation service takes GPU evidence. */

/** Path of the service that takes the evidence of GPUs. */
export const NRAS_PATH = '/v3/attest/gpu';

/** NVIDIA's own service. */
export const NRAS_URL: string = `https://nras.attestation.nvidia.com${NRAS_PATH}`;
