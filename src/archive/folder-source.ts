/** A run folder as a verifier reads it. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { VerificationError } from '../core/errors.ts';
import { MAX_LINE_BYTES } from '../core/line-form.ts';
import { MAX_FILE_BYTES } from '../transcript/publication.ts';
import { RUN_FILES, type RunFile, type RunSource } from '../transcript/source.ts';
import { readEvidenceFiles } from './evidence-files.ts';
import { joinOpenings, type JoinedRecord } from './join-openings.ts';
import { MAX_CONTENT_LINE_BYTES } from './line-splitter.ts';
import { readLines } from './read-lines.ts';
import { CONTENT_FILE, RECORDS_FILE, checkRunFolder, isSystemError } from './run-folder.ts';

/**
 * The run in a folder. The lines are read from the disk while they are consumed.
 *
 * @throws {@link InputError} `ERR_RUN_MISSING` if the path is not a run folder; {@link VerificationError} `ERR_FILE_FORM` if
 *   a small file is none, or too large; while lines are read, `ERR_LINE_FORM`, `ERR_OPENING_FORM`, `ERR_OPENING_STRAY`
 */
export async function openFolder(path: string): Promise<RunSource> {
  await checkRunFolder(path);
  const [files, evidence] = await Promise.all([readSmallFiles(path), readEvidenceFiles(path)]);
  return { name: path, level: null, files, evidence, lines: linesOf(path) };
}

async function readSmallFiles(path: string): Promise<ReadonlyMap<RunFile, Uint8Array>> {
  const files = new Map<RunFile, Uint8Array>();
  for (const name of RUN_FILES) {
    const found = await stat(join(path, name)).catch((cause: unknown) => {
      // A run that is not finished has no result yet; which files are needed is the verifier's business.
      if (isSystemError(cause, 'ENOENT')) return null;
      throw cause;
    });
    if (found === null) continue;
    if (!found.isFile() || found.size > MAX_FILE_BYTES) {
      throw new VerificationError(
        'ERR_FILE_FORM',
        `cannot read ${name}: want a file of at most ${MAX_FILE_BYTES} bytes`,
      );
    }
    files.set(name, new Uint8Array(await readFile(join(path, name))));
  }
  return files;
}

async function* linesOf(path: string): AsyncGenerator<readonly string[], void> {
  for await (const batch of joinFolder(path)) yield flatten(batch);
}

/** The records of a folder, each with its openings. */
export function joinFolder(path: string): AsyncGenerator<readonly JoinedRecord[], void> {
  return joinOpenings(
    readLines(join(path, RECORDS_FILE), { maxLineBytes: MAX_LINE_BYTES }),
    readLines(join(path, CONTENT_FILE), { maxLineBytes: MAX_CONTENT_LINE_BYTES }),
  );
}

function flatten(batch: readonly JoinedRecord[]): readonly string[] {
  const lines: string[] = [];
  for (const { line, openings } of batch) {
    lines.push(line);
    for (const opening of openings) lines.push(opening);
  }
  return lines;
}
