/** Base URLs: what is accepted, and what of them is recorded. */

// Without user, password, query and fragment: each may hold a credential, and a base URL is recorded.
const ACCEPTED = /^https?:\/\/[^/?#@\s\\][^?#@\s\\]*$/i;
const RECORDABLE_PATH = /^(?:\/[A-Za-z0-9._~%+:=-]+)*$/;

/**
 * The base URL in the form in which it is recorded and used: scheme, host, port and path, no slash at the end.
 *
 * @returns null if the text is no http or https URL, or has more than these parts.
 */
export function normalizeBaseUrl(text: string): string | null {
  if (!ACCEPTED.test(text) || !URL.canParse(text)) return null;
  const { origin, pathname } = new URL(text);
  const path = pathname.replace(/\/+$/, '');
  return RECORDABLE_PATH.test(path) ? origin + path : null;
}
