/** Bytes in a run folder beyond the bytes of requests and responses. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { atMost } from '../goal.mjs';
import { measure, startServer } from '../measure.mjs';
import { folderBytes, runFolder, runTask } from '../workspace.mjs';

const SIZE = 5000;

export async function size({ workspace }) {
  const server = await startServer();
  const task = runTask(workspace, workspace.suite(SIZE), server);
  const run = await measure(task);
  server.stop();
  const folder = runFolder(task.out);
  const payload = payloadBytes(folder);
  const perAttempt = (bytes) => Math.round(bytes / SIZE);
  const beyond = perAttempt(folderBytes(folder) - payload);
  const records = perAttempt(statSync(join(folder, 'records.jsonl')).size);
  const text = `bytes per attempt beyond ${perAttempt(payload)} of request and response (records ${records})`;
  return { runs: { run: [run] }, goals: [atMost(400, beyond, text)] };
}

function payloadBytes(folder) {
  const openings = readFileSync(join(folder, 'content.jsonl'), 'utf8').split('\n').slice(0, -1);
  return openings
    .map((line) => JSON.parse(line))
    .filter(({ label }) => label === 'request' || label === 'response')
    .reduce((sum, { utf8 }) => sum + Buffer.byteLength(utf8), 0);
}
