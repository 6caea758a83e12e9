/** Where collateral comes from, in a word. */
import { UsageError } from '../core/errors.ts';
import { normalizeBaseUrl } from '../endpoints/base-url.ts';
import type { TeeConfig } from '../endpoints/config.ts';

/**
 * The choice that `--collateral` names: `intel`, `none`, the URL of a caching service, or a folder.
 *
 * @throws {@link UsageError} `ERR_USAGE`; a URL is not repeated in the message, because it may hold a password.
 */
export function collateralChoice(text: string): TeeConfig['collateral'] {
  if (text === 'intel') return { kind: 'intel' };
  if (text === 'none') return null;
  if (!/^https?:/i.test(text)) return { kind: 'folder', path: text };
  const url = normalizeBaseUrl(text);
  if (url !== null) return { kind: 'pccs', url };
  throw new UsageError('ERR_USAGE', '--collateral is no URL: want one without user, password and query');
}
