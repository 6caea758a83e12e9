/** Keywords of JSON Schema that look at a value itself. @see JSON Schema validation 2020-12, 6 */
import { canonicalize, isJsonObject, type JsonValue } from '../core/canonical-json.ts';
import { isMultiple, parseDecimal, type Decimal } from '../core/decimal.ts';
import { compilePattern } from './pattern/pattern.ts';
import { isList, schemaError, sizeOf, spendSteps, type Check, type Keyword } from './keyword.ts';

const TYPES: Readonly<Record<string, (value: JsonValue) => boolean>> = {
  null: (value) => value === null,
  boolean: (value) => typeof value === 'boolean',
  object: (value) => isJsonObject(value),
  array: (value) => isList(value),
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  string: (value) => typeof value === 'string',
};

/** The assertions by name. */
export const ASSERTIONS: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ['type', typeCheck],
  ['enum', (wanted) => memberCheck(isList(wanted) ? wanted : [])],
  ['const', (wanted) => memberCheck([wanted])],
  ['multipleOf', multipleCheck],
  ['maximum', numberCheck((value, limit) => value <= limit)],
  ['exclusiveMaximum', numberCheck((value, limit) => value < limit)],
  ['minimum', numberCheck((value, limit) => value >= limit)],
  ['exclusiveMinimum', numberCheck((value, limit) => value > limit)],
  ['maxLength', sizeCheck(textLength, (size, limit) => size <= limit)],
  ['minLength', sizeCheck(textLength, (size, limit) => size >= limit)],
  ['pattern', patternCheck],
  ['maxItems', sizeCheck(listLength, (size, limit) => size <= limit)],
  ['minItems', sizeCheck(listLength, (size, limit) => size >= limit)],
  ['uniqueItems', uniqueCheck],
  ['maxProperties', sizeCheck(memberCount, (size, limit) => size <= limit)],
  ['minProperties', sizeCheck(memberCount, (size, limit) => size >= limit)],
  ['required', requiredCheck],
  ['dependentRequired', dependentCheck],
]);

function typeCheck(wanted: JsonValue): Check {
  const tests = (isList(wanted) ? wanted : [wanted]).map((name) => {
    const test = typeof name === 'string' && Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
    if (test === undefined) throw schemaError('want a type of JSON for "type"');
    return test;
  });
  return (value) => tests.some((test) => test(value));
}

function memberCheck(wanted: readonly JsonValue[]): Check {
  const members = new Set(wanted.map((member) => canonicalize(member)));
  return (value, effort) => {
    spendSteps(effort, sizeOf(value));
    return members.has(canonicalize(value));
  };
}

function numberCheck(holds: (value: number, limit: number) => boolean): Keyword {
  return (limit) => {
    if (typeof limit !== 'number') throw schemaError('want a number for a numeric bound');
    return (value) => typeof value !== 'number' || holds(value, limit);
  };
}

// In floating point 19.99 is no multiple of 0.01.
function multipleCheck(wanted: JsonValue): Check {
  const divisor = typeof wanted === 'number' && wanted > 0 ? decimalOf(wanted) : null;
  if (divisor === null) throw schemaError('want a positive number for "multipleOf"');
  return (value) => {
    if (typeof value !== 'number') return true;
    const number = decimalOf(value);
    return number !== null && isMultiple(number, divisor);
  };
}

function decimalOf(value: number): Decimal | null {
  return parseDecimal(String(value));
}

function sizeCheck(
  sizeOf: (value: JsonValue) => number | null,
  holds: (size: number, limit: number) => boolean,
): Keyword {
  return (limit) => {
    if (typeof limit !== 'number' || !(limit >= 0)) throw schemaError('want a number of at least 0 for a size');
    return (value) => {
      const size = sizeOf(value);
      return size === null || holds(size, limit);
    };
  };
}

function textLength(value: JsonValue): number | null {
  return typeof value === 'string' ? [...value].length : null;
}

function listLength(value: JsonValue): number | null {
  return isList(value) ? value.length : null;
}

function memberCount(value: JsonValue): number | null {
  return isJsonObject(value) ? Object.keys(value).length : null;
}

function patternCheck(source: JsonValue): Check {
  if (typeof source !== 'string') throw schemaError('want a text for "pattern"');
  const pattern = compilePattern(source, { ignoreCase: false, multiline: false });
  return (value, effort) => typeof value !== 'string' || pattern.first(value, effort.patterns) !== null;
}

function uniqueCheck(wanted: JsonValue): Check {
  if (typeof wanted !== 'boolean') throw schemaError('want true or false for "uniqueItems"');
  return (value, effort) => {
    if (!wanted || !isList(value)) return true;
    spendSteps(effort, sizeOf(value));
    return new Set(value.map((entry) => canonicalize(entry))).size === value.length;
  };
}

function requiredCheck(wanted: JsonValue): Check {
  const names = textList(wanted, 'required');
  return (value, effort) => {
    if (!isJsonObject(value)) return true;
    spendSteps(effort, names.length);
    return names.every((name) => Object.hasOwn(value, name));
  };
}

function dependentCheck(wanted: JsonValue): Check {
  if (!isJsonObject(wanted)) throw schemaError('want an object for "dependentRequired"');
  const rules = Object.entries(wanted).map(([name, needs]) => ({ name, needs: textList(needs, 'dependentRequired') }));
  const work = rules.reduce((sum, { needs }) => sum + 1 + needs.length, 0);
  return (value, effort) => {
    if (!isJsonObject(value)) return true;
    spendSteps(effort, work);
    return rules.every(
      ({ name, needs }) => !Object.hasOwn(value, name) || needs.every((need) => Object.hasOwn(value, need)),
    );
  };
}

function textList(value: JsonValue, keyword: string): readonly string[] {
  if (!isList(value)) throw schemaError(`want a list of texts for "${keyword}"`);
  return value.map((entry) => {
    if (typeof entry !== 'string') throw schemaError(`want a list of texts for "${keyword}"`);
    return entry;
  });
}
