import { createHash } from 'node:crypto';
import * as fc from '../property.ts';
import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../../src/core/bytes.ts';
import { isTouchstoneError } from '../../src/core/errors.ts';
import { defineSuite } from '../../src/suites/define.ts';
import {
  formatDefinition,
  MAX_DEFINITION_BYTES,
  parseDefinition,
  promptDigest,
  scorerDigest,
  suiteDigest,
  type SuiteDefinition,
} from '../../src/suites/definition.ts';

const ROOT = 'ab'.repeat(32);

function definition(): SuiteDefinition {
  return defineSuite(
    {
      id: 'sums',
      version: '1.0.0',
      title: 'Sums',
      description: 'Adds.',
      licence: 'CC0-1.0',
      source: 'here',
      items: { file: 'items.jsonl', input: ['q'], target: 'a' },
      prompt: '{{ q }}',
      parameters: {
        max_tokens: 16,
        temperature: 0.5,
        top_p: '0.90',
        seed: 7,
        stop: ['\n'],
        logprobs: true,
        response_format: { type: 'text' },
      },
      scorer: { id: 'number', version: 1, tolerance: 0.5 },
      held_out: { rule: 'sha256-u32-mod', prefix: 'p\n', modulo: 10, below: 1, key: '{{ q }}' },
    },
    { root: ROOT, size: 3 },
  );
}

describe('defineSuite()', () => {
  it('gives the one text of a suite, with every default filled in', () => {
    const scorer = '{"config":{"tolerance":"0.5"},"id":"number","version":1}';
    const scorerHex = createHash('sha256').update(scorer).digest('hex');
    expect(formatDefinition(definition())).toBe(
      `{"description":"Adds.","format":"touchstone/suite/v1","harness":{"id":"single-turn","version":1},` +
        `"held_out":{"below":1,"key":"{{ q }}","modulo":10,"prefix":"p\\n","rule":"sha256-u32-mod"},"id":"sums",` +
        `"items":{"root":"${ROOT}","size":3},"licence":"CC0-1.0",` +
        `"parameters":{"logprobs":true,"max_tokens":16,"response_format":"{\\"type\\":\\"text\\"}","seed":7,"stop":["\\n"],"temperature":"0.5","top_p":"0.9"},` +
        `"prompt":{"few_shot":[],"messages":[{"content":"{{ q }}","role":"user"}]},"redistributable":false,"repeats":1,` +
        `"scorer":{"config":{"tolerance":"0.5"},"digest":"${scorerHex}","id":"number","version":1},"source":"here","title":"Sums",` +
        `"unscored":{"empty":"wrong","filtered":"excluded","lost":"excluded","refused":"wrong","scorer":"excluded","skipped":"excluded","timeout":"excluded","transport":"excluded","truncated":"wrong"},` +
        `"version":"1.0.0","visibility":"public"}`,
    );
  });

  it('leaves the digest out for the first version of a single turn and for no other', () => {
    const harnessOf = (version: number) =>
      defineSuite(
        {
          id: 'a',
          version: '1.0.0',
          title: 'a',
          items: { file: 'f', input: ['q'], target: 'a' },
          prompt: 'p',
          scorer: { id: 'exact', version: 1 },
          harness: { id: 'single-turn', version },
        },
        { root: ROOT, size: 1 },
      ).harness;
    expect(harnessOf(1)).toEqual({ id: 'single-turn', version: 1 });
    const digest = createHash('sha256').update('{"id":"single-turn","version":2}').digest('hex');
    expect(harnessOf(2)).toEqual({ id: 'single-turn', version: 2, digest });
  });

  it('says NOASSERTION where nobody named a licence', () => {
    const { licence } = defineSuite(
      {
        id: 'a',
        version: '1.0.0',
        title: 'a',
        items: { file: 'f', input: ['q'], target: 'a' },
        prompt: 'p',
        scorer: { id: 'exact', version: 1 },
      },
      { root: ROOT, size: 1 },
    );
    expect(licence).toBe('NOASSERTION');
  });
});

