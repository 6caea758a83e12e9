/**
 * JSON Schema as the standard has it: drafts 4 to 2020-12, references to other documents, unevaluated members.
 *
 * Where {@link compileSchema} refuses what it does not know, so that our own files are written in one small dialect, this
 * evaluator reads the schemas of others: an unknown keyword says nothing, as the standard wants it. It counts its steps.
 *
 * @see JSON Schema core and validation 2020-12
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/canonical-json.ts';
import { ASSERTIONS } from '../assertions.ts';
import { schemaError, spendSteps, type Check, type Effort, type SchemaScope } from '../keyword.ts';
import { stepBudget } from '../pattern/pattern.ts';
import { isKnown } from './dialect.ts';
import { indexDocuments, type Documents, type Located } from './documents.ts';
import { isFormat } from './formats.ts';
import { NO_FLOATS, type WrittenFloats } from './floats.ts';
import { IN_PLACE } from './in-place.ts';
import { ITEMS_KEYWORDS } from './items.ts';
import { merge, NOTHING_SEEN, type Seen } from './outcome.ts';
import { PROPERTIES_KEYWORDS } from './properties.ts';
import { relaxedPattern } from './relaxed-pattern.ts';

const MAX_STEPS = 2_000_000;
const MAX_DEPTH = 256;

/** What keywords that apply schemas need. */
export interface Evaluation {
  readonly effort: Effort;
  /** What a schema sees of the value at hand if that is valid, else null. */
  apply(schema: JsonValue): Seen | null;
  /** The same of a member or entry of it. */
  applyTo(schema: JsonValue, held: Held): Seen | null;
  /** What the schema at a reference sees. */
  refer(reference: JsonValue): Seen | null;
  referDynamically(reference: JsonValue): Seen | null;
  readonly draft: number;
}

/** A value inside of another one. */
export interface Held {
  readonly value: JsonValue;
  readonly container: object;
  readonly key: string | number;
}

/** A keyword that applies schemas: what it sees of a value, or null if the value is not valid. */
export type Applicator = (schema: JsonObject, value: JsonValue, evaluation: Evaluation, seen: Seen) => Seen | null;

/** How a schema is read. */
export interface StandardOptions {
  /** More documents by URL. */
  readonly documents?: JsonObject;
  /** Whether `format` is an assertion; in the newer drafts it is an annotation. */
  readonly formats?: boolean;
}

// In this order: what others have seen comes before what is unevaluated.
const APPLICATORS: readonly (readonly [string, Applicator])[] = [
  ...IN_PLACE,
  ...PROPERTIES_KEYWORDS,
  ...ITEMS_KEYWORDS,
];

/**
 * The check of a schema.
 *
 * The check throws {@link InputError} `ERR_JSON_SCHEMA` on a keyword with a wrong value and a reference that leads nowhere,
 * where it gets to it; `ERR_PATTERN`; `ERR_STEP_LIMIT` when a value costs too much work.
 *
 * @throws {@link InputError} `ERR_JSON_SCHEMA` if the schema has an unknown dialect or identifiers that are no URLs.
 */
export function standardSchema(
  schema: JsonValue,
  options: StandardOptions = {},
): (value: JsonValue, floats?: WrittenFloats) => boolean {
  const documents = indexDocuments(schema, options.documents ?? {});
  const checks = createAssertions();
  const { formats = false } = options;
  return (value, floats = NO_FLOATS) => {
    const effort: Effort = { steps: MAX_STEPS, depth: 0, patterns: stepBudget() };
    const context: Context = { documents, checks, effort, formats, floats, scope: [] };
    return evaluate(documents.root, { value, isFloat: floats.root }, context) !== null;
  };
}

interface Context {
  readonly documents: Documents;
  readonly checks: (schema: JsonObject, name: string) => Check;
  readonly effort: Effort;
  readonly formats: boolean;
  readonly floats: WrittenFloats;
  /** Resources that evaluation has entered and not left, outermost first. */
  readonly scope: string[];
}

/** A value, and whether it is an integer that is written as a float. */
interface Instance {
  readonly value: JsonValue;
  readonly isFloat: boolean;
}

function evaluate(place: Located, instance: Instance, context: Context): Seen | null {
  const { schema, base } = place;
  if (typeof schema === 'boolean') return schema ? NOTHING_SEEN : null;
  if (!isJsonObject(schema)) throw schemaError('want an object, true or false for a schema');
  const { effort, scope } = context;
  spendSteps(effort, 1 + Object.keys(schema).length);
  if (++effort.depth > MAX_DEPTH) spendSteps(effort, Infinity);
  const isNew = scope.at(-1) !== base;
  if (isNew) scope.push(base);
  try {
    return evaluateObject(schema, place, instance, context);
  } finally {
    effort.depth--;
    if (isNew) scope.pop();
  }
}

