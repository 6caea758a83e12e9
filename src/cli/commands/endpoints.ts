/** `touchstone endpoints`: which servers are known by name, whether one answers, and servers of our own. */
import type { Argv } from 'yargs';
import { EndpointError } from '../../core/errors.ts';
import { isRemote, parseEndpointSpec, type EndpointConfig } from '../../endpoints/config.ts';
import { openEndpoint, readCredentials } from '../../endpoints/open.ts';
import { PRESETS } from '../../endpoints/presets.ts';
import { count } from '../../reports/figures.ts';
import { printable } from '../../reports/printable.ts';
import { defineCommand, defineGroup, type Command } from '../command.ts';
import { EXIT } from '../exit.ts';
import { unreachable } from '../reach-endpoint.ts';
import { print, printJson, say } from '../say.ts';
import { attest } from './attest.ts';
import { probe } from './probe.ts';
import { serve } from './serve.ts';

const jsonOption = { type: 'boolean', default: false, describe: 'print JSON' } as const;
const list: Command = defineCommand({
  usage: 'list',
  describe: 'list the servers that are known by name',
  options: (parser: Argv) => parser.option('json', jsonOption),
  examples: [['touchstone endpoints list', '']],
  notes: 'Use one as <name>:<model>, such as ollama:llama3.2; any other server as http://host/v1#model.',
  run: async ({ json }) => {
    const presets = [...PRESETS].map(([name, preset]) => ({ name, ...preset }));
    if (json) printJson(presets);
    for (const { name, baseUrl, apiKeyEnv, note } of json ? [] : presets) {
      const key = apiKeyEnv === null ? 'no key' : `key from ${apiKeyEnv}`;
      print(`${name.padEnd(12)}${baseUrl.padEnd(58)}${key}${note === null ? '' : `; ${note}`}`);
    }
    return EXIT.yes;
  },
});

const check: Command = defineCommand({
  usage: 'check <endpoint>',
  describe: 'ask a server for its models; no model is asked anything',
  options: (parser: Argv) =>
    parser
      .positional('endpoint', {
        type: 'string',
        demandOption: true,
        describe: 'ollama:llama3.2, http://host/v1#model, …; without a model all are listed: ollama, http://host/v1',
      })
      .option('json', jsonOption),
  examples: [
    ['touchstone endpoints check ollama:llama3.2', 'is it up, and does it have the model?'],
    ['touchstone endpoints check http://127.0.0.1:8000/v1', 'which models does it have?'],
  ],
  run: async ({ endpoint: spec, json }) => {
    const { config, model } = parseModelOrNone(spec);
    const credentials = readCredentials(config, (name) => process.env[name]);
    const endpoint = await openEndpoint(config, { connections: 1, credentials });
    try {
      const models = await endpoint.listModels().catch((cause: unknown) => {
        throw cause instanceof EndpointError && isRemote(config) ? unreachable(cause, config) : cause;
      });
      if (json) printJson(models);
      for (const { id } of json ? [] : models) print(printable(id));
      const isListed = model === null || models.some(({ id }) => id === model);
      if (model === null) say(`the server is up; models it lists: ${count(models.length)}`);
      else say(isListed ? `${config.name} is up and lists its model` : `the server does not list the model "${model}"`);
      return isListed ? EXIT.yes : EXIT.no;
    } finally {
      await endpoint.close();
    }
  },
});

// Whoever wants to know the models of a server cannot name one yet.
function parseModelOrNone(spec: string): { readonly config: EndpointConfig; readonly model: string | null } {
  const mark = /^https?:/i.test(spec) ? '#' : ':';
  if (!spec.includes(mark)) {
    return { config: { ...parseEndpointSpec(`${spec}${mark}any`), name: 'the server' }, model: null };
  }
  const config = parseEndpointSpec(spec);
  return { config, model: config.model };
}

/** The commands about endpoints. */
export const endpoints: Command = defineGroup(
  'endpoints',
  'list, check, probe and attest endpoints, serve embedded, recorded or simulated ones',
  [list, check, probe, attest, serve],
);
