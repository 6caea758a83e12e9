/**
 * Questions that are asked twice.
 *
 * Same input fields give the same prompt, and same prompts are near duplicates of each other, so each item is counted under
 * the narrowest of the three.
 */
import { canonicalize, tryParseCanonical } from '../../core/canonical-json.ts';
import { sha256 } from '../../core/sha256.ts';
import type { Message } from '../../transcript/wire/request.ts';
import type { SuiteDefinition } from '../definition.ts';
import type { Check, ItemView, LintContext } from './check.ts';
import type { FindingCode } from './finding.ts';

/** Bytes of a digest that tell a million prompts apart, and three parts of one group of them. */
const KEY_BYTES = 8;
const MARK_BYTES = 6;
const ENTRY_BYTES = 3 * MARK_BYTES;
/** Most items of a group that later ones are held against. */
const MAX_GROUP = 64;

/** Finds `duplicate-input`, `duplicate-prompt`, `near-duplicate` and `conflicting-targets`. */
export function duplicateCheck({ definition, report }: LintContext): Check {
  const fields = fieldsBesidePrompt(definition);
  // One short text per group: marks of prompt, input and target of its items, one after the other.
  const groups = new Map<string, string>();
  return {
    item(item) {
      const beside = canonicalize(fields.map((field) => item.input[field] ?? null));
      const key = packed([sha256(nearText(item.messages) + beside).subarray(0, KEY_BYTES)]);
      const own = entryOf(item, beside);
      const group = groups.get(key) ?? '';
      if (group.length < MAX_GROUP * ENTRY_BYTES) groups.set(key, group + own);
      if (group === '') return;
      const about = { item: item.id };
      const same = entriesIn(group).filter((entry) => part(entry, 0) === part(own, 0));
      report(kindOf(own, same), '/items', about);
      if (same.some((entry) => part(entry, 2) !== part(own, 2))) report('conflicting-targets', '/items', about);
    },
  };
}

/** @param same - Entries of earlier items with the same prompt. */
function kindOf(own: string, same: readonly string[]): FindingCode {
  if (same.length === 0) return 'near-duplicate';
  return same.some((entry) => part(entry, 1) === part(own, 1)) ? 'duplicate-input' : 'duplicate-prompt';
}

// A question to a model with tools is another one with other tools, or with another state that they begin with.
function fieldsBesidePrompt({ harness: { id, config = '' } }: SuiteDefinition): readonly string[] {
  if (id !== 'tool-loop') return [];
  const { tools_field, state } = tryParseCanonical(config) ?? {};
  return [tools_field, state].filter((field) => typeof field === 'string');
}

function entryOf({ messages, input, targetText }: ItemView, beside: string): string {
  const texts = [canonicalize(messages) + beside, canonicalize(input), targetText];
  return packed(texts.map((text) => sha256(text).subarray(0, MARK_BYTES)));
}

// One character per byte: a text that is sliced or put together would hold on to the longer ones it was made of.
function packed(parts: readonly Uint8Array[]): string {
  return Buffer.concat(parts).toString('latin1');
}

function entriesIn(group: string): readonly string[] {
  return Array.from({ length: group.length / ENTRY_BYTES }, (_, n) =>
    group.slice(n * ENTRY_BYTES, (n + 1) * ENTRY_BYTES),
  );
}

function part(entry: string, n: number): string {
  return entry.slice(n * MARK_BYTES, (n + 1) * MARK_BYTES);
}

// Words, numbers and every sign that is no mark of a sentence: "2 + 3" and "2 - 3" are no duplicates.
const TOKENS = /[\p{L}\p{M}]+|\p{N}+|[^\s\p{L}\p{M}\p{N}.,;:!?'"\u2018-\u201f\u00ab\u00bb\u2026]/gu;

function nearText(messages: readonly Message[]): string {
  const text = messages.map(({ role, content }) => `${role} ${content}`).join('\n');
  return text.normalize('NFKC').toLowerCase().match(TOKENS)?.join(' ') ?? '';
}
