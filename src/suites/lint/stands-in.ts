/** Whether one text is a part of another that nothing else is grown to. */

const LETTER = /[\p{L}\p{N}]/u;

/**
 * The end of the first place where a part stands with no letter or digit right before or after it.
 *
 * @param part - Not empty.
 * @param from - Where to begin.
 * @returns -1 if it stands nowhere so.
 */
export function endOfPart(text: string, part: string, from: number = 0): number {
  for (let at = text.indexOf(part, from); at !== -1; at = text.indexOf(part, at + 1)) {
    const end = at + part.length;
    if (!LETTER.test(text.charAt(at - 1)) && !LETTER.test(text.charAt(end))) return end;
  }
  return -1;
}
