/** `touchstone bundle`: one file to publish, and a look into one. */
import { stat } from 'node:fs/promises';
import type { Argv } from 'yargs';
import { REVEALED } from '../../archive/disclosure.ts';
import { count } from '../../reports/figures.ts';
import { createBundleFile } from '../bundle-file.ts';
import { inspectBundle, inspectionLines } from '../bundle-inspection.ts';
import { defineCommand, defineGroup, type Command } from '../command.ts';
import { disclosureChoice, LEVELS_HELP } from '../disclosure-options.ts';
import { EXIT } from '../exit.ts';
import { print, printJson, say, warn } from '../say.ts';

const jsonOption = { type: 'boolean', default: false, describe: 'print JSON' } as const;

const create: Command = defineCommand({
  usage: 'create <run>',
  describe: 'write a finished run into one file',
  options: (parser: Argv) =>
    parser
      .positional('run', { type: 'string', demandOption: true, describe: 'run folder' })
      .option('out', {
        alias: 'o',
        type: 'string',
        describe: 'file to write (default: named after the run)',
        requiresArg: true,
      })
      .option('disclose', { type: 'string', describe: 'D0, D1, D2 or D3', requiresArg: true })
      .option('items', { type: 'string', describe: 'items that D2 opens, such as 0,5,7-12', requiresArg: true })
      .option('json', jsonOption),
  examples: [
    ['touchstone bundle create runs/arithmetic.…', 'what the licence of the suite allows'],
    ['touchstone bundle create runs/private.… --items 3,14', 'publish two items of a private suite'],
  ],
  notes: LEVELS_HELP,
  run: async ({ run, out, disclose, items, json }) => {
    const choice = disclosureChoice(disclose, items);
    const { path, level, findings } = await createBundleFile(run, { ...choice, ...(out === undefined ? {} : { out }) });
    const { size } = await stat(path);
    if (json) printJson({ path, level, bytes: size, reveals: REVEALED[level], findings });
    else print(path);
    say(`${count(size)} bytes at level ${level}; whoever has the file sees:`);
    for (const sentence of REVEALED[level]) say(`  ${sentence}`);
    for (const { what, count: times, firstPlace } of findings) {
      warn(`the bundle has what looks like a secret or personal: ${what}, ${times} times, first in ${firstPlace}`);
    }
    if (findings.length > 0) say('hint: look at these places before you publish; --disclose D1 leaves all texts out');
    say(`next: touchstone verify ${path} --trust <your public key>`);
    return EXIT.yes;
  },
});

const inspect: Command = defineCommand({
  usage: 'inspect <bundle>',
  describe: 'say what a file claims to hold; nothing of it is verified',
  options: (parser: Argv) =>
    parser
      .positional('bundle', { type: 'string', demandOption: true, describe: 'bundle file or run folder' })
      .option('json', jsonOption),
  examples: [['touchstone bundle inspect score.touchstone.jsonl.gz', '']],
  run: async ({ bundle: path, json }) => {
    const inspection = await inspectBundle(path);
    if (json) printJson(inspection);
    else for (const line of inspectionLines(inspection)) print(line);
    say(`next: touchstone verify ${path} --trust <key of its author>`);
    return EXIT.yes;
  },
});

/** The commands about bundles. */
export const bundle: Command = defineGroup('bundle', 'make one file to publish, or look into one', [create, inspect]);
