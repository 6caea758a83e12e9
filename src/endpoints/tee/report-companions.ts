/** What is archived beside a report: collateral for each platform in it, and a verdict on its GPUs if one is wanted. */
import { parseReport } from '../../attestation/reports/parse-report.ts';
import { collateralRequest, type CollateralRequest } from '../../attestation/tdx/select.ts';
import { isTouchstoneError } from '../../core/errors.ts';
import { createCollateralSource, type CollateralChoice, type CollateralSource } from './collateral.ts';
import { fetchVerdicts } from './gpu-verdict.ts';
import { createVendorClients } from './vendor-clients.ts';
import type { EvidenceFile } from '../../attestation/claim.ts';
import type { MachineReport } from '../../attestation/reports/machine-report.ts';
import type { TeeProvider } from '../../core/evidence-names.ts';

/** What is fetched beside reports. */
export interface CompanionChoice {
  /** Null for none. */
  readonly collateral: CollateralChoice | null;
  /** Where GPU evidence is posted, or null. */
  readonly nras: string | null;
}

/** A report as it was fetched. */
interface FetchedReport {
  readonly bytes: Uint8Array;
  /** Hex of the nonce that it was asked with. */
  readonly nonce: string;
}

/** Fetches what belongs to reports. */
export interface ReportCompanions {
  /** @throws {@link EndpointError} `ERR_ATTESTATION` if collateral cannot be had */
  readonly of: (report: FetchedReport, signal: AbortSignal) => Promise<readonly EvidenceFile[]>;
  /** Number of requests sent so far. */
  readonly requests: () => number;
  readonly close: () => Promise<void>;
}

/**
 * Companions of the reports of a provider.
 *
 * @param ca - Certificates in PEM that are trusted beside those of Node; null for none.
 */
export function createReportCompanions(
  provider: TeeProvider,
  choice: CompanionChoice,
  ca: string | null,
): ReportCompanions {
  const clients = createVendorClients(ca);
  const source = choice.collateral === null ? null : createCollateralSource(choice.collateral, clients);
  return {
    of: async ({ bytes, nonce }, signal) => {
      const machines = ifReadable(() => parseReport(provider, bytes)) ?? [];
      const collateral = source === null ? [] : await collateralOf(machines, source, signal);
      const verdicts =
        choice.nras === null ? [] : await fetchVerdicts(choice.nras, clients, { machines, nonce, signal });
      return [...collateral, ...verdicts];
    },
    requests: clients.requests,
    close: clients.close,
  };
}

// What cannot be read needs nothing beside it; whoever verifies it says what is wrong with it.
function ifReadable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (isTouchstoneError(error)) return null;
    throw error;
  }
}

async function collateralOf(
  machines: readonly MachineReport[],
  source: CollateralSource,
  signal: AbortSignal,
): Promise<readonly EvidenceFile[]> {
  const platforms = new Map<string, CollateralRequest>();
  for (const quote of machines.flatMap(quotesOf)) {
    const platform = ifReadable(() => collateralRequest(quote));
    if (platform !== null) platforms.set(`${platform.fmspc}-${platform.ca}`, platform);
  }
  const files = await Promise.all([...platforms.values()].map((platform) => source(platform, signal)));
  return files.map((bytes) => ({ role: 'collateral', bytes }));
}

function quotesOf({ quote, actions }: MachineReport): readonly Uint8Array[] {
  return [quote, actions?.quote ?? null].filter((bytes) => bytes !== null);
}
