/** Reads a file of recorded answers. */
import { readFile } from 'node:fs/promises';
import { tryDecodeUtf8 } from '../core/bytes.ts';
import { InputError } from '../core/errors.ts';
import { parseRecording, type FindMessages, type Recording } from './replay.ts';

/**
 * The recording in a file.
 *
 * @param find - Finds the items of lines that name one; null if there is no suite to find them in.
 * @throws {@link InputError} `ERR_REPLAY_MALFORMED` with path and line; system errors
 */
export async function readRecording(path: string, find: FindMessages | null): Promise<Recording> {
  const text = tryDecodeUtf8(await readFile(path));
  if (text !== null) return parseRecording(text, path, find);
  throw new InputError('ERR_REPLAY_MALFORMED', `cannot read recording "${path}": it is not UTF-8 text`, { path });
}