describe('parseDefinition()', () => {
  it('gives back what formatDefinition() wrote', () => {
    expect(parseDefinition(encodeUtf8(formatDefinition(definition())))).toEqual(definition());
  });

  const change = (changes: object): Uint8Array => encodeUtf8(formatDefinition({ ...definition(), ...changes }));
  it.each<[string, Uint8Array, RegExp]>([
    ['white space', encodeUtf8(`${formatDefinition(definition())}\n`), /canonical/],
    [
      'a duplicate key',
      encodeUtf8(formatDefinition(definition()).replace('"id":"sums"', '"id":"other","id":"sums"')),
      /canonical/,
    ],
    ['no JSON', encodeUtf8('{'), /want JSON/],
    ['a lone surrogate', encodeUtf8(formatDefinition(definition()).replace('Adds.', '\\ud800')), /JSON/],
    ['bytes that are not UTF-8', Uint8Array.of(0xff), /UTF-8/],
    ['too many bytes', new Uint8Array(MAX_DEFINITION_BYTES + 1), /at most/],
    ['an unknown field', change({ more: 1 }), /not known/],
    ['another format', change({ format: 'touchstone/suite/v2' }), /\/format/],
    ['no items', change({ items: { root: ROOT, size: 0 } }), /\/items\/size/],
    ['no messages', change({ prompt: { messages: [], few_shot: [] } }), /\/prompt\/messages/],
    ['an unknown role', change({ prompt: { messages: [{ role: 'tool', content: '' }], few_shot: [] } }), /\/role/],
    ['an unknown reason', change({ unscored: { ...definition().unscored, late: 'wrong' } }), /\/unscored/],
    [
      'an unscored reason that is scored',
      change({ unscored: { ...definition().unscored, timeout: 'scored' } }),
      /\/unscored\/timeout/,
    ],
    ['a missing reason', change({ unscored: { truncated: 'wrong' } }), /missing/],
    [
      'an object as option',
      change({ scorer: { ...definition().scorer, config: { schema: {} } } }),
      /\/scorer\/config\/schema/,
    ],
    [
      'a fraction as option',
      change({ scorer: { ...definition().scorer, config: { tolerance: 0.5 } } }),
      /\/scorer\/config\/tolerance/,
    ],
    ['a list as options', change({ scorer: { ...definition().scorer, config: [] } }), /\/scorer\/config/],
    ['a bad option name', change({ scorer: { ...definition().scorer, config: { 'A b': 1 } } }), /option names/],
    ['a scorer under a wrong digest', change({ scorer: { ...definition().scorer, digest: ROOT } }), /\/scorer\/digest/],
  ])('refuses %s', (_, bytes, message) => {
    const fault = { code: 'ERR_SUITE_FORM', message: expect.stringMatching(message) };
    expect(() => parseDefinition(bytes)).toThrow(expect.objectContaining(fault));
  });

  it('throws only its own error on altered bytes', () => {
    const good = encodeUtf8(formatDefinition(definition()));
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), (at, byte) => {
        const altered = good.with(at, byte);
        try {
          parseDefinition(altered);
        } catch (error) {
          expect(isTouchstoneError(error, 'ERR_SUITE_FORM')).toBe(true);
        }
      }),
    );
  });
});

describe('digests', () => {
  it('are plain SHA-256 of canonical texts', () => {
    const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
    expect(suiteDigest('{}')).toBe(sha256('{}'));
    expect(scorerDigest('exact', 1, { trim: true })).toBe(sha256('{"config":{"trim":true},"id":"exact","version":1}'));
    const prompt = { messages: [{ role: 'user' as const, content: 'x' }], few_shot: [] };
    expect(promptDigest(prompt)).toBe(sha256('{"few_shot":[],"messages":[{"content":"x","role":"user"}]}'));
  });
});