function evaluateObject(schema: JsonObject, place: Located, instance: Instance, context: Context): Seen | null {
  const { draft } = place.dialect;
  const evaluation = createEvaluation(place, instance, context);
  if (draft <= 7 && Object.hasOwn(schema, '$ref')) return evaluation.refer(schema['$ref'] ?? null);
  if (!assertsHold(schema, place, instance, context)) return null;
  let seen: Seen = NOTHING_SEEN;
  for (const [name, applicator] of APPLICATORS) {
    if (!Object.hasOwn(schema, name) || !isKnown(name, draft)) continue;
    spendSteps(context.effort, 1);
    const more = applicator(schema, instance.value, evaluation, seen);
    if (more === null) return null;
    seen = merge(seen, more);
  }
  return seen;
}

function createEvaluation(place: Located, instance: Instance, context: Context): Evaluation {
  const { documents, effort, floats, scope } = context;
  const resolve = (reference: JsonValue): Located => {
    if (typeof reference !== 'string') throw schemaError('want a text for "$ref"');
    return documents.resolve(place, reference);
  };
  return {
    effort,
    draft: place.dialect.draft,
    apply: (schema) => evaluate(documents.within(place, schema), instance, context),
    applyTo(schema, { value, container, key }) {
      const isFloat = floats.inside.get(container)?.has(`${key}`) ?? false;
      return evaluate(documents.within(place, schema), { value, isFloat }, context);
    },
    refer: (reference) => evaluate(resolve(reference), instance, context),
    referDynamically(reference) {
      const found = resolve(reference);
      const anchor = isJsonObject(found.schema) ? found.schema['$dynamicAnchor'] : undefined;
      const isDynamic = typeof anchor === 'string' && typeof reference === 'string' && reference.endsWith(`#${anchor}`);
      if (!isDynamic) return evaluate(found, instance, context);
      const outermost = scope.map((base) => documents.dynamic(base, anchor)).find((held) => held !== undefined);
      return evaluate(outermost ?? found, instance, context);
    },
  };
}

function assertsHold(schema: JsonObject, { dialect }: Located, instance: Instance, context: Context): boolean {
  const { format } = schema;
  const { value, isFloat } = instance;
  if (context.formats && typeof format === 'string' && typeof value === 'string' && !isFormat(format, value))
    return false;
  if (!dialect.validates) return true;
  return Object.keys(schema).every((name) => {
    if (!ASSERTIONS.has(name) || !isKnown(name, dialect.draft)) return true;
    if (dialect.draft === 4 && name.startsWith('exclusive')) return holdsExclusively(schema, name, value);
    // In draft 4 alone 1.0 is no integer; any number that is none stands for it.
    const judged = dialect.draft === 4 && name === 'type' && isFloat ? 0.5 : value;
    return context.checks(schema, name)(judged, context.effort);
  });
}

// In draft 4 it says whether the bound itself is out of bounds.
function holdsExclusively(schema: JsonObject, name: string, value: JsonValue): boolean {
  const bound = schema[name === 'exclusiveMaximum' ? 'maximum' : 'minimum'];
  return schema[name] !== true || typeof bound !== 'number' || value !== bound;
}

// Assertions are compiled when they are first needed, each once.
function createAssertions(): (schema: JsonObject, name: string) => Check {
  const compiled = new Map<JsonObject, Map<string, Check>>();
  return (schema, name) => {
    const held = compiled.get(schema) ?? new Map<string, Check>();
    compiled.set(schema, held);
    const check = held.get(name) ?? compileAssertion(schema, name);
    held.set(name, check);
    return check;
  };
}

function compileAssertion(schema: JsonObject, name: string): Check {
  const value = schema[name] ?? null;
  if (name !== 'pattern' || typeof value !== 'string')
    return ASSERTIONS.get(name)?.(value, schema, NO_SCOPE) ?? (() => true);
  const pattern = relaxedPattern(value);
  return (text, effort) => typeof text !== 'string' || pattern.first(text, effort.patterns) !== null;
}

// No assertion looks at other schemas.
const NO_SCOPE: SchemaScope = { root: null, references: new Map(), compile: () => () => true };
