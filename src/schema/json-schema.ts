/**
 * JSON Schema 2020-12 by interpretation.
 *
 * A schema may come with a suite, and a verifier gets suites from strangers: a validator that compiles schemas to code
 * would run their text, and would not load where a page forbids it. This one walks the schema, counts its steps, matches
 * patterns in linear time, and refuses every keyword it does not know. It also starts at once, so our own files are checked
 * by it; it says whether a value is valid and not why it is not.
 *
 * @see JSON Schema 2020-12, core and validation
 */
import { isJsonObject, type JsonValue } from '../core/canonical-json.ts';
import { stepBudget } from './pattern/pattern.ts';
import { APPLICATORS } from './applicators.ts';
import { ASSERTIONS } from './assertions.ts';
import { schemaError, spendSteps, type Check, type SchemaScope } from './keyword.ts';

/** How much work one validation may cost. */
const MAX_STEPS = 2_000_000;
const MAX_DEPTH = 512;

/** Keywords that say something about a schema and nothing about values. */
const ANNOTATIONS: ReadonlySet<string> = new Set([
  '$comment',
  '$defs',
  'definitions',
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
  'format',
]);

/** The one dialect. */
const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** Keywords that another keyword of the same schema takes care of. */
const COMPANIONS: ReadonlySet<string> = new Set(['then', 'else', 'minContains', 'maxContains']);

/**
 * Compile a schema.
 *
 * The check throws {@link InputError} `ERR_STEP_LIMIT` when a value costs too much work.
 *
 * @param annotations - More keywords that change no verdict.
 * @throws {@link InputError} `ERR_JSON_SCHEMA` on a keyword that is not known or has a wrong value, and on a reference that
 *   is not local or leads nowhere; `ERR_PATTERN`.
 */
export function compileSchema(root: JsonValue, annotations: readonly string[] = []): (value: JsonValue) => boolean {
  const ignored = new Set([...ANNOTATIONS, ...COMPANIONS, ...annotations]);
  const scope: SchemaScope = { root, references: new Map(), compile: (schema) => compileIn(scope, schema, ignored) };
  const check = scope.compile(root);
  return (value) => check(value, { steps: MAX_STEPS, depth: 0, patterns: stepBudget() });
}

function compileIn(scope: SchemaScope, schema: JsonValue | undefined, ignored: ReadonlySet<string>): Check {
  if (typeof schema === 'boolean') return () => schema;
  if (!isJsonObject(schema)) throw schemaError('want an object, true or false for a schema');
  const checks: Check[] = [];
  for (const [name, value] of Object.entries(schema)) {
    if (ignored.has(name) || isHeading(name, value, schema === scope.root)) continue;
    const keyword = ASSERTIONS.get(name) ?? APPLICATORS.get(name);
    if (keyword === undefined) throw schemaError(`the keyword "${name.slice(0, 40)}" is not supported`);
    checks.push(keyword(value, schema, scope));
  }
  return (value, effort) => {
    // Every keyword may look at every member once.
    spendSteps(effort, 1 + checks.length * memberCount(value));
    if (++effort.depth > MAX_DEPTH) spendSteps(effort, Infinity);
    const isValid = checks.every((check) => check(value, effort));
    effort.depth--;
    return isValid;
  };
}

function memberCount(value: JsonValue): number {
  if (typeof value === 'string') return 1 + (value.length >> 4);
  return typeof value === 'object' && value !== null ? 1 + Object.keys(value).length : 1;
}

// At the top of a document its name changes nothing, as references are local; further down it would.
function isHeading(name: string, value: JsonValue, isRoot: boolean): boolean {
  return isRoot && (name === '$id' || (name === '$schema' && value === DIALECT));
}
