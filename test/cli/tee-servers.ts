/** Simulated TEE providers for the scripts: one that is sound, some that are not. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SimulatedAnswer } from '../../src/endpoints/tee/simulator/answer.ts';
import { startTeeSimulator, type TeeSimulatorOptions } from '../../src/endpoints/tee/simulator/server.ts';

/** Running simulators, as variables of a script. */
export interface TeeServers {
  readonly variables: ReadonlyMap<string, string>;
  readonly close: () => Promise<void>;
}

let chats = 0;

/** Adds, so that a suite of sums has right answers. */
const answer: SimulatedAnswer = ({ body }) => {
  const [, a = '', b = ''] = /(\d+) \+ (\d+)/.exec(Buffer.from(body).toString()) ?? [];
  const message = { role: 'assistant', content: String(Number(a) + Number(b)) };
  const text = JSON.stringify({
    id: `chat-${chats++}`,
    object: 'chat.completion',
    created: 1,
    model: 'mock-model',
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
  });
  return Promise.resolve({ status: 200, contentType: 'application/json', body: [Buffer.from(text)] });
};

const SERVERS: Readonly<Record<string, Pick<TeeSimulatorOptions, 'mode' | 'faults' | 'tls'>>> = {
  TEE: { mode: 'near-direct' },
  TEETLS: { mode: 'near-direct', tls: true },
  TEEGATEWAY: { mode: 'near-gateway' },
  TEEACI: { mode: 'aci' },
  TEEGPU: { mode: 'near-direct', faults: ['gpu-nonce'] },
  TEEBAD: { mode: 'near-direct', faults: ['foreign-response-hash'] },
};

/** Start them all. `$CERT` is the certificate of `$TEETLS`, `$VENDOR` where its collateral is. */
export async function startTeeServers(): Promise<TeeServers> {
  const variables = new Map<string, string>();
  const folder = await mkdtemp(join(tmpdir(), 'touchstone-tee-'));
  const simulators = await Promise.all(
    Object.entries(SERVERS).map(async ([name, options]) => {
      const simulator = await startTeeSimulator({ model: 'mock-model', answer, ...options });
      variables.set(name, simulator.url);
      if (simulator.certificate === null) return simulator;
      const path = join(folder, 'certificate.pem');
      await writeFile(path, simulator.certificate);
      variables.set('CERT', path);
      variables.set('VENDOR', simulator.vendorUrl);
      return simulator;
    }),
  );
  const close = async (): Promise<void> => {
    await Promise.all(simulators.map((simulator) => simulator.close()));
    await rm(folder, { recursive: true });
  };
  return { variables, close };
}
