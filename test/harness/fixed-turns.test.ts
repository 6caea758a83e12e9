import { describe, expect, it } from 'vitest';
import { harnessOf, lead, messagesOf, says } from './lead.ts';

const TASK = { input: { place: 'Oslo' }, messages: [{ role: 'user', content: 'first' } as const] };
const harness = harnessOf('fixed-turns', { turns: ['second in {{ place }}', 'third'] });

describe('fixed-turns', () => {
  it('asks in order with everything said before, and the last answer is scored', async () => {
    const { asked, end } = await lead(harness, TASK, [says('one'), says('two'), says('three', { finish: 'stop' })]);
    expect(asked.map(messagesOf)).toEqual([
      [{ role: 'user', content: 'first' }],
      [
        { role: 'user', content: 'first' },
        { role: 'assistant', content: 'one' },
        { role: 'user', content: 'second in Oslo' },
      ],
      [
        { role: 'user', content: 'first' },
        { role: 'assistant', content: 'one' },
        { role: 'user', content: 'second in Oslo' },
        { role: 'assistant', content: 'two' },
        { role: 'user', content: 'third' },
      ],
    ]);
    expect(asked.every(({ api, parameters }) => api === 'chat' && parameters === undefined)).toBe(true);
    expect(end).toEqual(says('three'));
  });

  it('does not change a question that was asked when it goes on', async () => {
    const dialogue = harness.begin(TASK, null);
    const first = await dialogue.next(null);
    const before = JSON.stringify(first);
    await dialogue.next(says('one'));
    expect(JSON.stringify(first)).toBe(before);
  });

  it('goes on after an empty answer, and answers of one dialogue are not those of another', async () => {
    const [one, other] = [harness.begin(TASK, null), harness.begin(TASK, null)];
    await one.next(null);
    await one.next(says('one'));
    const step = await other.next(null);
    expect('ask' in step && messagesOf(step.ask)).toHaveLength(1);
    const { asked, end } = await lead(harness, TASK, [says('')]);
    expect([asked.length, end]).toEqual([2, undefined]);
  });

  it.each([
    ['cut', says('half', { finish: 'length' })],
    ['filtered', says('', { finish: 'content_filter' })],
    ['refused', says('', { refused: true })],
  ])('ends early with an answer that was %s', async (_, broken) => {
    expect(await lead(harness, TASK, [says('one'), broken])).toMatchObject({ end: broken, asked: [{}, {}] });
  });

  it('ends when the conversation is longer than a request can be', async () => {
    const long = says('x'.repeat(2_200_000));
    const { asked, end } = await lead(harness, TASK, [long, long]);
    expect(asked).toHaveLength(2);
    expect(end).toBe(long);
  });

  it('says which field an item has not, when items are checked and when it gets there', async () => {
    const strict = harnessOf('fixed-turns', { turns: ['in {{ nowhere.town }}'] });
    const fault = expect.objectContaining({ code: 'ERR_PROMPT_RENDER' }) as Error;
    expect(() => strict.check?.({ place: 'Oslo' })).toThrow(fault);
    await expect(lead(strict, TASK, [says('one')])).rejects.toThrow(fault);
    expect(harness.check?.({ place: 'Oslo' })).toBeNull();
  });

  it.each([
    [{}, 'turns'],
    [{ turns: 'again' }, 'turns'],
    [{ turns: [1] }, 'turns'],
    [{ turns: Array.from({ length: 33 }, () => 'again') }, 'turns'],
    [{ turns: [], other: 1 }, 'not known'],
  ])('refuses options %j', (config, place) => {
    expect(() => harnessOf('fixed-turns', config)).toThrow(
      expect.objectContaining({ code: 'ERR_HARNESS_CONFIG', message: expect.stringContaining(place) as string }),
    );
  });

  it('refuses a template that is none', () => {
    expect(() => harnessOf('fixed-turns', { turns: ['{{ open'] })).toThrow(
      expect.objectContaining({ code: 'ERR_PROMPT_TEMPLATE' }),
    );
  });
});

describe('single-turn', () => {
  it('asks once, whatever comes back', async () => {
    const single = harnessOf('single-turn');
    const answer = says('half', { finish: 'length', calls: [{ id: 'c', name: 'go', arguments: '{}' }] });
    const { asked, end } = await lead(single, TASK, [answer]);
    expect(asked).toEqual([{ api: 'chat', members: { messages: [{ role: 'user', content: 'first' }] } }]);
    expect(end).toBe(answer);
    expect(single.check).toBeUndefined();
  });

  it('has no options', () => {
    expect(() => harnessOf('single-turn', { turns: [] })).toThrow(
      expect.objectContaining({ code: 'ERR_HARNESS_CONFIG' }),
    );
  });
});
