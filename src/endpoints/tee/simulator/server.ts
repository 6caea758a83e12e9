/**
 * A simulator of attested inference providers: real protocols, real cryptography, a root of trust that anybody has.
 *
 * It serves what the providers serve, on the same paths and with the same oddities, over machines that exist only here.
 * Its root keys come from a public constant, so it proves nothing: a verifier takes it only when told to, and shows it
 * as simulated.
 */
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { encodeHex } from '../../../core/bytes.ts';
import type { TeeProvider } from '../../../core/evidence-names.ts';
import { listen, type LocalServer } from '../../listen.ts';
import type { SimulatedAnswer } from './answer.ts';
import { extension, issueCertificate, toPem } from './certificate.ts';
import type { Collateral } from './collateral.ts';
import { sequence, tagged } from './der.ts';
import { deriveEcKey } from './ec-key.ts';
import type { SimulatorFaultName } from './faults.ts';
import { serve } from './http.ts';
import { providerRoutes, type Route } from './provider.ts';
import { createSimulation, sha256 } from './simulation.ts';
import type { TlsIdentity } from './tinfoil-report.ts';
import { isVendorPath, vendorRoutes } from './vendor.ts';

const DEFAULTS = {
  seed: 'touchstone',
  clock: Date.now,
  tls: false,
  faults: [],
  gpus: 1,
  apiKey: null,
  operatorToken: null,
  signatureTtlMs: 1_200_000,
  signatureMisses: 0,
  rotateAfter: 3,
  host: '127.0.0.1',
  port: 0,
  vendorPort: 0,
} as const;

/** What to simulate. */
export interface TeeSimulatorOptions {
  readonly mode: TeeProvider;
  /** Name that the model is served under; it is in reports and signed texts. */
  readonly model: string;
  /** What answers, see {@link forwardTo} and {@link simulatedEmbedded}. */
  readonly answer: SimulatedAnswer;
  /** Every key, id and own nonce depends on it; default: `touchstone`. */
  readonly seed?: string;
  /** Milliseconds since 1970; default: the clock of this machine. */
  readonly clock?: () => number;
  /** Whether to serve over TLS with a self-signed certificate whose key is in the reports; default: false. */
  readonly tls?: boolean;
  readonly faults?: readonly SimulatorFaultName[];
  /** GPUs of the model server; default: 1. */
  readonly gpus?: number;
  /** Bearer token that clients need; default: none. */
  readonly apiKey?: string;
  /** Bearer token whose holder may name the hash of a request in near-direct mode; default: none. */
  readonly operatorToken?: string;
  /** How long a signature can be fetched; default: 20 minutes. */
  readonly signatureTtlMs?: number;
  /** How often a signature is asked for in vain before it is there; default: 0. */
  readonly signatureMisses?: number;
  /** After how many answers the faults that change keys change them; default: 3. */
  readonly rotateAfter?: number;
  /** Default: the loopback address. */
  readonly host?: string;
  /** 0, the default, lets the system choose free ports. */
  readonly port?: number;
  readonly vendorPort?: number;
}

/** A running simulator. */
export interface TeeSimulator {
  /** Base URL for an OpenAI client, such as `https://127.0.0.1:49152/v1`. */
  readonly url: string;
  /**
   * Origin, always without TLS, of Intel's collateral and of NVIDIA's verdicts, such as `http://127.0.0.1:49153`; the
   * provider's own origin has them too.
   */
  readonly vendorUrl: string;
  /** PEM of the TLS certificate, to be trusted by clients; null without TLS. */
  readonly certificate: string | null;
  /** Hex SHA-256 of its public key; null without TLS. */
  readonly spki: string | null;
  /** Replace the faults that are on. */
  readonly setFaults: (names: Iterable<SimulatorFaultName>) => void;
  /** The collateral for the quotes of now, in the shape of dcap-qvl. */
  readonly collateral: () => Collateral;
  readonly close: () => Promise<void>;
}

/**
 * Start a simulator; `close` ends its servers, not what answers.
 *
 * @throws {@link EndpointError} `ERR_ENDPOINT_LISTEN`
 */
export async function startTeeSimulator(options: TeeSimulatorOptions): Promise<TeeSimulator> {
  const settings = { ...DEFAULTS, ...options };
  const { host, port, vendorPort } = settings;
  const tls = settings.tls ? tlsIdentity(settings.seed) : null;
  const spki = tls === null ? null : sha256(tls.key.spki);
  const simulation = createSimulation({ ...settings, spki });
  simulation.setFaults(settings.faults);
  const own = providerRoutes({ ...settings, simulation, tls });
  const vendors = vendorRoutes(simulation);
  // The provider has the pages of the vendors too, so that one address is all that a client needs.
  const routes: Route = (exchange) => (isVendorPath(exchange.path) ? vendors(exchange) : own(exchange));
  const provider = await listen(createProviderServer(routes, tls), port, host);
  const vendor = await listenBeside(provider, createHttpServer(listener(vendors)), vendorPort, host);
  return {
    url: tls === null ? provider.url : provider.url.replace('http:', 'https:'),
    vendorUrl: new URL(vendor.url).origin,
    certificate: tls?.certificate ?? null,
    spki: spki === null ? null : encodeHex(spki),
    setFaults: simulation.setFaults,
    collateral: simulation.collateral,
    async close() {
      await Promise.all([provider.close(), vendor.close()]);
    },
  };
}

function createProviderServer(routes: Route, tls: TlsIdentity | null): Server {
  if (tls === null) return createHttpServer(listener(routes));
  const key = tls.key.keyObject().export({ format: 'pem', type: 'pkcs8' });
  return createHttpsServer({ key, cert: tls.certificate }, listener(routes));
}

function listener(routes: Route): RequestListener {
  return (request, response) => {
    void serve(request, response, routes);
  };
}

async function listenBeside(first: LocalServer, server: Server, port: number, host: string): Promise<LocalServer> {
  try {
    return await listen(server, port, host);
  } catch (error) {
    await first.close();
    throw error;
  }
}

function tlsIdentity(seed: string): TlsIdentity {
  const key = deriveEcKey('P-256', 'tls', seed);
  const names = sequence(tagged(0x82, Buffer.from('localhost')), tagged(0x87, Uint8Array.of(127, 0, 0, 1)));
  const { der } = issueCertificate({ commonName: 'localhost', key, extensions: [extension('2.5.29.17', names)] });
  return { certificate: toPem(der), key };
}
