import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createJournal, openJournal, type Journal } from '../../src/archive/journal.ts';
import { temporaryFolder } from '../runner/toy.ts';
import { createLossyDisk, type LossyDisk } from './lossy-disk.ts';
import { seeded } from './seeded.ts';

async function onDisk(disk: LossyDisk): Promise<Journal> {
  return createJournal(await disk.open('content'), await disk.open('records'));
}

describe('createJournal()', () => {
  it('createJournal() writes lines in order, content and records apart', async () => {
    const { path, remove } = await temporaryFolder();
    const journal = await openJournal(path);
    journal.append({ content: ['c0', 'c1'], records: ['r0'] });
    await journal.commit({ content: [], records: ['r1'] });
    journal.append({ content: ['é'], records: ['r2'] });
    await journal.close();
    expect(await readFile(join(path, 'content.jsonl'), 'utf8')).toBe('c0\nc1\né\n');
    expect(await readFile(join(path, 'records.jsonl'), 'utf8')).toBe('r0\nr1\nr2\n');
    const again = await openJournal(path);
    await again.commit({ content: [], records: ['r3'] });
    await again.close();
    expect(await readFile(join(path, 'records.jsonl'), 'utf8')).toBe('r0\nr1\nr2\nr3\n');
    await remove();
  });

  it('createJournal() commits a group with one write and one sync for each file', async () => {
    const disk = createLossyDisk();
    const journal = await onDisk(disk);
    await Promise.all(Array.from({ length: 64 }, (_, n) => journal.commit({ content: [`c${n}`], records: [`r${n}`] })));
    expect(disk.calls).toEqual({ append: 2, sync: 2 });
    await journal.commit({ content: [], records: ['r'] });
    expect(disk.calls).toEqual({ append: 3, sync: 3 });
    await journal.durable();
    expect(disk.calls.append).toBe(3);
  });

  it('createJournal() writes what nobody waits for', async () => {
    const disk = createLossyDisk();
    const journal = await onDisk(disk);
    journal.append({ content: [], records: ['r'] });
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => void setImmediate(resolve));
    expect(
      disk
        .crash(() => 0)
        .get('records')
        ?.toString(),
    ).toBe('r\n');
  });

  it('createJournal() loses nothing it has acknowledged, whenever the power fails', async () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = seeded(seed);
      const disk = createLossyDisk();
      const journal = await onDisk(disk);
      const acknowledged: number[] = [];
      for (let n = 0; n < 40; n++) {
        const lines = { content: [`content of ${n}`], records: [`record ${n}`] };
        if (random() < 0.5) void journal.commit(lines).then(() => acknowledged.push(n));
        else journal.append(lines);
        while (random() < 0.6) await new Promise((resolve) => void setImmediate(resolve));
      }
      const left = disk.crash(random);
      const linesOf = (name: string): string[] => left.get(name)?.toString().split('\n').slice(0, -1) ?? [];
      const records = linesOf('records');
      const content = linesOf('content');
      expect(records).toEqual(Array.from({ length: records.length }, (_, n) => `record ${n}`));
      // Whatever was acknowledged is there, and no record is there without its content.
      expect(records.length).toBeGreaterThan(Math.max(-1, ...acknowledged));
      expect(content.length).toBeGreaterThanOrEqual(records.length);
    }
  });

  it('createJournal() accepts nothing after a write has failed', async () => {
    const disk = createLossyDisk();
    const journal = await onDisk(disk);
    await journal.commit({ content: [], records: ['r0'] });
    disk.fault = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    const failed = { code: 'ERR_RUN_WRITE', message: expect.stringContaining('ENOSPC') };
    const first = journal.commit({ content: ['c1'], records: ['r1'] });
    await expect(first).rejects.toMatchObject(failed);
    disk.fault = null;
    expect(() => journal.append({ content: [], records: ['r2'] })).toThrow(expect.objectContaining(failed));
    await expect(journal.durable()).rejects.toMatchObject(failed);
    await expect(journal.commit({ content: [], records: ['r3'] })).rejects.toMatchObject(failed);
    await expect(journal.close()).rejects.toMatchObject(failed);
    expect(
      disk
        .crash(() => 1)
        .get('records')
        ?.toString(),
    ).toBe('r0\n');
  });

  it('createJournal() fails what waits while another write fails', async () => {
    const disk = createLossyDisk();
    const journal = await onDisk(disk);
    disk.fault = new Error('gone');
    const first = journal.commit({ content: [], records: ['r0'] });
    await new Promise((resolve) => void setImmediate(resolve));
    const second = journal.commit({ content: [], records: ['r1'] });
    await expect(first).rejects.toMatchObject({ code: 'ERR_RUN_WRITE' });
    await expect(second).rejects.toMatchObject({ code: 'ERR_RUN_WRITE' });
  });

  it('openJournal() fails in a folder that is gone', async () => {
    const { path, remove } = await temporaryFolder();
    await remove();
    await expect(openJournal(path)).rejects.toMatchObject({ code: 'ENOENT' });
    await rm(path, { force: true });
  });
});
