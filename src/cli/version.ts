/** Which version of the tool this is, read from its package. */
import { readFileSync } from 'node:fs';

/** The root of the package, seen from src/cli and from dist/cli alike. */
export const PACKAGE_ROOT: URL = new URL('../../', import.meta.url);

/** The version of the package. */
export function toolVersion(): string {
  const text = readFileSync(new URL('package.json', PACKAGE_ROOT), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
