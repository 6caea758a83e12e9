/**
 * A chat completions server that attests itself and signs its answers, and costs as little as such a server can.
 *
 * It is forked with `{latencyMs}` as JSON and is a simulator for attestations and collateral, which are few. Answers and
 * signatures, which are many, are made here: the same request always has the same answer, and a signature that was made
 * once is kept, so that from the second run on a client is measured and not its server. The parent asks for its counters
 * over IPC.
 */
import { createHash } from 'node:crypto';
import { createServer, request as httpRequest } from 'node:http';
import { deriveChatKeys } from '../dist/endpoints/tee/simulator/chat-keys.js';
import { startTeeSimulator } from '../dist/endpoints/tee/simulator/server.js';

const MODEL = 'mock';
const SEED = 'bench';
const NO_FAULTS = new Set();

const { latencyMs = 0 } = JSON.parse(process.argv[2] ?? '{}');
const keys = deriveChatKeys(SEED, 'model', MODEL, 'first');
const simulator = await startTeeSimulator({ mode: 'near-direct', model: MODEL, seed: SEED, answer: unreachable });
// Signed texts by chat id, and signatures by algorithm and text.
const texts = new Map();
const signatures = new Map();
let stats = freshStats();

function freshStats() {
  return { requests: 0, answered: 0, signatures: 0, attestations: 0, cpu: process.cpuUsage() };
}

function unreachable() {
  throw new Error('answers are made by the server in front');
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

function completion(id, answer) {
  return (
    `{"id":"${id}","object":"chat.completion","created":1700000000,"model":"${MODEL}",` +
    `"choices":[{"index":0,"message":{"role":"assistant","content":"${answer}","refusal":null},"logprobs":null,` +
    `"finish_reason":"stop"}],"usage":{"prompt_tokens":350,"completion_tokens":2,"total_tokens":352},` +
    `"service_tier":"default","system_fingerprint":"fp_mock"}`
  );
}

function answerOf(body) {
  return /^[\w-]+/.exec(body.slice(body.lastIndexOf('ANSWER=') + 7))?.[0] ?? 'ok';
}

function chat(body) {
  const requestSha256 = sha256(body);
  const id = `chatcmpl-${requestSha256.slice(0, 24)}`;
  const response = completion(id, answerOf(body.toString()));
  texts.set(id, `${MODEL}:${requestSha256}:${sha256(response)}`);
  stats.answered++;
  return response;
}

function signatureBody(id, algo) {
  const text = texts.get(id);
  const known = signatures.get(algo + text) ?? keys[algo].sign(text, NO_FAULTS);
  signatures.set(algo + text, known);
  stats.signatures++;
  const { address } = keys[algo];
  return JSON.stringify({ text, signature: known, signing_address: address, signing_algo: algo });
}

function send(response, body) {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function forward(incoming, response, body) {
  stats.attestations++;
  const { method, headers } = incoming;
  const passed = httpRequest(new URL(incoming.url, simulator.url), { method, headers }, (reply) => {
    response.writeHead(reply.statusCode, reply.headers);
    reply.pipe(response);
  });
  passed.end(body);
}

const server = createServer((incoming, response) => {
  const parts = [];
  incoming.on('data', (part) => parts.push(part));
  incoming.on('end', () => {
    stats.requests++;
    const body = Buffer.concat(parts);
    const [, id, algo] = /^\/v1\/signature\/([^?]+)\?signing_algo=(\w+)/.exec(incoming.url) ?? [];
    if (id !== undefined) send(response, signatureBody(id, algo));
    else if (incoming.url === '/v1/chat/completions') setTimeout(() => send(response, chat(body)), latencyMs);
    else forward(incoming, response, body);
  });
});
server.keepAliveTimeout = 60_000;

process.on('message', (command) => {
  if (command === 'reset') stats = freshStats();
  const { cpu, ...counters } = stats;
  const { user, system } = process.cpuUsage(cpu);
  process.send({ ...counters, cpuMs: (user + system) / 1000 });
});
process.on('disconnect', () => process.exit());
server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () => process.send({ port: server.address().port }));
