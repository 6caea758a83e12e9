/** The nonce of a report: the caller's, or the provider's own with a report that is kept for a while. */
import type { TeeProvider } from '../../../core/evidence-names.ts';
import { deriveBytes } from './ec-key.ts';
import { reportRefusal } from './refusal.ts';

const CACHE_MS = 300_000;

/**
 * The nonce of a query.
 *
 * @returns Null if there is none.
 * @throws Refusal 400 unless it is 64 hex digits
 */
export function parseNonce(mode: TeeProvider, query: URLSearchParams): Uint8Array | null {
  const text = query.get('nonce');
  if (text === null) return null;
  if (!/^(?:[0-9a-f]{2})*$/i.test(text)) throw reportRefusal(mode, 400, 'Nonce must be hex-encoded', 'nonce');
  if (text.length !== 64) throw reportRefusal(mode, 400, 'Nonce must be 32 bytes', 'nonce');
  return new Uint8Array(Buffer.from(text, 'hex'));
}

/** Gives nonces of the provider's own, and keeps the reports over them. */
export interface OwnNonces {
  /** A new nonce. */
  readonly next: () => Uint8Array;
  /** The report of this kind, made anew when the last one is older than five minutes. */
  readonly cached: (kind: string, build: (nonce: Uint8Array) => string) => string;
}

/** Nonces that depend on the seed and on how many there were. */
export function createOwnNonces(seed: string, clock: () => number): OwnNonces {
  let count = 0;
  const kept = new Map<string, { readonly report: string; readonly atMs: number }>();
  const next = (): Uint8Array => deriveBytes(32, 'own nonce', seed, String(count++));
  return {
    next,
    cached(kind, build) {
      const last = kept.get(kind);
      if (last !== undefined && clock() - last.atMs < CACHE_MS) return last.report;
      const report = build(next());
      kept.set(kind, { report, atMs: clock() });
      return report;
    },
  };
}
