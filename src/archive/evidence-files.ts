/** The files of evidence in a run folder, each under the digest of its content and exactly as it was fetched. */
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { digest, isDigest, type Digest } from '../core/digest.ts';
import { InputError, VerificationError } from '../core/errors.ts';
import { MAX_EVIDENCE_BYTES, MAX_FILE_BYTES } from '../transcript/publication.ts';
import { isSystemError } from './run-folder.ts';
import { syncFolder, writeAtomic } from './write-atomic.ts';

/** The folder of the files of evidence. */
export const EVIDENCE_FOLDER = 'evidence';

/** Keep a file of evidence in a run folder, once; it is durable before this resolves. */
export async function writeEvidenceFile(folder: string, bytes: Uint8Array): Promise<Digest> {
  const name = digest(bytes);
  const path = join(folder, EVIDENCE_FOLDER, name);
  const isNew = (await mkdir(join(folder, EVIDENCE_FOLDER), { recursive: true })) !== undefined;
  if (isNew) await syncFolder(folder);
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (!isThere) await writeAtomic(path, bytes);
  return name;
}

/**
 * The files of evidence of a run folder by digest. That a file has the digest of its name is for the verifier to check.
 *
 * @throws {@link VerificationError} `ERR_FILE_FORM` if one is no file, or all together are too large
 */
export async function readEvidenceFiles(folder: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  let totalBytes = 0;
  for (const name of (await namesIn(join(folder, EVIDENCE_FOLDER))).filter(isDigest).toSorted()) {
    const path = join(folder, EVIDENCE_FOLDER, name);
    const found = await stat(path);
    totalBytes += found.size;
    if (!found.isFile() || found.size > MAX_FILE_BYTES || totalBytes > MAX_EVIDENCE_BYTES) {
      throw new VerificationError(
        'ERR_FILE_FORM',
        `cannot read ${EVIDENCE_FOLDER}/${name}: want files of at most ${MAX_FILE_BYTES} bytes, ${MAX_EVIDENCE_BYTES} together`,
      );
    }
    files.set(name, new Uint8Array(await readFile(path)));
  }
  return files;
}

/**
 * One file of evidence of a run folder.
 *
 * @throws {@link InputError} `ERR_RUN_MISSING`
 */
export async function readEvidenceFile(folder: string, name: string): Promise<Uint8Array> {
  const path = join(folder, EVIDENCE_FOLDER, name);
  return await readFile(path).catch((cause: unknown) => {
    throw new InputError('ERR_RUN_MISSING', `cannot read ${path}: a record names it as evidence`, { path, cause });
  });
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    if (isSystemError(cause, 'ENOENT')) return [];
    throw cause;
  }
}
