/** Turns what a JSON Schema validator complains about into a sentence for the author of a file. */
import type { ErrorObject } from 'ajv/dist/2020.js';

/** The JSON pointer of the value, or of the key, that is at fault. */
export function pointerOf(error: ErrorObject): string {
  const key = keyOf(error);
  return key === undefined ? error.instancePath : `${error.instancePath}/${escapeStep(key)}`;
}

function keyOf(error: ErrorObject): string | undefined {
  if (error.propertyName !== undefined) return error.propertyName;
  const key: unknown =
    error.params['additionalProperty'] ?? (error.keyword === 'discriminator' ? error.params['tag'] : undefined);
  return typeof key === 'string' ? key : undefined;
}

function escapeStep(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** What was wanted at that place, and what was found where that is short enough to say. */
export function describeFault(error: ErrorObject): string {
  const { params } = error;
  switch (error.keyword) {
    case 'required':
      return `the key "${params['missingProperty']}" is missing`;
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

/** Whether two names differ by at most two letters put in, left out, changed or swapped. */
export function isNear(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 2) return false;
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const change = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(change, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return (previous[b.length] ?? 0) <= 2;
}
