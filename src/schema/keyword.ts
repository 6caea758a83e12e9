/** What keywords of JSON Schema are made of. */
import type { JsonObject, JsonValue } from '../core/canonical-json.ts';
import { InputError } from '../core/errors.ts';
import type { StepBudget } from './pattern/pattern.ts';

/** What is left of the work that a validation may cost. */
export interface Effort {
  steps: number;
  depth: number;
  /** For all patterns together. */
  readonly patterns: StepBudget;
}

/** Whether a value satisfies a schema, or a part of one. */
export type Check = (value: JsonValue, effort: Effort) => boolean;

/** Compiles the schemas inside a schema. */
export interface SchemaScope {
  /** The whole document, for local references. */
  readonly root: JsonValue;
  /** Checks of references that are compiled or being compiled, so that recursive schemas end. */
  readonly references: Map<string, { check: Check }>;
  compile(schema: JsonValue | undefined): Check;
}

/** Makes the check of one keyword; `schema` is the object it stands in. */
export type Keyword = (value: JsonValue, schema: JsonObject, scope: SchemaScope) => Check;

/** Whether a value is a JSON array. */
export function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/**
 * Count work before it is done.
 *
 * @throws {@link InputError} `ERR_STEP_LIMIT` when a validation has cost too much.
 */
export function spendSteps(effort: Effort, steps: number): void {
  effort.steps -= steps;
  if (effort.steps < 0)
    throw new InputError('ERR_STEP_LIMIT', 'cannot validate by JSON Schema: it takes too many steps');
}

/** How much work it is to look at all of a value. */
export function sizeOf(value: JsonValue): number {
  if (typeof value === 'string') return 1 + (value.length >> 4);
  if (typeof value !== 'object' || value === null) return 1;
  return Object.entries(value).reduce((size, [name, member]) => size + 1 + (name.length >> 4) + sizeOf(member), 1);
}

/** The fault of a schema. */
export function schemaError(fault: string): InputError {
  return new InputError('ERR_JSON_SCHEMA', `cannot use JSON Schema: ${fault}`);
}
