/**
 * Says what is wrong with a file that its schema refuses, in a sentence for the author.
 *
 * Only a validator that compiles schemas knows why, and it takes a while to load: so it is asked only when there is a
 * fault to explain, and only about the schemas of this project.
 */
import type { ErrorObject } from 'ajv/dist/2020.js';
import type { JsonValue } from '../core/canonical-json.ts';
import { formatPointer } from '../core/json-pointer.ts';
import { isNear } from './spelling.ts';
import type { YamlText } from './yaml.ts';

/** Complaints that repeat what another one says of the same place. */
const SUMMARIES: ReadonlySet<string> = new Set(['dependentSchemas', 'propertyNames']);

/** The first fault of a file, in the order of its lines. */
export interface SchemaFault {
  readonly line: number;
  readonly pointer: string;
  /** Keyword of the schema that was not satisfied. */
  readonly keyword: string;
  /** Place, what was found and what was wanted: `at /limit: got "many", want integer`. */
  readonly text: string;
}

/**
 * Everything that a schema has against a value. Requires that it refuses the value.
 *
 * @returns Complaints in the order of the schema.
 */
export async function complaintsOf(schema: JsonValue, value: JsonValue): Promise<readonly ErrorObject[]> {
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  // Tests check the schemas themselves, so that nobody has to wait for it here.
  const ajv = new Ajv2020({
    allErrors: true,
    discriminator: true,
    verbose: true,
    meta: false,
    validateSchema: false,
    strictTypes: false,
  });
  const check = ajv.compile(schema as object);
  if (check(value)) throw new Error('two validators disagree about a file');
  return check.errors ?? [];
}

/** The first fault of a YAML text that a schema refuses. */
export async function schemaFault(schema: JsonValue, { value, lineOf }: YamlText): Promise<SchemaFault> {
  const [first, ...more] = (await complaintsOf(schema, value))
    .filter(({ keyword }) => !SUMMARIES.has(keyword))
    .map((error) => ({ error, line: lineOf(pointerOf(error)) }))
    .toSorted((a, b) => a.line - b.line);
  if (first === undefined) throw new Error('a schema refuses a file without saying why');
  const { error, line } = first;
  const pointer = pointerOf(error);
  const rest = more.length === 0 ? '' : `; ${more.length} more below`;
  const text = `at ${pointer || 'the top'}: ${describeFault(error)}${rest}`;
  return { line, pointer, keyword: error.keyword, text };
}

/** The JSON pointer of the value, or of the key, that is at fault. */
function pointerOf(error: ErrorObject): string {
  const key = keyOf(error);
  return key === undefined ? error.instancePath : error.instancePath + formatPointer([key]);
}

function keyOf(error: ErrorObject): string | undefined {
  if (error.propertyName !== undefined) return error.propertyName;
  const key: unknown =
    error.params['additionalProperty'] ?? (error.keyword === 'discriminator' ? error.params['tag'] : undefined);
  return typeof key === 'string' ? key : undefined;
}

/** What was wanted at that place, and what was found where that is short enough to say. */
function describeFault(error: ErrorObject): string {
  const { params } = error;
  switch (error.keyword) {
    case 'required':
      return `the key "${params['missingProperty']}" is missing`;
    case 'dependentRequired':
      return `the key "${params['missingProperty']}" is missing, which "${params['property']}" needs`;
    case 'false schema':
      return 'this key and another one here exclude each other';
    case 'additionalProperties':
      return unknownKey(String(params['additionalProperty']), knownKeys(error.parentSchema));
    case 'discriminator':
      return `${found(params['tagValue'])}want one of ${branchNames(error).join(', ')}`;
    case 'enum':
      return `${found(error.data)}want one of ${listed(params['allowedValues'])}`;
    case 'const':
      return `${found(error.data)}want ${JSON.stringify(params['allowedValue'])}`;
    case 'type':
      return `${found(error.data)}want ${[params['type']].flat().join(' or ')}${purpose(error)}`;
    default:
      return `${found(error.data)}${error.message ?? 'is not valid'}${purpose(error)}`;
  }
}

function found(value: unknown): string {
  const text = typeof value === 'object' || value === undefined ? '' : JSON.stringify(value);
  return text === '' || text.length > 42 ? '' : `got ${text}, `;
}

function purpose(error: ErrorObject): string {
  const description: unknown = error.parentSchema?.['description'];
  return typeof description === 'string' ? ` (${description.replace(/\.$/, '')})` : '';
}

function listed(values: unknown): string {
  return Array.isArray(values) ? values.map((value) => String(value)).join(', ') : '';
}

function knownKeys(schema: unknown): readonly string[] {
  const properties: unknown =
    typeof schema === 'object' && schema !== null ? Reflect.get(schema, 'properties') : undefined;
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
}

function branchNames(error: ErrorObject): readonly string[] {
  const branches: unknown = error.parentSchema?.['oneOf'];
  if (!Array.isArray(branches)) return [];
  return branches.map((branch) => String(Reflect.get(Object(branch), '$ref')).replace(/^.*\//, ''));
}

function unknownKey(key: string, known: readonly string[]): string {
  const near = known.find((candidate) => isNear(candidate, key));
  const advice = near === undefined ? `want one of ${known.join(', ')}` : `did you mean "${near}"?`;
  return known.length === 0 ? 'this key is not known here' : `this key is not known here, ${advice}`;
}
