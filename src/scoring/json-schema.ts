/**
 * Scorer `json-schema`: the JSON in an answer is valid by the schema of its item.
 *
 * The schema is one that others wrote, so it is read as the standard has it: `$schema` says the draft, 2020-12 without it.
 *
 * @see JSON-Schema-Test-Suite; github.com/guidance-ai/jsonschemabench
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../core/canonical-json.ts';
import { isTouchstoneError } from '../core/errors.ts';
import { tryParseJson } from '../core/foreign-json.ts';
import { standardSchema } from '../schema/standard/evaluate.ts';
import { findFloats } from '../schema/standard/floats.ts';
import { boolean, list, object, oneOf } from '../transcript/shape.ts';
import { findJson, parseJson, type JsonPlace } from './find-json.ts';
import { readOptions, RIGHT, targetError, WRONG, type ScorerKind } from './scorer.ts';

interface JsonSchemaOptions {
  readonly find?: readonly JsonPlace[];
  readonly formats?: boolean;
}

const shape = object<JsonSchemaOptions>(
  {},
  { find: list(oneOf('whole', 'fenced', 'first', 'last'), 4), formats: boolean },
);

/** Version 1. What it extracts is the JSON text; the target is `{schema}`, as JSON or its text, or `{schema, documents}`. */
export const jsonSchema1: ScorerKind = {
  id: 'json-schema',
  version: 1,
  prepare(config) {
    const { find = ['whole', 'fenced'], formats = false } = readOptions('json-schema', shape, config);
    return {
      extract: (answer) => findJson(answer, find),
      judge(extracted, target) {
        const { schema, documents } = readTarget(target);
        const value = extracted === null ? undefined : parseJson(extracted);
        return usable(() => {
          const isValid = standardSchema(schema, { documents, formats });
          if (extracted === null || value === undefined) return WRONG;
          return isValid(value, findFloats(extracted, value)) ? RIGHT : WRONG;
        });
      },
      gold: () => null,
    };
  },
};

function readTarget(target: JsonValue): { readonly schema: JsonValue; readonly documents: JsonObject } {
  const { schema, documents = {}, ...others } = isJsonObject(target) ? target : ({} as JsonObject);
  // As a text, a schema may hold numbers that an item cannot.
  const read = typeof schema === 'string' ? (tryParseJson(schema) as JsonValue | undefined) : schema;
  if (read === undefined || !isJsonObject(documents) || Object.keys(others).length > 0)
    throw targetError('want {"schema": JSON Schema}, with more schemas by URL under "documents"');
  return { schema: read, documents };
}

// A schema that cannot be used is a fault of the item, not of the answer.
function usable<T>(judge: () => T): T {
  try {
    return judge();
  } catch (error) {
    if (isTouchstoneError(error, 'ERR_JSON_SCHEMA', 'ERR_PATTERN')) throw targetError(error.message);
    throw error;
  }
}
