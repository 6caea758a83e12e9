import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { RunTool, ToolProgram } from '../../src/harness/harness.ts';
import type { JsonObject } from '../../src/core/canonical-json.ts';
import { calls, harnessOf, lead, messagesOf, says, type Wanted } from './lead.ts';

const tool = (name: string) => ({ name, description: `${name}s`, parameters: { type: 'object' } });

const SOURCE = `
  function add(state, { by }) { return { result: state.n + by, state: { n: state.n + by } }; }
  function look(state) { return { result: 'n is ' + state.n }; }
  function fail() { throw new Error('not today'); }
  function nothing() {}
  function raw() { throw { toString() { throw 1; } }; }
  function state(before) { return { result: before.n, state: null }; }
  function result() { return { result: [1, { b: 2, a: 1 }] }; }
  function long(state, { n }) { return { result: 'x'.repeat(n) }; }
  function own(state, args) { return { result: Object.keys(args).concat(typeof args.polluted) }; }
  function half() { return { result: 'a\\ud83d' }; }
`;
const NAMES = ['add', 'look', 'fail', 'nothing', 'raw', 'state', 'result', 'long', 'own', 'half'];
const OPTIONS = { tools: NAMES.map(tool), source: SOURCE, state: 'start' };
const harness = (config: JsonObject = {}) => harnessOf('tool-loop', { ...OPTIONS, ...config });
const TASK = { input: { start: { n: 1 } } };

/** Runs tools in a context of this process: nothing here is hostile to it. */
const programs: ToolProgram[] = [];
const run: RunTool = (program) => {
  programs.push(program);
  try {
    return Promise.resolve({ end: 'passed', output: runInNewContext(`${program.setUp}\n${program.source}`) as string });
  } catch {
    return Promise.resolve({ end: 'failed', output: null });
  }
};

const call = (name: string, args: object = {}, id = 'c0') => ({ name, id, arguments: JSON.stringify(args) });

/** What the model is told when it has called these. */
async function told(...wanted: readonly Wanted[]): Promise<readonly unknown[]> {
  const { asked } = await lead(harness(), TASK, [calls(...wanted)], run);
  return messagesOf(asked[1])
    .filter(({ role }) => role === 'tool')
    .map(({ content }) => content);
}

