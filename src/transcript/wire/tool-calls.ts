/** The tools that a model wants to be called, whole or in the parts of a stream. */
import { toWellFormed } from '../../core/bytes.ts';
import { MAX_JSON_DEPTH } from '../../core/canonical-json.ts';
import type { ToolCall } from './answer.ts';
import { asObject, listOf } from './body.ts';

/** Most calls in one answer; what comes after is not read. */
const MAX_CALLS = 128;

/** A call as far as it has come. */
export interface CallPart {
  id: string;
  name: string;
  arguments: string;
}

/**
 * Add the `tool_calls` of a message, or of one piece of a stream, to what has come before; gives the same list.
 *
 * A piece says by `index` which call it goes on with; without one it is a call of its own.
 */
export function addCallParts(calls: CallPart[], value: unknown): CallPart[] {
  for (const entry of listOf(value)) {
    const call = asObject(entry);
    const index = call?.['index'];
    const place = typeof index === 'number' && Number.isSafeInteger(index) && index >= 0 ? index : calls.length;
    if (call === null || place > calls.length || place >= MAX_CALLS) continue;
    const held = (calls[place] ??= { id: '', name: '', arguments: '' });
    const named = asObject(call['function']);
    held.id += textOf(call['id']);
    held.name += textOf(named?.['name']);
    held.arguments += textOf(named?.['arguments']);
  }
  return calls;
}

// Some servers send arguments as JSON instead of as a text of JSON.
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return asObject(value) === null || !isWithinDepth(value, MAX_JSON_DEPTH) ? '' : JSON.stringify(value);
}

// How deep a value may be before it exhausts the stack is another number on every machine.
function isWithinDepth(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((member) => isWithinDepth(member, depth - 1));
}

/** The member `calls` of an answer. */
export function callsOf(calls: readonly CallPart[]): { readonly calls?: readonly ToolCall[] } {
  if (calls.length === 0) return {};
  return {
    calls: calls.map(({ id, name, arguments: text }) => ({
      id: toWellFormed(id),
      name: toWellFormed(name),
      arguments: toWellFormed(text),
    })),
  };
}
