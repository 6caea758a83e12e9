/** Cuts a stream of bytes into lines of text, many at a time: one decode per piece, not one per line. */
import { concatBytes, tryDecodeUtf8 } from '../core/bytes.ts';
import { VerificationError } from '../core/errors.ts';
import { MAX_OPENING_UNITS } from '../transcript/opening.ts';

/** Most bytes in a line of content: three for each unit of text. */
export const MAX_CONTENT_LINE_BYTES: number = 3 * MAX_OPENING_UNITS;

const NEWLINE = 10;

/** Takes bytes in pieces and gives the lines that are complete. */
export interface LineSplitter {
  /**
   * The lines that a piece completes, without newlines. The piece may be overwritten afterwards.
   *
   * @throws {@link VerificationError} `ERR_LINE_FORM` on invalid UTF-8 or a line beyond the limit
   */
  push(piece: Uint8Array): readonly string[];
  /**
   * Check that nothing is left over.
   *
   * @throws {@link VerificationError} `ERR_LINE_FORM` if the last line has no newline
   */
  end(): void;
}

/**
 * A splitter.
 *
 * @param name - What an error calls the stream.
 * @param maxLineBytes - Most UTF-16 units in a line, and most bytes that are kept of one that is not complete.
 */
export function createLineSplitter(name: string, maxLineBytes: number): LineSplitter {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  const fault = (what: string): VerificationError =>
    new VerificationError('ERR_LINE_FORM', `cannot read lines of ${name}: ${what}`);

  const tooLong = (): VerificationError => fault(`a line has more than ${maxLineBytes} bytes`);
  const hold = (piece: Uint8Array): void => {
    if (piece.length === 0) return;
    held.push(Uint8Array.from(piece));
    heldBytes += piece.length;
    if (heldBytes > maxLineBytes) throw tooLong();
  };
  return {
    push(piece) {
      const end = piece.lastIndexOf(NEWLINE);
      if (end < 0) {
        hold(piece);
        return [];
      }
      const head = piece.subarray(0, end);
      const whole = heldBytes === 0 ? head : concatBytes(...held, head);
      held = [];
      heldBytes = 0;
      hold(piece.subarray(end + 1));
      // A newline is never part of a longer UTF-8 sequence, so cutting there cuts no character.
      const text = tryDecodeUtf8(whole);
      if (text === null) throw fault('the bytes are not valid UTF-8');
      const lines = text.split('\n');
      for (const line of lines) if (line.length > maxLineBytes) throw tooLong();
      return lines;
    },
    end() {
      if (heldBytes > 0) throw fault('the last line has no newline');
    },
  };
}
