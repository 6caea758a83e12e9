/**
 * Roots of trust: the pinned keys and certificates in which every chain has to end.
 *
 * @see {@link TrustRoots} for what is pinned
 */
import { VerificationError } from '../core/errors.ts';
import type { TrustRoots } from './claim.ts';

/** The kinds of pinned roots. */
export type RootKind = Exclude<keyof TrustRoots, 'simulated'>;

/** The roots of the hardware vendors. */
export const VENDOR_ROOTS: TrustRoots = {
  // CN=Intel SGX Root CA, valid 2018-05-21 to 2049-12-31: the key, because Intel may reissue the certificate.
  intelSpki: ['a0af031289f5d5d4132f9186068a7fc13628633ba235777472e29b6b6c67a49e'],
  // CN=NVIDIA Device Identity CA, O=NVIDIA.
  nvidiaCertificates: ['102bf659d5419614c9d8e6aecebc80454eb26b1df6a769ac720b9a690b167b48'],
  // CN=aws.nitro-enclaves, root G1.
  nitroCertificates: ['641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b'],
  simulated: false,
};

/** The roots of the simulator. Its keys are public, so anybody can forge with them: they prove nothing. */
export const SIMULATED_ROOTS: TrustRoots = {
  // CN=Simulated SGX Root CA, O=SIMULATED.
  intelSpki: ['d1987fc61be8272f6c4715b21c409db9da7d6f98c2c828aa739ba775d5a6fa51'],
  // CN=Simulated Device Identity CA, O=SIMULATED.
  nvidiaCertificates: ['23d42d349d8ff11fe7cdd86a99d345e623a1259353f7bde46412edde7bbd680c'],
  // CN=aws.nitro-enclaves.simulated, O=SIMULATED.
  nitroCertificates: ['70cee6512350c2e557071b37861c2e13de996d214279e48500f184af5e8174ac'],
  simulated: true,
};

/**
 * Check that a root is pinned.
 *
 * @param fingerprint - Lower-case hex SHA-256 of what the kind pins.
 * @returns whether one of the roots that pin it is simulated.
 * @throws {@link VerificationError} `ERR_EVIDENCE_SIMULATED` if it is a root of the simulator and not accepted,
 *   `ERR_CHAIN_ROOT` if nobody pins it.
 */
export function checkRoot(kind: RootKind, fingerprint: string, roots: readonly TrustRoots[]): { simulated: boolean } {
  const accepting = roots.filter((root) => root[kind].includes(fingerprint));
  if (accepting.length > 0) return { simulated: accepting.some((root) => root.simulated) };
  if (SIMULATED_ROOTS[kind].includes(fingerprint)) {
    throw new VerificationError('ERR_EVIDENCE_SIMULATED', 'cannot trust a chain: it ends in the root of the simulator');
  }
  throw new VerificationError('ERR_CHAIN_ROOT', `cannot trust a chain: its root ${fingerprint} is not a pinned one`);
}
