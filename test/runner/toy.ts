/** A small suite, a small server and a fixed key for tests of runs. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { secretKey } from '../../src/core/key.ts';
import { localSigner } from '../../src/core/signer.ts';
import type { Endpoint } from '../../src/endpoints/endpoint.ts';
import { NO_CREDENTIALS, openOpenAiCompatible } from '../../src/endpoints/openai-compatible.ts';
import type { RunInput } from '../../src/runner/run.ts';
import type { RunSigner } from '../../src/runner/signing.ts';
import { loadSuite, type LoadedSuite } from '../../src/suites/load.ts';
import type { PlanEndpoint, PlanRunner } from '../../src/transcript/plan.ts';

/** What the server does with a request; the default is the right answer at once. */
export interface ToyReply {
  readonly delayMs?: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly does?: 'hang' | 'reset';
}

export interface ToyRequest {
  /** Zero-based over all requests. */
  readonly n: number;
  /** Zero-based over requests with this body. */
  readonly time: number;
  /** The number in the question. */
  readonly question: number;
  readonly body: string;
}

export interface ToyServer {
  readonly url: string;
  /** Requests by body. */
  readonly seen: ReadonlyMap<string, number>;
  requests: number;
  maxInFlight: number;
  close(): Promise<void>;
}

export const RUNNER: PlanRunner = { name: 'touchstone', version: '0.0.0-test', dirty: false, platform: 'test' };

export const SIGNER: RunSigner = { kind: 'ed25519', signer: localSigner(secretKey('toy', new Uint8Array(32).fill(7))) };

export function toyAnswer(text: string): string {
  return JSON.stringify({
    id: 'chatcmpl-toy',
    object: 'chat.completion',
    created: 0,
    model: 'toy-1',
    choices: [{ index: 0, message: { role: 'assistant', content: text }, logprobs: null, finish_reason: 'stop' }],
    usage: { prompt_tokens: 9, completion_tokens: 1, total_tokens: 10 },
  });
}

export async function startToyServer(decide: (request: ToyRequest) => ToyReply = () => ({})): Promise<ToyServer> {
  const seen = new Map<string, number>();
  let inFlight = 0;
  const toy = { requests: 0, maxInFlight: 0 };
  const reply = (response: ServerResponse, question: number, how: ToyReply): void => {
    if (how.does === 'hang') return;
    if (how.does === 'reset') return void response.socket?.resetAndDestroy();
    response.writeHead(how.status ?? 200, { 'content-type': 'application/json', ...how.headers });
    response.end(how.body ?? toyAnswer(String(question)));
  };
  const server = createServer((incoming, response) => {
    const parts: Buffer[] = [];
    toy.maxInFlight = Math.max(toy.maxInFlight, ++inFlight);
    response.on('close', () => inFlight--);
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => {
      const body = Buffer.concat(parts).toString('utf8');
      const time = seen.get(body) ?? 0;
      seen.set(body, time + 1);
      const question = Number(/say (\d+)/.exec(body)?.[1]);
      const how = decide({ n: toy.requests++, time, question, body });
      if (how.delayMs === undefined) reply(response, question, how);
      else setTimeout(() => reply(response, question, how), how.delayMs);
    });
    incoming.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(toy, {
    url: `http://127.0.0.1:${port}/v1`,
    seen,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  });
}

export async function temporaryFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'touchstone-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** A suite of questions "say n" whose answer is n, but that of every fourth, which is something else. */
export async function toySuite(folder: string, size: number, extra = ''): Promise<LoadedSuite> {
  const rows = Array.from({ length: size }, (_, n) => ({ id: `q${n}`, n, answer: n % 4 === 3 ? 'no' : String(n) }));
  await writeFile(join(folder, 'items.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const yaml = [
    'id: toy',
    'version: 1.0.0',
    'title: Say a number',
    'licence: CC0-1.0',
    'redistributable: true',
    'items: { file: items.jsonl, id: id, input: [n], target: answer }',
    "prompt: 'say {{ n }}'",
    'parameters: { max_tokens: 16 }',
    'scorer: { id: exact, version: 1 }',
    extra,
  ];
  await writeFile(join(folder, 'suite.yaml'), `${yaml.join('\n')}\n`);
  return await loadSuite(join(folder, 'suite.yaml'));
}

export function toyIdentity(extra: Partial<PlanEndpoint> = {}): PlanEndpoint {
  return {
    kind: 'openai',
    name: 'toy',
    base_url: 'http://127.0.0.1/v1',
    model: 'toy-1',
    stream: false,
    max_tokens_field: 'max_tokens',
    ...extra,
  };
}

export async function toyEndpoint(url: string, connections = 64): Promise<Endpoint> {
  return await openOpenAiCompatible(toyIdentity(), { baseUrl: url, connections, credentials: NO_CREDENTIALS });
}

/** What a run needs, for the parts a test does not care about. */
export function toyInput(parts: Pick<RunInput, 'folder' | 'suite' | 'endpoint'> & Partial<RunInput>): RunInput {
  return { options: {}, runner: RUNNER, signer: SIGNER, ...parts };
}
