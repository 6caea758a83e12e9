/**
 * The model may call tools, is told what they gave, and goes on until it calls none or a limit is reached.
 *
 * Limits end the loop and are no failure: what is there is scored, be it the last answer, the state that the tools have
 * worked on, or the calls themselves.
 */
import { canonicalize, type JsonObject, type JsonValue } from '../core/canonical-json.ts';
import { isTouchstoneError } from '../core/errors.ts';
import { compileTemplate } from '../suites/template.ts';
import { integer, list, nameText, object, oneOf, text, type Shape } from '../transcript/shape.ts';
import type { Answer, ToolCall } from '../transcript/wire/answer.ts';
import type { Question } from '../transcript/wire/dialogue.ts';
import {
  harnessError,
  isBroken,
  isTooLong,
  readHarnessOptions,
  type HarnessKind,
  type RunTool,
  type Task,
} from './harness.ts';
import { callTool, checkTools, parseArguments, type Toolbox, type ToolDeclaration } from './tools.ts';

interface ToolLoopOptions {
  /** Tools of the suite; their functions are in `source`. */
  readonly tools?: readonly ToolDeclaration[];
  readonly source?: string;
  /** Input field with the tools of an item, which are only offered and never run. */
  readonly tools_field?: string;
  /** Template of a system message before the prompt: how this harness wants to be used. */
  readonly instructions?: string;
  /** Input field with the state that the tools begin with. */
  readonly state?: string;
  /** What is scored: the last message, the state as JSON, or the calls of the first answer as JSON. */
  readonly result?: 'message' | 'state' | 'calls';
  /** Most questions. */
  readonly max_turns?: number;
  /** Most calls of tools. */
  readonly max_calls?: number;
  /** Most tokens of all answers together, as the server counts them. */
  readonly max_tokens?: number;
  /** Milliseconds after which nothing more is asked: the time that the answers took. */
  readonly max_ms?: number;
}

const schemaObject: Shape<JsonObject> = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? null : ': want an object';

const tool = object<ToolDeclaration>({
  name: text(64, /^[a-z][a-z0-9_]*$/),
  description: text(2000),
  parameters: schemaObject,
});

/** Fewer than a sample may have, because a judge may be asked as well. */
const MOST_TURNS = 200;

const options = object<ToolLoopOptions>(
  {},
  {
    tools: list(tool, 32),
    source: text(65_536),
    tools_field: nameText(64),
    instructions: text(16_384),
    state: nameText(64),
    result: oneOf('message', 'state', 'calls'),
    max_turns: integer(1, MOST_TURNS),
    max_calls: integer(1, 1024),
    max_tokens: integer(1),
    max_ms: integer(1),
  },
);

/** Version 1. */
export const toolLoop1: HarnessKind = {
  id: 'tool-loop',
  version: 1,
  prepare(config) {
    const chosen = readOptions(config);
    const { instructions, tools_field, state, result } = chosen;
    const template = instructions === undefined ? null : compileTemplate(instructions);
    return {
      runsTools: result !== 'calls',
      check(input) {
        template?.render(input);
        const hasNone = tools_field !== undefined && offered(chosen, input).length === 0;
        if (hasNone) return `field "${tools_field}": want a list of tools`;
        return state === undefined || Object.hasOwn(input, state) ? null : `field "${state}": want a state`;
      },
      ...(result === 'calls' ? {} : { checkTools: (run: RunTool) => checkTools(chosen, run) }),
      begin: (task, runTool) => {
        const opening = template === null ? [] : [{ role: 'system', content: template.render(task.input) }];
        return createLoop(chosen, task, { opening, runTool });
      },
    };
  },
};

function readOptions(config: JsonObject): Chosen {
  const chosen = readHarnessOptions('tool-loop', options, config);
  const { tools = [], source = '', tools_field, result } = chosen;
  if (tools.length > 0 === (tools_field !== undefined)) {
    throw harnessError('tool-loop', ': want either tools or tools_field');
  }
  if (tools_field !== undefined && result !== 'calls') {
    throw harnessError('tool-loop', '/result: want "calls" for tools that are only offered');
  }
  if (new Set(tools.map(({ name }) => name)).size < tools.length) {
    throw harnessError('tool-loop', '/tools: want a name of its own for each');
  }
  const box = { ...chosen, tools, source };
  if (!isAskable(offered(box, {})))
    throw harnessError('tool-loop', '/tools: want parameters that are nested less deeply');
  return box;
}

