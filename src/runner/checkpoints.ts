/** Signs checkpoints of a run as it grows: at the start, at most each minute, at the end. */
import { join } from 'node:path';
import type { AppendFile, OpenAppend } from '../archive/append-file.ts';
import { CHECKPOINTS_FILE } from '../archive/run-folder.ts';
import { formatCheckpoint } from '../core/checkpoint.ts';
import { digestFromBytes, type Digest } from '../core/digest.ts';
import { formatLine } from '../core/line-form.ts';
import { signNote, type NoteSigner } from '../core/note.ts';
import { createSha256 } from '../core/sha256.ts';
import type { TreeHead } from '../transcript/builder.ts';

/** Shortest time between two checkpoints that nobody asked for. */
const CHECKPOINT_INTERVAL_MS = 60_000;

/** Writes the checkpoints of one run. */
export interface Checkpointer {
  /** Write a checkpoint in the background if the last one is a minute old. */
  tick(): void;
  /** Write a checkpoint over all records so far, unless the last one is. */
  write(): Promise<void>;
  /** Close the file, once; gives the digest of all of it. */
  close(): Promise<Digest>;
}

/** What a checkpointer needs. */
export interface CheckpointInput {
  readonly folder: string;
  /** Its name is the origin of the checkpoints. */
  readonly signer: NoteSigner;
  readonly head: () => TreeHead;
  /** Resolves when all records so far are on the disk; a checkpoint never covers a record that may still be lost. */
  readonly durable: () => Promise<void>;
  readonly nowMs: () => number;
  readonly onCheckpoint: (size: number) => void;
  /** What the file holds already, and over how many records the last of it is. */
  readonly written?: { readonly text: string; readonly size: number };
  readonly open: OpenAppend;
}

/** A checkpointer; the file is created if it is not there. */
export async function openCheckpointer(input: CheckpointInput): Promise<Checkpointer> {
  const { folder, nowMs, written = { text: '', size: 0 }, open } = input;
  const file = await open(join(folder, CHECKPOINTS_FILE));
  const fileHash = createSha256().update(written.text);
  let size = written.size;
  let writtenAtMs = nowMs();
  let queue: Promise<void> = Promise.resolve();

  const writeNow = async (): Promise<void> => {
    const head = input.head();
    writtenAtMs = nowMs();
    if (head.size === size) return;
    if (head.size < size) throw new RangeError(`a checkpoint over ${head.size} records cannot follow one over ${size}`);
    await input.durable();
    const line = `${checkpointLine(head, input.signer)}\n`;
    await appendDurably(file, line);
    fileHash.update(line);
    size = head.size;
    input.onCheckpoint(size);
  };
  let closed: Promise<Digest> | null = null;
  const closeNow = async (): Promise<Digest> => {
    try {
      await queue;
    } finally {
      await file.close();
    }
    return digestFromBytes(fileHash.digest());
  };
  const write = (): Promise<void> => {
    queue = queue.then(writeNow);
    // The failure of one in the background shows at the next one that is waited for.
    queue.catch(() => undefined);
    return queue;
  };
  return {
    tick() {
      if (nowMs() - writtenAtMs < CHECKPOINT_INTERVAL_MS) return;
      writtenAtMs = nowMs();
      void write();
    },
    write,
    close: () => (closed ??= closeNow()),
  };
}

function checkpointLine({ size, root }: TreeHead, signer: NoteSigner): string {
  return formatLine({ note: signNote(formatCheckpoint({ origin: signer.name, size, root }), [signer]) });
}

async function appendDurably(file: AppendFile, text: string): Promise<void> {
  await file.append(Buffer.from(text, 'utf8'));
  await file.sync();
}
