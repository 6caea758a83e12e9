/** Fingerprints of the simulator's roots, computed; verifiers have them as constants. */
import { gpuRoot } from './gpu-evidence.ts';
import { buildIntelPki } from './intel-pki.ts';
import { nitroRoot } from './nitro-document.ts';
import { sha256Hex } from './simulation.ts';

/** What a verifier pins, each the lower-case hex SHA-256 of a public key or of a certificate. */
export interface RootFingerprints {
  readonly intelSpki: string;
  readonly nvidiaCertificate: string;
  readonly nitroCertificate: string;
}

/** The fingerprints of the three roots; always the same. */
export function rootFingerprints(): RootFingerprints {
  return {
    intelSpki: sha256Hex(buildIntelPki(new Set()).root.key.spki),
    nvidiaCertificate: sha256Hex(gpuRoot()),
    nitroCertificate: sha256Hex(nitroRoot()),
  };
}
