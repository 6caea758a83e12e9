/** One writer per run folder: a lock file that names the process which holds it. */
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../core/errors.ts';
import { isSystemError } from './run-folder.ts';

/** The lock file of a run folder. */
const LOCK_FILE = 'lock';

// The lock of a process that died may name the very id this process got, so held locks are known apart.
const held = new Set<string>();

/** A lock that is held. */
export interface RunLock {
  release(): Promise<void>;
}

/**
 * Take the lock of a run folder; that of a process which is gone is taken over.
 *
 * @throws {@link InputError} `ERR_RUN_LOCKED` if another process writes to the folder
 */
export async function lockRunFolder(folder: string): Promise<RunLock> {
  const path = join(folder, LOCK_FILE);
  const mine = `${process.pid} ${hostname()}\n`;
  for (let tries = 0; tries < 3; tries++) {
    if (await tryCreate(path, mine)) {
      held.add(path);
      return { release: () => release(path) };
    }
    await removeStale(path);
  }
  throw locked(path, 'another process');
}

async function release(path: string): Promise<void> {
  if (held.delete(path)) await rm(path, { force: true });
}

async function tryCreate(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx' });
    return true;
  } catch (cause) {
    if (isSystemError(cause, 'EEXIST')) return false;
    throw cause;
  }
}

async function removeStale(path: string): Promise<void> {
  const text = await readLock(path);
  if (text === null) return;
  const [, pid, host] = /^(\d{1,10}) (\S+)\n$/.exec(text) ?? [];
  const isMine = Number(pid) === process.pid && host === hostname();
  const isStale = host === hostname() && (isMine ? !held.has(path) : !isAlive(Number(pid)));
  if (!isStale) throw locked(path, `process ${pid ?? 'unknown'} on ${host ?? 'an unknown host'}`);
  await moveAway(path, text);
}

// Two processes may find the same stale lock: whoever moved a fresh one away puts it back.
async function moveAway(path: string, stale: string): Promise<void> {
  const aside = `${path}.${process.pid}`;
  try {
    await rename(path, aside);
    if ((await readLock(aside)) !== stale) await link(aside, path);
  } catch (cause) {
    if (!isSystemError(cause, 'ENOENT', 'EEXIST')) throw cause;
  } finally {
    await rm(aside, { force: true });
  }
}

async function readLock(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (isSystemError(cause, 'ENOENT')) return null;
    throw cause;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return !isSystemError(cause, 'ESRCH');
  }
}

function locked(path: string, holder: string): InputError {
  return new InputError(
    'ERR_RUN_LOCKED',
    `cannot write to run folder: ${holder} holds ${path}; remove it if that is not a run of this tool`,
    { path },
  );
}
