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
 * $SERVER is a mock server, see mock-server.ts; $TEE and others are simulated TEE providers, see tee-servers.ts. Single quotes hold spaces. Every output is searched for the secrets.
 */
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
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isBuilt, startTouchstone, type Outcome } from './touchstone.ts';
import { SECRETS, startMockServer, type MockServer } from './mock-server.ts';
import { startTeeServers, type TeeServers } from './tee-servers.ts';

const scripts = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.txt'));

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

type Verb = (args: readonly string[], state: State) => Promise<void> | void;

const at = ({ folder }: State, path = ''): string => join(folder, path);
const like = (pattern = ''): RegExp => new RegExp(pattern, 'm');

const VERBS: Readonly<Record<string, Verb>> = {
  touchstone: async (args, state) => await expectExit(0, args, state),
  exits: async ([code, , ...args], state) => await expectExit(Number(code), args, state),
  stdout: ([pattern], { last }) => expect(last.stdout).toMatch(like(pattern)),
  stderr: ([pattern], { last }) => expect(last.stderr).toMatch(like(pattern)),
  '!stdout': ([pattern], { last }) => expect(last.stdout).not.toMatch(like(pattern)),
  '!stderr': ([pattern], { last }) => expect(last.stderr).not.toMatch(like(pattern)),
  exists: ([path], state) => expect(existsSync(at(state, path)), path).toBe(true),
  '!exists': ([path], state) => expect(existsSync(at(state, path)), path).toBe(false),
  mode: ([octal, path], state) => expect((statSync(at(state, path)).mode & 0o777).toString(8)).toBe(octal),
  edit: ([path, from = '', to = ''], state) =>
    writeFileSync(at(state, path), readFileSync(at(state, path), 'utf8').replace(from, to)),
  set: ([name = '', pattern], { variables, last }) =>
    void variables.set(name, like(pattern).exec(last.stdout)?.[1] ?? ''),
  env: ([pair = ''], { env }) => void Object.assign(env, Object.fromEntries([pair.split('=', 2)])),
};

async function runLine(line: string, state: State): Promise<void> {
  const [verb = '', ...args] = words(line.replace(/^! /, '!'), state.variables);
  const run = VERBS[verb];
  if (run === undefined) throw new Error(`the script has an unknown line: ${line}`);
  await run(args, state);
}

async function expectExit(code: number, args: readonly string[], state: State): Promise<void> {
  state.last = await startTouchstone(state.folder, args, state.env).ended;
  const output = state.last.stdout + state.last.stderr;
  expect(state.last.code, `touchstone ${args.join(' ')}\n${output}`).toBe(code);
  for (const secret of SECRETS) expect(output).not.toContain(secret);
  if (code !== 70) expect(output).not.toMatch(/^ {4}at /m);
}

describe.skipIf(!isBuilt)('touchstone (needs dist: node scripts/build.mjs)', () => {
  let server: MockServer;
  let tee: TeeServers;
  beforeAll(async () => {
    [server, tee] = await Promise.all([startMockServer(), startTeeServers()]);
  });
  afterAll(async () => {
    server.close();
    await tee.close();
  });

  it.concurrent.each(scripts)('%s', { timeout: 180_000 }, async (name) => {
    const { lines, files } = parseScript(readFileSync(join(import.meta.dirname, name), 'utf8'));
    const folder = mkdtempSync(join(tmpdir(), `touchstone-${basename(name, '.txt')}-`));
    for (const [path, text] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const state: State = {
      folder,
      variables: new Map([['SERVER', server.url], ...tee.variables]),
      env: {},
      last: { code: 0, stdout: '', stderr: '' },
    };
    for (const line of lines) await runLine(line, state);
    rmSync(folder, { recursive: true });
  });
});
