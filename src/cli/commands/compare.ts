/** `touchstone compare`: what differs between verified runs, and what is noise. */
import { resolve } from 'node:path';
import type { Argv } from 'yargs';
import { UsageError } from '../../core/errors.ts';
import { ACROSS } from '../../reports/comparable.ts';
import { compareRuns } from '../../reports/comparison/compare-runs.ts';
import { comparedRun } from '../../reports/comparison/compared-run.ts';
import type { NotComparable } from '../../reports/comparison/model.ts';
import { writeComparison } from '../../reports/comparison/write-comparison.ts';
import { defineCommand, oneOfWords, type Command } from '../command.ts';
import { comparisonLines, notComparableLines } from '../comparison-text.ts';
import { disclosureChoice, LEVELS_HELP } from '../disclosure-options.ts';
import { EVIDENCE_OPTIONS, readEvidenceChoice } from '../evidence-check.ts';
import { EXIT, worstOf } from '../exit.ts';
import { print, printJson, say } from '../say.ts';
import { readTrust } from '../trust.ts';
import { verifyEach } from '../verify-sources.ts';

/** The command. */
export const compare: Command = defineCommand({
  usage: 'compare <source..>',
  describe: 'say what differs between verified runs, and what is noise',
  lists: ['source', 'trust'],
  options: (parser: Argv) =>
    parser
      .positional('source', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'run folders and bundle files; the first is the baseline',
      })
      .option('baseline', {
        alias: 'b',
        type: 'string',
        describe: 'run that the others are compared with, one of the sources or another',
        requiresArg: true,
      })
      .option('on-common-items', {
        type: 'boolean',
        default: false,
        describe: 'compare runs over different selections on the items that all of them have',
      })
      .option('across', {
        type: 'string',
        describe: 'harness: compare runs that differ in the harness alone, as model × harness',
        requiresArg: true,
      })
      .option('out', {
        alias: 'o',
        type: 'string',
        describe: 'folder for the files of the comparison',
        requiresArg: true,
      })
      .option('trust', {
        type: 'string',
        array: true,
        default: [],
        describe: 'key you vouch for: vkey, OpenSSH public key, or a file of them; may be repeated',
        requiresArg: true,
      })
      .option('allow-unknown-signer', {
        type: 'boolean',
        default: false,
        describe: 'say nothing about signers that are not identified',
      })
      .option('disclose', {
        type: 'string',
        describe: 'most that may be shown of items, such as ids and tags: D0, D1, D2, D3',
        requiresArg: true,
      })
      .option('items', { type: 'string', describe: 'items that D2 shows, such as 0,5,7-12', requiresArg: true })
      .options(EVIDENCE_OPTIONS)
      .option('json', { type: 'boolean', default: false, describe: 'print the content of comparison.json' }),
  examples: [
    ['touchstone compare runs/before runs/after', 'did the change help?'],
    ['touchstone compare runs/* --baseline runs/reference -o comparison', 'a leaderboard, with ties'],
    ['touchstone compare whole-file search-replace --across harness', 'what does the harness change?'],
    ['touchstone compare full.touchstone.jsonl.gz part.touchstone.jsonl.gz --on-common-items', ''],
  ],
  notes:
    'Runs are compared item by item, over the same items under the same rules; otherwise what differs is named and the\n' +
    'command ends with 1. Every difference has an interval and a p-value that is adjusted for the number of comparisons.\n' +
    `--out writes comparison.json, comparison.md, comparison.csv and flips.csv. See docs/compare.md.\n\n${LEVELS_HELP}`,
  run: async ({
    source,
    baseline,
    onCommonItems,
    across,
    out,
    trust,
    allowUnknownSigner,
    disclose,
    items,
    json,
    ...args
  }) => {
    const disclosure = disclosureChoice(disclose, items);
    const rules = [oneOfWords('across', across, ACROSS) ?? []].flat();
    const sources = withBaseline(source, baseline);
    const checks = {
      trusted: await readTrust(trust),
      evidence: await readEvidenceChoice(args),
      keepSamples: 'verdicts',
    } as const;
    const { runs, codes } = await verifyEach(sources, checks, (run) => comparedRun(run, disclosure));
    if (codes.length > 0) {
      say(`nothing is compared: ${codes.length} of ${sources.length} sources cannot be used`);
      return worstOf(codes);
    }
    const model = compareRuns(runs, { onCommonItems, across: rules, createdAt: new Date().toISOString() });
    if (json) printJson(model);
    if (!model.comparable) {
      if (!json) for (const line of notComparableLines(model)) print(line);
      if (isHarnessAlone(model)) say('hint: --across harness compares runs that differ in the harness alone');
      return EXIT.no;
    }
    if (!json) for (const line of comparisonLines(model)) print(line);
    if (out !== undefined) for (const path of await writeComparison(model, out)) say(`wrote ${path}`);
    if (trust.length === 0 && !allowUnknownSigner)
      say('the signers are not identified: --trust names the keys you know');
    return EXIT.yes;
  },
});

function isHarnessAlone({ refusals }: NotComparable): boolean {
  return refusals.every(({ differences }) => differences.every(({ field }) => field === 'rules.harness'));
}

// The baseline goes first, wherever it was given.
function withBaseline(sources: readonly string[], baseline: string | undefined): readonly string[] {
  const others = sources.filter((source) => baseline === undefined || resolve(source) !== resolve(baseline));
  const all = baseline === undefined ? others : [baseline, ...others];
  if (all.length >= 2) return all;
  throw new UsageError('ERR_USAGE', `cannot compare ${all.length} source: want two or more`);
}
