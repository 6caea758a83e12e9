/** `touchstone endpoints attest`: what an endpoint can show about itself, before anything is asked of it. */
import type { Argv } from 'yargs';
import { defineCommand, type Command } from '../command.ts';
import { EVIDENCE_OPTIONS } from '../evidence-check.ts';

/** The command. */
export const attest: Command = defineCommand({
  usage: 'attest <endpoint>',
  describe: 'fetch and verify the evidence of an endpoint; no model is asked anything',
  options: (parser: Argv) =>
    parser
      .positional('endpoint', {
        type: 'string',
        demandOption: true,
        describe: 'near:MODEL, near-direct:https://HOST/v1#MODEL, …; with --config the name of one in that file',
      })
      .option('config', {
        type: 'string',
        describe: 'configuration file that describes the endpoint',
        requiresArg: true,
      })
      .option('collateral', {
        type: 'string',
        describe: "where Intel's statements come from: intel, none, the URL of a PCCS, or a folder",
        requiresArg: true,
      })
      .option('out', {
        type: 'string',
        default: 'attestations',
        describe: 'folder for the evidence as fetched (default attestations)',
        requiresArg: true,
      })
      .options(EVIDENCE_OPTIONS)
      .option('json', { type: 'boolean', default: false, describe: 'print JSON' }),
  examples: [
    ['touchstone endpoints attest near:Qwen/Qwen3.5-122B-A10B', 'is it what it says, and how far would a run get?'],
    ['touchstone endpoints attest our-server --config touchstone.yaml --policy policy.yaml', 'is it what we accept?'],
    ['touchstone endpoints attest simulated:near-direct:http://127.0.0.1:8090/v1#tiny-1.3m --allow-simulated', ''],
  ],
  notes:
    'The nonce is random: it shows that the evidence is fresh to you, and to nobody else. A run derives its nonces from its\n' +
    'records, which shows it to everybody.\n' +
    'Ends with 0 if the endpoint is attested, nothing is refuted and the policy is met, otherwise with 1.',
  run: async (args) => {
    const { attestEndpoint } = await import('../attest-endpoint.ts');
    return await attestEndpoint(args);
  },
});
