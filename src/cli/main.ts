#!/usr/bin/env node
/**
 * The entry of the command line.
 *
 * `--version` and the overview are answered before anything else is loaded; every command is loaded alone. This is the
 * only place that sets the exit code.
 */
import { overview } from './overview.ts';
import { toolVersion } from './version.ts';

const args = process.argv.slice(2);
const [first] = args;

// A reader that closes early, such as head, is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(process.exitCode);
});

if (first === '--version' || first === '-V') {
  process.stdout.write(`touchstone ${toolVersion()}\n`);
} else if (first === undefined || first === '--help' || first === '-h' || (first === 'help' && args.length === 1)) {
  process.stdout.write(overview());
} else {
  const { dispatch } = await import('./dispatch.ts');
  process.exitCode = await dispatch(first === 'help' ? [...args.slice(1), '--help'] : args);
}
