/** Where the answers of a simulated provider come from: any function, or an OpenAI-compatible server behind it. */
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { startEmbeddedServer, type EmbeddedServerOptions } from '../../embedded/server.ts';
import { readEmbeddedModels } from '../../embedded/models.ts';

/** A request as the provider's model server gets it. */
interface SimulatedRequest {
  /** `/v1/chat/completions` or `/v1/completions`. */
  readonly path: string;
  readonly body: Uint8Array;
  /** Fires when the client goes away. */
  readonly signal: AbortSignal;
}

/** An answer; a stream of events is one that says so in its content type. */
export interface SimulatedReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** What answers. */
export type SimulatedAnswer = (request: SimulatedRequest) => Promise<SimulatedReply>;

/** An answering function that forwards to a server, such as `http://127.0.0.1:8000`, with an end. */
interface Forwarding {
  readonly answer: SimulatedAnswer;
  readonly close: () => Promise<void>;
}

/** Forward requests to the server at an origin. */
export function forwardTo(origin: string): Forwarding {
  const agent = new Agent({ keepAlive: true });
  return {
    async answer({ path, body, signal }) {
      const reply = await send(new URL(path, origin), { agent, body, signal });
      const contentType = reply.headers['content-type'] ?? 'application/octet-stream';
      return { status: reply.statusCode ?? 502, contentType, body: reply };
    },
    async close() {
      agent.destroy();
    },
  };
}

interface SendOptions {
  readonly agent: Agent;
  readonly body: Uint8Array;
  readonly signal: AbortSignal;
}

function send(url: URL, { agent, body, signal }: SendOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    const request = httpRequest(url, { method: 'POST', agent, signal, headers }, resolve);
    request.once('error', reject);
    request.end(body);
  });
}

/** The embedded models as what answers, with their names. */
export interface SimulatedEmbedded extends Forwarding {
  readonly models: readonly string[];
}

/**
 * Put the embedded models behind a simulator.
 *
 * @throws {@link InputError} `ERR_MODEL_UNKNOWN`, `ERR_WEIGHTS_MALFORMED`
 * @throws {@link EndpointError} `ERR_ENDPOINT_LISTEN`
 */
export async function simulatedEmbedded(options: EmbeddedServerOptions = {}): Promise<SimulatedEmbedded> {
  const models = options.models ?? (await readEmbeddedModels());
  const server = await startEmbeddedServer({ ...options, models });
  const { answer, close } = forwardTo(new URL(server.url).origin);
  return {
    models: models.map(({ name }) => name),
    answer,
    async close() {
      await close();
      await server.close();
    },
  };
}
