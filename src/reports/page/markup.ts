/**
 * HTML that cannot be broken by its values: whatever is put into a template is escaped unless it is markup itself.
 *
 * Values are made printable first, so that no direction mark or control character of a model reaches the page.
 */
import { printable } from '../printable.ts';

/** Text that is known to be HTML, because {@link html} made it. */
export interface Markup {
  readonly markup: string;
}

/** What a template takes: text is escaped, `null` and `false` are nothing. */
export type Value = string | number | null | false | Markup | readonly Value[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A template of HTML; also right inside double quoted attributes. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  let markup = parts[0] ?? '';
  for (const [index, value] of values.entries()) markup += render(value) + (parts[index + 1] ?? '');
  return { markup };
}

/** A text for an HTML page. */
export function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/**
 * JSON for a `<script type="application/json">` element: no end tag, comment or line separator can appear in it.
 *
 * @see HTML Living Standard, "Restrictions for contents of script elements"
 */
export function embeddedJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

function render(value: Value): string {
  if (value === null || value === false) return '';
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  return 'markup' in value ? value.markup : value.map(render).join('');
}
