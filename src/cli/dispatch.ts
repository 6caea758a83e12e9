/** From the words of the command line to one command, and from whatever comes back to an exit code. */
import yargs from 'yargs';
import { UsageError } from '../core/errors.ts';
import { isNear } from '../suites/schema-fault.ts';
import type { Command } from './command.ts';
import { EXIT, exitCodeOf, type ExitCode } from './exit.ts';
import { COMMANDS } from './overview.ts';
import { sayError, withHint } from './say.ts';

const MAX_COLUMNS = 120;

/** Run one command; errors are said here. */
export async function dispatch(args: readonly string[]): Promise<ExitCode> {
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
  const parser = yargs([...args])
    .scriptName('touchstone')
    .parserConfiguration({ 'greedy-arrays': false, 'parse-positional-numbers': false })
    .locale('en')
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
      throw error ?? usageError(message ?? 'the command is not complete', command);
    });
  await command.attach(parser, (finished) => (code = finished)).parseAsync();
  return code;
}

function usageError(message: string, command: Command): UsageError {
  const name = command.usage.split(' ', 1)[0] ?? '';
  const text = message.replaceAll(/\s*\n\s*/g, '; ').replace(/^./, (first) => first.toLowerCase());
  return withHint(new UsageError('ERR_USAGE', text), `touchstone ${name} --help shows the options and examples`);
}