// What has a canonical form among the options may be nested too deeply as a member of a request.
function isAskable(tools: readonly JsonValue[]): boolean {
  try {
    canonicalize({ tools });
    return true;
  } catch (error) {
    if (!isTouchstoneError(error, 'ERR_CANONICAL_JSON')) throw error;
    return false;
  }
}

type Chosen = ToolLoopOptions & Toolbox;

interface Surroundings {
  readonly opening: readonly JsonObject[];
  readonly runTool: RunTool | null;
}

const DEFAULT_TURNS = 10;
const DEFAULT_CALLS = 40;
/** How the ids begin that stand in for those of a server. */
const OWN_ID = 'touchstone-';

function createLoop(chosen: Chosen, { input, messages }: Task, { opening, runTool }: Surroundings) {
  const { result = 'message', max_turns = DEFAULT_TURNS, max_calls = DEFAULT_CALLS } = chosen;
  const { max_tokens = Infinity, max_ms = Infinity } = chosen;
  const said: JsonObject[] = [...opening, ...messages.map(({ role, content }) => ({ role, content }))];
  const tools = offered(chosen, input);
  let state: JsonValue =
    chosen.state !== undefined && Object.hasOwn(input, chosen.state) ? (input[chosen.state] ?? {}) : {};
  let [turns, calls, tokens, spentUs] = [0, 0, 0, 0];

  const ask = (): { readonly ask: Question } => {
    turns++;
    return { ask: { api: 'chat', members: { messages: [...said], tools } } };
  };
  const work = async (last: Answer, wanted: readonly ToolCall[], run: RunTool): Promise<void> => {
    const named = nameCalls(wanted, calls);
    said.push(calledMessage(last.text, named));
    for (const call of named) {
      const outcome = await callTool(chosen, call, state, run);
      state = outcome.state;
      said.push({ role: 'tool', tool_call_id: call.id, content: outcome.text });
    }
    calls += named.length;
  };
  return {
    async next(last: Answer | null, latencyUs = 0) {
      if (last === null) return ask();
      tokens += last.completion_tokens ?? 0;
      spentUs += latencyUs;
      const wanted = last.calls ?? [];
      const isAtEnd = wanted.length === 0 || isBroken(last) || result === 'calls' || runTool === null;
      if (!isAtEnd && calls + wanted.length <= max_calls) {
        await work(last, wanted, runTool);
        if (turns < max_turns && tokens < max_tokens && spentUs < max_ms * 1000 && !isTooLong(said)) return ask();
      }
      return { done: { ...last, text: resultText(result, last, state) } };
    },
  };
}

// The tools of an item come with it; anything that is no list offers none.
function offered({ tools, tools_field }: Chosen, input: JsonObject): readonly JsonValue[] {
  if (tools_field === undefined) return tools.map((declared) => ({ type: 'function', function: { ...declared } }));
  const own = input[tools_field];
  return Array.isArray(own) ? (own as readonly JsonValue[]) : [];
}

// Servers refuse a conversation with a name or arguments that no model should have made, and a failed request is no wrong
// answer. So what cannot be said again is replaced, and the result says what was wrong with it.
function calledMessage(content: string, calls: readonly ToolCall[]): JsonObject {
  return {
    role: 'assistant',
    content,
    tool_calls: calls.map(({ id, name, arguments: text }) => ({
      id,
      type: 'function',
      function: {
        name: /^[a-zA-Z0-9_-]{1,64}$/.test(name) ? name : 'unknown',
        arguments: text.trim() === '' || parseArguments(text) === null ? '{}' : text,
      },
    })),
  };
}

// The ids that the server gave, unless they cannot name one call each.
function nameCalls(calls: readonly ToolCall[], before: number): readonly ToolCall[] {
  const taken = new Set<string>();
  return calls.map((call, place) => {
    const { id } = call;
    const isUsable = id !== '' && id.length <= 128 && !id.startsWith(OWN_ID) && !taken.has(id);
    taken.add(id);
    return isUsable ? call : { ...call, id: `${OWN_ID}${before + place}` };
  });
}

function resultText(
  result: 'message' | 'state' | 'calls',
  { text: message, calls = [] }: Answer,
  state: JsonValue,
): string {
  if (result === 'state') return canonicalize(state);
  if (result === 'message' || calls.length === 0) return message;
  return JSON.stringify(calls.map(({ name, arguments: text }) => ({ [name]: text })));
}
