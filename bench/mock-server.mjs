/**
 * A chat completions server that costs next to nothing, so that a client is measured and not its server.
 *
 * It is forked with `{latencyMs, faults, rateWrong, seed}` as JSON, answers what follows the last `ANSWER=` of a prompt, or
 * something else as often as `rateWrong` says, and speaks only as much HTTP/1.1 as a kept-alive client needs. The parent asks for its counters over IPC.
 */
import { createServer } from 'node:net';

const FAULTS = { rate429: 0, retryAfterSeconds: 1, rate500: 0, rateReset: 0 };
const DEFAULTS = { latencyMs: 0, seed: 1, rateWrong: 0, faults: FAULTS };
const MODELS = JSON.stringify({ object: 'list', data: [{ id: 'mock', object: 'model' }] });
const LIMITED = JSON.stringify({ error: { message: 'slow down', type: 'rate_limit_error' } });
const BROKEN = JSON.stringify({ error: { message: 'out of order', type: 'server_error' } });

const config = { ...DEFAULTS, ...JSON.parse(process.argv[2] ?? '{}') };
const random = createRandom(config.seed);
let stats = freshStats();

function freshStats() {
  const cpu = process.cpuUsage();
  return { requests: 0, inFlight: 0, maxInFlight: 0, answered: 0, status429: 0, status500: 0, resets: 0, cpu };
}

// Numerical Recipes' linear congruential generator: enough to spread faults, and the same ones every time.
function createRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function completion(answer) {
  return (
    `{"id":"chatcmpl-${stats.requests}","object":"chat.completion","created":1700000000,"model":"mock",` +
    `"choices":[{"index":0,"message":{"role":"assistant","content":"${answer}","refusal":null},"logprobs":null,` +
    `"finish_reason":"stop"}],"usage":{"prompt_tokens":350,"completion_tokens":2,"total_tokens":352},` +
    `"service_tier":"default","system_fingerprint":"fp_mock"}`
  );
}

function response(status, body, headers = '') {
  return `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n${headers}\r\n${body}`;
}

function answerOf(body) {
  return /^[\w-]+/.exec(body.slice(body.lastIndexOf('ANSWER=') + 7))?.[0] ?? 'ok';
}

function chat(socket, body) {
  const { rate429, rate500, rateReset, retryAfterSeconds } = config.faults;
  const chance = random();
  if (chance < rate429) {
    stats.status429++;
    socket.write(response('429 Too Many Requests', LIMITED, `retry-after: ${retryAfterSeconds}\r\n`), 'latin1');
  } else if (chance < rate429 + rate500) {
    stats.status500++;
    socket.write(response('500 Internal Server Error', BROKEN), 'latin1');
  } else if (chance < rate429 + rate500 + rateReset) {
    stats.resets++;
    socket.resetAndDestroy();
  } else {
    stats.answered++;
    const answer = config.rateWrong > 0 && random() < config.rateWrong ? 'wrong' : answerOf(body);
    socket.write(response('200 OK', completion(answer)), 'latin1');
  }
}

function handle(socket, head, body) {
  if (!head.startsWith('POST')) {
    socket.write(response('200 OK', MODELS), 'latin1');
    return;
  }
  stats.requests++;
  stats.inFlight++;
  stats.maxInFlight = Math.max(stats.maxInFlight, stats.inFlight);
  const finish = () => {
    stats.inFlight--;
    if (!socket.destroyed) chat(socket, body);
  };
  if (config.latencyMs > 0) setTimeout(finish, config.latencyMs);
  else finish();
}

const server = createServer({ noDelay: true }, (socket) => {
  let text = '';
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes) => {
    text += bytes.latin1Slice();
    for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
      const head = text.slice(0, end);
      const bodyEnd = end + 4 + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
      if (text.length < bodyEnd) return;
      const body = text.slice(end + 4, bodyEnd);
      text = text.slice(bodyEnd);
      handle(socket, head, body);
    }
  });
});

process.on('message', (command) => {
  if (command === 'reset') stats = freshStats();
  const { cpu, ...counters } = stats;
  const { user, system } = process.cpuUsage(cpu);
  process.send({ ...counters, cpuMs: (user + system) / 1000 });
});
process.on('disconnect', () => process.exit());
server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () => process.send({ port: server.address().port }));
