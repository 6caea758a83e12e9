/** What a user sees of harnesses and judges, from `run` to `compare`, over shipped suites and scripted models. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startScriptedServer, type ScriptedServer } from '../runner/scripted-server.ts';
import { editingModel, judgingModel, talkingModel } from './scripted-tools.ts';
import { isBuilt, startTouchstone, type Outcome } from './touchstone.ts';

const JUDGED = 20;
const VOTES = 3;

/** Answers before a server falls silent. */
const ANSWERED = 9;

describe.skipIf(!isBuilt)('harnesses and judges (needs dist: node scripts/build.mjs)', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'touchstone-harness-'));
  let editor: ScriptedServer;
  let talker: ScriptedServer;
  let judge: ScriptedServer;
  let stuck: ScriptedServer;
  let isStuck = false;
  let answered = 0;

  const touchstone = async (...args: readonly string[]): Promise<Outcome> => await startTouchstone(folder, args).ended;
  // The server falls silent after a few answers; then Ctrl-C, and the same command once more.
  async function stopAndResume(args: readonly string[]): Promise<{ resumed: Outcome; folder: string }> {
    isStuck = true;
    const before = stuck.requests;
    const running = startTouchstone(folder, ['run', ...args, '--concurrency', '2']);
    await vi.waitUntil(() => stuck.requests > before + ANSWERED + 1, { timeout: 30_000 });
    running.interrupt();
    expect((await running.ended).code).toBe(130);
    isStuck = false;
    const [into = ''] = runs(args.at(-1) ?? '');
    const resumed = await touchstone('run', ...args, '--resume', into);
    expect(resumed.code, resumed.stderr).toBe(0);
    return { resumed, folder: into };
  }
  const runs = (out: string): readonly string[] => readdirSync(join(folder, out)).map((name) => `${out}/${name}`);

  beforeAll(async () => {
    [editor, talker, judge] = await Promise.all([
      startScriptedServer(editingModel),
      startScriptedServer(talkingModel),
      startScriptedServer(judgingModel),
    ]);
    stuck = await startScriptedServer((question) => {
      answered = isStuck ? answered + 1 : 0;
      if (answered > ANSWERED) return { does: 'hang' };
      return question.body['model'] === 'judge' ? judgingModel(question) : editingModel(question);
    });
    writeFileSync(
      join(folder, 'judged.yaml'),
      `suites: [short-answers, { suite: arithmetic }]\nendpoints: ["${talker.url}#talker"]\njudge: { url: "${judge.url}", model: wise, name: the judge }\nlimit: 4\nout: configured\nunsigned: true\n`,
    );
    writeFileSync(
      join(folder, 'edits.yaml'),
      `suites:\n  - { suite: file-edits, harnesses: [search-replace] }\n  - arithmetic\nendpoints: ["${editor.url}#editor"]\nlimit: 3\nout: edits\nunsigned: true\n`,
    );
    expect((await touchstone('keys', 'new', '--name', 'alice')).code).toBe(0);
  });
  afterAll(async () => {
    await Promise.all([editor, talker, judge, stuck].map((server) => server.close()));
    rmSync(folder, { recursive: true });
  });

  describe('model × harness', () => {
    let whole = '';
    let replaced = '';

    it('runs each harness by its name, and says which in line and folder', async () => {
      const both = ['--harness', 'whole-file', '--harness', 'search-replace', '--controls'];
      const args = ['--suite', 'file-edits', '--endpoint', `${editor.url}#editor`, '--probe', 'none', '--out', 'out'];
      const { code, stdout, stderr } = await touchstone('run', ...args, ...both);
      expect(code, stderr).toBe(0);
      const [first, second] = stdout.trimEnd().split('\n');
      expect(first).toMatch(/^file-edits × editor at \S+ × whole-file: 100\.0 % .*, n 30, unscored 0, out\/\S+$/);
      expect(second).toMatch(/^file-edits × editor at \S+ × search-replace: 66\.7 % .*, n 30, unscored 0, out\/\S+$/);
      whole = / (out\/\S+\.whole-file\.\S+)$/.exec(first ?? '')?.[1] ?? '';
      replaced = / (out\/\S+\.search-replace\.\S+)$/.exec(second ?? '')?.[1] ?? '';
      expect(whole && replaced).not.toBe('');
    });

    it('verifies and scores every answer again, and names the harness', async () => {
      const { code, stdout } = await touchstone(
        'verify',
        replaced,
        '--require',
        'scoring=proven',
        '--allow-unknown-signer',
      );
      expect(code, stdout).toBe(0);
      expect(stdout).toMatch(/^ {2}harness +search-replace \(tool-loop\/1\)/m);
    });

    it('refuses to compare them as if they were alike, and says how to', async () => {
      const { code, stdout, stderr } = await touchstone('compare', whole, replaced);
      expect(code).toBe(1);
      expect(stdout).toMatch(
        /^ {2}first difference +harness: whole-file \(tool-loop\/1 [0-9a-f]{12}…\) against search-replace \(tool-loop\/1 [0-9a-f]{12}…\)$/m,
      );
      expect(stdout).not.toMatch(/^ {2}and /m);
      expect(stderr).toContain('--across harness');
    });

    it('compares them item by item across harnesses, and says so in the heading', async () => {
      const { code, stdout } = await touchstone('compare', whole, replaced, '--across', 'harness', '-o', 'comparison');
      expect(code, stdout).toBe(0);
      expect(stdout).toMatch(/^file-edits 1\.0\.0, across harnesses$/m);
      expect(stdout).toMatch(/^2 runs over the same 30 items, under the same rules but for the harness\.$/m);
      expect(stdout).toMatch(/^ {2}1 +editor at \S+ × whole-file(?: \(dirty source\))? +L1 +30 of 30 +100\.0 /m);
      // 10 discordant pairs, all one way: 2 * 0.5^10. Whoever tests what is not committed yet has a dirty source.
      expect(stdout).toMatch(
        /^ {2}editor at \S+ × search-replace(?: \(dirty source\))? +-33\.3 .* 0\.0020 +worse +30 +0 +10$/m,
      );
    });

    it('has its harness in every file of a report', async () => {
      const { code } = await touchstone('report', whole, replaced, '-o', 'report', '--json');
      expect(code).toBe(0);
      const { stdout } = await touchstone('report', whole, replaced, '-o', 'report', '--json');
      const { runs: rows, suites } = JSON.parse(stdout) as ReportJson;
      expect(rows.map(({ harness }) => harness.name)).toEqual(['whole-file', 'search-replace']);
      expect(suites[0]?.comparable[1]?.difference?.field).toBe('rules.harness');
    });

    it('goes on with a stopped run in the harness that it began with', async () => {
      const args = ['--suite', 'file-edits', '--harness', 'search-replace', '--endpoint', `${stuck.url}#editor`];
      const { resumed, folder: into } = await stopAndResume([...args, '--probe', 'none', '--out', 'stopped']);
      expect(resumed.stdout).toMatch(/^file-edits × editor at \S+ × search-replace: 66\.7 % .*, unscored 0, stopped\//);
      const { code, stdout } = await touchstone(
        'verify',
        into,
        '--require',
        'scoring=proven',
        '--allow-unknown-signer',
      );
      expect(code, stdout).toBe(0);
    });

    it('takes harnesses of one suite from a configuration file', async () => {
      const { code, stdout, stderr } = await touchstone('run', 'edits.yaml', '--probe', 'none');
      expect(code, stderr).toBe(0);
      expect(stdout).toMatch(/^file-edits × editor at \S+ × search-replace: /m);
      expect(stdout).toMatch(/^arithmetic × editor at \S+: /m);
    });

    it.each([
      [['--suite', 'file-edits', '--harness', 'patch'], 'file-edits has whole-file, search-replace'],
      [['--suite', 'arithmetic', '--harness', 'patch'], 'arithmetic has one without a name'],
    ])('refuses a harness that is not there before it asks anything: %j', async (args, words) => {
      const before = editor.requests;
      const { code, stderr } = await touchstone('run', ...args, '--endpoint', `${editor.url}#editor`, '--unsigned');
      expect(code).toBe(2);
      expect(stderr).toContain(`there is no harness "patch": ${words}`);
      expect(editor.requests).toBe(before);
    });
  });

  describe('judges', () => {
    const args = (out: string): readonly string[] => [
      '--suite',
      'short-answers',
      '--endpoint',
      `${talker.url}#talker`,
      '--probe',
      'none',
      '--out',
      out,
    ];

    it('refuses a judged suite without a judge before it asks anything, and names the option', async () => {
      const before = talker.requests;
      const { code, stderr } = await touchstone('run', ...args('none'), '--unsigned');
      expect(code).toBe(2);
      expect(stderr).toMatch(
        /nobody to judge the answers to short-answers: its scorer rubric asks a model; want --judge/,
      );
      expect(talker.requests).toBe(before);
    });

    it('refuses a judge that gives evidence', async () => {
      const { code, stderr } = await touchstone('run', ...args('none'), '--unsigned', '--judge', 'near:wise');
      expect(code).toBe(2);
      expect(stderr).toContain('cannot judge with near:wise');
    });

    it('warns that a judge is not asked where no suite has one', async () => {
      const asked = ['--suite', 'arithmetic', '--limit', '2', '--endpoint', 'embedded:tiny-0.4m', '--out', 'unjudged'];
      const { code, stderr } = await touchstone('run', ...asked, '--unsigned', '--judge', `${judge.url}#wise`);
      expect(code, stderr).toBe(0);
      expect(stderr).toContain('warning: no suite here has its answers judged: the judge is not asked');
    });

    it('says in line, verification, report and comparison that a model judged', async () => {
      const { code, stdout, stderr } = await touchstone(
        'run',
        ...args('judged'),
        '--judge',
        `${judge.url}#wise`,
        '--controls',
      );
      expect(code, stderr).toBe(0);
      expect(stdout).toMatch(
        /^short-answers × talker at \S+: [\d.]+ % .* \(judgement, not re-derivable: by wise at 127\.0\.0\.1:\d+\), unscored 0, /,
      );
      const [run = ''] = runs('judged');
      const verified = await touchstone('verify', run, '--allow-unknown-signer', '--require', 'scoring=proven');
      expect(verified.code, verified.stdout).toBe(0);
      expect(verified.stdout).toMatch(
        new RegExp(`^ {2}judge +wise at 127.* ${JUDGED * VOTES} judgements: judgement, not re-derivable`, 'm'),
      );
      expect(verified.stdout).toMatch(/^ {2}scoring +proven .*judgement by wise, not re-derivable/m);
      expect(verified.stdout).toMatch(/that the judge judged rightly/);
      const { stdout: json } = await touchstone('report', run, '-o', 'report', '--json');
      const [row] = (JSON.parse(json) as ReportJson).runs;
      expect(row?.judge).toMatchObject({ model: 'wise', judgements: JUDGED * VOTES });
      expect(row?.labels).toContain('judgement, not re-derivable');
      // A judge cannot be asked about answers that nobody gave.
      expect(row?.metrics.filter(({ function: name }) => name.startsWith('control-'))).toEqual([]);
    });

    it('refuses to compare what different judges judged, also across harnesses', async () => {
      expect((await touchstone('run', ...args('other'), '--judge', `${judge.url}#other`)).code).toBe(0);
      const [[one = ''], [two = '']] = [runs('judged'), runs('other')];
      const { code, stdout } = await touchstone('compare', one, two, '--across', 'harness');
      expect(code).toBe(1);
      expect(stdout).toMatch(
        /first difference +judge: wise at \S+ against other at \S+: another judge is another ruler$/m,
      );
    });

    it('takes the judge of a configuration file, which other suites ignore', async () => {
      const { code, stdout, stderr } = await touchstone('run', 'judged.yaml', '--probe', 'none');
      expect(code, stderr).toBe(0);
      expect(stdout).toMatch(/^short-answers × \S.*judgement, not re-derivable: by wise at/m);
      expect(stdout).toMatch(/^arithmetic × (?!.*judgement)/m);
    });

    it('goes on with a stopped run, and asks the judge for what it has not said yet', async () => {
      const args = ['--suite', 'short-answers', '--endpoint', `${talker.url}#talker`, '--judge', `${stuck.url}#judge`];
      const { resumed, folder: into } = await stopAndResume([...args, '--probe', 'none', '--out', 'halved']);
      expect(resumed.stdout).toMatch(/^short-answers × .*not re-derivable: by judge at \S+\), unscored 0, halved\//);
      const { code, stdout } = await touchstone(
        'verify',
        into,
        '--require',
        'scoring=proven',
        '--allow-unknown-signer',
      );
      expect(code, stdout).toBe(0);
      expect(stdout).toContain(`${JUDGED * VOTES} judgements`);
    });

    it('goes on with the judge that a run began with, and with no other', async () => {
      const [run = ''] = runs('judged');
      const { code, stderr } = await touchstone('run', ...args('x'), '--judge', `${judge.url}#other`, '--resume', run);
      expect(code).toBe(3);
      expect(stderr).toMatch(/cannot resume: the run is judged by wise at \S+, which was not given/);
    });
  });
});

interface ReportJson {
  readonly suites: readonly {
    readonly comparable: readonly { readonly difference: { readonly field: string } | null }[];
  }[];
  readonly runs: readonly {
    readonly labels: readonly string[];
    readonly harness: { readonly name: string | null };
    readonly judge: { readonly model: string; readonly judgements: number } | null;
    readonly metrics: readonly { readonly function: string }[];
  }[];
}
