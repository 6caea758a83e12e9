/** Signatures over past answers, kept for a while as the proxies keep them: in memory, bounded, by the id of the chat. */
import type { ChatAlgorithm } from '../../../core/evidence-names.ts';
import type { ChatKeys } from './chat-keys.ts';

const MAX_ENTRIES = 10_000;

/** What can be signed about an answer. */
export interface SignedExchange {
  readonly text: string;
  readonly keys: ChatKeys;
  /** Whose key it is, where the provider says so. */
  readonly kind: 'provider_tee' | 'gateway' | null;
  /** Whether the client went away before the end. */
  readonly disconnected: boolean;
}

/** Bounds of a store. */
export interface StoreOptions {
  readonly clock: () => number;
  readonly ttlMs: number;
  /** How often a signature is asked for in vain before it is there, as behind a balancer that picks another node. */
  readonly misses: number;
}

/** A store. */
export interface SignatureStore {
  readonly put: (chatId: string, exchange: SignedExchange) => void;
  /** The exchange, or null if it is unknown, expired or not there yet. */
  readonly take: (chatId: string, algo: ChatAlgorithm) => SignedExchange | null;
}

/** An empty store. */
export function createSignatureStore({ clock, ttlMs, misses }: StoreOptions): SignatureStore {
  const entries = new Map<
    string,
    SignedExchange & { readonly atMs: number; readonly asked: Map<ChatAlgorithm, number> }
  >();
  return {
    put(chatId, exchange) {
      entries.set(chatId, { ...exchange, atMs: clock(), asked: new Map() });
      const [oldest] = entries.keys();
      if (entries.size > MAX_ENTRIES && oldest !== undefined) entries.delete(oldest);
    },
    take(chatId, algo) {
      const entry = entries.get(chatId);
      if (entry === undefined || clock() - entry.atMs > ttlMs) return null;
      const asked = entry.asked.get(algo) ?? 0;
      entry.asked.set(algo, asked + 1);
      return asked < misses ? null : entry;
    },
  };
}
