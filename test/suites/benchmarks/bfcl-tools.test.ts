import { describe, expect, it } from 'vitest';
import { openAiTools } from '../../../src/suites/benchmarks/bfcl-tools.ts';

const PYTHON = 'Note that the provided function is in Python 3 syntax.';
const FLOAT = 'This is a float type value.';

/** The parameters of the tool for a function with one parameter. */
function toolParameter(described: object): unknown {
  const parameters = { type: 'dict', properties: { it: described }, required: ['it'] };
  const [tool] = openAiTools({ name: 'f', description: 'F.', parameters } as never) ?? [];
  return tool?.['function'];
}

describe('openAiTools()', () => {
  it('offers a function under a name without full stops, said to be in Python', () => {
    const parameters = {
      type: 'dict',
      properties: { city: { type: 'string', description: 'A city.', enum: ['Oslo'], default: 'Oslo' } },
      required: ['city'],
      optional: ['unit'],
    };
    expect(openAiTools({ name: 'geo.weather.now', description: 'The weather.', parameters })).toEqual([
      {
        type: 'function',
        function: {
          name: 'geo_weather_now',
          description: `The weather. ${PYTHON}`,
          parameters: { ...parameters, type: 'object' },
        },
      },
    ]);
  });

  it('offers every function of a list, in its order', () => {
    const list = ['a', 'b'].map((name) => ({ name, parameters: { type: 'dict', properties: {}, required: [] } }));
    expect(openAiTools(list)).toMatchObject([
      { function: { name: 'a', description: PYTHON } },
      { function: { name: 'b', parameters: { type: 'object', properties: {} } } },
    ]);
  });

  it.each<[object, object]>([
    [{ type: 'integer' }, { type: 'integer' }],
    [{ type: 'boolean' }, { type: 'boolean' }],
    [{ type: 'any' }, { type: 'string' }],
    [{ type: 'complex' }, { type: 'string' }],
    [{ type: 'constructor' }, { type: 'string' }],
    [{ description: 'D.' }, { type: 'string', description: 'D.' }],
    [
      { type: 'float', description: 'D.', default: 0.5 },
      { type: 'number', format: 'float', description: `D. ${FLOAT}`, default: 0.5 },
    ],
    [
      { type: 'tuple', items: { type: 'float', description: 'D.' } },
      { type: 'array', items: { type: 'number', description: 'D.' } },
    ],
    [
      { type: 'array', items: { type: 'array', items: { type: 'dict', properties: { x: { type: 'float' } } } } },
      {
        type: 'array',
        items: {
          type: 'array',
          items: { type: 'object', properties: { x: { type: 'number', format: 'float', description: FLOAT } } },
        },
      },
    ],
    [
      { type: 'dict', properties: { x: { type: 'tuple', items: { type: 'integer' } } } },
      { type: 'object', properties: { x: { type: 'array', items: { type: 'integer' } } } },
    ],
  ])('makes JSON Schema of %j', (described, wanted) => {
    expect(toolParameter(described)).toEqual({
      name: 'f',
      description: `F. ${PYTHON}`,
      parameters: { type: 'object', properties: { it: wanted }, required: ['it'] },
    });
  });

  it.each([
    ['a text', 'f'],
    ['no name', { parameters: { properties: {} } }],
    ['no parameters', { name: 'f' }],
    ['properties that are a list', { name: 'f', parameters: { properties: [] } }],
    ['one of two that is nothing', [{ name: 'f', parameters: { properties: {} } }, null]],
  ])('offers nothing of %s', (_fault, functions) => {
    expect(openAiTools(functions as never)).toBeNull();
  });
});
