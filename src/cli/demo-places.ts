/**
 * The same model in three places: on this machine, behind a plain API as a cloud has it, and behind a TEE provider.
 *
 * Nothing here leaves this machine: the cloud is a stand-in, and the TEE a simulator, whose evidence proves nothing.
 */
import { writeFile } from 'node:fs/promises';
import { urlConfig, teeConfig, type EndpointConfig } from '../endpoints/config.ts';
import { readEmbeddedModels } from '../endpoints/embedded/models.ts';
import { startEmbeddedServer } from '../endpoints/embedded/server.ts';
import { NRAS_PATH } from '../endpoints/tee/nras-url.ts';
import { simulatedEmbedded } from '../endpoints/tee/simulator/answer.ts';
import { startTeeSimulator } from '../endpoints/tee/simulator/server.ts';

/** Something that was started for an endpoint and ends after it. */
export interface DemoPlace {
  readonly config: EndpointConfig;
  readonly close: () => Promise<void>;
}

/** A stand-in for a cloud: the model behind an OpenAI-compatible API. */
export async function cloudPlace(model: string): Promise<DemoPlace> {
  const server = await startEmbeddedServer({ models: await readEmbeddedModels([model]) });
  return { config: { ...urlConfig(server.url, model), name: `cloud stand-in: ${model}` }, close: server.close };
}

/**
 * A simulated TEE: the model behind a provider that attests itself over TLS and signs every answer.
 *
 * @param certificate - File for the certificate of the server.
 */
export async function teePlace(model: string, certificate: string): Promise<DemoPlace> {
  const embedded = await simulatedEmbedded({ models: await readEmbeddedModels([model]) });
  const { answer } = embedded;
  const simulator = await startTeeSimulator({ mode: 'near-direct', model, answer, tls: true });
  await writeFile(certificate, simulator.certificate ?? '');
  const config = teeConfig(urlConfig(simulator.url, model), 'near-direct', true);
  return {
    config: {
      ...config,
      name: `simulated TEE: ${model}`,
      caFile: certificate,
      collateral: { kind: 'pccs', url: simulator.vendorUrl },
      nras: simulator.vendorUrl + NRAS_PATH,
    },
    async close() {
      await simulator.close();
      await embedded.close();
    },
  };
}
