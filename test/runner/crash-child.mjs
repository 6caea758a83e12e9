// One session of a run in a process of its own, so that a test can kill it: node crash-child.mjs FOLDER SUITE URL
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const dist = process.env.TOUCHSTONE_DIST ?? new URL('../../dist', import.meta.url).pathname;
const [folder, suitePath, baseUrl] = process.argv.slice(2);
const { runSuite } = await import(join(dist, 'runner/run.js'));
const { resumeRun } = await import(join(dist, 'runner/resume.js'));
const { loadSuite } = await import(join(dist, 'suites/load.js'));
const { openOpenAiCompatible, NO_CREDENTIALS } = await import(join(dist, 'endpoints/openai-compatible.js'));
const { secretKey } = await import(join(dist, 'core/key.js'));
const { localSigner } = await import(join(dist, 'core/signer.js'));

const identity = {
  kind: 'openai',
  name: 'toy',
  base_url: 'http://127.0.0.1/v1',
  model: 'toy-1',
  stream: false,
  max_tokens_field: 'max_tokens',
};
const input = {
  folder,
  suite: await loadSuite(suitePath),
  endpoint: await openOpenAiCompatible(identity, { baseUrl, connections: 32, credentials: NO_CREDENTIALS }),
  runner: { name: 'touchstone', version: '0.0.0-test', dirty: false, platform: 'test' },
  signer: { kind: 'ed25519', signer: localSigner(secretKey('toy', new Uint8Array(32).fill(7))) },
};
const isResume = existsSync(join(folder, 'records.jsonl'));
const end = isResume ? await resumeRun(input) : await runSuite({ ...input, options: { concurrency: 32 } });
await input.endpoint.close();
process.stdout.write(`${end.reason}\n`);
