/**
 * Text from outside, made visible: characters that hide, reorder or break a line are written as `⟨U+202E⟩`.
 *
 * Tabs and newlines stay, and so do the joiners that scripts and emoji need. The exact text is in samples.csv.
 */

// Controls, soft hyphen, Arabic letter mark, zero width space and direction marks, line separators, embeddings, overrides,
// isolates, invisible operators, byte order mark, interlinear marks, tags, and halves of a surrogate pair without the other.
const HIDDEN =
  // oxlint-disable-next-line no-control-regex -- controls are what this is about
  /[\0-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\ud800-\udfff]/gu;

/** A text with everything invisible made visible. */
export function printable(text: string): string {
  return text.replace(HIDDEN, (character) => `⟨U+${codePoint(character)}⟩`);
}

/** The same on a single line: newlines and tabs too are made visible, as a space. */
export function printableLine(text: string): string {
  return printable(text.replace(/[\r\n\t]+/g, ' '));
}

/** A JSON text with everything invisible as an escape sequence: it stands for the same value. */
export function printableJson(json: string): string {
  // Split by UTF-16 units, which is what JSON escapes.
  return json.replace(HIDDEN, (character) => character.split('').map(jsonEscape).join(''));
}

function jsonEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function codePoint(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}
