import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openFolder } from '../../src/archive/folder-source.ts';
import { runSuite } from '../../src/runner/run.ts';
import { verifyRun } from '../../src/verifier/verify.ts';
import {
  startToyServer,
  temporaryFolder,
  toyEndpoint,
  toyInput,
  toySuite,
  type ToyReply,
  type ToyRequest,
} from './toy.ts';

const cleanUps: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

async function setUp(size: number, decide?: (request: ToyRequest) => ToyReply, extra = '') {
  const folder = await temporaryFolder();
  cleanUps.push(folder.remove);
  const server = await startToyServer(decide);
  cleanUps.push(server.close);
  const endpoint = await toyEndpoint(server.url);
  cleanUps.push(endpoint.close);
  return { server, endpoint, suite: await toySuite(folder.path, size, extra), folder: join(folder.path, 'run') };
}

describe('runSuite', () => {
  it('runSuite() writes a run that verifies', async () => {
    const { server, ...parts } = await setUp(300, undefined, 'repeats: 2');
    const end = await runSuite(toyInput({ ...parts, options: { concurrency: 16 } }));
    expect(end.reason).toBe('complete');
    expect(server.requests).toBe(600);
    const verification = await verifyRun(await openFolder(parts.folder), { keepSamples: true });
    if (!verification.verified) throw verification.fault;
    expect(verification.transcript.samples).toHaveLength(600);
    expect(verification.transcript.end?.counts).toMatchObject({ score: 600, intent: 600, status_ok: 600 });
    expect((await readFile(join(parts.folder, 'records.jsonl'), 'utf8')).split('\n')).toHaveLength(
      1 + 1 + 1800 + 7 + 2,
    );
  });
});
