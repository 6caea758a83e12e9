/** `touchstone init`: a configuration, a small suite and a signing key, ready to run. */
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Argv } from 'yargs';
import { writeAtomic } from '../../archive/write-atomic.ts';
import { UsageError } from '../../core/errors.ts';
import { parseEndpointSpec } from '../../endpoints/config.ts';
import { defineCommand, type Command } from '../command.ts';
import { EXIT } from '../exit.ts';
import { defaultKeyName, defaultKeyPath, newKey, readKeyFile, writeKeyFile } from '../key-file.ts';
import { exists } from '../path-exists.ts';
import { print, say, withHint } from '../say.ts';
import { STARTER_ENDPOINT, starterFiles } from '../starter.ts';

/** The command. */
export const init: Command = defineCommand({
  usage: 'init [folder]',
  describe: 'write a configuration, a small suite and a signing key',
  lists: ['endpoint'],
  options: (parser: Argv) =>
    parser
      .positional('folder', { type: 'string', default: '.', describe: 'where to write (default: here)' })
      .option('endpoint', {
        type: 'string',
        array: true,
        default: [STARTER_ENDPOINT],
        describe: `endpoint to put into the configuration (default ${STARTER_ENDPOINT}); may be repeated`,
        requiresArg: true,
      })
      .option('force', { type: 'boolean', default: false, describe: 'overwrite files; a key is never overwritten' }),
  examples: [
    ['touchstone init && touchstone run touchstone.yaml', 'works at once, with a model that comes along'],
    ['touchstone init evals --endpoint ollama:llama3.2', 'for a model of yours'],
  ],
  run: async ({ folder, endpoint, force }) => {
    for (const spec of endpoint) parseEndpointSpec(spec);
    const files = [...starterFiles(endpoint)].map(([name, text]) => ({ path: join(folder, name), text }));
    if (!force) await checkNothingInTheWay(files.map(({ path }) => path));
    for (const { path, text } of files) {
      await mkdir(dirname(path), { recursive: true });
      await writeAtomic(path, text);
      print(path);
    }
    await makeKey();
    sayNext(folder);
    return EXIT.yes;
  },
});

async function checkNothingInTheWay(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    if (!(await exists(path))) continue;
    const error = new UsageError('ERR_USAGE', `cannot write ${path}: it exists already`);
    throw withHint(error, 'name another folder, or overwrite it with --force');
  }
}

async function makeKey(): Promise<void> {
  const path = defaultKeyPath();
  if (await exists(path)) {
    const { publicKey } = await readKeyFile(path);
    say(`your key stays as it is: ${publicKey.fingerprint} in ${path}`);
    return;
  }
  const key = newKey(defaultKeyName());
  await writeKeyFile(path, key);
  print(path);
  say(`made a signing key: ${key.publicKey.fingerprint}`);
}

function sayNext(folder: string): void {
  say(folder === '.' ? 'next:' : `next, in ${folder}:`);
  say('  touchstone run touchstone.yaml');
  say('  touchstone verify runs/* --allow-unknown-signer');
  say('  touchstone report runs/* -o report');
}
