/** Elements that the frame of the page is known to have. */

/**
 * The element with an id.
 *
 * @throws {@link TypeError} if the page has no such element: page and script are then not of one version
 */
export function byId(id: string): HTMLElement {
  return byKind(id, HTMLElement);
}

/** The same, of a kind. */
export function byKind<T extends HTMLElement>(id: string, kind: new () => T): T {
  const element = document.getElementById(id);
  if (element instanceof kind) return element;
  throw new TypeError(`the page has no ${id}`);
}
