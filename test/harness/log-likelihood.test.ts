/** Every expected number here is a sum by hand. */
import { describe, expect, it } from 'vitest';
import type { Answer, Token } from '../../src/transcript/wire/answer.ts';
import { harnessOf, lead } from './lead.ts';

/** The answer of a server that echoes: the texts of the tokens one after the other, each with its log probability. */
function echo(...tokens: readonly (readonly [text: string, logprob: number | undefined])[]): Answer {
  let offset = 0;
  const listed = tokens.map(([text, logprob]): Token => {
    const token = { text, offset, top: [], ...(logprob === undefined ? {} : { logprob }) };
    offset += [...text].length;
    return token;
  });
  return { text: tokens.map(([text]) => text).join(''), refused: false, finish: 'length', tokens: listed };
}

const task = (choices: unknown, content = 'Q:'): { input: never; messages: never } =>
  ({ input: { choices }, messages: [{ role: 'user', content }] }) as never;

const harness = (config: object = {}) => harnessOf('log-likelihood', { choices: 'choices', ...config });

describe('log-likelihood', () => {
  it('asks for each choice after the prompt, with nothing that is sampled', async () => {
    const { asked, end } = await lead(harness(), task(['yes', 'no']), [
      echo(['Q', undefined], [':', -1], [' yes', -3], ['!', -0.1]),
      echo(['Q', undefined], [':', -1], [' no', -2], ['!', -9]),
    ]);
    expect(asked).toEqual(
      ['Q: yes', 'Q: no'].map((prompt) => ({
        api: 'completions',
        members: { prompt, echo: true, logprobs: 1 },
        parameters: { max_tokens: 1, temperature: '0' },
      })),
    );
    // -3 against -2; what stands before the choice and after it does not count.
    expect(end).toEqual({ text: 'B', refused: false });
  });

  it('joins several messages by an empty line', async () => {
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Q:' },
    ] as const;
    const { asked } = await lead(harness({ prefix: '' }), { input: { choices: ['a'] }, messages }, []);
    expect(asked[0]?.members['prompt']).toBe('Be brief.\n\nQ:a');
  });

  it.each([
    // ' long word' = -2 + -2 over 9 bytes and 2 tokens; ' up' = -3 over 2 bytes and 1 token.
    ['none', 'B'],
    ['bytes', 'A'],
    ['tokens', 'A'],
  ])('normalised by %s the better choice is %s', async (normalise, wanted) => {
    const { end } = await lead(harness({ normalise }), task(['long word', 'up']), [
      echo(['Q:', undefined], [' long', -2], [' word', -2]),
      echo(['Q:', undefined], [' up', -3]),
    ]);
    expect(end?.text).toBe(wanted);
  });

  it('counts the bytes of a choice in UTF-8, and not its prefix', async () => {
    // 'é' has 2 bytes: -3 / 2 = -1.5; 'ee' has 2: -4 / 2 = -2; 'e' has 1: -1.6.
    const { end } = await lead(harness({ normalise: 'bytes' }), task(['e', 'é', 'ee']), [
      echo(['Q:', undefined], [' e', -1.6]),
      echo(['Q:', undefined], [' é', -3]),
      echo(['Q:', undefined], [' ee', -4]),
    ]);
    expect(end?.text).toBe('B');
  });

  it('takes the first of equals', async () => {
    const same = echo(['Q:', undefined], [' x', -1], ['y', -1]);
    expect((await lead(harness(), task(['xy', 'xz', 'xx']), [same, same, same])).end?.text).toBe('A');
  });

  it('counts offsets in code points, so that astral characters before the choice move nothing', async () => {
    const before = '😀😀😀'; // three code points, six units
    const { end } = await lead(harness(), task(['no', 'up'], before), [
      echo(['😀', undefined], ['😀😀', -50], [' no', -2]),
      echo(['😀', undefined], ['😀😀', -1], [' up', -3]),
    ]);
    expect(end?.text).toBe('A');
  });

  it('rates a token that reaches from the prompt into the choice with the choice', async () => {
    const { end } = await lead(harness({ prefix: '' }), task(['ab', 'cd']), [
      echo(['Q', undefined], [':a', -5], ['b', -1]),
      echo(['Q', undefined], [':c', -1], ['d', -4]),
    ]);
    // -6 against -5.
    expect(end?.text).toBe('B');
  });

  it('rates the only token of a prompt that is one token', async () => {
    expect((await lead(harness(), task(['a', 'b']), [echo(['Q: a', -2]), echo(['Q: b', -1])])).end?.text).toBe('B');
  });

  const known = echo(['Q:', undefined], [' a', -1]);
  it.each<[string, Answer]>([
    ['no log probabilities', { text: 'Q: b', refused: false }],
    ['no token of the choice', echo(['Q:', undefined])],
    ['a token of the choice without one', echo(['Q:', undefined], [' b', undefined])],
  ])('gives no answer to score where the server says %s', async (_, answer) => {
    expect((await lead(harness(), task(['a', 'b']), [known, answer])).end).toBeNull();
    expect((await lead(harness(), task(['a', 'b']), [answer, known])).end).toBeNull();
  });

  it.each([[undefined], ['text'], [[]], [['a', 1]], [['a', '']], [Array.from({ length: 27 }, (_, i) => `c${i}`)]])(
    'asks one question and scores nothing for choices %j, which are no choices',
    async (choices) => {
      const { asked, end } = await lead(harness(), task(choices), [known]);
      expect([asked.length, end]).toEqual([1, null]);
      expect(harness().check?.({ choices: choices ?? null })).toContain('want a list');
    },
  );

  it('has no fault in an item with choices', () => {
    expect(harness().check?.({ choices: ['a', 'b'] })).toBeNull();
  });

  it.each([
    [{}, 'choices'],
    [{ choices: 'c', normalise: 'characters' }, 'normalise'],
    [{ choices: 'c', prefix: 3 }, 'prefix'],
    [{ choices: 'c', more: true }, 'not known'],
  ])('refuses options %j', (config, place) => {
    expect(() => harnessOf('log-likelihood', config)).toThrow(
      expect.objectContaining({ code: 'ERR_HARNESS_CONFIG', message: expect.stringContaining(place) as string }),
    );
  });
});
