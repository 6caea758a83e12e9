import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatVkey } from '../../../src/core/note-key.ts';
import { secretKey } from '../../../src/core/key.ts';
import { encodeBase64 } from '../../../src/core/bytes.ts';
import type { GivenBundle, PageRequest, WorkerReport } from '../../../src/reports/page/browser/messages.ts';
import { createSession } from '../../../src/reports/page/browser/session.ts';
import { STRANGER } from '../../verifier/crafted-run.ts';
import { temporaryFolder } from '../../runner/toy.ts';
import { bundleOf, numberSuite, runNumbers } from './page-runs.ts';

const TITLE = { title: 'Report', createdAt: null };

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let good: Buffer;
let other: Buffer;
let statement: Buffer;

beforeAll(async () => {
  temporary = await temporaryFolder();
  const suite = await numberSuite(join(temporary.path, 'suite'), 8);
  const folder = join(temporary.path, 'good');
  await runNumbers(folder, { suite, name: 'good', answer: String });
  good = await readFile(await bundleOf(folder));
  statement = await readFile(await bundleOf(folder, 'D0'));
  const second = join(temporary.path, 'other');
  await runNumbers(second, { suite, name: 'other', answer: (n) => (n < 2 ? 'x' : String(n)) });
  other = await readFile(await bundleOf(second));
});

afterAll(() => temporary.remove());

/** A session with everything it has said, by kind. */
function session(): {
  readonly ask: (request: PageRequest) => Promise<void>;
  readonly said: <K extends WorkerReport['kind']>(kind: K) => readonly Extract<WorkerReport, { kind: K }>[];
} {
  const reports: WorkerReport[] = [];
  const ask = createSession({ report: (report) => void reports.push(report), now: () => 0 });
  return {
    ask,
    said: <K extends WorkerReport['kind']>(kind: K) =>
      reports.filter((report): report is Extract<WorkerReport, { kind: K }> => report.kind === kind),
  };
}

function given(...contents: readonly Buffer[]): PageRequest {
  const bundles = contents.map((bytes, id): GivenBundle => ({
    id,
    name: `${id}.gz`,
    content: { bytes: Uint8Array.from(bytes).buffer },
  }));
  return { kind: 'add', bundles, title: TITLE };
}

describe('createSession()', () => {
  it('has figures over what verified alone', async () => {
    const { ask, said } = session();
    const broken = Buffer.from(other);
    broken[400] = (broken[400] ?? 0) ^ 1;
    await ask(given(good, broken));
    expect(said('checked').map(({ outcome }) => (outcome.verified ? outcome.endpoint : outcome.code))).toEqual([
      'good',
      'ERR_BUNDLE_SEAL',
    ]);
    expect(
      said('view').map(({ view }) => view?.model.runs.map(({ endpoint, score }) => [endpoint.name, score?.value])),
    ).toEqual([[['good', '1.000000']]]);
    expect(said('lists')[0]?.lists[0]?.rows.map(({ verdicts }) => verdicts.length)).toEqual(
      Array.from({ length: 8 }, () => 1),
    );
  });

  it('has no figures if nothing verified', async () => {
    const { ask, said } = session();
    await ask({ kind: 'add', bundles: [{ id: 0, name: 'x', content: { base64: '!' } }], title: TITLE });
    expect(said('checked')[0]?.outcome).toMatchObject({ verified: false, code: 'ERR_BUNDLE_FORM', axis: 'integrity' });
    expect(said('view')[0]?.view).toBeNull();
    expect(said('lists')).toEqual([]);
  });

  it('compares runs, and takes the fuller of two transcripts of one run', async () => {
    const { ask, said } = session();
    await ask(given(statement, good, other));
    expect(said('checked').map(({ outcome }) => outcome.verified && outcome.duplicate)).toEqual([false, true, false]);
    const view = said('view')[0]?.view;
    expect(view?.model.runs.map(({ disclosure }) => disclosure.level)).toEqual(['D3', 'D3']);
    expect(view?.comparisons[0]?.pairs[0]).toMatchObject({ n: 8, flips: { gained: 0, lost: 2, items: [] } });
    expect(view?.tags[0]?.rows.map(({ tag, scores }) => [tag, ...scores.map((score) => score?.value)])).toEqual([
      ['plain', '1.000000', '0.800000'],
      ['third', '1.000000', '0.666667'],
    ]);
  });

  it('verifies again against the keys of a reader, and refuses what is no key', async () => {
    const { ask, said } = session();
    await ask({ kind: 'add', bundles: [{ id: 0, name: 'x', content: { base64: encodeBase64(good) } }], title: TITLE });
    const trust = async (keys: string): Promise<void> => await ask({ kind: 'trust', keys, title: TITLE });
    await trust('nonsense');
    expect(said('refused')).toHaveLength(1);
    const own = secretKey('toy', new Uint8Array(32).fill(7)).publicKey;
    await trust(formatVkey({ name: 'alice', key: own.bytes }));
    await trust(formatVkey({ name: 'mallory', key: STRANGER.publicKey.bytes }));
    await trust('');
    expect(
      said('checked').map(({ outcome }) =>
        outcome.verified ? `${outcome.signer.status} ${outcome.signer.name}` : outcome.code,
      ),
    ).toEqual(['unidentified toy', 'trusted alice', 'ERR_SIGNER_UNTRUSTED', 'unidentified toy']);
  });

  it('finds and opens items', async () => {
    const { ask, said } = session();
    await ask(given(good, other));
    const query = { suite: 0, filter: 'lost', tag: '', text: '', base: 0, other: 1 } as const;
    await ask({ kind: 'find', ticket: 1, query });
    await ask({ kind: 'find', ticket: 2, query: { ...query, tag: 'third' } });
    await ask({ kind: 'find', ticket: 3, query: { ...query, filter: 'all', text: 'SAY 5' } });
    await ask({ kind: 'find', ticket: 4, query: { ...query, suite: 9 } });
    expect(said('found').map(({ ticket, positions }) => [ticket, ...positions])).toEqual([
      [1, 0, 1],
      [2, 0],
      [3, 5],
      [4],
    ]);
    await ask({ kind: 'open', ticket: 5, suite: 0, position: 1 });
    expect(said('opened')[0]).toMatchObject({ ticket: 5, item: { id: 'q1', target: '1' } });
    expect(said('opened')[0]?.item.samples.map(([sample]) => sample?.answer)).toEqual(['1', 'x']);
  });
});
