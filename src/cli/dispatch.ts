/** From the words of the command line to one command, and from whatever comes back to an exit code. */
import yargs, { type Argv } from 'yargs';
import { UsageError } from '../core/errors.ts';
import { isNear } from '../schema/spelling.ts';
import type { Command } from './command.ts';
import { EXIT, exitCodeOf, type ExitCode } from './exit.ts';
import { COMMANDS } from './overview.ts';
import { sayError, withHint } from './say.ts';

const MAX_COLUMNS = 120;

/** Run one command; errors are said here. */
export async function dispatch(args: readonly string[]): Promise<ExitCode> {
  // What is thrown outside of every promise that somebody waits for is a bug, and nothing after it can be relied on.
  process.on('uncaughtException', (error) => {
    sayError(error);
    process.exit(exitCodeOf(error));
  });
  try {
    return await parseAndRun(await load(args[0] ?? ''), args);
  } catch (error) {
    sayError(error);
    return exitCodeOf(error);
  }
}

async function load(name: string): Promise<Command> {
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (entry !== undefined) return await entry.load();
  const what = name.startsWith('-') ? 'option' : 'command';
  const error = new UsageError('ERR_USAGE', `there is no ${what} "${name}"`);
  const near = Object.keys(COMMANDS).find((known) => isNear(known, name));
  throw withHint(
    error,
    near === undefined ? 'touchstone --help shows all commands' : `did you mean touchstone ${near}?`,
  );
}

async function parseAndRun(command: Command, args: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = EXIT.yes;
  const parser = withoutTypes(yargs([...args]))
    .scriptName('touchstone')
    .parserConfiguration({ 'greedy-arrays': false, 'parse-positional-numbers': false })
    .locale('en')
    .updateStrings({ 'Positionals:': 'Arguments:' })
    .strict()
    .recommendCommands()
    .demandCommand(1)
    .version(false)
    .help('help', 'show this page')
    .alias('help', 'h')
    .wrap(Math.min(process.stdout.columns ?? MAX_COLUMNS, MAX_COLUMNS))
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message: string | null, error: Error | undefined) => {
      // The parser has errors of its own, such as for an option without its value; all others are those of a command.
      if (error !== undefined && error.name !== 'YError') throw error;
      throw usageError(message ?? error?.message ?? 'the command is not complete', command);
    });
  await command.attach(parser, (finished) => (code = finished)).parseAsync();
  return code;
}

// The words say what an option takes; a column of type names beside them is noise. The published types lack this method.
function withoutTypes(parser: Argv): Argv {
  const configurable = parser as Argv & { usageConfiguration(options: { readonly 'hide-types': boolean }): Argv };
  return configurable.usageConfiguration({ 'hide-types': true });
}

function usageError(message: string, command: Command): UsageError {
  const name = command.usage.split(' ', 1)[0] ?? '';
  const text = message
    .replace(/^Not enough non-option arguments: got (\d+), need/, 'arguments are missing: got $1, want')
    .replaceAll(/\s*\n\s*/g, '; ')
    .replace(/^./, (first) => first.toLowerCase());
  return withHint(new UsageError('ERR_USAGE', text), `touchstone ${name} --help shows the options and examples`);
}