describe('tool-loop: what is asked', () => {
  it('says answer, results by id in their order, and the prompt before; every question offers the tools', async () => {
    const answer = { ...calls(call('add', { by: 2 }, 'a'), call('look', {}, 'b')), text: 'I add.' };
    const { asked, end } = await lead(harness(), TASK, [answer, says('It is 3.')], run);
    expect(asked.map(({ api }) => api)).toEqual(['chat', 'chat']);
    expect(messagesOf(asked[0])).toEqual([{ role: 'user', content: 'go' }]);
    expect(messagesOf(asked[1])).toEqual([
      { role: 'user', content: 'go' },
      {
        role: 'assistant',
        content: 'I add.',
        tool_calls: [
          { id: 'a', type: 'function', function: { name: 'add', arguments: '{"by":2}' } },
          { id: 'b', type: 'function', function: { name: 'look', arguments: '{}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'a', content: '3' },
      { role: 'tool', tool_call_id: 'b', content: 'n is 3' },
    ]);
    for (const { members } of asked) {
      expect((members['tools'] as readonly JsonObject[])[0]).toEqual({
        type: 'function',
        function: { name: 'add', description: 'adds', parameters: { type: 'object' } },
      });
    }
    expect(end).toEqual(says('It is 3.'));
  });

  it('begins with the instructions as a system message, rendered for the item', async () => {
    const { asked } = await lead(harness({ instructions: 'n is {{ start.n }}' }), TASK, []);
    expect(messagesOf(asked[0])).toEqual([
      { role: 'system', content: 'n is 1' },
      { role: 'user', content: 'go' },
    ]);
  });

  it('names calls that the server has named twice, not at all or at length', async () => {
    const first = calls(call('look', {}, ''), call('look', {}, 'x'), call('look', {}, 'x'));
    const second = calls(call('look', {}, 'x'), call('look', {}, 'y'.repeat(129)), call('look', {}, 'touchstone-4'));
    const { asked } = await lead(harness(), TASK, [first, second], run);
    const ids = messagesOf(asked[2]).flatMap(({ tool_call_id: id }) => (id === undefined ? [] : [id]));
    expect(ids).toEqual(['touchstone-0', 'x', 'touchstone-2', 'x', 'touchstone-4', 'touchstone-5']);
    const stated = messagesOf(asked[2]).flatMap(({ tool_calls: list }) => (list ?? []) as readonly JsonObject[]);
    expect(stated.map(({ id }) => id)).toEqual(ids);
  });

  it('says nothing again that a server would refuse', async () => {
    const { asked } = await lead(
      harness(),
      TASK,
      [calls({ name: 'a b' }, { name: '', id: 'c9' }, { name: 'look', id: 'c8', arguments: '{"a":' })],
      run,
    );
    const [, answer] = messagesOf(asked[1]);
    const said = (answer?.['tool_calls'] ?? []) as readonly { function: object }[];
    expect(said.map((entry) => entry.function)).toEqual([
      { name: 'unknown', arguments: '{}' },
      { name: 'unknown', arguments: '{}' },
      { name: 'look', arguments: '{}' },
    ]);
  });
});

describe('tool-loop: what tools are told and tell', () => {
  it.each<[string, Wanted, unknown]>([
    ['an unknown tool', call('remove'), 'error: there is no such tool'],
    ['a name from the prototype', call('constructor'), 'error: there is no such tool'],
    ['another one', call('__proto__'), 'error: there is no such tool'],
    ['a global of the sandbox', call('eval'), 'error: there is no such tool'],
    ['arguments that are no JSON', { name: 'look', arguments: '{"by":' }, 'error: the arguments are not a JSON object'],
    ['arguments that are a list', { name: 'look', arguments: '[1]' }, 'error: the arguments are not a JSON object'],
    ['arguments that are null', { name: 'look', arguments: 'null' }, 'error: the arguments are not a JSON object'],
    [
      'half a surrogate pair',
      { name: 'own', arguments: '{"a":"\\ud83d"}' },
      'error: the arguments are not a JSON object',
    ],
    [
      'arguments nested too deeply',
      { name: 'own', arguments: `{"a":${'['.repeat(300)}${']'.repeat(300)}}` },
      'error: the arguments are not a JSON object',
    ],
    ['no arguments at all', { name: 'look', arguments: ' ' }, 'n is 1'],
    ['a tool that throws', call('fail'), 'error: not today'],
    ['a tool that throws what has no message', call('raw'), 'error: the tool failed'],
    ['a tool that gives nothing', call('nothing'), 'null'],
    ['a result that is no text', call('result'), '[1,{"a":1,"b":2}]'],
    ['a tool by the name of a variable', call('state'), '1'],
    ['half a pair in a result', call('half'), 'error: the tool failed'],
    ['a long result', call('long', { n: 20_000 }), `${'x'.repeat(16_384)}\n[cut]`],
    ['the longest result', call('long', { n: 16_384 }), 'x'.repeat(16_384)],
    [
      'keys of prototypes',
      { name: 'own', arguments: '{"__proto__":{"polluted":1},"constructor":2}' },
      '["__proto__","constructor","undefined"]',
    ],
    [
      'line separators',
      { name: 'own', arguments: '{"a\u2028b\u2029":"`${1}\\u0000"}' },
      '["a\u2028b\u2029","undefined"]',
    ],
    [
      'code for arguments',
      call('own', { '"); throw new Error("out': 1 }),
      '["\\"); throw new Error(\\"out","undefined"]',
    ],
  ])('%s', async (_, wanted, text) => {
    expect(await told(wanted)).toEqual([text]);
  });

  it('takes a megabyte of arguments', async () => {
    expect(await told(call('own', { [`a${'b'.repeat(1_000_000)}`]: 1 }))).toEqual([
      expect.stringMatching(/^\["ab{16381}\n\[cut\]$/) as string,
    ]);
  });

  it('keeps the state from call to call, but for calls that fail', async () => {
    const wanted = [
      call('add', { by: 2 }, 'a'),
      call('fail', {}, 'b'),
      call('look', {}, 'c'),
      call('add', { by: 4 }, 'd'),
    ];
    expect(await told(...wanted)).toEqual(['3', 'error: not today', 'n is 3', '7']);
    expect(TASK.input.start).toEqual({ n: 1 });
  });

  it('gives a program the source, bounds, and nothing else', async () => {
    programs.length = 0;
    await told(call('look'));
    expect(programs).toHaveLength(1);
    expect(programs[0]).toMatchObject({ language: 'javascript', setUp: SOURCE, maxSteps: 5_000_000 });
    expect(programs[0]?.source).toContain('look(JSON.parse("{\\"n\\":1}"), JSON.parse("{}"))');
  });

  it.each<[string, string | null]>([
    ['nothing', null],
    ['no JSON', 'n'],
    ['a list', '[]'],
    ['half a pair', '{"result":"\\ud83d"}'],
    ['a state nested too deeply', `{"state":${'['.repeat(300)}${']'.repeat(300)}}`],
  ])('a sandbox that gives %s is a tool that failed', async (_, output) => {
    const broken: RunTool = () => Promise.resolve({ end: 'failed', output });
    const { asked, end } = await lead(harness({ result: 'state' }), TASK, [calls(call('look')), says('')], broken);
    expect(messagesOf(asked[1]).at(-1)?.['content']).toBe('error: the tool failed');
    expect(end?.text).toBe('{"n":1}');
  });

  it.each(['timed-out', 'crashed'])('a tool that another machine might end in another way says so: %s', async (how) => {
    const slow: RunTool = () => Promise.resolve({ end: how, output: null });
    const { asked } = await lead(harness({ result: 'state' }), TASK, [calls(call('look')), says('')], slow);
    expect(messagesOf(asked[1]).at(-1)?.['content']).toBe('error: the tool ran out of time');
  });

  it.each<[string, JsonObject, string]>([
    ['a missing state is an empty one', {}, '{}'],
    ['a state of null is an empty one', { start: null }, '{}'],
  ])('%s', async (_, input, text) => {
    const { end } = await lead(harness({ result: 'state' }), { input }, [says('done')], run);
    expect(end?.text).toBe(text);
  });
});

describe('tool-loop: where it ends', () => {
  const again = calls(call('add', { by: 1 }));

  it('with the first answer that calls nothing, and what is scored is the last message or the state', async () => {
    const message = await lead(harness(), TASK, [again, says('done')], run);
    expect(message.end).toEqual(says('done'));
    const state = await lead(harness({ result: 'state' }), TASK, [again, again, says('done')], run);
    expect(state.end).toEqual(says('{"n":3}'));
  });

  it('with the first answer where calls are what is scored, and runs nothing', async () => {
    const loop = harness({ result: 'calls' });
    expect(loop.runsTools).toBe(false);
    expect(harness().runsTools).toBe(true);
    const wanted = calls(call('add', { by: 1 }), { name: 'look', arguments: 'not json' });
    const { asked, end } = await lead(loop, TASK, [wanted], () => Promise.reject(new Error('was run')));
    expect(asked).toHaveLength(1);
    expect(end?.text).toBe('[{"add":"{\\"by\\":1}"},{"look":"not json"}]');
    expect((await lead(loop, TASK, [says('I will not')])).end?.text).toBe('I will not');
  });

  it('offers the tools of an item as they are', async () => {
    const own = [{ type: 'function', function: { name: 'x.y', parameters: { type: 'dict' } } }];
    const loop = harnessOf('tool-loop', { tools_field: 'functions', result: 'calls' });
    const { asked } = await lead(loop, { input: { functions: own } }, []);
    expect(asked[0]?.members['tools']).toEqual(own);
    const none = await lead(loop, { input: { functions: 'none' } }, []);
    expect(none.asked[0]?.members['tools']).toEqual([]);
    expect(loop.check?.({ functions: own })).toBeNull();
    expect(loop.check?.({ functions: 'none' })).toContain('want a list of tools');
    expect(loop.check?.({})).toContain('functions');
  });

  it('at max_turns, with the calls of the last answer still made', async () => {
    const loop = harness({ max_turns: 2, result: 'state' });
    const { asked, end } = await lead(loop, TASK, [again, again], run);
    expect(asked).toHaveLength(2);
    expect(end?.text).toBe('{"n":3}');
  });

  it('before more than max_calls, with none of them made', async () => {
    const loop = harness({ max_calls: 3, result: 'state' });
    const two = calls(call('add', { by: 1 }, 'a'), call('add', { by: 1 }, 'b'));
    const { asked, end } = await lead(loop, TASK, [two, two], run);
    expect(asked).toHaveLength(2);
    expect(end?.text).toBe('{"n":3}');
    expect((await lead(loop, TASK, [two, again], run)).end).toBeUndefined();
  });

  it('at max_tokens, over all answers as they are counted', async () => {
    const loop = harness({ max_tokens: 10 });
    const answer = (completion_tokens: number) => ({ ...again, completion_tokens });
    expect((await lead(loop, TASK, [answer(5), answer(4)], run)).end).toBeUndefined();
    expect((await lead(loop, TASK, [answer(5), answer(5)], run)).end).not.toBeUndefined();
    expect((await lead(loop, TASK, [again, again, again], run)).end).toBeUndefined();
  });

  it('at max_ms, over the time that answers took', async () => {
    const loop = harness({ max_ms: 2 });
    expect(
      (
        await lead(
          loop,
          TASK,
          [
            [again, 1000],
            [again, 999],
          ],
          run,
        )
      ).end,
    ).toBeUndefined();
    expect(
      (
        await lead(
          loop,
          TASK,
          [
            [again, 1000],
            [again, 1000],
          ],
          run,
        )
      ).end,
    ).not.toBeUndefined();
  });

  it('after 10 questions or 40 calls unless the suite says otherwise', async () => {
    const ten = Array.from({ length: 10 }, () => again);
    expect((await lead(harness(), TASK, ten.slice(1), run)).end).toBeUndefined();
    expect((await lead(harness({ result: 'state' }), TASK, ten, run)).end?.text).toBe('{"n":11}');
    const many = calls(...Array.from({ length: 41 }, (_, i) => call('look', {}, `l${i}`)));
    expect((await lead(harness(), TASK, [many], run)).end).toEqual(many);
  });

  it('when the conversation is longer than a request can be', async () => {
    const long = calls(call('own', { a: 'b'.repeat(2_200_000) }));
    const { asked, end } = await lead(harness({ result: 'state' }), TASK, [long, long], run);
    expect(asked).toHaveLength(2);
    expect(end?.text).toBe('{"n":1}');
  });

  it.each(['timed-out', 'crashed'])('a tool that another machine might end in another way says so: %s', async (how) => {
    const slow: RunTool = () => Promise.resolve({ end: how, output: null });
    const { asked } = await lead(harness({ result: 'state' }), TASK, [calls(call('look')), says('')], slow);
    expect(messagesOf(asked[1]).at(-1)?.['content']).toBe('error: the tool ran out of time');
  });

  it.each([
    ['cut', 'length', {}],
    ['filtered', 'content_filter', {}],
    ['refused', 'stop', { refused: true }],
  ])('with an answer that was %s, whose calls are not made', async (_, finish, extra) => {
    const { end } = await lead(harness({ result: 'state' }), TASK, [again, { ...again, finish, ...extra }], run);
    expect(end).toMatchObject({ text: '{"n":2}', finish, ...extra });
  });

  it('with the first call where there is nowhere to run tools', async () => {
    expect((await lead(harness(), TASK, [again], null)).end).toEqual(again);
  });
});

describe('tool-loop: options', () => {
  it.each<[JsonObject, string]>([
    [{}, 'want either tools or tools_field'],
    [{ tools: [tool('a')], tools_field: 'f', result: 'calls' }, 'want either tools or tools_field'],
    [{ tools_field: 'f' }, '/result'],
    [{ tools_field: 'f', result: 'state' }, '/result'],
    [{ tools: [tool('a'), tool('a')] }, '/tools'],
    [{ tools: [tool('A')] }, '/tools/0/name'],
    [{ tools: [tool('a-b')] }, '/tools/0/name'],
    [{ tools: [{ ...tool('a'), parameters: [] }] }, '/tools/0/parameters'],
    [{ tools: [{ name: 'a', parameters: {} }] }, 'description'],
    [{ tools: [tool('a')], max_turns: 0 }, 'max_turns'],
    [{ tools: [tool('a')], max_turns: 201 }, 'max_turns'],
    [{ tools: [tool('a')], max_calls: 1.5 }, 'max_calls'],
    [{ tools: [tool('a')], max_tokens: '9' }, 'max_tokens'],
    [{ tools: [tool('a')], max_ms: -1 }, 'max_ms'],
    [{ tools: [tool('a')], result: 'all' }, 'result'],
    [{ tools: [tool('a')], turns: 3 }, 'not known'],
  ])('refuses %j', (config, place) => {
    expect(() => harnessOf('tool-loop', config)).toThrow(
      expect.objectContaining({ code: 'ERR_HARNESS_CONFIG', message: expect.stringContaining(place) as string }),
    );
  });

  it('refuses parameters that can be said in the options and not in a request', () => {
    const nested = (depth: number): JsonObject =>
      JSON.parse(`${'{"not":'.repeat(depth)}{}${'}'.repeat(depth)}`) as JsonObject;
    const declared = (depth: number) => ({ tools: [{ ...tool('a'), parameters: nested(depth) }] });
    expect(() => harnessOf('tool-loop', declared(251))).not.toThrow();
    expect(() => harnessOf('tool-loop', declared(252))).toThrow(
      expect.objectContaining({ code: 'ERR_HARNESS_CONFIG', message: expect.stringContaining('nested') as string }),
    );
  });

  it('says what is missing in an item', () => {
    expect(harness().check?.(TASK.input)).toBeNull();
    expect(harness().check?.({})).toContain('want a state');
    expect(() => harness({ instructions: '{{ a.b }}' }).check?.(TASK.input)).toThrow(
      expect.objectContaining({ code: 'ERR_PROMPT_RENDER' }),
    );
    expect(() => harness({ instructions: '{% if %}' })).toThrow(
      expect.objectContaining({ code: 'ERR_PROMPT_TEMPLATE' }),
    );
  });
});
