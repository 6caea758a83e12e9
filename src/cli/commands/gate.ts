/** `touchstone gate`: may the candidate pass, or is it worse than the baseline beyond noise? */
import type { Argv } from 'yargs';
import { defineCommand, type Command } from '../command.ts';
import { concludeGate } from '../conclude-gate.ts';
import { EVIDENCE_OPTIONS, readEvidenceChoice } from '../evidence-check.ts';
import { PREVIOUS_OPTIONS, readPreviousChoice } from '../gate-options.ts';
import { readGivenPolicy, readGivenRuns } from '../gate-sources.ts';
import { gateLines } from '../gate-text.ts';
import { print, printJson } from '../say.ts';
import { chooseSigningKey } from '../signing-key.ts';

const text = { type: 'string', requiresArg: true } as const;
const sources = { type: 'string', array: true, requiresArg: true, demandOption: true } as const;
const flag = { type: 'boolean', default: false } as const;

const OPTIONS = {
  baseline: { ...sources, describe: 'run folder, bundle, or folder of these: what was good enough; may be repeated' },
  candidate: { ...sources, describe: 'the same: what has to show that it is good enough; may be repeated' },
  policy: { ...text, demandOption: true, describe: 'gate policy, see docs/gate.md' },
  out: {
    ...text,
    alias: 'o',
    default: 'gate',
    describe: 'folder for verdict.json, verdict.dsse.json, junit.xml, summary.md',
  },
  ...PREVIOUS_OPTIONS,
  key: { ...text, describe: 'file of the key that signs the verdict (default: your key)' },
  'key-env': { ...text, describe: 'name of the environment variable that holds the key' },
  'ssh-key': { ...text, describe: 'OpenSSH public key file to sign with through ssh-keygen' },
  unsigned: { type: 'boolean', describe: 'sign with a key of nobody' },
  'evidence-policy': { ...text, describe: 'file that names the measurements you accept, see docs/tee.md' },
  'allow-simulated': EVIDENCE_OPTIONS['allow-simulated'],
  json: { ...flag, describe: 'print the content of verdict.json' },
} as const;

/** The command. */
export const gate: Command = defineCommand({
  usage: 'gate',
  describe: 'decide by a policy whether a run may pass, and sign the verdict',
  lists: ['baseline', 'candidate', 'trust'],
  options: (parser: Argv) =>
    parser
      .options(OPTIONS)
      .group(['previous', 'trust', 'allow-weaker'], 'Changes of the policy:')
      .group(['key', 'key-env', 'ssh-key', 'unsigned'], 'Signing:')
      .group(['evidence-policy', 'allow-simulated'], 'Evidence:'),
  examples: [
    ['touchstone gate --baseline main.touchstone.jsonl.gz --candidate runs/new --policy gate.yaml', ''],
    [
      'touchstone gate --baseline baseline/ --candidate runs/ --policy gate.yaml --previous last/verdict.dsse.json --trust ci.pub',
      'in CI: the policy must not get weaker unseen',
    ],
  ],
  notes:
    'Ends with 0 if every rule holds, 1 if one is broken or a run does not verify, 5 if not enough is known, 3 if a file\n' +
    'cannot be read. The files are written in every case; the summary also goes to GITHUB_STEP_SUMMARY where that is set.',
  run: async ({ baseline, candidate, policy: path, out, json, evidencePolicy, allowSimulated, ...args }) => {
    const signer = await chooseSigningKey(args);
    const choice = await readPreviousChoice(args);
    const evidence = await readEvidenceChoice({ allowSimulated, policy: evidencePolicy });
    const policy = await readGivenPolicy(path);
    const checks = { policy: policy.policy, evidence };
    const runs = [
      ...(await readGivenRuns('baseline', baseline, checks)),
      ...(await readGivenRuns('candidate', candidate, checks)),
    ];
    const { verdict, code } = await concludeGate({ ...choice, policy, runs, signer, out });
    if (json) printJson(verdict);
    else for (const line of gateLines(verdict)) print(line);
    return code;
  },
});
