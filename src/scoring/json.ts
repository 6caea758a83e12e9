/** Scorer `json`: a JSON value in the answer equals the target, satisfies a schema, or both. */
import { canonicalize, isJsonObject, type JsonObject, type JsonValue } from '../core/canonical-json.ts';
import { compileSchema } from '../schema/json-schema.ts';
import { MAX_DENOMINATOR } from '../transcript/record.ts';
import { boolean, list, object, oneOf, text } from '../transcript/shape.ts';
import { findJson, parseJson, type JsonPlace } from './find-json.ts';
import { configError, readOptions, RIGHT, WRONG, type ScorerKind, type Verdict } from './scorer.ts';

interface JsonOptions {
  readonly find?: readonly JsonPlace[];
  /** JSON text of a schema. */
  readonly schema?: string;
  readonly compare?: 'equal' | 'subset' | 'none';
  /** For objects: right keys / keys instead of all or nothing. */
  readonly partial?: boolean;
}

const shape = object<JsonOptions>(
  {},
  {
    find: list(oneOf('whole', 'fenced', 'first', 'last'), 4),
    schema: text(32_768),
    compare: oneOf('equal', 'subset', 'none'),
    partial: boolean,
  },
);

/** Version 1. What it extracts is the JSON text as it stands in the answer. */
export const json1: ScorerKind = {
  id: 'json',
  version: 1,
  prepare(config) {
    const options = readOptions('json', shape, config);
    const isValid = schemaCheck(options);
    const { find = ['whole', 'fenced', 'first'], compare = 'equal', partial = false } = options;
    return {
      extract: (answer) => findJson(answer, find),
      judge(extracted, target) {
        const value = extracted === null ? undefined : parseJson(extracted);
        if (value === undefined || !isValid(value)) return WRONG;
        if (compare === 'none') return RIGHT;
        if (partial && isJsonObject(value) && isJsonObject(target)) return shareOfKeys(value, target, compare);
        return isMatch(value, target, compare) ? RIGHT : WRONG;
      },
    };
  },
};

function schemaCheck({ schema, compare, partial }: JsonOptions): (value: JsonValue) => boolean {
  const isAimless = compare === 'none' && (schema === undefined || partial === true);
  if (isAimless) throw configError('json', ': want a schema, and no "partial", if nothing is compared');
  if (schema === undefined) return () => true;
  const value = parseJson(schema);
  if (value === undefined) throw configError('json', '/schema: want JSON');
  return compileSchema(value);
}

function isMatch(value: JsonValue, target: JsonValue, compare: 'equal' | 'subset'): boolean {
  const isPartOf = compare === 'subset' && isJsonObject(value) && isJsonObject(target);
  if (!isPartOf) return canonicalize(value) === canonicalize(target);
  return Object.keys(target).every((key) => hasEqual(value, target, key));
}

function shareOfKeys(value: JsonObject, target: JsonObject, compare: 'equal' | 'subset'): Verdict {
  const keys = new Set(Object.keys(target));
  // With `equal`, a key too many weighs as much as a key that is missing.
  if (compare === 'equal') for (const key of Object.keys(value)) keys.add(key);
  if (keys.size === 0) return RIGHT;
  if (keys.size > MAX_DENOMINATOR) return WRONG;
  return { num: [...keys].filter((key) => hasEqual(value, target, key)).length, den: keys.size };
}

function hasEqual(value: JsonObject, target: JsonObject, key: string): boolean {
  const isInBoth = Object.hasOwn(value, key) && Object.hasOwn(target, key);
  return isInBoth && canonicalize(value[key]) === canonicalize(target[key]);
}
