/** Where the program stands in an answer. */
import type { Extraction } from './scorer.ts';

/** Ways to find it: a fenced block of Markdown, or the answer as it stands. */
export type CodePlace = 'fenced' | 'whole';

interface Block {
  readonly language: string;
  readonly code: string;
}

const FENCE = /^ {0,3}(`{3,}|~{3,})[ \t]*([^\s`]*)[^`]*$/;

/**
 * The program by the first way that finds one.
 *
 * Of several fenced blocks in one of the languages, or without a language, the last that defines the wanted name counts, or
 * else the first. A block that is never closed reaches to the end. Nothing is trimmed: indentation is syntax.
 *
 * @param languages - Names of the language after a fence, in lower case.
 * @param defines - Whether a block defines what is asked for.
 */
export function findCode(
  answer: string,
  places: readonly CodePlace[],
  languages: readonly string[],
  defines: (code: string) => boolean,
): Extraction | null {
  for (const place of places) {
    if (place === 'whole') return { text: answer, rule: 'whole' };
    const blocks = blocksOf(answer).filter(({ language }) => language === '' || languages.includes(language));
    const block = blocks.findLast(({ code }) => defines(code)) ?? blocks[0];
    if (block !== undefined) return { text: block.code, rule: 'fenced' };
  }
  return null;
}

function blocksOf(answer: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { readonly fence: string; readonly language: string; readonly lines: string[] } | null = null;
  for (const line of answer.split(/\r\n|\n|\r/)) {
    if (open === null) {
      const [, fence, language = ''] = FENCE.exec(line) ?? [];
      if (fence !== undefined) open = { fence, language: language.toLowerCase(), lines: [] };
    } else if (closes(line, open.fence)) {
      blocks.push({ language: open.language, code: open.lines.join('\n') });
      open = null;
    } else {
      open.lines.push(line);
    }
  }
  if (open !== null) blocks.push({ language: open.language, code: open.lines.join('\n') });
  return blocks;
}

// As CommonMark has it: the same character, at least as often, and nothing behind it.
function closes(line: string, fence: string): boolean {
  const text = line.trim();
  return text.length >= fence.length && text === fence.charAt(0).repeat(text.length);
}
