/** The GitHub Action and the GitLab snippet: they are what they should be, and the script of the action does what it says. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { isBuilt, MAIN, startTouchstone } from './touchstone.ts';

const ROOT = resolve(import.meta.dirname, '../..');

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Action {
  readonly name: string;
  readonly inputs: Readonly<
    Record<string, { readonly description: string; readonly default?: string; readonly required?: boolean }>
  >;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

const action = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8')) as Action;
const guide = readFileSync(join(ROOT, 'docs/gate.md'), 'utf8');
const blocks = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map(
  (match) => parse(match[1] ?? '') as Record<string, unknown>,
);

/** The options in a command line, such as `--policy`. */
function optionsIn(text: string): readonly string[] {
  return [...text.matchAll(/(?<=\s)--[a-z-]+/g)].map(([option]) => option);
}

describe('action.yml', () => {
  const gate = action.runs.steps.find(({ id }) => id === 'gate');

  it('is a composite action whose inputs all reach the script through its environment, and only there', () => {
    expect(action.runs.using).toBe('composite');
    for (const { uses, run, shell } of action.runs.steps) {
      expect(uses === undefined ? shell : 'bash').toBe('bash');
      expect(run ?? '').not.toContain('${{');
    }
    const used = Object.values(gate?.env ?? {}).flatMap((value) =>
      [...value.matchAll(/inputs\.([a-z-]+)/g)].map((match) => match[1]),
    );
    expect(new Set(used)).toEqual(new Set(Object.keys(action.inputs)));
    for (const { value } of Object.values(action.outputs))
      expect(value).toMatch(/^\$\{\{ steps\.gate\.outputs\.[a-z-]+ \}\}$/);
  });

  describe.skipIf(!isBuilt || process.platform === 'win32')('its script (needs dist)', () => {
    let folder: string;
    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'action-'))));
    afterEach(() => rmSync(folder, { recursive: true }));

    const runScript = (
      inputs: Readonly<Record<string, string>>,
    ): { code: number | null; outputs: string; text: string } => {
      const defaults = Object.fromEntries(Object.keys(gate?.env ?? {}).map((name) => [name, '']));
      const env = {
        ...defaults,
        PATH: process.env['PATH'] ?? '',
        TOUCHSTONE_MAIN: MAIN,
        POLICY: 'gate.yaml',
        OUT: 'gate',
        ...inputs,
      };
      const GITHUB_OUTPUT = join(folder, 'outputs');
      const { status, stdout, stderr } = spawnSync(
        'bash',
        ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', gate?.run ?? ''],
        {
          cwd: folder,
          env: { ...env, HOME: folder, GITHUB_OUTPUT, GITHUB_STEP_SUMMARY: join(folder, 'summary') },
          encoding: 'utf8',
        },
      );
      const outputs = existsSync(GITHUB_OUTPUT) ? readFileSync(GITHUB_OUTPUT, 'utf8') : '';
      return { code: status, outputs, text: stdout + stderr };
    };

    interface Prepared {
      readonly vkey: string;
      readonly secret: string;
      readonly given: Readonly<Record<string, string>>;
    }

    /** Two runs of one model, a key, and a policy with a margin. */
    const prepare = async (margin: number): Promise<Prepared> => {
      await startTouchstone(folder, ['keys', 'new', '--name', 'ci', '--key', 'ci']).ended;
      const { stdout } = await startTouchstone(folder, ['keys', 'show', '--key', 'ci']).ended;
      const vkey = /^vkey +(.+)$/m.exec(stdout)?.[1] ?? '';
      const suites = { comparison: { metrics: { 'mean/1': { non_inferiority: { margin, alpha: 0.05 } } } } };
      const signers = { baseline: [vkey], candidate: [vkey] };
      writeFileSync(
        join(folder, 'my gate.yaml'),
        JSON.stringify({ format: 'touchstone/gate-policy/v1', signers, suites }),
      );
      const run = [
        'run',
        '--suite',
        'comparison',
        '--limit',
        '40',
        '--endpoint',
        'embedded:tiny-0.4m',
        '--key',
        'ci',
        '--out',
      ];
      await startTouchstone(folder, [...run, 'old runs']).ended;
      await startTouchstone(folder, [...run, 'new']).ended;
      const secret = readFileSync(join(folder, 'ci'), 'utf8');
      const given = {
        BASELINE: 'old runs\n\n',
        CANDIDATE: 'new\n',
        POLICY: 'my gate.yaml',
        TOUCHSTONE_SIGNING_KEY: secret,
      };
      return { vkey, secret, given };
    };

    it('gates two runs, with several lines and spaces in the inputs', async () => {
      const { vkey, secret, given } = await prepare(0.2);
      const { code, outputs, text } = runScript(given);
      expect([code, outputs], text).toEqual([0, 'verdict=pass\nexit-code=0\n']);
      expect(readFileSync(join(folder, 'summary'), 'utf8')).toContain('## ✅ Touchstone gate: pass');
      // The verdict is signed by the key, which the next gate can be told to trust.
      const next = runScript({ ...given, PREVIOUS: 'gate/verdict.dsse.json', TRUST: vkey });
      expect(next.code, next.text).toBe(0);
      expect(text + next.text).not.toContain(secret.split(' ').at(-1)?.trim());
    });

    it('makes the candidate itself, and stops when it is certain', async () => {
      const { vkey, given } = await prepare(0.3);
      const endpoints = ['embedded:tiny-0.4m'];
      const config = { suites: ['comparison'], endpoints, limit: 40, seed: 0, out: 'made', concurrency: 1 };
      writeFileSync(join(folder, 'touchstone.yaml'), JSON.stringify(config));
      const { code, outputs, text } = runScript({ ...given, CANDIDATE: '', CONFIG: 'touchstone.yaml', TRUST: vkey });
      expect([code, outputs], text).toEqual([0, 'verdict=pass\nexit-code=0\n']);
      expect(text).toMatch(/comparison: \d+ of 40 items need not be asked/);
    });

    it('ends with the exit code of the gate, and takes nothing that was typed for a command', () => {
      const { code, outputs } = runScript({
        BASELINE: '$(touch pwned); `touch pwned`\n"; touch pwned; "',
        CANDIDATE: '--help',
      });
      expect([code, outputs]).toEqual([3, 'verdict=error\nexit-code=3\n']);
      expect(readdirSync(folder).toSorted()).toEqual(['gate', 'outputs', 'summary']);
    });

    it('leaves no earlier verdict for its own', () => {
      runScript({ BASELINE: 'none', CANDIDATE: 'none' });
      const { code, outputs } = runScript({ BASELINE: 'none' });
      expect([code, outputs.split('\n').slice(2)]).toEqual([2, ['verdict=error', 'exit-code=2', '']]);
    });
  });
});

