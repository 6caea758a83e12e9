/** Clients of the vendors that evidence is completed with, one for each origin, opened when it is first asked. */
import { openTransport } from '../transport.ts';
import { createEvidenceClient, type EvidenceClient } from './evidence-client.ts';

/** Clients by origin; no credential is sent to any. */
export interface VendorClients {
  readonly at: (origin: string) => Promise<EvidenceClient>;
  /** Number of requests sent so far, to all of them. */
  readonly requests: () => number;
  readonly close: () => Promise<void>;
}

const CONNECTIONS = 4;
const HEADERS = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'touchstone' };

/**
 * Clients of vendors.
 *
 * @param ca - Certificates in PEM that are trusted beside those of Node; null for none.
 */
export function createVendorClients(ca: string | null): VendorClients {
  const opening = new Map<string, Promise<EvidenceClient>>();
  const opened: EvidenceClient[] = [];
  const open = async (origin: string): Promise<EvidenceClient> => {
    const client = createEvidenceClient(await openTransport(origin, CONNECTIONS, ca), HEADERS, CONNECTIONS);
    opened.push(client);
    return client;
  };
  return {
    at: (origin) => {
      const client = opening.get(origin) ?? open(origin);
      opening.set(origin, client);
      return client;
    },
    requests: () => opened.reduce((sum, client) => sum + client.requests(), 0),
    close: async () => {
      await Promise.all(opened.map(({ close }) => close()));
    },
  };
}
