/** Which form the report of a provider has. */
import type { TeeProvider } from '../../core/evidence-names.ts';
import { parseAciReport } from './aci.ts';
import type { MachineReport } from './machine-report.ts';
import { parseNearReport } from './near.ts';
import { parseTinfoilReport } from './tinfoil.ts';

const PARSERS: Readonly<Record<TeeProvider, (report: Uint8Array) => readonly MachineReport[]>> = {
  'near-direct': parseNearReport,
  'near-gateway': parseNearReport,
  'vllm-proxy': parseNearReport,
  aci: parseAciReport,
  tinfoil: parseTinfoilReport,
};

/**
 * The machines in a report of a provider.
 *
 * @throws {@link VerificationError} `ERR_ATTESTATION_FORM`
 */
export function parseReport(provider: TeeProvider, report: Uint8Array): readonly MachineReport[] {
  return PARSERS[provider](report);
}
