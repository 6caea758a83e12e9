/**
 * Measures whole processes, interleaved, so that whatever the machine does besides hits every case alike.
 *
 * A figure is a ratio of two cases in the same round; what is reported is the median over the rounds.
 */
import { fork, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const USAGE = fileURLToPath(new URL('usage.cjs', import.meta.url));
const MOCK = fileURLToPath(new URL('mock-server.mjs', import.meta.url));
const TICK_MS = 10;

/** Starts a mock server, or another program that is forked alike; `stats()` and `reset()` give its counters. */
export async function startServer(config = {}, program = MOCK) {
  const child = fork(program, [JSON.stringify(config)]);
  const [{ port }] = await once(child, 'message');
  const ask = async (command) => {
    child.send(command);
    const [stats] = await once(child, 'message');
    return stats;
  };
  return { port, stats: () => ask('stats'), reset: () => ask('reset'), stop: () => child.disconnect() };
}

/**
 * Runs a Node process to its end.
 *
 * @param task - `args` for node, `server` if the task talks to a mock server, `samples` it handles, `wantCode` (0).
 * @returns wallMs, cpuMs and rssMb of the process, cores used by others (`foreign`), counters of the server, stdout.
 */
export async function measure({ args, server, samples, env, wantCode = 0, bare = false }) {
  await server?.reset();
  const cores = busyMs();
  const own = process.cpuUsage();
  const started = performance.now();
  const child = spawn(process.execPath, bare ? args : ['--require', USAGE, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const [stdout, stderr, usage] = child.stdio.slice(1).map(collect);
  const [code] = await once(child, 'close');
  const wallMs = performance.now() - started;
  if (code !== wantCode) throw new Error(`node ${args.join(' ')} ended with ${code}: ${stderr()}${stdout()}`);
  const { cpuMs, rssMb } = bare ? { cpuMs: 0, rssMb: 0 } : JSON.parse(usage());
  const stats = await server?.stats();
  const mine = process.cpuUsage(own);
  const known = cpuMs + (stats?.cpuMs ?? 0) + (mine.user + mine.system) / 1000;
  const foreign = Math.max(0, busyMs() - cores - known) / wallMs;
  return { wallMs, cpuMs, rssMb, foreign, samples, stats, stdout: stdout() };
}

function collect(stream) {
  const chunks = [];
  stream.on('data', (chunk) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}

// Time that all cores together were not idle since boot; 0 where the system does not tell.
function busyMs() {
  try {
    const [user, nice, system, , , irq, softIrq] = readFileSync('/proc/stat', 'utf8').split('\n')[0].match(/\d+/g);
    return [user, nice, system, irq, softIrq].reduce((sum, ticks) => sum + Number(ticks), 0) * TICK_MS;
  } catch {
    return 0;
  }
}

/**
 * Runs every task once per round, in turn.
 *
 * @param tasks - By name: a function that prepares the task (outside the clock) and gives what `measure` takes.
 * @returns By name: one measurement per round.
 */
export async function series(tasks, rounds) {
  const results = Object.fromEntries(Object.keys(tasks).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, prepare] of Object.entries(tasks)) results[name].push(await measure(await prepare(round)));
  }
  return results;
}

/** The middle of some numbers. */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/** The median, over the rounds, of how a figure of one case relates to that of another. */
export function ratio(some, others, figure) {
  return median(some.map((run, round) => figure(run) / figure(others[round])));
}

export const wall = (run) => run.wallMs;
export const cpu = (run) => run.cpuMs;
export const cpuPerSample = (run) => run.cpuMs / run.samples;
