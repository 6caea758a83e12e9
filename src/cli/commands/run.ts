/** `touchstone run`: every suite with each of its harnesses against every endpoint, one signed run folder each. */
import type { Argv } from 'yargs';
import { RUN_DEFAULTS } from '../../runner/plan-run.ts';
import { defineCommand, type Command } from '../command.ts';
import { EVIDENCE_OPTIONS } from '../evidence-check.ts';
import { PREVIOUS_OPTIONS } from '../gate-options.ts';
import { readRunRequest } from '../run-request.ts';
import { runAll } from '../run-session.ts';

const text = { type: 'string', requiresArg: true } as const;
const texts = { type: 'string', array: true, requiresArg: true } as const;
const flag = { type: 'boolean' } as const;

const OPTIONS = {
  suite: { ...texts, describe: 'name of a suite that comes along, or path; may be repeated' },
  endpoint: {
    ...texts,
    describe: 'ollama:llama3.2, http://host/v1#model, near:MODEL, embedded:tiny-1.3m, replay:FILE; may be repeated',
  },
  model: { ...text, describe: 'model of an --endpoint that names none' },
  harness: {
    ...texts,
    describe: 'how to ask, of the harnesses that a suite names (default: its first); may be repeated',
  },
  judge: { ...text, describe: 'endpoint that judges answers, for a suite whose scorer asks one: openai:gpt-4o, …' },
  out: { ...text, describe: 'folder for run folders (default runs)' },
  limit: { ...text, describe: 'ask only so many items of each suite' },
  seed: { ...text, describe: 'what the items of --limit are drawn by (default 0)' },
  repeats: { ...text, describe: 'how often each item is asked' },
  concurrency: { ...text, describe: `most requests at a time (default ${RUN_DEFAULTS.concurrency})` },
  timeout: { ...text, describe: `time limit of a request in milliseconds (default ${RUN_DEFAULTS.timeoutMs})` },
  'max-attempts': { ...text, describe: `most requests for one answer (default ${RUN_DEFAULTS.maxAttempts})` },
  'max-requests': { ...text, describe: 'stop each run after so many requests' },
  'max-cost': { ...text, describe: 'stop each run before it costs more US dollars' },
  'max-unscored': { ...text, describe: 'exit with 5 if a run has more unscored samples' },
  stream: { ...flag, describe: 'ask for server-sent events' },
  probe: { ...text, describe: 'find out first what the endpoint can do: all (default), needed by the suite, or none' },
  controls: { ...flag, describe: 'state what empty, constant and shuffled answers would score' },
  'require-level': { ...text, describe: 'least level of evidence an answer needs to count: L2 to L6, see docs/tee.md' },
  ...EVIDENCE_OPTIONS,
  key: { ...text, describe: 'file of the signing key (default: your key)' },
  'key-env': { ...text, describe: 'name of the environment variable that holds the signing key' },
  'ssh-key': { ...text, describe: 'OpenSSH public key file to sign with through ssh-keygen' },
  unsigned: { ...flag, describe: 'run without a key of anybody' },
  gate: { ...text, describe: 'gate policy: stop as soon as it is certain whether the run may pass, see docs/gate.md' },
  baseline: { ...texts, describe: 'what --gate holds the run against: run folder, bundle, or folder of these' },
  'gate-out': { ...text, default: 'gate', describe: 'folder for the verdict' },
  ...PREVIOUS_OPTIONS,
  resume: { ...text, describe: 'go on with the interrupted run in this folder; the rest of the command as it was' },
  'allow-version-change': { ...flag, default: false, describe: 'resume a run of another version of touchstone' },
  json: { ...flag, default: false, describe: 'print JSON' },
} as const;

/** The command. */
export const run: Command = defineCommand({
  usage: 'run [config]',
  describe: 'run suites against endpoints and write signed transcripts',
  lists: ['suite', 'endpoint', 'harness', 'baseline', 'trust'],
  options: (parser: Argv) =>
    parser
      .positional('config', { type: 'string', describe: 'configuration file; options win over it' })
      .options(OPTIONS)
      .group(['key', 'key-env', 'ssh-key', 'unsigned'], 'Signing:')
      .group(['require-level', 'policy', 'allow-simulated'], 'Evidence:')
      .group(['gate', 'baseline', 'gate-out', 'previous', 'trust', 'allow-weaker'], 'Gate:')
      .group(['max-requests', 'max-cost', 'max-unscored', 'timeout', 'max-attempts'], 'Limits:'),
  examples: [
    ['touchstone run touchstone.yaml', 'what touchstone init made'],
    ['touchstone run --suite arithmetic --endpoint ollama:llama3.2 --limit 50', 'a quick look at a local model'],
    ['touchstone run --suite ./my-suite --endpoint http://127.0.0.1:8000/v1 --model my-model', 'any server'],
    ['touchstone run --suite file-edits --harness whole-file --harness search-replace --endpoint ollama:qwen3', ''],
    ['touchstone run --suite short-answers --endpoint ollama:llama3.2 --judge openai:gpt-4o', 'a model judges'],
    ['touchstone run --suite arithmetic --endpoint near:MODEL --require-level L3', 'attested, or it does not count'],
    ['touchstone run touchstone.yaml --key-env TOUCHSTONE_SIGNING_KEY --max-unscored 0', 'in CI'],
    ['touchstone run touchstone.yaml --gate gate.yaml --baseline main.touchstone.jsonl.gz', 'no longer than it takes'],
  ],
  notes:
    'Ctrl-C ends a run in order and prints the command that goes on with it.\n' +
    'API keys are read from the environment variables that touchstone endpoints list names.',
  run: async ({ resume, allowVersionChange, json, ...args }) => {
    const request = await readRunRequest(args);
    const isGated = args.gate !== undefined || args.baseline !== undefined;
    const gate = isGated ? await (await import('../gated-run.ts')).openGatedRun(args, request) : null;
    return await runAll(request, { resume, allowVersionChange, json, gate });
  },
});