describe('docs/gate.md', () => {
  it('shows a workflow that uses the action with inputs that it has', () => {
    const workflow = blocks.find((block) => 'jobs' in block) as
      | { readonly jobs: Readonly<Record<string, { readonly steps: readonly (Step & { readonly with?: object })[] }>> }
      | undefined;
    const steps = Object.values(workflow?.jobs ?? {}).flatMap((job) => job.steps);
    const uses = steps.filter((step) => step.uses?.includes('touchstone') === true);
    expect(uses.length).toBeGreaterThan(0);
    for (const step of uses) {
      const names = Object.keys(step.with ?? {});
      expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(names));
      for (const [name, input] of Object.entries(action.inputs))
        if (input.required === true) expect(names).toContain(name);
    }
    // Whatever a pull request may hold stays out of the text of scripts.
    for (const step of steps) expect(step.run ?? '').not.toContain('github.event');
  });

  it('shows a GitLab job that keeps its verdict in every case', () => {
    const job = blocks.map((block) => block['eval-gate']).find((found) => found !== undefined) as {
      readonly script: readonly string[];
      readonly artifacts: {
        readonly when: string;
        readonly paths: readonly string[];
        readonly reports: { readonly junit: string };
      };
    };
    expect(job.script.join('\n')).toContain('touchstone run');
    expect(job.artifacts).toMatchObject({ when: 'always', reports: { junit: 'gate/junit.xml' } });
    expect(job.artifacts.paths).toContain('gate/');
  });

  it.skipIf(!isBuilt)('uses options that the commands have', async () => {
    const lines = guide.split('\n').flatMap((line) => /touchstone (gate|run)\b.*/.exec(line) ?? []);
    const commands = guide.split('\n').filter((line) => /touchstone (?:gate|run) /.test(line));
    expect(lines.length).toBeGreaterThan(0);
    for (const command of ['gate', 'run']) {
      const { stdout } = await startTouchstone(tmpdir(), [command, '--help']).ended;
      const used = commands.filter((line) => line.includes(`touchstone ${command} `)).flatMap(optionsIn);
      expect(used.length).toBeGreaterThan(0);
      expect(used.filter((option) => !stdout.includes(` ${option} `))).toEqual([]);
    }
  });

  it('shows a policy that is one', async () => {
    const { isGatePolicy } = await import('../../src/reports/gate/policy.ts');
    const policies = blocks.filter((block) => block['format'] === 'touchstone/gate-policy/v1');
    expect(policies.length).toBeGreaterThan(0);
    for (const policy of policies) expect(isGatePolicy(policy as never)).toBe(true);
  });
});
