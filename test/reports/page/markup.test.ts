import { describe, expect, it } from 'vitest';
import { embeddedJson, escapeHtml, html } from '../../../src/reports/page/markup.ts';

describe('html', () => {
  it('escapes every value that is not markup, also inside attributes', () => {
    const value = `<a b="c" d='e'>&`;
    expect(html`<p title="${value}">${value}</p>`.markup).toBe(
      '<p title="&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;">&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;</p>',
    );
  });

  it('takes markup, lists and nothing', () => {
    expect(html`<ul>${[html`<li>${1}</li>`, '<']}${null}${false}${0}</ul>`.markup).toBe('<ul><li>1</li>&lt;0</ul>');
  });
});

describe('escapeHtml()', () => {
  it('makes hidden characters visible before anything else', () => {
    expect(escapeHtml('\u202e<')).toBe('⟨U+202E⟩&lt;');
  });
});

describe('embeddedJson()', () => {
  it('has no character that ends a script element or a line, and reads back as it was', () => {
    const value = { text: '</script><!--\u2028\u2029&' };
    expect(embeddedJson(value)).not.toMatch(/[<>&\u2028\u2029]/);
    expect(JSON.parse(embeddedJson(value))).toEqual(value);
  });
});
