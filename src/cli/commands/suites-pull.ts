/** `touchstone suites pull`: download a public benchmark, or the items of a suite that names their address. */
import { join, relative } from 'node:path';
import type { Argv } from 'yargs';
import { UsageError } from '../../core/errors.ts';
import { count } from '../../reports/figures.ts';
import { findBenchmark } from '../../suites/pull/catalogue.ts';
import type { Benchmark } from '../../suites/pull/benchmark.ts';
import type { FetchedFile, OriginSource } from '../../suites/pull/fetch-origin.ts';
import { defineCommand, wholeNumber, type Command } from '../command.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { onInterrupt } from '../interrupt.ts';
import { byteCount, openPullView, type PullView } from '../pull-view.ts';
import { describe, paint, print, printJson, say, warn } from '../say.ts';
import { shellCommand } from '../shell-words.ts';
import { findSuite, PULLED_FOLDER } from '../suite-path.ts';

/** What the options say. */
interface PullArguments {
  readonly suite: string;
  readonly into: string | undefined;
  readonly force: boolean;
  readonly json: boolean;
}

/** Pull a benchmark, or the items of a suite. */
export const pull: Command = defineCommand({
  usage: 'pull <suite>',
  describe: 'download a public benchmark and make a suite of it; only files with the right digest are taken',
  lists: ['mirror', 'accept-digest', 'acceptDigest'],
  options: (parser: Argv) =>
    parser
      .positional('suite', {
        type: 'string',
        demandOption: true,
        describe: 'name of a benchmark, or path of a suite of yours whose items have a url',
      })
      .option('into', { type: 'string', describe: 'folder to make; default: suites/<name>' })
      .option('from', { type: 'string', describe: 'folder that holds the files already; nothing is downloaded' })
      .option('mirror', {
        type: 'string',
        array: true,
        default: [],
        describe: 'address that serves <name>/<file>, tried before that of the publisher; may be repeated',
      })
      .option('accept-digest', {
        type: 'string',
        array: true,
        default: [],
        describe: 'SHA-256 that you vouch for, of a file whose digest nobody published; may be repeated',
      })
      .option('timeout', { type: 'string', describe: 'seconds that one file may take; default: 900' })
      .option('force', { type: 'boolean', default: false, describe: 'replace what was pulled before' })
      .option('json', { type: 'boolean', default: false, describe: 'print JSON' }),
  examples: [
    [
      'touchstone suites pull gsm8k',
      'into suites/gsm8k; then: touchstone run --suite gsm8k --endpoint ollama:llama3.2',
    ],
    ['touchstone suites pull gsm8k --from ~/Downloads', 'from files that you have'],
    ['touchstone suites pull ./my-suite', 'the item file that my-suite/suite.yaml names by url and sha256'],
  ],
  notes:
    'Every file has to have the SHA-256 that is published for it. Where none is published, the digest is shown and the command ends with 3 until ' +
    '--accept-digest names it; the suite then says that its files were accepted by whoever pulled them. Nothing is written unless all of it is right.',
  run: async ({ suite, into, from, mirror, acceptDigest, timeout, force, json }) => {
    for (const digest of acceptDigest) checkDigest(digest);
    for (const address of mirror) checkMirror(address);
    const seconds = wholeNumber('timeout', timeout, 1);
    const view = openPullView();
    return await interruptible(async (signal) => {
      const source: OriginSource = {
        from,
        mirrors: mirror,
        accepted: acceptDigest,
        timeLimitMs: seconds === undefined ? undefined : seconds * 1000,
        signal,
        onBytes: view.update,
        onFault: (error) => view.say(`${describe(error)}; trying the next address`),
      };
      const benchmark = await findBenchmark(suite);
      const args = { suite, into, force, json };
      return benchmark === null ? await pullOwn(args, source, view) : await pullPublic(args, benchmark, source, view);
    });
  },
});

async function interruptible(step: (signal: AbortSignal) => Promise<ExitCode>): Promise<ExitCode> {
  const interrupt = onInterrupt();
  try {
    return await step(interrupt.signal);
  } catch (cause) {
    if (!interrupt.signal.aborted) throw cause;
    say('interrupted: nothing was written');
    return EXIT.interrupted;
  } finally {
    interrupt.dispose();
  }
}

async function pullPublic(
  { into, force, json }: PullArguments,
  benchmark: Benchmark,
  source: OriginSource,
  view: PullView,
): Promise<ExitCode> {
  const { pullBenchmark } = await import('../../suites/pull/pull-benchmark.ts');
  const folder = into ?? join(PULLED_FOLDER, benchmark.name);
  const onFile = (file: FetchedFile): void => view.say(fileLine(file));
  const { suites, files, origin } = await pullBenchmark(benchmark, { folder, force, source, onFile });
  const made = suites.map(({ file, definition, digest }) => ({
    suite: join(folder, file),
    id: definition.id,
    items: definition.items.size,
    digest,
  }));
  if (json) printJson({ benchmark: benchmark.name, folder, licence: benchmark.licence, pin: origin.pin, files, made });
  else for (const { suite, items, digest } of made) print(`${suite}: ${count(items)} items, digest ${digest}`);
  if (!json) print(`licence ${benchmark.licence}, files ${origin.pin === 'published' ? 'pinned' : 'accepted by you'}`);
  if (!benchmark.isTriedOnOriginal)
    warn('the converter of this benchmark was tried on files of its documented form, not on the original ones');
  say(`next: touchstone run --suite ${shellCommand([into ?? benchmark.name])} --endpoint <endpoint>`);
  return EXIT.yes;
}

async function pullOwn(
  { suite, into, force, json }: PullArguments,
  source: OriginSource,
  view: PullView,
): Promise<ExitCode> {
  if (into !== undefined)
    throw new UsageError('ERR_USAGE', `--into makes a folder for a benchmark, and "${suite}" is none`);
  const path = await findSuite(suite);
  const { pullItems } = await import('../../suites/pull/pull-items.ts');
  const pulled = await pullItems(path, { source, force });
  if (pulled.file !== null) view.say(fileLine(pulled.file));
  const shown = relative(process.cwd(), pulled.path);
  if (json) printJson({ suite: path, file: pulled.path, isNew: pulled.file !== null });
  else print(pulled.file === null ? `${shown}: ${paint('faint', 'the right file was there already')}` : shown);
  return EXIT.yes;
}

function fileLine({ name, bytes, from, sha256, pin }: FetchedFile): string {
  const trust = pin === null ? 'nobody vouches for it yet' : pin;
  return `${name}: ${byteCount(bytes)} from ${from}, SHA-256 ${sha256} (${trust})`;
}

function checkDigest(text: string): void {
  if (!/^[0-9a-f]{64}$/i.test(text))
    throw new UsageError('ERR_USAGE', `--accept-digest is "${text}": want a SHA-256, 64 hexadecimal digits`);
}

function checkMirror(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain =
    url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && url.search === '';
  // The text itself may hold a password.
  if (!isPlain)
    throw new UsageError('ERR_USAGE', '--mirror wants an address with http or https, without name, password and query');
}
