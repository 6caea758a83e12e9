/**
 * Where the collateral of quotes comes from: Intel, a caching service, or a folder.
 *
 * It is fetched once for each platform and kept for the session, so that every quote of a run is judged by the same.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_COLLATERAL_BYTES } from '../../attestation/tdx/collateral.ts';
import { unreadableError } from './attestation-error.ts';
import { fetchCollateral, INTEL_PCS, pccsAt } from './pcs.ts';
import type { CollateralRequest } from '../../attestation/tdx/select.ts';
import type { VendorClients } from './vendor-clients.ts';

/** A choice of source. */
export type CollateralChoice =
  | { readonly kind: 'intel' }
  /** Base URL of a provisioning certificate caching service. */
  | { readonly kind: 'pccs'; readonly url: string }
  /** Folder of files named `FMSPC-CA.json`, such as `b0c06f000000-platform.json`. */
  | { readonly kind: 'folder'; readonly path: string };

/**
 * The collateral file of a platform, in the form that `parseCollateral` reads.
 *
 * @throws {@link EndpointError} `ERR_ATTESTATION`
 */
export type CollateralSource = (platform: CollateralRequest, signal: AbortSignal) => Promise<Uint8Array>;

/** The source that was chosen; files are fetched when they are first asked for. */
export function createCollateralSource(choice: CollateralChoice, clients: VendorClients): CollateralSource {
  const known = new Map<string, Promise<Uint8Array>>();
  const fetch = sourceOf(choice, clients);
  return (platform, signal) => {
    const key = `${platform.fmspc}-${platform.ca}`;
    const held = known.get(key) ?? fetch(platform, signal);
    known.set(key, held);
    // What failed may be asked for again.
    held.catch(() => known.delete(key));
    return held;
  };
}

function sourceOf(choice: CollateralChoice, clients: VendorClients): CollateralSource {
  if (choice.kind === 'folder') return (platform) => readCollateral(choice.path, platform);
  const service = choice.kind === 'intel' ? INTEL_PCS : pccsAt(choice.url);
  return (platform, signal) => fetchCollateral(service, clients, platform, signal);
}

async function readCollateral(folder: string, { fmspc, ca }: CollateralRequest): Promise<Uint8Array> {
  const name = `${fmspc}-${ca}.json`;
  try {
    const path = join(folder, name);
    const { size } = await stat(path);
    if (size <= MAX_COLLATERAL_BYTES) return await readFile(path);
  } catch (cause) {
    throw unreadableError(`collateral in "${folder}"`, `a file ${name}`, cause);
  }
  throw unreadableError(`collateral in "${folder}"`, `at most ${MAX_COLLATERAL_BYTES} bytes in ${name}`);
}
