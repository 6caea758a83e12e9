/** Real runs for the tests of the page: a page verifies what it shows, so nothing made up would do. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeBundle } from '../../../src/archive/bundle-writer.ts';
import { openSource } from '../../../src/archive/open-source.ts';
import type { Endpoint, Exchange } from '../../../src/endpoints/endpoint.ts';
import { runSuite } from '../../../src/runner/run.ts';
import { loadSuite, type LoadedSuite } from '../../../src/suites/load.ts';
import type { VerifiedTranscript } from '../../../src/verifier/verified-transcript.ts';
import { verifyRun } from '../../../src/verifier/verify.ts';
import { toyAnswer, toyIdentity, toyInput } from '../../runner/toy.ts';

/** A suite of questions "say n" with a tag each; the right answer is n. */
export async function numberSuite(folder: string, size: number, extra: readonly string[] = []): Promise<LoadedSuite> {
  await mkdir(folder, { recursive: true });
  const rows = Array.from({ length: size }, (_, n) => ({
    id: `q${n}`,
    n,
    answer: String(n),
    kind: n % 3 ? 'plain' : 'third',
  }));
  await writeFile(join(folder, 'items.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const yaml = [
    'id: numbers',
    'version: 1.0.0',
    'title: Say a number',
    'licence: CC0-1.0',
    'redistributable: true',
    'items: { file: items.jsonl, id: id, input: [n], target: answer, tags: [kind] }',
    "prompt: 'say {{ n }}'",
    'parameters: { max_tokens: 16 }',
    'scorer: { id: exact, version: 1 }',
    ...extra,
  ];
  await writeFile(join(folder, 'suite.yaml'), `${yaml.join('\n')}\n`);
  return await loadSuite(join(folder, 'suite.yaml'));
}

/** What a run of such a suite is like. */
export interface NumberRun {
  readonly suite: LoadedSuite;
  readonly name: string;
  /** Answer to question n. */
  readonly answer: (n: number) => string;
}

/** Runs a suite into a folder. */
export async function runNumbers(folder: string, { suite, name, answer }: NumberRun): Promise<void> {
  await runSuite(toyInput({ folder, suite, endpoint: answering(name, answer) }));
}

/** The bundle of a run folder, at the level of its suite or at the one given. */
export async function bundleOf(folder: string, level: 'D0' | 'D1' | 'D3' = 'D3'): Promise<string> {
  const path = `${folder}.touchstone.jsonl.gz`;
  await writeBundle(folder, path, { level });
  return path;
}

/** The verified runs at some paths, with what a report needs to carry them. */
export async function verified(
  paths: readonly string[],
): Promise<{ readonly runs: readonly VerifiedTranscript[]; readonly paths: ReadonlyMap<string, string> }> {
  const runs: VerifiedTranscript[] = [];
  for (const path of paths) {
    const verification = await verifyRun(await openSource(path), { keepSamples: true });
    if (!verification.verified) throw verification.fault;
    runs.push(verification.transcript);
  }
  return { runs, paths: new Map(runs.map(({ runId, name }) => [runId, name])) };
}

function answering(name: string, answer: (n: number) => string): Endpoint {
  return {
    identity: { ...toyIdentity(), name },
    async send(body, { beforeSend }): Promise<Exchange> {
      await beforeSend(Buffer.from(body));
      const n = Number(/say (\d+)/.exec(body)?.[1]);
      return {
        status: 'ok',
        httpStatus: 200,
        response: Buffer.from(toyAnswer(answer(n))),
        errorCode: null,
        retryAfterMs: null,
        latencyUs: 4000 + 17 * (n % 50) + 900 * name.length,
        firstByteUs: 2000,
        peerSpki: null,
        receiptId: null,
      };
    },
    listModels: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  };
}
