/**
 * The least that any runner has to do: read items, send, compare, and append request and response with a hash to a file,
 * with a tree over the lines and one signature. No commitments, no durability, no retries, no plan.
 *
 * node floor.mjs ITEMS PORT CONCURRENCY TRANSCRIPT
 */
import { generateKeyPairSync, hash, sign } from 'node:crypto';
import { closeSync, openSync, writeSync, writevSync } from 'node:fs';
import { Pool } from 'undici';
import { lines } from './lines.mjs';

const LINES_PER_WRITE = 64;

const [items, port, concurrency, transcript] = process.argv.slice(2);
const pool = new Pool(`http://127.0.0.1:${port}`, { connections: Number(concurrency) });
const headers = { 'content-type': 'application/json', authorization: 'Bearer none' };
const file = openSync(transcript, 'w');
const border = [];
let waiting = [];
let seq = 0;
let right = 0;

function append(line) {
  let node = hash('sha256', line, 'hex');
  let height = 0;
  for (; border[height]; height++) {
    node = hash('sha256', border[height] + node, 'hex');
    border[height] = null;
  }
  border[height] = node;
  waiting.push(Buffer.from(`${line}\n`, 'utf8'));
  if (waiting.length === LINES_PER_WRITE) flush();
}

function flush() {
  writevSync(file, waiting);
  waiting = [];
}

async function ask({ question, target }) {
  const request = JSON.stringify({
    model: 'mock',
    messages: [{ role: 'user', content: question }],
    max_tokens: 16,
    temperature: 0,
  });
  const { body } = await pool.request({ path: '/v1/chat/completions', method: 'POST', headers, body: request });
  const response = await body.text();
  const isRight = JSON.parse(response).choices[0].message.content.trim() === target;
  if (isRight) right++;
  const hashes = `"request_sha256":"${hash('sha256', request)}","response_sha256":"${hash('sha256', response)}"`;
  append(`{"seq":${seq++},${hashes},"right":${isRight},"request":${request},"response":${response}}`);
}

const rest = lines(items);
async function work() {
  for (let next = rest.next(); !next.done; next = rest.next()) await ask(JSON.parse(next.value.toString('utf8')));
}

await Promise.all(Array.from({ length: Number(concurrency) }, work));
flush();
const { privateKey } = generateKeyPairSync('ed25519');
const root = border.filter(Boolean).reduce((node, left) => hash('sha256', left + node), '');
writeSync(
  file,
  `${JSON.stringify({ root, signature: sign(null, Buffer.from(root), privateKey).toString('base64') })}\n`,
);
closeSync(file);
await pool.destroy();
process.exitCode = right === seq ? 0 : 1;
