/**
 * The whole path with a judge: suite → replay endpoints over HTTP for subject and judge → signed transcript → verification
 * → report.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSource } from '../../src/archive/open-source.ts';
import { messageFinder } from '../../src/cli/reach-endpoint.ts';
import { secretKey } from '../../src/core/key.ts';
import { localSigner } from '../../src/core/signer.ts';
import { parseEndpointSpec } from '../../src/endpoints/config.ts';
import { openEndpoint } from '../../src/endpoints/open.ts';
import { writeReport } from '../../src/reports/write-report.ts';
import { runSuite } from '../../src/runner/run.ts';
import { loadSuite } from '../../src/suites/load.ts';
import type { VerifiedTranscript } from '../../src/verifier/verified-transcript.ts';
import { verifyRun } from '../../src/verifier/verify.ts';

/** Everything that such a run needs; all lists are lines of JSON. */
export interface JudgedSet {
  /** The suite file but for its items, which are in `items.jsonl`. */
  readonly suite: object;
  readonly items: readonly object[];
  /** Lines of a recording, as docs/endpoints.md has them. */
  readonly answers: readonly object[];
  readonly replies: readonly object[];
}

/** A run that verified, and what its report says. */
export interface JudgedRun {
  readonly transcript: VerifiedTranscript;
  readonly markdown: string;
}

const KEY = secretKey('acceptance', new Uint8Array(32).fill(7));

/** Run, verify and report; throws the fault if the run does not verify. */
export async function runJudged({ suite: section, items, answers, replies }: JudgedSet): Promise<JudgedRun> {
  const folder = await mkdtemp(join(tmpdir(), 'judged-'));
  const write = async (name: string, rows: readonly object[]): Promise<void> =>
    await writeFile(join(folder, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  try {
    // Every JSON text is YAML.
    await write('suite.yaml', [section]);
    await Promise.all([write('items.jsonl', items), write('answers.jsonl', answers), write('replies.jsonl', replies)]);
    await runIn(folder);
    return await readBack(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runIn(folder: string): Promise<void> {
  const suite = await loadSuite(join(folder, 'suite.yaml'));
  const findMessages = await messageFinder(suite);
  const open = async (file: string, model: string): ReturnType<typeof openEndpoint> =>
    await openEndpoint(parseEndpointSpec(`replay:${join(folder, file)}#${model}`), { connections: 8, findMessages });
  const endpoint = await open('answers.jsonl', 'subject');
  try {
    const judge = await open('replies.jsonl', 'judge');
    try {
      await runSuite({
        folder: join(folder, 'run'),
        suite,
        endpoint,
        judge,
        options: { concurrency: 8 },
        runner: { name: 'touchstone', version: '0.0.0', dirty: false, platform: 'test' },
        signer: { kind: 'ed25519', signer: localSigner(KEY) },
      });
    } finally {
      await judge.close();
    }
  } finally {
    await endpoint.close();
  }
}

async function readBack(folder: string): Promise<JudgedRun> {
  const source = await openSource(join(folder, 'run'));
  const verification = await verifyRun(source, { trusted: [KEY.publicKey], keepSamples: true });
  if (!verification.verified) throw verification.fault;
  const { transcript } = verification;
  await writeReport([transcript], join(folder, 'report'));
  return { transcript, markdown: await readFile(join(folder, 'report', 'report.md'), 'utf8') };
}
