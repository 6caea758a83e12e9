/** A folder for one benchmark: suites of any size, a key, and the commands that are measured. Removed afterwards. */
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const CLI = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
export const CONCURRENCY = 64;

const PROMPT_BYTES = 1400;
const LINES_PER_WRITE = 1000;
const PADDING = 'The quick brown fox jumps over the lazy dog. '
  .repeat(Math.ceil(PROMPT_BYTES / 45))
  .slice(0, PROMPT_BYTES);
const SUITE = `id: bench
version: 1.0.0
title: Answers that stand in the question
description: Measures the runner and no model.
licence: CC0-1.0
redistributable: true
items: { file: items.jsonl, id: id, input: [question], target: target }
prompt: '{{ question }}'
parameters: { max_tokens: 16, temperature: 0 }
scorer: { id: exact, version: 1 }
`;

/** Path of one of the programs beside this file. */
export function program(name) {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** Makes a workspace; call `remove` in the end. */
export function createWorkspace() {
  const folder = mkdtempSync(join(tmpdir(), 'touchstone-bench-'));
  const key = join(folder, 'key');
  execFileSync(process.execPath, [CLI, 'keys', 'new', '--name', 'bench', '--key', key], { stdio: 'ignore' });
  const suites = new Map();
  let runs = 0;
  return {
    folder,
    key,
    suite(size) {
      if (!suites.has(size)) suites.set(size, writeSuite(join(folder, `suite-${size}`), size));
      return suites.get(size);
    },
    /** A path that does not exist yet. */
    fresh: (name) => join(folder, `${name}-${runs++}`),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function writeSuite(folder, size) {
  mkdirSync(folder);
  writeFileSync(join(folder, 'suite.yaml'), SUITE);
  const file = openSync(join(folder, 'items.jsonl'), 'w');
  for (let from = 0; from < size; from += LINES_PER_WRITE) {
    const count = Math.min(LINES_PER_WRITE, size - from);
    const lines = Array.from({ length: count }, (_, offset) => itemLine(from + offset));
    writeSync(file, lines.join(''));
  }
  closeSync(file);
  return { folder, items: join(folder, 'items.jsonl'), size };
}

function itemLine(index) {
  const target = `A${index}`;
  return `${JSON.stringify({ id: `item-${index}`, question: `${PADDING} ANSWER=${target}`, target })}\n`;
}

/**
 * What `measure` takes for a whole run through the command line.
 *
 * @param choice - `endpoint` in place of the plain one on the server, and `more` words for the command.
 */
export function runTask(workspace, suite, server, choice = {}) {
  const { out = workspace.fresh('runs'), concurrency = CONCURRENCY, more = [] } = choice;
  const endpoint = choice.endpoint ?? `http://127.0.0.1:${server.port}/v1#mock`;
  const where = ['--suite', join(suite.folder, 'suite.yaml'), '--endpoint', endpoint, '--out', out];
  const args = [CLI, 'run', ...where, '--key', workspace.key, '--concurrency', String(concurrency), '--json', ...more];
  return { args, server, samples: suite.size, out };
}

/** What `measure` takes for a verification through the command line. */
export function verifyTask(path, samples, more = []) {
  return { args: [CLI, 'verify', path, '--allow-unknown-signer', '--require', 'scoring=proven', ...more], samples };
}

/** The one run folder in an output folder. */
export function runFolder(out) {
  return join(out, readdirSync(out)[0]);
}

/** Bytes in all files of a folder. */
export function folderBytes(folder) {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

/** What `measure` takes for a run composed in `session.mjs`. */
export function sessionTask(workspace, suite, server, mode) {
  const where = [join(suite.folder, 'suite.yaml'), String(server.port), String(CONCURRENCY)];
  const args = [program('session.mjs'), mode, ...where, workspace.fresh('session')];
  return { args, server, samples: suite.size };
}
