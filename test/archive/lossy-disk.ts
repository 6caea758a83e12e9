/** A disk in memory that forgets, when the power fails, whatever was not synced, and keeps a random part of the rest. */
import type { AppendFile, OpenAppend } from '../../src/archive/append-file.ts';

export interface LossyDisk {
  readonly open: OpenAppend;
  /** What the disk holds after the power has failed. */
  crash(random: () => number): ReadonlyMap<string, Buffer>;
  /** Number of calls, by name. */
  readonly calls: { append: number; sync: number };
  /** Set to make every further call fail. */
  fault: Error | null;
}

interface DiskFile {
  written: Buffer;
  synced: number;
}

export function createLossyDisk(): LossyDisk {
  const files = new Map<string, DiskFile>();
  const disk: LossyDisk = {
    calls: { append: 0, sync: 0 },
    fault: null,
    open: (path) => Promise.resolve(openFile(disk, files, path)),
    crash(random) {
      const left = [...files].map(([path, { written, synced }]): [string, Buffer] => {
        const kept = synced + Math.floor(random() * (written.length - synced + 1));
        return [path, written.subarray(0, kept)];
      });
      return new Map(left);
    },
  };
  return disk;
}

function openFile(disk: LossyDisk, files: Map<string, DiskFile>, path: string): AppendFile {
  const file: DiskFile = files.get(path) ?? { written: Buffer.alloc(0), synced: 0 };
  files.set(path, file);
  const later = (step: () => void): Promise<void> =>
    new Promise((resolve, reject) => {
      setImmediate(() => {
        if (disk.fault === null) step();
        if (disk.fault === null) resolve();
        else reject(disk.fault);
      });
    });
  return {
    path,
    append: (bytes) => {
      disk.calls.append++;
      return later(() => {
        file.written = Buffer.concat([file.written, bytes]);
      });
    },
    sync: () => {
      disk.calls.sync++;
      const reached = file.written.length;
      return later(() => {
        file.synced = Math.max(file.synced, reached);
      });
    },
    close: () => Promise.resolve(),
  };
}
