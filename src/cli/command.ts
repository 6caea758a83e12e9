/** How a command describes itself, so that it can be loaded alone. */
import type { ArgumentsCamelCase, Argv } from 'yargs';
import { UsageError } from '../core/errors.ts';
import type { ExitCode } from './exit.ts';

/** A command, or a group of them. */
export interface Command {
  /** The words of the command with its arguments, as yargs reads them: `verify <source..>`. */
  readonly usage: string;
  readonly describe: string;
  /** Declare options on a parser and say what happens when they have been read. */
  readonly attach: (parser: Argv, finish: (code: ExitCode) => void) => Argv;
}

/** A command with the types of its options, as its file writes it. */
export interface CommandDefinition<T> {
  readonly usage: string;
  readonly describe: string;
  /** Arguments and options that may be given several times. */
  readonly lists?: readonly string[];
  readonly options: (parser: Argv) => Argv<T>;
  /** Lines to type, each with what it is for. */
  readonly examples: readonly (readonly [line: string, purpose: string])[];
  /** What else a user should know, after the examples. */
  readonly notes?: string;
  readonly run: (args: ArgumentsCamelCase<T>) => Promise<ExitCode>;
}

/** A command from its definition. */
export function defineCommand<T>(definition: CommandDefinition<T>): Command {
  const { usage, describe, lists = [], options, examples, notes, run } = definition;
  const build = (parser: Argv): Argv<T> => {
    for (const [line, purpose] of examples) parser.example(purpose === '' ? line : `# ${purpose}\n${line}`, '');
    return options(notes === undefined ? parser : parser.epilogue(notes));
  };
  const attach: Command['attach'] = (parser, finish) =>
    parser.command(usage, describe, build, async (args) => {
      checkGivenOnce(args, lists);
      finish(await run(args));
    });
  return { usage, describe, attach };
}

/** A command that only groups others: `bundle create`, `bundle inspect`. */
export function defineGroup(name: string, describe: string, commands: readonly Command[]): Command {
  const attach: Command['attach'] = (parser, finish) =>
    parser.command(name, describe, (inner) => {
      for (const command of commands) command.attach(inner, finish);
      return inner.demandCommand(1, 1, `${name} needs one of: ${commands.map(firstWord).join(', ')}`);
    });
  return { usage: name, describe, attach };
}

function firstWord({ usage }: Command): string {
  return usage.split(' ', 1)[0] ?? usage;
}

// The parser turns an option that is given twice into a list, which is wanted only where the command says so.
function checkGivenOnce(args: Readonly<Record<string, unknown>>, lists: readonly string[]): void {
  const twice = Object.keys(args).find((name) => Array.isArray(args[name]) && name !== '_' && !lists.includes(name));
  if (twice !== undefined) throw new UsageError('ERR_USAGE', `--${twice} was given more than once`);
}

/**
 * The whole number in an option, or undefined if it was not given.
 *
 * @throws {@link UsageError} `ERR_USAGE`
 */
export function wholeNumber(option: string, text: string | undefined, min = 0): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : -1;
  if (value < min) throw new UsageError('ERR_USAGE', `--${option} is "${text}": want a whole number from ${min}`);
  return value;
}

/**
 * One of some words in an option, or undefined if it was not given.
 *
 * @throws {@link UsageError} `ERR_USAGE`
 */
export function oneOfWords<T extends string>(
  option: string,
  text: string | undefined,
  words: readonly T[],
): T | undefined {
  if (text === undefined) return undefined;
  const found = words.find((word) => word === text);
  if (found === undefined) throw new UsageError('ERR_USAGE', `--${option} is "${text}": want ${words.join(', ')}`);
  return found;
}
