/** `touchstone endpoints`: which servers are known by name, whether one answers, and servers of our own. */
import type { Argv } from 'yargs';
import { EndpointError, UsageError } from '../../core/errors.ts';
import { isRemote, parseEndpointSpec, type EndpointConfig } from '../../endpoints/config.ts';
import { openEndpoint, readCredentials } from '../../endpoints/open.ts';
import { PRESETS } from '../../endpoints/presets.ts';
import { readRecording } from '../../endpoints/read-recording.ts';
import type { FindMessages, Recording } from '../../endpoints/replay.ts';
import { count } from '../../reports/figures.ts';
import { printable } from '../../reports/printable.ts';
import { loadSuite } from '../../suites/load.ts';
import { defineCommand, defineGroup, wholeNumber, type Command } from '../command.ts';
import { EXIT } from '../exit.ts';
import { messageFinder, unreachable } from '../reach-endpoint.ts';
import { print, printJson, say } from '../say.ts';
import { findSuite } from '../suite-path.ts';
import { untilInterrupted } from '../until-interrupted.ts';

const jsonOption = { type: 'boolean', default: false, describe: 'print JSON' } as const;
const portOption = {
  type: 'string',
  default: '8090',
  describe: 'port (default 8090); 0 for any free one',
  requiresArg: true,
} as const;
const hostOption = {
  type: 'string',
  default: '127.0.0.1',
  describe: 'address to listen on (default 127.0.0.1); there is no access control',
  requiresArg: true,
} as const;

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

const serveEmbedded: Command = defineCommand({
  usage: 'embedded',
  describe: 'serve the models that come along over HTTP',
  lists: ['model'],
  options: (parser: Argv) =>
    parser
      .option('model', { type: 'string', array: true, describe: 'only this model; may be repeated', requiresArg: true })
      .option('port', portOption)
      .option('host', hostOption),
  examples: [['touchstone endpoints serve embedded', 'then use http://127.0.0.1:8090/v1#tiny-1.3m']],
  run: async ({ model, port, host }) => {
    const { startEmbeddedServer } = await import('../../endpoints/embedded/server.ts');
    const { readEmbeddedModels } = await import('../../endpoints/embedded/models.ts');
    const models = await readEmbeddedModels(model);
    const server = await startEmbeddedServer({ models, host, port: portNumber(port) });
    print(server.url);
    say(`serving ${models.map(({ name }) => name).join(', ')}; end with Ctrl-C`);
    await untilInterrupted();
    await server.close();
    return EXIT.yes;
  },
});

const serveReplay: Command = defineCommand({
  usage: 'replay <file..>',
  describe: 'serve recorded answers over HTTP',
  lists: ['file'],
  options: (parser: Argv) =>
    parser
      .positional('file', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'recordings as FILE or FILE#MODEL; a recording without a model takes the name of its file',
      })
      .option('suite', { type: 'string', describe: 'suite of recordings that name items only', requiresArg: true })
      .option('port', portOption)
      .option('host', hostOption),
  examples: [
    ['touchstone endpoints serve replay answers.jsonl#my-model', 'then use http://127.0.0.1:8090/v1#my-model'],
  ],
  notes: 'Every answer says that it is a replay. It shows what was recorded, never that a model would say it again.',
  run: async ({ file, suite, port, host }) => {
    const { startReplayServer } = await import('../../endpoints/replay-server.ts');
    const find = suite === undefined ? null : await messageFinder(await loadSuite(await findSuite(suite)));
    const recordings = new Map(await Promise.all(file.map(async (spec) => await namedRecording(spec, find))));
    const server = await startReplayServer({ recordings, host, port: portNumber(port) });
    print(server.url);
    say(`replaying ${[...recordings.keys()].join(', ')}; end with Ctrl-C`);
    await untilInterrupted();
    await server.close();
    return EXIT.yes;
  },
});

async function namedRecording(spec: string, find: FindMessages | null): Promise<[string, Recording]> {
  const config = parseEndpointSpec(`replay:${spec}`);
  if (config.kind !== 'replay') throw new RangeError('a replay is a replay');
  return [config.model, await readRecording(config.path, find)];
}

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

function portNumber(text: string): number {
  const port = wholeNumber('port', text) ?? 0;
  if (port > 65_535) throw new UsageError('ERR_USAGE', `--port is "${text}": want a whole number from 0 to 65535`);
  return port;
}

// Whoever wants to know the models of a server cannot name one yet.
function parseModelOrNone(spec: string): { readonly config: EndpointConfig; readonly model: string | null } {
  const mark = /^https?:/i.test(spec) ? '#' : ':';
  if (!spec.includes(mark)) {
    return { config: { ...parseEndpointSpec(`${spec}${mark}any`), name: 'the server' }, model: null };
  }
  const config = parseEndpointSpec(spec);
  return { config, model: config.model };
}

const serve: Command = defineGroup('serve', 'serve embedded models or recorded answers over HTTP', [
  serveEmbedded,
  serveReplay,
]);

/** The commands about endpoints. */
export const endpoints: Command = defineGroup(
  'endpoints',
  'list and check endpoints, serve embedded or recorded ones',
  [list, check, serve],
);
