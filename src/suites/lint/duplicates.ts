/**
 * Questions that are asked twice.
 *
 * Same input fields give the same prompt, and same prompts are near duplicates of each other, so each item is counted under
 * the narrowest of the three.
 */
import { canonicalize } from '../../core/canonical-json.ts';
import { digest } from '../../core/digest.ts';
import type { Message } from '../../transcript/wire/request.ts';
import type { Check, ItemView, LintContext } from './check.ts';

/** Hex digits of a digest that tell a million prompts apart, and three parts of one group of them. */
const KEY_DIGITS = 16;
const MARK_DIGITS = 12;
const ENTRY_DIGITS = 3 * MARK_DIGITS;
/** Most items of a group that later ones are held against. */
const MAX_GROUP = 64;

/** Finds `duplicate-input`, `duplicate-prompt`, `near-duplicate` and `conflicting-targets`. */
export function duplicateCheck({ report }: LintContext): Check {
  // One short text per group: digests of prompt, input and target of its items, one after the other.
  const groups = new Map<string, string>();
  return {
    item(item) {
      const key = digest(nearText(item.messages)).slice(0, KEY_DIGITS);
      const own = entryOf(item);
      const group = groups.get(key) ?? '';
      if (group.length < MAX_GROUP * ENTRY_DIGITS) groups.set(key, group + own);
      if (group === '') return;
      const about = { item: item.id };
      const same = entriesIn(group).filter((entry) => part(entry, 0) === part(own, 0));
      if (same.length === 0) report('near-duplicate', '/items', about);
      else
        report(
          same.some((entry) => part(entry, 1) === part(own, 1)) ? 'duplicate-input' : 'duplicate-prompt',
          '/items',
          about,
        );
      if (same.some((entry) => part(entry, 2) !== part(own, 2))) report('conflicting-targets', '/items', about);
    },
  };
}

function entryOf({ messages, input, targetText }: ItemView): string {
  return [canonicalize(messages), canonicalize(input), targetText]
    .map((text) => digest(text).slice(0, MARK_DIGITS))
    .join('');
}

function entriesIn(group: string): readonly string[] {
  return Array.from({ length: group.length / ENTRY_DIGITS }, (_, n) =>
    group.slice(n * ENTRY_DIGITS, (n + 1) * ENTRY_DIGITS),
  );
}

function part(entry: string, n: number): string {
  return entry.slice(n * MARK_DIGITS, (n + 1) * MARK_DIGITS);
}

// Words, numbers and every sign that is no mark of a sentence: "2 + 3" and "2 - 3" are no duplicates.
const TOKENS = /[\p{L}\p{M}]+|\p{N}+|[^\s\p{L}\p{M}\p{N}.,;:!?'"\u2018-\u201f\u00ab\u00bb\u2026]/gu;

function nearText(messages: readonly Message[]): string {
  const text = messages.map(({ role, content }) => `${role} ${content}`).join('\n');
  return text.normalize('NFKC').toLowerCase().match(TOKENS)?.join(' ') ?? '';
}
