/** `touchstone demo`: the whole way, with models that come along: run, sign, publish, verify apart, report. */
import type { Argv } from 'yargs';
import { defineCommand, type Command } from '../command.ts';
import { runDemo } from '../demo-run.ts';

/** The command. */
export const demo: Command = defineCommand({
  usage: 'demo [folder]',
  describe: 'see it work: evaluate, sign, verify and report two models that come along',
  options: (parser: Argv) =>
    parser
      .positional('folder', {
        type: 'string',
        default: 'touchstone-demo',
        describe: 'a folder that the demo may empty (default touchstone-demo)',
      })
      .option('full', {
        type: 'boolean',
        default: false,
        describe: 'every suite that comes along, and why the models cannot do the others',
      }),
  examples: [
    ['touchstone demo', 'takes one or two minutes; needs no key, no account and no network'],
    ['touchstone demo --full', 'also rates choices by likelihood, and probes what the models can do'],
  ],
  notes:
    'Two small language models answer the suites that ask one question per item, over HTTP on this machine. One of them answers one suite ' +
    'again behind a plain API, as a cloud has it, and behind a simulated TEE, which proves nothing.',
  run: async ({ folder, full }) => await runDemo(folder, full),
});
