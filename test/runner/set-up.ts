/** A run against a toy server, and what comes of it. */
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { openFolder } from '../../src/archive/folder-source.ts';
import type { Endpoint } from '../../src/endpoints/endpoint.ts';
import type { LoadedSuite } from '../../src/suites/load.ts';
import type { VerifiedTranscript } from '../../src/verifier/verified-transcript.ts';
import { verifyRun } from '../../src/verifier/verify.ts';
import {
  startToyServer,
  temporaryFolder,
  toyEndpoint,
  toySuite,
  type ToyReply,
  type ToyRequest,
  type ToyServer,
} from './toy.ts';

const cleanUps: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

export interface ToySetUp {
  readonly server: ToyServer;
  readonly parts: { readonly folder: string; readonly suite: LoadedSuite; readonly endpoint: Endpoint };
}

/** Everything a run of `size` items needs; it is gone after the test. */
export async function setUp(
  size: number,
  decide?: (request: ToyRequest) => ToyReply,
  suiteYaml = '',
): Promise<ToySetUp> {
  const folder = await temporaryFolder();
  cleanUps.push(() => folder.remove());
  const server = await startToyServer(decide);
  cleanUps.push(() => server.close());
  const endpoint = await toyEndpoint(server.url);
  cleanUps.push(() => endpoint.close());
  return {
    server,
    parts: { endpoint, suite: await toySuite(folder.path, size, suiteYaml), folder: join(folder.path, 'run') },
  };
}

/** The run in a folder, which has to verify. */
export async function verified(folder: string): Promise<VerifiedTranscript> {
  const verification = await verifyRun(await openFolder(folder), { keepSamples: true });
  if (!verification.verified) throw verification.fault;
  return verification.transcript;
}
