/**
 * Markup of our templates as nodes, without any sink that turns text into markup.
 *
 * A page forbids `innerHTML` even to itself. This reads the small, strict part of HTML that the templates write: known
 * elements, known attributes in double quotes, five entities. Anything else is an error, never a guess.
 */
import type { Markup } from '../markup.ts';

const SVG = 'http://www.w3.org/2000/svg';

const SVG_ELEMENTS: ReadonlySet<string> = new Set(['svg', 'line', 'circle', 'rect', 'path', 'text', 'g']);
const VOID_ELEMENTS: ReadonlySet<string> = new Set(['br', 'input']);
const HTML_ELEMENTS =
  'a article b bdi button caption code dd del details div dl dt em figcaption figure form h2 h3 h4 ins label li ol p ' +
  'progress section span strong summary table tbody td th thead tr ul';
const ELEMENTS: ReadonlySet<string> = new Set([...SVG_ELEMENTS, ...VOID_ELEMENTS, ...HTML_ELEMENTS.split(' ')]);
const ATTRIBUTES =
  /^(?:aria-[a-z]+|data-[a-z-]+|class|colspan|cx|cy|d|dir|for|height|hidden|href|id|max|open|r|role|scope|tabindex|title|type|value|viewBox|width|x|x1|x2|y|y1|y2)$/;

const TOKEN = /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-zA-Z][a-zA-Z0-9-]*(?:="[^"<>]*")?)*)\s*(\/?)>|([^<]+)/y;
const ATTRIBUTE = /([a-zA-Z][a-zA-Z0-9-]*)(?:="([^"]*)")?/g;
const ENTITY = /&(?:amp|lt|gt|quot|#39);/g;
const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

/** The nodes that markup describes. */
export function nodesOf({ markup }: Markup): DocumentFragment {
  const fragment = document.createDocumentFragment();
  const open: { readonly name: string; readonly node: ParentNode & Node }[] = [{ name: '', node: fragment }];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < markup.length) {
    const at = TOKEN.lastIndex;
    const [, slash, name = '', attributes = '', selfClosing, text] = TOKEN.exec(markup) ?? fail(markup, at);
    const parent = open.at(-1) ?? fail(markup, at);
    if (text !== undefined) parent.node.append(decode(text));
    else if (slash === '/') {
      if (open.pop()?.name !== name) fail(markup, at);
    } else {
      const element = elementOf(name, attributes);
      parent.node.append(element);
      if (selfClosing !== '/' && !VOID_ELEMENTS.has(name)) open.push({ name, node: element });
    }
  }
  if (open.length !== 1) fail(markup, markup.length);
  return fragment;
}

function elementOf(name: string, attributes: string): Element {
  if (!ELEMENTS.has(name)) throw new RangeError(`the page has no <${name}>`);
  const element = SVG_ELEMENTS.has(name) ? document.createElementNS(SVG, name) : document.createElement(name);
  for (const [, key = '', value = ''] of attributes.matchAll(ATTRIBUTE)) {
    const isOwn = ATTRIBUTES.test(key) && (key !== 'href' || value.startsWith('#'));
    if (!isOwn) throw new RangeError(`the page has no attribute ${key} with such a value`);
    element.setAttribute(key, decode(value));
  }
  return element;
}

function decode(text: string): string {
  return text.replace(ENTITY, (entity) => ENTITIES[entity] ?? '');
}

function fail(markup: string, at: number): never {
  throw new RangeError(`cannot read markup at ${at}: ${markup.slice(at, at + 40)}`);
}
