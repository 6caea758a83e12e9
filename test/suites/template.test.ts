import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';
import * as fc from '../property.ts';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/canonical-json.ts';
import { MAX_TEMPLATE_LENGTH } from '../../src/suites/template-dialect.ts';
import { compileTemplate, MAX_RENDERED_LENGTH } from '../../src/suites/template.ts';

/** The library as it comes. */
function byLibrary(source: string, input: JsonObject): unknown {
  const environment = new Environment();
  for (const [name, value] of Object.entries(input)) environment.set(name, value);
  const program = parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
  return new Interpreter(environment).run(program).value;
}

describe('compileTemplate()', () => {
  it.each<[string, JsonObject, string]>([
    ['{{ q }}', { q: 'What is 1 + 1?' }, 'What is 1 + 1?'],
    ['Q: {{q}}\n{# note #}A:', { q: 'x' }, 'Q: x\nA:'],
    ['{{ a }}{{ b }}', { a: '{{ b }}', b: '{% set %}' }, '{{ b }}{% set %}'],
    ['{{ n }} {{ f }} {{ yes }} {{ no }}', { n: 3, f: 0.5, yes: true, no: null }, '3 0.5 true '],
    [
      '{% for o in options %}\n{{ "ABCD"[loop.index0] }}) {{ o }}\n{% endfor %}',
      { options: ['x', 'y'] },
      'A) x\nB) y\n',
    ],
    ['{% if hint is defined %}{{ hint }}{% else %}none{% endif %}', {}, 'none'],
    ['{{ hint | default("none") }}', {}, 'none'],
    [
      '{{ d.name }} {{ d["name"] }} {{ l[-1] }} {{ l[1:] | join("-") }}',
      { d: { name: 'n' }, l: ['a', 'b', 'c'] },
      'n n c b-c',
    ],
    ['{{ "a" if x > 2 else "b" }}', { x: 3 }, 'a'],
    ['{{ x | upper | trim }}', { x: ' a ' }, 'A'],
    ['{{ l | length }} {{ l | first }} {{ l | last }} {{ l | sort | join }}', { l: ['b', 'a'] }, '2 b a ab'],
    ['{{ d | tojson }}', { d: { a: [1, 'x'] } }, '{"a": [1, "x"]}'],
    ['{{ d | tojson(indent=2, sort_keys=true) }}', { d: { a: 1 } }, '{\n  "a": 1\n}'],
    ['{{ "x" in l and not ("y" in l) }}', { l: ['x'] }, 'true'],
    ['{{ 7 // 2 }} {{ 7 % 4 }} {{ 2 * 3 - 1 }}', {}, '3 3 5'],
    ['{{ a ~ b ~ 1 }}', { a: 'x', b: 'y' }, 'xy1'],
  ])('renders %s', (source, input, text) => {
    expect(compileTemplate(source).render(input)).toBe(text);
  });

  it('joins plain prompts exactly as the library renders them', () => {
    const piece = fc.oneof(
      fc.constantFrom('{{ a }}', '{{b}}', '{{ a -}}', '{{- b }}', '{# c #}', '\n', ' ', '\\', '}}', '%}', '{', '"'),
      fc.string({ unit: 'grapheme', maxLength: 4 }),
    );
    const source = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
    const value = fc.string({ unit: 'grapheme', maxLength: 8 });
    fc.assert(
      fc.property(source, value, value, (template, a, b) => {
        let expected: unknown;
        try {
          expected = byLibrary(template, { a, b });
        } catch {
          fc.pre(false);
        }
        expect(compileTemplate(template).render({ a, b })).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('says which fields it cannot do without', () => {
    const { requires } = compileTemplate(
      '{{ b }} {{ a.x }} {{ c | default(d) }} {% for e in f %}{{ e }}{{ loop.index }}{% endfor %}',
    );
    expect(requires).toEqual(['a', 'b', 'd', 'f']);
  });

  it.each([
    ['{% set x = 1 %}', /\{% set %\} is not part/],
    ['{% macro m() %}{% endmacro %}', /\{% macro %\} is not part/],
    ['{{ range(9) }}', /a call is not part/],
    ['{{ x.upper() }}', /a call is not part/],
    ['{{ strftime_now("%Y") }}', /a call/],
    ['{{ namespace }}', /"namespace"/],
    ['{{ l | join(q) }}', /no short literal/],
    ['{{ d | tojson(indent=99) }}', /no short literal/],
    ['{{ 2 ** 9 }}', /operator "\*\*"/],
    ['{{ x | replace("a", "b") }}', /filter "replace"/],
    ['{{ x | indent(4) }}', /filter "indent"/],
    ['{{ x is callable }}', /test "callable"/],
    ['{% for x in y %}{% break %}{% endfor %}', /Break is not part/],
    ['{% filter upper %}x{% endfilter %}', /is not part/],
    ['{{ x', /not valid Jinja/],
    ['{% if x %}', /not valid Jinja/],
    ['('.repeat(20_000).replace(/^/, '{{ '), /not valid Jinja/],
    [`{{ ${'-'.repeat(150)}1 }}`, /nested|not valid/],
    [' '.repeat(2000), /white space/],
    ['x'.repeat(MAX_TEMPLATE_LENGTH + 1), /longer than/],
  ])('refuses %s', (source, message) => {
    const fault = { code: 'ERR_PROMPT_TEMPLATE', message: expect.stringMatching(message) };
    expect(() => compileTemplate(source)).toThrow(expect.objectContaining(fault));
  });

  it.each<[string, JsonObject, RegExp]>([
    ['{{ q }}', {}, /no field "q"/],
    ['{{ q }}', Object.create({ q: 'inherited' }), /no field "q"/],
    ['{{ target }}', { q: 'x' }, /no field "target"/],
    ['{{ a.b }}', { a: {} }, /no member/],
    ['{{ l[3] }}', { l: [1] }, /no member/],
    ['{{ q.upper }}', { q: 'x' }, /method/],
    ['{{ q | length | upper }}', { q: 'x' }, /does not fit/],
    ['{% for x in q %}{% endfor %}', { q: 7 }, /does not fit/],
    ['{{ q[0] }}', { q: '😀' }, /well-formed/],
    [
      '{% for a in l %}{% for b in l %}{% for c in l %}x{% endfor %}{% endfor %}{% endfor %}',
      { l: Array.from({ length: 100 }, () => 1) },
      /too much work/,
    ],
    ['{{ q }}{{ q }}', { q: 'x'.repeat(MAX_RENDERED_LENGTH / 2 + 1) }, /longer than/],
    [
      '{% for x in l %}{{ l | sort | first }}{% endfor %}',
      { l: Array.from({ length: 5000 }, (_, i) => i) },
      /too much work/,
    ],
    [
      '{% for x in l %}{{ d | tojson | length }}{% endfor %}',
      { l: [...'abcdefgh'], d: { k: ['x'.repeat(900_000)] } },
      /too much work/,
    ],
  ])('does not render %s where the item does not allow it', (source, input, message) => {
    const fault = { code: 'ERR_PROMPT_RENDER', message: expect.stringMatching(message) };
    expect(() => compileTemplate(source).render(input)).toThrow(expect.objectContaining(fault));
  });

  it('throws only its own errors on random templates', () => {
    const token = fc.constantFrom(
      '{{',
      '}}',
      '{%',
      '%}',
      ' if ',
      ' for ',
      ' in ',
      ' endif ',
      ' endfor ',
      ' else ',
      'q',
      '|',
      'upper',
      '(',
      ')',
      '[',
      ']',
      ':',
      '.',
      '"',
      "'",
      '+',
      '1',
      ' is ',
      'defined',
      ',',
      '{',
      '}',
      'not ',
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 20 }), (tokens) => {
        try {
          compileTemplate(tokens.join('')).render({ q: 'text' });
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_PROMPT_(TEMPLATE|RENDER)$/) });
        }
      }),
      { numRuns: 3000 },
    );
  });
});
