/** Base URLs: what is accepted, and what of them is recorded. */

/** Path that an OpenAI-compatible client appends. */
export const CHAT_PATH = '/chat/completions';

const RECORDABLE_PATH = /^(?:\/[A-Za-z0-9._~%+:@=-]+)*$/;

/**
 * The base URL in the form in which it is recorded and used: scheme, host, port and path, no slash at the end.
 *
 * @returns null if the text is no such URL; a user, a password, a query and a fragment are refused, because each may
 *   hold a credential and would be recorded.
 */
export function normalizeBaseUrl(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  // The parser drops an empty query or fragment, so the text is asked too.
  const hasMore = url.username !== '' || url.password !== '' || /[?#@\s\\]/.test(text);
  if (hasMore || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null;
  const path = url.pathname.replace(/\/+$/, '');
  return RECORDABLE_PATH.test(path) ? url.origin + path : null;
}
