/**
 * Checkpoints: the text of a note that states the size and the root of a tree.
 *
 * @see https://c2sp.org/tlog-checkpoint
 */
import { encodeBase64, tryDecodeBase64 } from './bytes.ts';
import { VerificationError } from './errors.ts';

/** A tree at one moment. */
export interface Checkpoint {
  /** Which tree: one line, unique in the world. */
  readonly origin: string;
  /** Number of leaves. */
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
  /** Further lines, whose meaning is up to the tree. */
  readonly extensions?: readonly string[];
}

/**
 * The text of a checkpoint, ready to be signed as a note.
 *
 * @throws {@link VerificationError} `ERR_CHECKPOINT_MALFORMED` if {@link parseCheckpoint} would not give it back
 */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  const { origin, size, root, extensions = [] } = checkpoint;
  const text = [origin, `${size}`, encodeBase64(root), ...extensions, ''].join('\n');
  parseCheckpoint(text);
  return text;
}

/**
 * The checkpoint in the text of a note. The text must come from an opened note.
 *
 * @throws {@link VerificationError} `ERR_CHECKPOINT_MALFORMED`
 */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = '', size = '', rootBase64 = '', ...rest] = text.split('\n');
  const root = tryDecodeBase64(rootBase64);
  if (origin === '') throw malformed('line 1 (origin) is empty');
  // Only the shortest decimal form, so that a checkpoint has one text.
  if (!/^(0|[1-9][0-9]*)$/.test(size) || !Number.isSafeInteger(Number(size))) {
    throw malformed('line 2 (size) is not a decimal number below 2^53 without leading zeros');
  }
  if (root?.length !== 32) throw malformed('line 3 (root) is not the base64 form of 32 bytes');
  if (rest.pop() !== '' || rest.includes('')) throw malformed('want lines that are not empty, each ended by a newline');
  return { origin, size: Number(size), root, ...(rest.length === 0 ? {} : { extensions: rest }) };
}

function malformed(fault: string): VerificationError {
  return new VerificationError('ERR_CHECKPOINT_MALFORMED', `cannot parse checkpoint: ${fault}`);
}
