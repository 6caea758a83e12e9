/** The files of a benchmark in a folder, once their digests were checked. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tryDecodeUtf8 } from '../../core/bytes.ts';
import { InputError } from '../../core/errors.ts';
import { isGzipName } from '../formats/file-format.ts';
import { inflateGzip } from '../formats/inflate.ts';
import { readZip } from '../formats/zip.ts';
import { openRows } from '../open-rows.ts';
import type { OriginFiles } from './benchmark.ts';

/**
 * The files in a folder.
 *
 * @param folder - Holds the files under their names, and nobody else writes there.
 */
export function openOriginFiles(folder: string): OriginFiles {
  const bytes = async (name: string): Promise<Uint8Array> => {
    const held = await readFile(join(folder, name));
    return isGzipName(name) ? await inflateGzip(held, name) : held;
  };
  return {
    bytes,
    async text(name) {
      const text = tryDecodeUtf8(await bytes(name));
      if (text === null) throw new InputError('ERR_UTF8', `cannot read "${name}": it is not valid UTF-8`);
      return text.replace(/^\uFEFF/, '');
    },
    async *rows(name) {
      const rows = await openRows(join(folder, name));
      for await (const { fields } of rows.scan()) yield fields;
    },
    async *entries(name, path) {
      yield* readZip(await bytes(name), path, name);
    },
  };
}
