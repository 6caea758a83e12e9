/** Log probabilities as the two forms of the API state them. */
import { toWellFormed } from '../../core/bytes.ts';
import type { Token } from './answer.ts';
import { asObject, isNumber, listOf } from './body.ts';

/**
 * The tokens of a chat; nothing unless every one has its log probability.
 *
 * @param parts - The member `logprobs` of the choice, of each piece of a stream in order.
 */
export function chatTokens(parts: readonly unknown[]): { readonly tokens?: readonly Token[] } {
  const entries = parts.flatMap((part) => listOf(asObject(part)?.['content']));
  const tokens = entries.map((entry): Token | null => {
    const token = likely(entry);
    return (
      token && { ...token, top: listOf(asObject(entry)?.['top_logprobs']).flatMap((other) => likely(other) ?? []) }
    );
  });
  return wholeList(tokens);
}

function likely(value: unknown): { readonly text: string; readonly logprob: number } | null {
  const entry = asObject(value);
  const [text, logprob] = [entry?.['token'], entry?.['logprob']];
  return typeof text === 'string' && isNumber(logprob) ? { text: toWellFormed(text), logprob } : null;
}

/** The tokens of a completion; nothing unless its lists fit together. */
export function completionTokens(logprobs: unknown): { readonly tokens?: readonly Token[] } {
  const lists = asObject(logprobs);
  const texts = listOf(lists?.['tokens']);
  const values = listOf(lists?.['token_logprobs']);
  const offsets = listOf(lists?.['text_offset']);
  const tops = listOf(lists?.['top_logprobs']);
  if (values.length !== texts.length || offsets.length !== texts.length) return {};
  return wholeList(
    texts.map((text, place): Token | null => {
      const [logprob, offset] = [values[place], offsets[place]];
      if (typeof text !== 'string' || !isNumber(offset)) return null;
      if (logprob !== null && !isNumber(logprob)) return null;
      const known = logprob === null ? {} : { logprob };
      return { text: toWellFormed(text), ...known, offset, top: topOf(tops[place]) };
    }),
  );
}

// A mapping from token to log probability.
function topOf(value: unknown): Token['top'] {
  return Object.entries(asObject(value) ?? {}).flatMap(([text, logprob]) =>
    isNumber(logprob) ? [{ text: toWellFormed(text), logprob }] : [],
  );
}

function wholeList(tokens: readonly (Token | null)[]): { readonly tokens?: readonly Token[] } {
  const known = tokens.filter((token) => token !== null);
  return known.length === 0 || known.length < tokens.length ? {} : { tokens: known };
}
