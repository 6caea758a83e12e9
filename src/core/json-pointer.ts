/** JSON pointers as lists of keys. @see RFC 6901 */

/** The pointer that leads through these keys. */
export function formatPointer(keys: readonly string[]): string {
  return keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The keys of a pointer. Whatever stands before its first slash is not looked at. */
export function pointerKeys(pointer: string): readonly string[] {
  // RFC 6901 §4: in this order, so that "~01" is "~1".
  const steps = pointer.split('/').slice(1);
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}
