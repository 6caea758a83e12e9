/**
 * The suites that need tools or a judge, against scripted models over HTTP, with tools in the real sandbox: run, verify from
 * the folder and from bundles, score again, report.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeBundle, type BundleOptions } from '../../src/archive/bundle-writer.ts';
import { openSource } from '../../src/archive/open-source.ts';
import type { Endpoint } from '../../src/endpoints/endpoint.ts';
import { NO_CREDENTIALS, openOpenAiCompatible } from '../../src/endpoints/openai-compatible.ts';
import { writeReport } from '../../src/reports/write-report.ts';
import { runSuite } from '../../src/runner/run.ts';
import type { Sandbox } from '../../src/scoring/trial.ts';
import { loadSuite } from '../../src/suites/load.ts';
import type { VerifiedTranscript } from '../../src/verifier/verified-transcript.ts';
import { verifyRun } from '../../src/verifier/verify.ts';
import { startScriptedServer, type ScriptedQuestion, type ScriptedReply } from '../runner/scripted-server.ts';
import { RUNNER, SIGNER, toyIdentity } from '../runner/toy.ts';
import { isBuilt, warmSandbox } from '../scoring/sandbox/warm.ts';
import {
  capable,
  editingModel,
  gradingModel,
  lookingModel,
  mannerOf,
  solves,
  type EditTask,
} from './scripted-agents.ts';

const SUITES = resolve(import.meta.dirname, '../../suites');

async function rowsOf<T>(suite: string): Promise<readonly T[]> {
  const text = await readFile(join(SUITES, suite, 'items.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}

describe.skipIf(!isBuilt)('suites for scripted models (needs the build)', () => {
  let folder = '';
  const sandbox: Sandbox = warmSandbox();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'agentic-'));
    await sandbox.ready('javascript');
  });

  afterAll(async () => {
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  });

  interface Choice {
    readonly suite: string;
    readonly harness?: string;
    readonly script: (question: ScriptedQuestion) => ScriptedReply | string;
    readonly isJudged?: boolean;
  }

  /** Run in a folder, whose path is given. */
  async function run({ suite, harness, script, isJudged = false }: Choice): Promise<string> {
    const server = await startScriptedServer(capable(script));
    const open = async (model: string): Promise<Endpoint> =>
      await openOpenAiCompatible(toyIdentity({ name: model, model }), {
        baseUrl: server.url,
        connections: 8,
        credentials: NO_CREDENTIALS,
      });
    const [endpoint, judge] = [await open('toy-1'), await open('judge-1')];
    const path = join(folder, `${suite}-${harness ?? 'only'}`);
    try {
      await runSuite({
        folder: path,
        suite: await loadSuite(join(SUITES, suite, 'suite.yaml')),
        endpoint,
        ...(isJudged ? { judge } : {}),
        sandbox,
        options: harness === undefined ? {} : { harness },
        runner: RUNNER,
        signer: SIGNER,
      });
    } finally {
      await Promise.all([endpoint.close(), judge.close()]);
      await server.close();
    }
    return path;
  }

  async function verified(path: string, where: Sandbox | null = sandbox): Promise<VerifiedTranscript> {
    const verification = await verifyRun(await openSource(path), {
      keepSamples: true,
      ...(where === null ? {} : { sandbox: where }),
    });
    if (!verification.verified) throw verification.fault;
    return verification.transcript;
  }

  function scoring({ axes }: VerifiedTranscript): unknown {
    const axis = axes.find((entry) => entry.axis === 'scoring');
    return [axis?.verdict, axis?.coverage?.checked, axis?.coverage?.total];
  }

  /** From the folder, from bundles of every level that has answers, and without a sandbox. */
  async function checkLevels(path: string, size: number, needsSandbox: boolean): Promise<void> {
    expect(scoring(await verified(path))).toEqual(['proven', size, size]);
    const bundles: readonly (readonly [BundleOptions, unknown])[] = [
      [{ level: 'D3' }, ['proven', size, size]],
      [{ level: 'D2', items: new Set([0, 3, 4]) }, ['proven', 3, size]],
      [{ level: 'D1' }, ['declared', 0, size]],
    ];
    for (const [options, expected] of bundles) {
      const bundle = join(folder, `${options.level}.touchstone.jsonl.gz`);
      await writeBundle(path, bundle, options);
      expect([options.level, scoring(await verified(bundle))]).toEqual([options.level, expected]);
      await rm(bundle);
    }
    const without = await verified(path, null);
    expect(scoring(without)).toEqual(needsSandbox ? ['declared', 0, size] : ['proven', size, size]);
  }

  async function reportOf(path: string): Promise<string> {
    await writeReport([await verified(path)], `${path}-report`);
    return await readFile(join(`${path}-report`, 'report.md'), 'utf8');
  }

  it.each(['whole-file', 'search-replace'])('file-edits by %s', async (harness) => {
    const tasks = await rowsOf<EditTask>('file-edits');
    const path = await run({ suite: 'file-edits', harness, script: editingModel(tasks) });
    const transcript = await verified(path);
    for (const { index, score } of transcript.samples ?? []) {
      expect([tasks[index]?.instruction, mannerOf(index), score?.num]).toEqual([
        tasks[index]?.instruction,
        mannerOf(index),
        solves(index) ? 1 : 0,
      ]);
    }
    expect(transcript.metrics[0]?.result).toMatchObject({ num: 15, den: 30 });
    expect(transcript.plan.rules.harness).toMatchObject({ id: 'tool-loop', version: 1, name: harness });
    await checkLevels(path, 30, true);
    expect(await reportOf(path)).toContain(harness);
  });

  it('lookup', async () => {
    const rows = await rowsOf<{ readonly question: string; readonly target: string }>('lookup');
    const guessed = new Set(rows.filter((_, n) => n % 6 === 5).map(({ question }) => question));
    const isGuess = (said: string): boolean => guessed.has(said.split('\n')[0] ?? '');
    const path = await run({ suite: 'lookup', script: (question) => lookingModel(question, isGuess) });
    const transcript = await verified(path);
    for (const { index, score, extracted } of transcript.samples ?? []) {
      const isRight = index % 6 !== 5;
      expect([index, score?.num]).toEqual([index, isRight ? 1 : 0]);
      // The calculator says exactly what the generator has computed by itself.
      if (isRight) expect(extracted).toBe(rows[index]?.target);
    }
    expect(transcript.metrics[0]?.result).toMatchObject({ num: 30, den: 36 });
    await checkLevels(path, 36, true);
    expect(await reportOf(path)).toContain('tool-loop');
  });

  it('short-answers, with a judge', async () => {
    const rows = await rowsOf<{ readonly question: string; readonly says: string }>('short-answers');
    const right = new Map(rows.map(({ question, says }, n) => [question, n % 2 === 0 ? says : 'I do not know.']));
    const path = await run({
      suite: 'short-answers',
      isJudged: true,
      script: (question) => {
        if (question.body['model'] === 'judge-1') return gradingModel(question);
        return right.get(question.last.content.split('\n')[0] ?? '') ?? '';
      },
    });
    const transcript = await verified(path);
    for (const { index, score } of transcript.samples ?? [])
      expect([index, score?.num]).toEqual([index, 1 - (index % 2)]);
    expect(transcript.metrics[0]?.result).toMatchObject({ num: 10, den: 20 });
    await checkLevels(path, 20, false);
    expect(await reportOf(path)).toContain('judge-1');
  });
});
