/** The evidence of an endpoint in a configuration file. */
import { dirname, resolve } from 'node:path';
import { normalizeBaseUrl } from './base-url.ts';
import { teeConfig, type RemoteConfig, type TeeConfig } from './config.ts';
import type { Fault, TeeEntry } from './endpoint-entry.ts';
import { NRAS_URL } from './tee/nras-url.ts';

/** Where an entry stands. */
interface Place {
  /** Of the file; folders are looked for from its own. */
  readonly path: string;
  readonly fault: Fault;
}

/** The server of an entry as one that gives evidence, as the entry wants it. */
export function withEvidence(config: RemoteConfig, entry: TeeEntry, place: Place): TeeConfig {
  const { provider = config.kind === 'tee' ? config.provider : undefined, simulated = false } = entry;
  if (provider === undefined) throw place.fault('/tee', 'want a provider');
  const base = teeConfig({ ...config, kind: 'openai' }, provider, simulated);
  return { ...base, ...chosenCollateral(entry, place), ...chosenVerdict(entry, place) };
}

function chosenCollateral({ collateral }: TeeEntry, { path, fault }: Place): Partial<TeeConfig> {
  if (collateral === undefined) return {};
  if (collateral === 'none') return { collateral: null };
  if (collateral === 'intel') return { collateral: { kind: 'intel' } };
  if ('folder' in collateral) {
    return { collateral: { kind: 'folder', path: resolve(dirname(path), collateral.folder) } };
  }
  return { collateral: { kind: 'pccs', url: checkedUrl(collateral.pccs, '/tee/collateral/pccs', fault) } };
}

function chosenVerdict({ nras }: TeeEntry, { fault }: Place): Partial<TeeConfig> {
  if (nras === undefined) return {};
  if (typeof nras === 'string') return { nras: checkedUrl(nras, '/tee/nras', fault) };
  return { nras: nras ? NRAS_URL : null };
}

function checkedUrl(text: string, pointer: string, fault: Fault): string {
  const url = normalizeBaseUrl(text);
  if (url === null) throw fault(pointer, 'want an http or https URL without user, password and query');
  return url;
}
