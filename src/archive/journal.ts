/**
 * The journal of a run: content and records on their way to the disk.
 *
 * Content is durable before the records that commit to it are written. The two files are committed in groups side by side:
 * while the records of one group are synced, so is the content of the next.
 */
import { join } from 'node:path';
import type { InputError } from '../core/errors.ts';
import type { PendingLines } from '../transcript/builder.ts';
import { openAppend, type AppendFile, type OpenAppend } from './append-file.ts';
import { createGroupCommit } from './group-commit.ts';
import { CONTENT_FILE, RECORDS_FILE } from './run-folder.ts';
import { syncFolder } from './write-atomic.ts';

/** Writes lines of content and records; one writer per run folder. */
export interface Journal {
  /**
   * Queue lines. They are on their way from now on; nobody has to wait for them.
   *
   * @throws {@link InputError} `ERR_RUN_WRITE` if an earlier write has failed
   */
  append(lines: PendingLines): void;
  /**
   * Resolves when everything queued before this call is durable.
   *
   * Rejects with {@link InputError} `ERR_RUN_WRITE` if it could not be written.
   */
  durable(): Promise<void>;
  /** Queue lines and wait until they are durable. */
  commit(lines: PendingLines): Promise<void>;
  /** Write what is queued and close the files, once. Rejects as `durable` does. */
  close(): Promise<void>;
}

/** Records that wait for their content. */
interface Group {
  /** Resolves when the content is durable. */
  readonly gate: Promise<void>;
  readonly records: string[];
  /** Resolves when the records are durable too. */
  readonly durable: Promise<void>;
}

/** A journal of the run in a folder; its files are created if they are not there. */
export async function openJournal(folder: string, open: OpenAppend = openAppend): Promise<Journal> {
  const content = await open(join(folder, CONTENT_FILE));
  const records = await open(join(folder, RECORDS_FILE));
  await syncFolder(folder);
  return createJournal(content, records);
}

/** A journal that appends to two open files. */
export function createJournal(contentFile: AppendFile, recordsFile: AppendFile): Journal {
  const content = createGroupCommit(contentFile);
  const records = createGroupCommit(recordsFile);
  let failure: InputError | null = null;
  let group: Group | null = null;

  const newGroup = (gate: Promise<void>): Group => {
    const lines: string[] = [];
    const durable = gate.then(async () => {
      if (group?.records === lines) group = null;
      for (const line of lines) records.addLine(line);
      await records.durable();
    });
    durable.catch((cause: InputError) => {
      failure ??= cause;
    });
    return { gate, records: lines, durable };
  };
  const append = (lines: PendingLines): void => {
    if (failure !== null) throw failure;
    for (const line of lines.content) content.addLine(line);
    const gate = content.durable();
    if (group?.gate !== gate) group = newGroup(gate);
    group.records.push(...lines.records);
  };
  const durable = async (): Promise<void> => {
    if (failure !== null) throw failure;
    await (group?.durable ?? records.durable());
  };
  let closed: Promise<void> | null = null;
  const closeNow = async (): Promise<void> => {
    try {
      await durable();
    } finally {
      await contentFile.close();
      await recordsFile.close();
    }
  };
  return {
    append,
    durable,
    async commit(lines) {
      append(lines);
      await durable();
    },
    close: () => (closed ??= closeNow()),
  };
}
