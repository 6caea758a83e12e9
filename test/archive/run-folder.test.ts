import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkRunFolder, createRunFolder, readSecret, safeFolderName } from '../../src/archive/run-folder.ts';
import { lockRunFolder } from '../../src/archive/run-lock.ts';
import { writeAtomic, writeAtomicFrom } from '../../src/archive/write-atomic.ts';
import { temporaryFolder } from '../runner/toy.ts';

let path: string;
let remove: () => Promise<void>;

beforeEach(async () => {
  ({ path, remove } = await temporaryFolder());
});

afterEach(() => remove());

describe('safeFolderName()', () => {
  it.each([
    ['llama3.2', 'llama3.2'],
    ['org/model:tag', 'org-model-tag'],
    ['meta-llama/Llama-3.1-8B-Instruct:free', 'meta-llama-Llama-3.1-8B-Instruct-free'],
    ['../../etc/passwd', 'etc-passwd'],
    ['a\\b\u0000c', 'a-b-c'],
    ['..', 'unnamed'],
    ['', 'unnamed'],
    ['模型', 'unnamed'],
    ['name.', 'name'],
    ['con', '_con'],
    ['NUL.txt', '_NUL.txt'],
    ['com1', '_com1'],
    ['console', 'console'],
    ['x'.repeat(100), 'x'.repeat(64)],
  ])('safeFolderName(%j) is %j', (text, name) => {
    expect(safeFolderName(text)).toBe(name);
  });
});

describe('createRunFolder()', () => {
  it('createRunFolder() makes the folder with a secret that only its owner can read', async () => {
    const folder = join(path, 'runs', 'one');
    const secret = new Uint8Array(32).fill(5);
    await createRunFolder(folder, secret);
    expect(await readSecret(folder)).toEqual(secret);
    if (process.platform !== 'win32') expect((await stat(join(folder, 'secret'))).mode & 0o777).toBe(0o600);
    await expect(createRunFolder(folder, secret)).rejects.toMatchObject({ code: 'ERR_RUN_EXISTS' });
    await expect(createRunFolder(join(folder, 'secret'), secret)).rejects.toMatchObject({ code: 'ERR_RUN_EXISTS' });
    await expect(createRunFolder(join(folder, 'secret', 'x'), secret)).rejects.toMatchObject({
      code: 'ERR_RUN_EXISTS',
    });
  });

  it('readSecret() refuses a file of another length, and one that is not there', async () => {
    await expect(readSecret(path)).rejects.toMatchObject({ code: 'ERR_RUN_MISSING' });
    await writeFile(join(path, 'secret'), 'short');
    await expect(readSecret(path)).rejects.toMatchObject({ code: 'ERR_RUN_SECRET' });
  });

  it('checkRunFolder() refuses a folder in which no run has begun', async () => {
    await writeFile(join(path, 'plan.json'), '{}');
    await writeFile(join(path, 'records.jsonl'), '');
    await expect(checkRunFolder(path)).rejects.toMatchObject({ code: 'ERR_RUN_MISSING' });
    await writeFile(join(path, 'content.jsonl'), '');
    await checkRunFolder(path);
  });
});

describe('writeAtomic()', () => {
  it('writeAtomic() replaces a file and leaves nothing else behind', async () => {
    await writeAtomic(join(path, 'a'), 'one');
    await writeAtomic(join(path, 'a'), Buffer.from('two'));
    expect(await readFile(join(path, 'a'), 'utf8')).toBe('two');
    expect(await readdir(path)).toEqual(['a']);
  });

  it('writeAtomicFrom() leaves the old file as it was when writing fails', async () => {
    await writeAtomic(join(path, 'a'), 'old');
    const failing = writeAtomicFrom(join(path, 'a'), async (file) => {
      await file.writeFile('half');
      throw new Error('no more');
    });
    await expect(failing).rejects.toThrow('no more');
    expect(await readFile(join(path, 'a'), 'utf8')).toBe('old');
    expect(await readdir(path)).toEqual(['a']);
  });
});

describe('lockRunFolder()', () => {
  it('lockRunFolder() keeps a second writer out until it is released', async () => {
    const lock = await lockRunFolder(path);
    await expect(lockRunFolder(path)).rejects.toMatchObject({ code: 'ERR_RUN_LOCKED' });
    await lock.release();
    await (await lockRunFolder(path)).release();
    expect(await readdir(path)).toEqual([]);
  });

  it('lockRunFolder() takes over the lock of a process that is gone', async () => {
    // Beyond the largest process id of every platform.
    await writeFile(join(path, 'lock'), `999999999 ${hostname()}\n`);
    await (await lockRunFolder(path)).release();
    // A process that has the id of one that died in the same container.
    await writeFile(join(path, 'lock'), `${process.pid} ${hostname()}\n`);
    await (await lockRunFolder(path)).release();
  });

  it('lockRunFolder() respects a process that lives, another machine, and what it does not understand', async () => {
    for (const text of [`${process.ppid} ${hostname()}\n`, '7 another-machine\n', 'something else', '']) {
      await writeFile(join(path, 'lock'), text);
      await expect(lockRunFolder(path)).rejects.toMatchObject({ code: 'ERR_RUN_LOCKED' });
      expect(await readFile(join(path, 'lock'), 'utf8')).toBe(text);
    }
  });

  it('lockRunFolder() needs the folder', async () => {
    await mkdir(join(path, 'x'));
    await expect(lockRunFolder(join(path, 'y'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
