/** Reports of real services, read in place, with the nonce and the moment at which each was asked for. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EvidenceFile, SessionContext, SessionEvidence } from '../../src/attestation/claim.ts';
import { VENDOR_ROOTS } from '../../src/attestation/trust.ts';

/** What one capture was made with. */
export interface Capture {
  readonly folder: string;
  readonly provider: SessionEvidence['provider'];
  readonly algo: SessionEvidence['algo'];
  readonly model: string;
}

/** Every capture of `live-captures`. */
export const CAPTURES: Readonly<Record<'direct' | 'gateway' | 'relayed' | 'python' | 'tinfoil', Capture>> = {
  direct: {
    folder: 'near-direct-2026-06-29',
    provider: 'near-direct',
    algo: 'ed25519',
    model: 'Qwen/Qwen3.5-122B-A10B',
  },
  gateway: {
    folder: 'near-cloud-2026-06-29',
    provider: 'near-gateway',
    algo: 'ed25519',
    model: 'Qwen/Qwen3.5-122B-A10B',
  },
  relayed: {
    folder: 'near-via-venice-ecdsa-2026-04-24',
    provider: 'vllm-proxy',
    algo: 'ecdsa',
    model: 'Qwen/Qwen3.5-122B-A10B',
  },
  python: {
    folder: 'nanogpt-phala-vllm-proxy-2026-06-10',
    provider: 'vllm-proxy',
    algo: 'ecdsa',
    model: 'TEE/gemma-3-27b-it',
  },
  tinfoil: {
    folder: 'tinfoil-v3-direct-tdx-gpu-2026-06-29',
    provider: 'tinfoil',
    algo: null,
    model: 'gemma4-31b',
  },
};

const ROLES = {
  'report.json': 'report',
  'collateral.json': 'collateral',
  'collateral-gateway.json': 'collateral',
  'nras-response.json': 'nras',
  'nras-jwks.json': 'jwks',
} as const satisfies Readonly<Record<string, EvidenceFile['role']>>;

interface Meta {
  readonly captured_at: string;
  readonly client_nonce: string;
  readonly peer_spki_der_base64?: string;
}

/** A capture as the runner would have archived it. */
export function readCapture(
  root: string,
  { folder, ...asked }: Capture,
): {
  evidence: SessionEvidence;
  context: SessionContext;
} {
  const path = join(root, folder);
  const meta = JSON.parse(readFileSync(join(path, 'meta.json'), 'utf8')) as Meta;
  const names = (Object.keys(ROLES) as (keyof typeof ROLES)[]).filter((name) => existsSync(join(path, name)));
  const spki = meta.peer_spki_der_base64;
  return {
    evidence: {
      ...asked,
      spki: spki === undefined ? null : createHash('sha256').update(Buffer.from(spki, 'base64')).digest('hex'),
      files: names.map((name) => ({ role: ROLES[name], bytes: readFileSync(join(path, name)) })),
    },
    context: {
      nonce: Buffer.from(meta.client_nonce, 'hex'),
      atMs: Date.parse(meta.captured_at),
      roots: [VENDOR_ROOTS],
    },
  };
}
