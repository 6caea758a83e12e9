/** The names of all commands with how to load each, and the page that shows them. */
import type { Command } from './command.ts';

/** A command that is not loaded yet. */
export interface CommandEntry {
  readonly describe: string;
  readonly load: () => Promise<Command>;
}

/** All commands in the order in which they are shown. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  demo: {
    describe: 'see it work: evaluate, sign, verify and report two models that come along',
    load: async () => (await import('./commands/demo.ts')).demo,
  },
  init: {
    describe: 'write a configuration, a small suite and a signing key',
    load: async () => (await import('./commands/init.ts')).init,
  },
  run: {
    describe: 'run suites against endpoints and write signed transcripts',
    load: async () => (await import('./commands/run.ts')).run,
  },
  verify: {
    describe: 'check transcripts and say what they prove',
    load: async () => (await import('./commands/verify.ts')).verify,
  },
  report: {
    describe: 'turn verified transcripts into tables and a page',
    load: async () => (await import('./commands/report.ts')).report,
  },
  compare: {
    describe: 'say what differs between verified runs, and what is noise',
    load: async () => (await import('./commands/compare.ts')).compare,
  },
  gate: {
    describe: 'decide by a policy whether a run may pass, and sign the verdict',
    load: async () => (await import('./commands/gate.ts')).gate,
  },
  bundle: {
    describe: 'make one file to publish, or look into one',
    load: async () => (await import('./commands/bundle.ts')).bundle,
  },
  suites: {
    describe: 'list, pull, show and lint suites',
    load: async () => (await import('./commands/suites.ts')).suites,
  },
  endpoints: {
    describe: 'list, check and attest endpoints, serve embedded, recorded or simulated ones',
    load: async () => (await import('./commands/endpoints.ts')).endpoints,
  },
  keys: {
    describe: 'make, show and rotate signing keys',
    load: async () => (await import('./commands/keys.ts')).keys,
  },
};

/** What `touchstone --help` prints. */
export function overview(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length)) + 2;
  const rows = Object.entries(COMMANDS).map(([name, { describe }]) => `  ${name.padEnd(width)}${describe}`);
  return `touchstone runs evals and writes every input and output into a signed transcript, so that anybody can check a score

Usage: touchstone <command> [options]

Commands:
${rows.join('\n')}

Options:
  --help, -h     this page, or with a command its options and examples
  --version, -V  the version

Examples:
  touchstone demo
  touchstone init && touchstone run touchstone.yaml
  touchstone run --suite arithmetic --endpoint ollama:llama3.2
  touchstone verify score.touchstone.jsonl.gz --trust alice.pub
  touchstone report runs/* -o report
  touchstone compare before.touchstone.jsonl.gz after.touchstone.jsonl.gz

Exit codes:
  0  done, and the answer is yes           4    endpoint or network trouble
  1  the answer is no: unverified, worse   5    not enough: inconclusive, unscored, over budget
  2  usage                                 70   a bug in touchstone
  3  a file or path that is not right      130  interrupted; run --resume continues
`;
}
