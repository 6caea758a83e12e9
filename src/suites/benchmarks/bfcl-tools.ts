/**
 * Tools from the functions of the Berkeley Function-Calling Leaderboard, as it offers them over OpenAI's API.
 *
 * @see github.com/ShishirPatil/gorilla, berkeley-function-call-leaderboard, model_handler/utils.py and gpt_handler.py
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/canonical-json.ts';

/** Types of JSON Schema by those of the leaderboard; every other one is a string there. */
const TYPES: Readonly<Record<string, string>> = {
  array: 'array',
  boolean: 'boolean',
  dict: 'object',
  float: 'number',
  integer: 'integer',
  tuple: 'array',
};

// What the leaderboard adds to descriptions: models see it.
const LANGUAGE_HINT = 'Note that the provided function is in Python 3 syntax.';
const FLOAT_HINT = 'This is a float type value.';

/**
 * The tools of an item.
 *
 * @param functions - One function, or a list of them.
 * @returns null if one has no name or no properties.
 */
export function openAiTools(functions: JsonValue): readonly JsonObject[] | null {
  const list: readonly JsonValue[] = Array.isArray(functions) ? functions : [functions];
  const tools = list.map(toolOf);
  return tools.includes(null) ? null : tools.filter((tool) => tool !== null);
}

function toolOf(described: JsonValue): JsonObject | null {
  const { name, description, parameters } = isJsonObject(described) ? described : ({} as JsonObject);
  if (typeof name !== 'string' || !isJsonObject(parameters) || !isJsonObject(parameters['properties'])) return null;
  return {
    type: 'function',
    function: {
      // The API takes no full stop in a name.
      name: name.replaceAll('.', '_'),
      description: withHint(description, LANGUAGE_HINT),
      parameters: { ...schemaOf(parameters), type: 'object' },
    },
  };
}

// Whatever else a schema says, such as "default" and "optional", stays.
function schemaOf(described: JsonObject): JsonObject {
  const { type, properties, items } = described;
  return {
    ...described,
    type: typeof type === 'string' && Object.hasOwn(TYPES, type) ? (TYPES[type] ?? 'string') : 'string',
    ...(isJsonObject(properties) ? { properties: parametersOf(properties) } : {}),
    ...(isJsonObject(items) ? { items: schemaOf(items) } : {}),
  };
}

function parametersOf(properties: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(properties).map(([name, held]) => [name, parameterOf(held)]));
}

function parameterOf(held: JsonValue): JsonObject {
  const described = isJsonObject(held) ? held : {};
  const schema = schemaOf(described);
  if (described['type'] !== 'float') return schema;
  return { ...schema, format: 'float', description: withHint(described['description'], FLOAT_HINT) };
}

function withHint(description: JsonValue | undefined, hint: string): string {
  return typeof description === 'string' ? `${description} ${hint}` : hint;
}
