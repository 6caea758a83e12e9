/** A file that only grows: the one thing that a journal asks of a disk, so that a test can put a worse disk below it. */
import * as fs from 'node:fs';

/** A file open for appending. */
export interface AppendFile {
  readonly path: string;
  /** Append all of the bytes; they may still be lost with the power. */
  append(bytes: Uint8Array): Promise<void>;
  /** Make everything appended so far durable. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a file for appending, and creates it if there is none. */
export type OpenAppend = (path: string) => Promise<AppendFile>;

/** The files of the operating system. */
export const openAppend: OpenAppend = async (path) => {
  const fd = await called<number>((done) => fs.open(path, 'a', done));
  return {
    path,
    async append(bytes) {
      for (let at = 0; at < bytes.length;) {
        at += await called<number>((done) => fs.write(fd, bytes, at, bytes.length - at, null, done));
      }
    },
    sync: () => called((done) => fs.fdatasync(fd, done)),
    close: () => called((done) => fs.close(fd, done)),
  };
};

type Callback<T> = (error: NodeJS.ErrnoException | null, value?: T) => void;

// The callback functions cost half of what file handles do, and a journal calls four of them for every commit.
function called<T>(start: (done: Callback<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => (error === null ? resolve(value as T) : reject(error)));
  });
}
