/** Keywords of JSON Schema that apply other schemas. @see JSON Schema core 2020-12, 10 */
import { isJsonObject, type JsonObject, type JsonValue } from '../core/canonical-json.ts';
import { compilePattern, type Pattern } from './pattern/pattern.ts';
import { isList, schemaError, type Check, type Effort, type Keyword, type SchemaScope } from './keyword.ts';

/** The applicators by name. */
export const APPLICATORS: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ['$ref', referenceCheck],
  ['allOf', (schemas, _, scope) => combine(schemas, scope, (checks, run) => checks.every(run))],
  ['anyOf', (schemas, _, scope) => combine(schemas, scope, (checks, run) => checks.some(run))],
  ['oneOf', (schemas, _, scope) => combine(schemas, scope, (checks, run) => checks.filter(run).length === 1)],
  ['not', notCheck],
  ['if', conditionCheck],
  ['dependentSchemas', dependentCheck],
  ['properties', propertiesCheck],
  ['patternProperties', patternPropertiesCheck],
  ['additionalProperties', additionalCheck],
  ['propertyNames', namesCheck],
  ['prefixItems', prefixCheck],
  ['items', itemsCheck],
  ['contains', containsCheck],
]);

// Only references inside the document; the check is looked up when it is used, because schemas may be recursive.
function referenceCheck(reference: JsonValue, _: JsonObject, scope: SchemaScope): Check {
  if (typeof reference !== 'string' || !/^#(?:$|\/)/.test(reference))
    throw schemaError('want a local "$ref" such as "#/$defs/x"');
  const known = scope.references.get(reference);
  if (known !== undefined) return (value, effort) => known.check(value, effort);
  const entry = { check: (): boolean => false } as { check: Check };
  scope.references.set(reference, entry);
  entry.check = scope.compile(resolveReference(scope.root, reference));
  return (value, effort) => entry.check(value, effort);
}

function resolveReference(root: JsonValue, reference: string): JsonValue {
  let target: JsonValue | undefined = root;
  for (const step of reference.split('/').slice(1)) {
    const key = decodeStep(step);
    if (isList(target)) target = /^\d+$/.test(key) ? target[Number(key)] : undefined;
    else target = isJsonObject(target) && Object.hasOwn(target, key) ? target[key] : undefined;
  }
  if (target === undefined) throw schemaError('a "$ref" leads nowhere');
  return target;
}

function decodeStep(step: string): string {
  try {
    return decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    throw schemaError('a "$ref" is not a JSON pointer');
  }
}

function combine(
  schemas: JsonValue,
  scope: SchemaScope,
  holds: (checks: readonly Check[], run: (check: Check) => boolean) => boolean,
): Check {
  if (!isList(schemas) || schemas.length === 0) throw schemaError('want a list of schemas');
  const checks = schemas.map((schema) => scope.compile(schema));
  return (value, effort) => holds(checks, (check) => check(value, effort));
}

function notCheck(schema: JsonValue, _: JsonObject, scope: SchemaScope): Check {
  const check = scope.compile(schema);
  return (value, effort) => !check(value, effort);
}

function conditionCheck(condition: JsonValue, schema: JsonObject, scope: SchemaScope): Check {
  const [test, yes, no] = [condition, schema['then'] ?? true, schema['else'] ?? true].map((part) =>
    scope.compile(part),
  );
  return (value, effort) => (test?.(value, effort) ? yes : no)?.(value, effort) ?? true;
}

function membersOf(schemas: JsonValue, keyword: string, scope: SchemaScope): ReadonlyMap<string, Check> {
  if (!isJsonObject(schemas)) throw schemaError(`want an object of schemas for "${keyword}"`);
  return new Map(Object.entries(schemas).map(([name, schema]) => [name, scope.compile(schema)]));
}

function dependentCheck(schemas: JsonValue, _: JsonObject, scope: SchemaScope): Check {
  const checks = membersOf(schemas, 'dependentSchemas', scope);
  return (value, effort) =>
    !isJsonObject(value) || [...checks].every(([name, check]) => !Object.hasOwn(value, name) || check(value, effort));
}

function propertiesCheck(schemas: JsonValue, _: JsonObject, scope: SchemaScope): Check {
  const checks = membersOf(schemas, 'properties', scope);
  return (value, effort) =>
    !isJsonObject(value) || Object.entries(value).every(([name, member]) => checks.get(name)?.(member, effort) ?? true);
}

function patternsOf(schemas: JsonValue | undefined): readonly Pattern[] {
  if (schemas === undefined) return [];
  if (!isJsonObject(schemas)) throw schemaError('want an object of schemas for "patternProperties"');
  return Object.keys(schemas).map((source) => compilePattern(source, { ignoreCase: false, multiline: false }));
}

function patternPropertiesCheck(schemas: JsonValue, _: JsonObject, scope: SchemaScope): Check {
  const patterns = patternsOf(schemas);
  const checks = [...membersOf(schemas, 'patternProperties', scope).values()];
  return (value, effort) => {
    if (!isJsonObject(value)) return true;
    return Object.entries(value).every(([name, member]) =>
      checks.every(
        (check, position) => patterns[position]?.first(name, effort.patterns) === null || check(member, effort),
      ),
    );
  };
}

function additionalCheck(schema: JsonValue, around: JsonObject, scope: SchemaScope): Check {
  const check = scope.compile(schema);
  const named = isJsonObject(around['properties']) ? around['properties'] : {};
  const patterns = patternsOf(around['patternProperties']);
  const isAdditional = (name: string, effort: Effort): boolean =>
    !Object.hasOwn(named, name) && patterns.every((pattern) => pattern.first(name, effort.patterns) === null);
  return (value, effort) => {
    if (!isJsonObject(value)) return true;
    return Object.entries(value).every(([name, member]) => !isAdditional(name, effort) || check(member, effort));
  };
}

function namesCheck(schema: JsonValue, _: JsonObject, scope: SchemaScope): Check {
  const check = scope.compile(schema);
  return (value, effort) => !isJsonObject(value) || Object.keys(value).every((name) => check(name, effort));
}

function prefixCheck(schemas: JsonValue, _: JsonObject, scope: SchemaScope): Check {
  if (!isList(schemas)) throw schemaError('want a list of schemas for "prefixItems"');
  const checks = schemas.map((schema) => scope.compile(schema));
  return (value, effort) =>
    !isList(value) || value.every((entry, position) => checks[position]?.(entry, effort) ?? true);
}

function itemsCheck(schema: JsonValue, around: JsonObject, scope: SchemaScope): Check {
  const check = scope.compile(schema);
  const from = isList(around['prefixItems']) ? around['prefixItems'].length : 0;
  return (value, effort) => !isList(value) || value.slice(from).every((entry) => check(entry, effort));
}

function containsCheck(schema: JsonValue, around: JsonObject, scope: SchemaScope): Check {
  const check = scope.compile(schema);
  const least = around['minContains'] ?? 1;
  const most = around['maxContains'] ?? Infinity;
  if (typeof least !== 'number' || typeof most !== 'number')
    throw schemaError('want numbers for "minContains" and "maxContains"');
  return (value, effort) => {
    if (!isList(value)) return true;
    const found = value.filter((entry) => check(entry, effort)).length;
    return found >= least && found <= most;
  };
}
