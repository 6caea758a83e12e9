/** `touchstone endpoints`: which servers are known by name, whether one answers, and servers of our own. */
import type { Argv } from 'yargs';
import { PRESETS } from '../../endpoints/presets.ts';
import { defineCommand, defineGroup, wholeNumber, type Command } from '../command.ts';
import { EXIT } from '../exit.ts';
import { print, printJson, say } from '../say.ts';
import { untilInterrupted } from '../until-interrupted.ts';

const jsonOption = { type: 'boolean', default: false, describe: 'print JSON' } as const;
const portOption = {
  type: 'string',
  default: '8090',
  describe: 'port; 0 for any free one',
  requiresArg: true,
} as const;
const hostOption = {
  type: 'string',
  default: '127.0.0.1',
  describe: 'address to listen on; there is no access control',
  requiresArg: true,
} as const;

const list: Command = defineCommand({
  usage: 'list',
  describe: 'list the servers that are known by name',
  options: (parser: Argv) =>
    parser
      .option('json', jsonOption)
      .example('touchstone endpoints list', '')
      .epilogue('Use one as <name>:<model>, such as ollama:llama3.2; any other server as http://host/v1#model.'),
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
      .option('host', hostOption)
      .example('touchstone endpoints serve embedded', 'then use http://127.0.0.1:8090/v1#tiny-1.3m'),
  run: async ({ model, port, host }) => {
    const { startEmbeddedServer } = await import('../../endpoints/embedded/server.ts');
    const { readEmbeddedModels } = await import('../../endpoints/embedded/models.ts');
    const models = await readEmbeddedModels(model);
    const server = await startEmbeddedServer({ models, host, port: wholeNumber('port', port) ?? 0 });
    print(`${server.url}`);
    say(`serving ${models.map(({ name }) => name).join(', ')}; end with Ctrl-C`);
    await untilInterrupted();
    await server.close();
    return EXIT.yes;
  },
});

const serve: Command = defineGroup('serve', 'serve embedded models or recorded answers over HTTP', [serveEmbedded]);

/** The commands about endpoints. */
export const endpoints: Command = defineGroup(
  'endpoints',
  'list and check endpoints, serve embedded or recorded ones',
  [list, serve],
);
