/** What keywords of JSON Schema are made of. */
import type { JsonValue } from '../canonical-json.ts';
import { InputError } from '../errors.ts';

/** What is left of the work that a validation may cost. */
interface Effort {
  steps: number;
  depth: number;
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
export type Keyword = (value: JsonValue, schema: JsonObjectLike, scope: SchemaScope) => Check;

/** A JSON object with unknown members. */
export type JsonObjectLike = Readonly<Record<string, JsonValue>>;

/** Whether a value is a JSON object. */
export function isObject(value: JsonValue | undefined): value is JsonObjectLike {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is a JSON array. */
export function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** The fault of a schema. */
export function schemaError(fault: string): InputError {
  return new InputError('ERR_JSON_SCHEMA', `cannot use JSON Schema: ${fault}`);
}
