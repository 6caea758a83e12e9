/**
 * Runs every `*.txt` beside it against the built command.
 *
 * A script is a list of lines, then files as `-- name --` sections, which are written to a fresh folder first:
 *
 *     touchstone …            must exit with 0
 *     exits 3 touchstone …    must exit with 3
 *     stdout <pattern>        of the last command; `! stdout`, `stderr` and `! stderr` likewise
 *     exists <path>           `! exists` likewise; `mode 600 <path>` checks permissions; `edit <path> <from> <to>` replaces text
 *     set <name> <pattern>    a variable from the first group in the last stdout; used as $name
 *     env <name>=<value>      for all commands that follow
 *
 * $SERVER is a mock server, see mock-server.ts. Single quotes hold spaces. Every output is searched for the secrets.
 */
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SECRETS, startMockServer, type MockServer } from './mock-server.ts';

const MAIN = process.env['TOUCHSTONE_MAIN'] ?? resolve(import.meta.dirname, '../../dist/cli/main.js');
const scripts = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.txt'));

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface State {
  readonly folder: string;
  readonly variables: Map<string, string>;
  readonly env: Record<string, string>;
  last: Outcome;
}

function parseScript(text: string): { readonly lines: readonly string[]; readonly files: ReadonlyMap<string, string> } {
  const [script = '', ...rest] = text.split(/^-- (.+) --\n/m);
  const files = new Map<string, string>();
  for (let i = 0; i < rest.length; i += 2) files.set(rest[i] ?? '', rest[i + 1] ?? '');
  return { lines: script.split('\n').filter((line) => line !== '' && !line.startsWith('#')), files };
}

function words(line: string, variables: ReadonlyMap<string, string>): string[] {
  const filled = line.replaceAll(/\$([A-Za-z]+)/g, (whole, name: string) => variables.get(name) ?? whole);
  return [...filled.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
}

async function touchstone(args: readonly string[], { folder, env }: State): Promise<Outcome> {
  const { PATH = '' } = process.env;
  return await new Promise((done) => {
    const options = {
      cwd: folder,
      env: { PATH, HOME: folder, XDG_CONFIG_HOME: join(folder, 'home'), ...env },
      timeout: 120_000,
    };
    const child = execFile(process.execPath, [MAIN, ...args], options, (_, stdout, stderr) => {
      done({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

async function runLine(line: string, state: State): Promise<void> {
  const [verb = '', ...rest] = words(line, state.variables);
  const [first = '', second = '', third = ''] = rest;
  if (verb === '!') {
    const [what, pattern] = [first, second];
    if (what === 'exists') return expect(existsSync(join(state.folder, pattern)), line).toBe(false);
    return expect(state.last[what === 'stdout' ? 'stdout' : 'stderr']).not.toMatch(new RegExp(pattern, 'm'));
  }
  switch (verb) {
    case 'touchstone':
      return await expectExit(0, rest, state);
    case 'exits':
      return await expectExit(Number(first), rest.slice(2), state);
    case 'stdout':
    case 'stderr':
      return expect(state.last[verb]).toMatch(new RegExp(first, 'm'));
    case 'exists':
      return expect(existsSync(join(state.folder, first)), line).toBe(true);
    case 'mode':
      return expect((statSync(join(state.folder, second)).mode & 0o777).toString(8)).toBe(first);
    case 'edit': {
      const path = join(state.folder, first);
      return writeFileSync(path, readFileSync(path, 'utf8').replace(second, third));
    }
    case 'set':
      return void state.variables.set(first, new RegExp(second, 'm').exec(state.last.stdout)?.[1] ?? '');
    case 'env':
      return void Object.assign(state.env, Object.fromEntries([first.split('=', 2)]));
    default:
      throw new Error(`the script has an unknown line: ${line}`);
  }
}

async function expectExit(code: number, args: readonly string[], state: State): Promise<void> {
  state.last = await touchstone(args, state);
  const output = state.last.stdout + state.last.stderr;
  expect(state.last.code, `touchstone ${args.join(' ')}\n${output}`).toBe(code);
  for (const secret of SECRETS) expect(output).not.toContain(secret);
  if (code !== 70) expect(output).not.toMatch(/^ {4}at /m);
}

describe.skipIf(!existsSync(MAIN))('touchstone (needs dist: node scripts/build.mjs)', () => {
  let server: MockServer;
  beforeAll(async () => {
    server = await startMockServer();
  });
  afterAll(() => server.close());

  it.concurrent.each(scripts)('%s', { timeout: 180_000 }, async (name) => {
    const { lines, files } = parseScript(readFileSync(join(import.meta.dirname, name), 'utf8'));
    const folder = mkdtempSync(join(tmpdir(), `touchstone-${basename(name, '.txt')}-`));
    for (const [path, text] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const state: State = {
      folder,
      variables: new Map([['SERVER', server.url]]),
      env: {},
      last: { code: 0, stdout: '', stderr: '' },
    };
    for (const line of lines) await runLine(line, state);
    rmSync(folder, { recursive: true });
  });
});
