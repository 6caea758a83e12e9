/** A command as it can be typed again. */

/** The words joined, each quoted where a POSIX shell would read it as something else. */
export function shellCommand(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}
