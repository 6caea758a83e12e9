/**
 * The tools of a suite: functions in JavaScript, which run in a sandbox and see nothing but a state and their arguments.
 *
 * A tool gives `{ result, state }`, each of them optional. What it throws is told to the model, so that it can mend its call.
 */
import { toWellFormed } from '../core/bytes.ts';
import { canonicalize, type JsonObject, type JsonValue } from '../core/canonical-json.ts';
import { isTouchstoneError } from '../core/errors.ts';
import { tryParseObject } from '../core/foreign-json.ts';
import type { ToolCall } from '../transcript/wire/answer.ts';
import type { RunTool, ToolProgram } from './harness.ts';

/** A tool as a suite declares it: the model sees all of it. */
export interface ToolDeclaration {
  /** The name of a function in the source. */
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments. */
  readonly parameters: JsonObject;
}

/** The tools of a suite with the source that defines their functions. */
export interface Toolbox {
  readonly tools: readonly ToolDeclaration[];
  readonly source: string;
}

/** What a call gave. */
export interface ToolResult {
  /** What the model is told, bounded. */
  readonly text: string;
  /** The state after the call; the one before it if the call failed. */
  readonly state: JsonValue;
}

/** Most UTF-16 units that a model is told of one result. */
const MAX_RESULT_LENGTH = 16_384;
/** Most UTF-16 units of a result with its state. */
const MAX_OUTPUT_LENGTH = 1_048_576;
const MAX_STEPS = 5_000_000;
/** For work without steps; a tool that makes steps is stopped long before. */
const TIMEOUT_MS = 60_000;

/** What a model is told of a tool that another machine might have ended in another way. */
export const OUT_OF_TIME = 'error: the tool ran out of time';

/** Call a tool. Whatever the model wrote, the result is a text. */
export async function callTool(
  box: Toolbox,
  { name, arguments: text }: ToolCall,
  state: JsonValue,
  run: RunTool,
): Promise<ToolResult> {
  if (!box.tools.some((tool) => tool.name === name)) return { text: 'error: there is no such tool', state };
  const args = parseArguments(text);
  if (args === null) return { text: 'error: the arguments are not a JSON object', state };
  const { output, end } = await run(programOf(box.source, callSource(name, state, args)));
  return end === 'timed-out' || end === 'crashed' ? { text: OUT_OF_TIME, state } : readOutput(output, state);
}

/** The arguments of a call; null unless they are the JSON of an object, or nothing at all. */
export function parseArguments(text: string): JsonObject | null {
  return text.trim() === '' ? {} : tryParseTame(text);
}

// A model or a tool may spell what has no canonical form, such as half of a surrogate pair.
function tryParseTame(text: string): JsonObject | null {
  const value = tryParseObject(text);
  try {
    return value && (JSON.parse(canonicalize(value)) as JsonObject);
  } catch (error) {
    if (!isTouchstoneError(error, 'ERR_CANONICAL_JSON')) throw error;
    return null;
  }
}

// A name is that of a declared tool, and every JSON text is a JavaScript string once it is quoted. No name of a tool has a
// capital or a $, so none is hidden here.
function callSource(name: string, state: JsonValue, args: JsonObject): string {
  const quoted = (value: JsonValue): string => `JSON.parse(${JSON.stringify(canonicalize(value))})`;
  return `(() => {
    try {
      const $given = ${name}(${quoted(state)}, ${quoted(args)}) ?? {};
      return JSON.stringify({ result: $given.result, state: $given.state });
    } catch ($error) {
      return JSON.stringify({ error: String($error?.message ?? $error) });
    }
  })()`;
}

/** What is wrong with the functions of tools, null if nothing is. */
export async function checkTools({ tools, source }: Toolbox, run: RunTool): Promise<string | null> {
  const names = tools.map(({ name }) => `typeof ${name} === 'function' ? '' : ${JSON.stringify(name)}`);
  const { output } = await run(programOf(source, `[${names.join(', ')}].filter(Boolean).join(', ')`));
  if (output === null) return '/source: want JavaScript that runs to its end';
  return output === '' ? null : `/source: want a function for each tool, found none for ${output}`;
}

function programOf(setUp: string, source: string): ToolProgram {
  const bounds = { maxSteps: MAX_STEPS, timeoutMs: TIMEOUT_MS, maxOutputLength: MAX_OUTPUT_LENGTH };
  return { language: 'javascript', setUp, source, ...bounds };
}

function readOutput(output: string | null, before: JsonValue): ToolResult {
  const said = output === null ? null : tryParseTame(output);
  if (said === null) return { text: 'error: the tool failed', state: before };
  const { result = null, state = before, error } = said;
  if (error !== undefined)
    return { text: bounded(`error: ${typeof error === 'string' ? error : 'the tool failed'}`), state: before };
  return { text: bounded(typeof result === 'string' ? result : canonicalize(result)), state };
}

function bounded(text: string): string {
  const whole = toWellFormed(text);
  return whole.length <= MAX_RESULT_LENGTH ? whole : `${toWellFormed(whole.slice(0, MAX_RESULT_LENGTH))}\n[cut]`;
}
