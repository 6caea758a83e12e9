/** Publishes a run again, from its folder or from a publication, with as much of its content as is to be disclosed now. */
import { createReadStream } from 'node:fs';
import { isOpeningLine } from '../transcript/opening.ts';
import { evidenceLine, formatContainerLine } from '../transcript/publication.ts';
import type { RunSource } from '../transcript/source.ts';
import { openBundle } from './bundle-source.ts';
import { compressed, createItemFilter, folderPieces, headLines, type BundleOptions } from './bundle-writer.ts';
import { openSource } from './open-source.ts';

/**
 * The bytes of a publication of the run at a path, piece by piece.
 *
 * A publication that is wanted as it is keeps its bytes. Of anything else, what is not to be disclosed is left out; no record
 * changes, so it verifies like the first one. A publication never discloses more than what it is made from.
 *
 * @throws {@link InputError} `ERR_RUN_MISSING`; {@link UsageError} `ERR_USAGE` if level and items do not go together;
 *   {@link VerificationError} of a bundle or folder that is malformed
 */
export async function* publicationPieces(path: string, options: BundleOptions): AsyncGenerator<Uint8Array> {
  const source = await openSource(path);
  if (source.level === null) return yield* folderPieces(path, options);
  const hasChoice = options.items !== undefined && source.level >= 'D2';
  if (source.level <= options.level && !hasChoice) return yield* createReadStream(path);
  yield* compressed(linesAt(path, source, options));
}

async function* linesAt(path: string, source: RunSource, options: BundleOptions): AsyncGenerator<readonly string[]> {
  const { level, items } = options;
  yield headLines(source.files, level, path);
  if (level === 'D0') return;
  let lines = 0;
  for await (const batch of source.lines ?? []) lines += batch.filter((line) => !isOpeningLine(line)).length;
  yield [...source.evidence].map(([sha256, bytes]) => formatContainerLine(evidenceLine(sha256, bytes)));
  yield [formatContainerLine({ t: 'records', lines })];
  const isOpened = level === 'D1' ? (): boolean => false : createItemFilter(items ?? new Set());
  const again = await openBundle(path);
  let opensRecord = false;
  for await (const batch of again.lines ?? []) {
    yield batch.filter((line) => {
      if (isOpeningLine(line)) return opensRecord;
      opensRecord = isOpened({ line });
      return true;
    });
  }
}
