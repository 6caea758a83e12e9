/** Starts the built command in a folder of its own, with nothing of this machine's environment but the path. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The built entry of the command line. */
export const MAIN: string = process.env['TOUCHSTONE_MAIN'] ?? resolve(import.meta.dirname, '../../dist/cli/main.js');

/** Whether the command has been built; `node scripts/build.mjs` does. */
export const isBuilt: boolean = existsSync(MAIN);

/** How a command ended. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface Running {
  /** Ctrl-C. */
  interrupt(): void;
  /** Resolves with the first line on stdout. */
  readonly firstLine: Promise<string>;
  readonly ended: Promise<Outcome>;
}

/** Start `touchstone` in a folder; its keys are under `home` there. */
export function startTouchstone(
  folder: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Running {
  const { PATH = '' } = process.env;
  const env = { PATH, HOME: folder, XDG_CONFIG_HOME: join(folder, 'home'), ...variables };
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const firstLine = new Promise<string>((done) => {
    child.stdout.on('data', (chunk) => {
      stdout += String(chunk);
      if (stdout.includes('\n')) done(stdout.split('\n', 1)[0] ?? '');
    });
  });
  const ended = new Promise<Outcome>((done) => {
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
  return { interrupt: () => void child.kill('SIGINT'), firstLine, ended };
}
