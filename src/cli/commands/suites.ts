/** `touchstone suites`: list suites, pull one, show one, lint one. */
import type { Argv } from 'yargs';
import { InputError } from '../../core/errors.ts';
import { checkHarnesses } from '../../harness/check.ts';
import type { RunTool } from '../../harness/harness.ts';
import { count } from '../../reports/figures.ts';
import { printable } from '../../reports/printable.ts';
import { rightAnswersOf } from '../../scoring/gold.ts';
import { findScorer } from '../../scoring/registry.ts';
import type { RightAnswers } from '../../suites/lint/check.ts';
import type { Finding } from '../../suites/lint/finding.ts';
import { harnessesOf, type SuiteOrigin } from '../../suites/definition.ts';
import { loadSuite, type LoadedSuite } from '../../suites/load.ts';
import { defineCommand, defineGroup, type Command } from '../command.ts';
import { EXIT, worstOf, type ExitCode } from '../exit.ts';
import { paint, print, printJson } from '../say.ts';
import { programSandbox } from '../program-sandbox.ts';
import { findSuite, shippedSuites } from '../suite-path.ts';
import { list } from './suites-list.ts';
import { pull } from './suites-pull.ts';

const jsonOption = { type: 'boolean', default: false, describe: 'print JSON' } as const;
const suiteArgument = {
  type: 'string',
  demandOption: true,
  describe: 'name of a suite that comes along, or path of a suite file or its folder',
} as const;

const show: Command = defineCommand({
  usage: 'show <suite>',
  describe: 'show a suite and its first item as a model sees it',
  options: (parser: Argv) =>
    parser
      .positional('suite', suiteArgument)
      .option('json', { ...jsonOption, describe: 'print the canonical definition, suite.json' }),
  examples: [
    ['touchstone suites show arithmetic', ''],
    ['touchstone suites show ./my-suite --json', ''],
  ],
  run: async ({ suite, json }) => {
    const loaded = await loadSuite(await findSuite(suite));
    await checkHarnesses(loaded);
    if (json) print(loaded.definitionText);
    else for (const line of await showLines(loaded)) print(line);
    return EXIT.yes;
  },
});

const lint: Command = defineCommand({
  usage: 'lint [suite..]',
  describe: 'look for faults: wrong answers, doubles, leaks, items that were trained on',
  lists: ['suite'],
  options: (parser: Argv) =>
    parser
      .positional('suite', {
        type: 'string',
        array: true,
        default: [],
        describe: 'suites; default: all that come along',
      })
      .option('json', jsonOption),
  examples: [['touchstone suites lint ./my-suite', 'names file, line and items of every fault']],
  notes: 'Every item is rendered and its right answer judged. Ends with 1 if there is an error; warnings may be meant.',
  run: async ({ suite, json }) => {
    const { lintSuite } = await import('../../suites/lint/lint-suite.ts');
    const codes: ExitCode[] = [];
    const all: Finding[] = [];
    for (const name of suite.length === 0 ? await shippedSuites() : suite) {
      const loaded = await loadSuite(await findSuite(name));
      await checkHarnesses(loaded, openTools);
      const findings = await lintSuite(loaded, rightAnswers(loaded));
      all.push(...findings);
      codes.push(findings.some(({ level }) => level === 'error') ? EXIT.no : EXIT.yes);
      if (!json) for (const line of lintLines(loaded, findings)) print(line);
    }
    if (json) printJson(all);
    return worstOf(codes);
  },
});

/** The commands about suites. */
export const suites: Command = defineGroup('suites', 'list, pull, show and lint suites', [list, pull, show, lint]);

async function openTools(): Promise<RunTool> {
  await programSandbox.ready('javascript');
  return (program) => programSandbox.evaluate(program);
}

function rightAnswers({ definition, path }: LoadedSuite): RightAnswers {
  const scorer = findScorer(definition.scorer);
  const { id, version } = definition.scorer;
  if (scorer === null)
    throw new InputError('ERR_SCORER_CONFIG', `cannot lint "${path}": there is no scorer ${id} version ${version}`);
  return rightAnswersOf(scorer, programSandbox);
}

function lintLines({ definition, path }: LoadedSuite, findings: readonly Finding[]): readonly string[] {
  const name = paint('strong', definition.id);
  if (findings.length === 0) return [`${name}: ${paint('good', 'no faults')} in ${count(definition.items.size)} items`];
  return findings.map(({ level, code, message, line, items, count: number }) => {
    const which =
      number === 0
        ? ''
        : `: ${count(number)} items, ${printable(items.join(', '))}${number > items.length ? ' …' : ''}`;
    return `${name}: ${paint(level === 'error' ? 'bad' : 'warning', level)} ${code}: ${message}${which} (${path}:${line})`;
  });
}

async function showLines({ path, definition, digest, items, renderer }: LoadedSuite): Promise<readonly string[]> {
  const { id, version, title, description, licence, visibility, redistributable } = definition;
  const { scorer, parameters, repeats, origin, needs = [] } = definition;
  const { value: item } = await items([0]).next();
  const messages = item === undefined ? [] : renderer.render(item.input);
  const rights = `${visibility}, ${redistributable ? 'may be redistributed' : 'not to be redistributed'}`;
  return [
    `${paint('strong', id)} ${version}: ${printable(title)}`,
    ...(description === undefined ? [] : [printable(description.trim())]),
    '',
    `file        ${path}`,
    `digest      ${digest}`,
    `items       ${count(definition.items.size)}, root ${definition.items.root}`,
    `licence     ${licence}, ${rights}`,
    ...(origin === undefined ? [] : [`origin      ${originText(origin)}`]),
    ...harnessesOf(definition).map(({ id: kind, version: v, name }) =>
      ['harness    ', kind, v, ...(name === undefined ? [] : [`(--harness ${name})`])].join(' '),
    ),
    ...(needs.length === 0 ? [] : [`needs       ${needs.join(', ')}`]),
    `scorer      ${scorer.id} ${scorer.version} ${JSON.stringify(scorer.config)}`,
    `parameters  ${JSON.stringify(parameters)}, repeats ${repeats}`,
    `unscored    ${Object.entries(definition.unscored)
      .map(([reason, as]) => `${reason} ${as}`)
      .join(', ')}`,
    '',
    paint('faint', 'the first item, as a model sees it:'),
    ...messages.map(({ role, content }) => `${paint('strong', `${role}:`)} ${printable(content)}`),
    `${paint('strong', 'right answer:')} ${item === undefined ? '' : printable(JSON.stringify(item.target))}`,
  ];
}

function originText({ files, pin }: SuiteOrigin): string {
  const names = files.slice(0, 3).map(({ name }) => printable(name));
  const more = files.length > names.length ? ` and ${files.length - names.length} more` : '';
  return `${names.join(', ')}${more}, digests ${pin === 'published' ? 'published' : 'accepted by whoever pulled them'}`;
}
