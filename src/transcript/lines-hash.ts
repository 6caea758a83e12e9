/** The digest of a file of lines, from its lines. */
import { digestFromBytes, type Digest } from '../core/digest.ts';
import { createSha256 } from '../core/sha256.ts';

/** UTF-16 units that are hashed in one go: a call costs more than hashing a line. */
const HASHED_AT_ONCE = 65_536;

/** Takes in lines one by one. */
export interface LinesHash {
  /** Add a line without its newline; it must be well formed. */
  add(line: string): void;
  /** SHA-256 of all lines, each with a newline. To be called once. */
  digest(): Digest;
}

/** The hash of no lines. */
export function createLinesHash(): LinesHash {
  const hash = createSha256();
  let unhashed = '';
  const flush = (): void => {
    hash.update(unhashed);
    unhashed = '';
  };
  return {
    add(line) {
      unhashed += `${line}\n`;
      if (unhashed.length > HASHED_AT_ONCE) flush();
    },
    digest() {
      flush();
      return digestFromBytes(hash.digest());
    },
  };
}
