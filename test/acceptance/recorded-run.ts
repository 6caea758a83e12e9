/**
 * The whole path on recorded answers: suite → replay endpoint over HTTP → signed transcript → verification → report.
 *
 * Items and answers are third-party data that exists in a temporary folder only while a test runs.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { openSource } from '../../src/archive/open-source.ts';
import { messageFinder } from '../../src/cli/reach-endpoint.ts';
import type { JsonValue } from '../../src/core/canonical-json.ts';
import { secretKey } from '../../src/core/key.ts';
import { localSigner } from '../../src/core/signer.ts';
import { parseEndpointSpec } from '../../src/endpoints/config.ts';
import { openEndpoint } from '../../src/endpoints/open.ts';
import type { ReportModel, ReportRun } from '../../src/reports/model.ts';
import { writeReport } from '../../src/reports/write-report.ts';
import { runSuite } from '../../src/runner/run.ts';
import type { Sandbox } from '../../src/scoring/trial.ts';
import { loadSuite, type LoadedSuite } from '../../src/suites/load.ts';
import type { VerifiedSample, VerifiedTranscript } from '../../src/verifier/verified-transcript.ts';
import { verifyRun } from '../../src/verifier/verify.ts';

/** An item with the answer that a model gave to it. */
interface RecordedItem {
  readonly id: string;
  readonly question: string;
  readonly target: JsonValue;
  readonly tags?: readonly string[];
  readonly output: string;
}

/** What the run is about. */
export interface RecordedSet {
  readonly name: string;
  readonly model: string;
  /** Id, version and options as a suite file has them. */
  readonly scorer: Readonly<Record<string, JsonValue>>;
  readonly items: readonly RecordedItem[];
  /** Runs the programs of a scorer of code. */
  readonly sandbox?: Sandbox;
}

/** A run that verified with every answer scored again, and what its report says. */
export interface RecordedRun {
  readonly transcript: VerifiedTranscript;
  /** In the order of the items. */
  readonly samples: readonly VerifiedSample[];
  /** As report.json has it. */
  readonly report: ReportRun;
}

const KEY = secretKey('acceptance', new Uint8Array(32).fill(7));

/** Run, verify and report a set; throws the fault if the run does not verify. */
export async function runRecorded(set: RecordedSet): Promise<RecordedRun> {
  return await inFolder(async (folder) => {
    await writeSet(folder, set);
    return await runIn(folder, await loadSuite(join(folder, 'suite.yaml')), set);
  });
}

/** The same for a suite that is there, with the lines of a recording. */
export async function runRecording(
  suite: LoadedSuite,
  { model, lines }: { readonly model: string; readonly lines: readonly object[] },
): Promise<RecordedRun> {
  return await inFolder(async (folder) => {
    await writeFile(join(folder, 'answers.jsonl'), jsonLines(lines));
    return await runIn(folder, suite, { model });
  });
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'recorded-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type RunWith = Pick<RecordedSet, 'model' | 'sandbox'>;

async function runIn(folder: string, suite: LoadedSuite, { model, sandbox }: RunWith): Promise<RecordedRun> {
  const config = parseEndpointSpec(`replay:${join(folder, 'answers.jsonl')}#${model}`);
  const endpoint = await openEndpoint(config, { connections: 16, findMessages: await messageFinder(suite) });
  try {
    await runSuite({
      folder: join(folder, 'run'),
      suite,
      endpoint,
      ...(sandbox === undefined ? {} : { sandbox }),
      options: { concurrency: 16 },
      runner: { name: 'touchstone', version: '0.0.0', dirty: false, platform: 'test' },
      signer: { kind: 'ed25519', signer: localSigner(KEY) },
    });
  } finally {
    await endpoint.close();
  }
  return await readBack(folder, sandbox);
}

async function writeSet(folder: string, { name, scorer, items }: RecordedSet): Promise<void> {
  const rows = items.map(({ id, question, target, tags = [] }) => ({ id, question, target, tags }));
  await writeFile(join(folder, 'items.jsonl'), jsonLines(rows));
  await writeFile(join(folder, 'answers.jsonl'), jsonLines(items.map(({ id, output }) => ({ id, output }))));
  const suite = {
    id: name,
    version: '1.0.0',
    title: name,
    licence: 'NOASSERTION',
    items: { file: 'items.jsonl', id: 'id', input: ['id', 'question'], target: 'target', tags: ['tags'] },
    // The id keeps items apart that ask the same question.
    prompt: '[{{ id }}] {{ question }}',
    scorer,
    unscored: { empty: 'scored' },
  };
  // Every JSON text is YAML.
  await writeFile(join(folder, 'suite.yaml'), JSON.stringify(suite));
}

async function readBack(folder: string, sandbox: Sandbox | undefined): Promise<RecordedRun> {
  const source = await openSource(join(folder, 'run'));
  const options = { trusted: [KEY.publicKey], keepSamples: true, ...(sandbox === undefined ? {} : { sandbox }) };
  const verification = await verifyRun(source, options);
  if (!verification.verified) throw verification.fault;
  const { transcript } = verification;
  const samples = (transcript.samples ?? []).toSorted((a, b) => a.index - b.index);
  expect(transcript.axes.find(({ axis }) => axis === 'scoring')).toMatchObject({
    verdict: 'proven',
    coverage: { checked: samples.length, total: samples.length },
  });
  await writeReport([transcript], join(folder, 'report'));
  const { runs }: ReportModel = JSON.parse(await readFile(join(folder, 'report', 'report.json'), 'utf8'));
  const [report] = runs;
  if (report === undefined) throw new Error('the report has no run');
  expect(await readFile(join(folder, 'report', 'results.csv'), 'utf8')).toContain(`,${report.score?.value},`);
  return { transcript, samples, report };
}

function jsonLines(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}
