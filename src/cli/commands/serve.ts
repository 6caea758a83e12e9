/** `touchstone endpoints serve`: servers of our own, until Ctrl-C. */
import type { Argv } from 'yargs';
import { UsageError } from '../../core/errors.ts';
import { TEE_PROVIDERS } from '../../core/evidence-names.ts';
import { parseEndpointSpec } from '../../endpoints/config.ts';
import { readRecording } from '../../endpoints/read-recording.ts';
import type { FindMessages, Recording } from '../../endpoints/replay.ts';
import { loadSuite } from '../../suites/load.ts';
import { defineCommand, defineGroup, wholeNumber, type Command } from '../command.ts';
import { EXIT } from '../exit.ts';
import { messageFinder } from '../reach-endpoint.ts';
import { print, say } from '../say.ts';
import { findSuite } from '../suite-path.ts';
import { untilInterrupted } from '../until-interrupted.ts';

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

const serveTeeSim: Command = defineCommand({
  usage: 'tee-sim',
  describe: 'serve an embedded model as an attested provider would; simulated, proves nothing',
  lists: ['fault'],
  options: (parser: Argv) =>
    parser
      .option('mode', {
        type: 'string',
        default: 'near-direct',
        describe: `provider to simulate: ${TEE_PROVIDERS.join(', ')} (default near-direct)`,
        requiresArg: true,
      })
      .option('model', {
        type: 'string',
        default: 'tiny-1.3m',
        describe: 'embedded model behind it',
        requiresArg: true,
      })
      .option('fault', {
        type: 'string',
        array: true,
        default: [],
        describe: 'something to do wrong, see --faults; may be repeated',
        requiresArg: true,
      })
      .option('faults', {
        type: 'boolean',
        default: false,
        describe: 'list the faults and what refuses each, then end',
      })
      .option('tls', {
        type: 'string',
        describe: 'serve over TLS and write the certificate that clients have to trust to this file',
        requiresArg: true,
      })
      .option('port', portOption)
      .option('host', hostOption),
  examples: [
    ['touchstone endpoints serve tee-sim', 'then run or attest the endpoint that it names, with --allow-simulated'],
    ['touchstone endpoints serve tee-sim --mode aci --tls sim.pem', 'over TLS, whose key is in the attestation'],
    [
      'touchstone endpoints serve tee-sim --fault gpu-nonce',
      'what does a verifier say to GPU evidence of another run?',
    ],
    ['touchstone endpoints serve tee-sim --faults', 'what can go wrong?'],
  ],
  notes:
    'Quotes, event logs, GPU evidence and signatures are real in form and cryptography, under a root key that anybody can\n' +
    'derive. So it proves nothing: it is accepted only with --allow-simulated, and stays at level L1.',
  run: async ({ faults, ...args }) => {
    const { faultLines, serveSimulator } = await import('../tee-simulator.ts');
    if (faults) for (const line of faultLines()) print(line);
    else await serveSimulator({ ...args, port: portNumber(args.port) });
    return EXIT.yes;
  },
});

async function namedRecording(spec: string, find: FindMessages | null): Promise<[string, Recording]> {
  const config = parseEndpointSpec(`replay:${spec}`);
  if (config.kind !== 'replay') throw new RangeError('a replay is a replay');
  return [config.model, await readRecording(config.path, find)];
}

function portNumber(text: string): number {
  const port = wholeNumber('port', text) ?? 0;
  if (port > 65_535) throw new UsageError('ERR_USAGE', `--port is "${text}": want a whole number from 0 to 65535`);
  return port;
}

/** Servers of our own. */
export const serve: Command = defineGroup(
  'serve',
  'serve embedded models, recorded answers or a simulated TEE over HTTP',
  [serveEmbedded, serveReplay, serveTeeSim],
);
