/** `touchstone report`: verified transcripts as tables and a page. */
import type { Argv } from 'yargs';
import { startReport, writeDraft } from '../../reports/write-report.ts';
import { defineCommand, type Command } from '../command.ts';
import { disclosureChoice, LEVELS_HELP } from '../disclosure-options.ts';
import { EVIDENCE_OPTIONS, readEvidenceChoice } from '../evidence-check.ts';
import { EXIT, worstOf } from '../exit.ts';
import { print, printJson, say } from '../say.ts';
import { readTrust } from '../trust.ts';
import { verifyEach } from '../verify-sources.ts';

/** The command. */
export const report: Command = defineCommand({
  usage: 'report <source..>',
  describe: 'turn verified transcripts into tables and a page',
  lists: ['source', 'trust'],
  options: (parser: Argv) =>
    parser
      .positional('source', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'run folders and bundle files',
      })
      .option('out', {
        alias: 'o',
        type: 'string',
        demandOption: true,
        describe: 'folder for the report (required)',
        requiresArg: true,
      })
      .option('trust', {
        type: 'string',
        array: true,
        default: [],
        describe: 'key you vouch for: vkey, OpenSSH public key, or a file of them; may be repeated',
        requiresArg: true,
      })
      .option('title', { type: 'string', describe: 'title of the report', requiresArg: true })
      .option('disclose', {
        type: 'string',
        describe: 'most that the report may show: D0, D1, D2, D3',
        requiresArg: true,
      })
      .option('items', { type: 'string', describe: 'items whose texts D2 shows, such as 0,5,7-12', requiresArg: true })
      .options(EVIDENCE_OPTIONS)
      .option('bundles', {
        type: 'boolean',
        default: true,
        describe: 'put the transcripts into the page, which then verifies itself; --no-bundles leaves them out',
      })
      .option('json', { type: 'boolean', default: false, describe: 'print the content of report.json' }),
  examples: [
    ['touchstone report runs/* -o report', 'then open report/report.html'],
    ['touchstone report a.touchstone.jsonl.gz b.touchstone.jsonl.gz --trust keys.pub -o report', ''],
  ],
  notes: `Nothing is written unless every source verifies.\n\n${LEVELS_HELP}`,
  run: async ({ source, out, trust, title, disclose, items, bundles, json, ...args }) => {
    const disclosure = disclosureChoice(disclose, items);
    const trusted = await readTrust(trust);
    const options = { disclosure, createdAt: new Date().toISOString(), ...(title === undefined ? {} : { title }) };
    const draft = await startReport(options);
    try {
      const checks = { trusted, evidence: await readEvidenceChoice(args), keepSamples: true };
      const { codes } = await verifyEach(source, checks, async (run) => await draft.take(run));
      if (codes.length > 0) {
        say(`no report is written: ${codes.length} of ${source.length} sources cannot be used`);
        return worstOf(codes);
      }
      const paths = new Map(draft.runs.map(({ run }) => [run.runId, run.name]));
      const written = await writeDraft(draft, out, { ...options, ...(bundles ? { paths } : {}) });
      if (json) printJson(written.model);
      else for (const path of written.paths) print(path);
    } finally {
      await draft.discard();
    }
    if (trust.length === 0)
      say('the signers are not identified, and the report says so: --trust names the keys you know');
    return EXIT.yes;
  },
});
