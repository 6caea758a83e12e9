/** The files of a comparison: their form, and what they make of hostile names. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digest } from '../../../src/core/digest.ts';
import { compareRuns } from '../../../src/reports/comparison/compare-runs.ts';
import { comparedRun } from '../../../src/reports/comparison/compared-run.ts';
import { comparisonCsv, flipsCsv } from '../../../src/reports/comparison/csv.ts';
import { comparisonMarkdown } from '../../../src/reports/comparison/markdown.ts';
import { refusalLines } from '../../../src/reports/comparison/wording.ts';
import { COMPARISON_FILES, comparisonJson, writeComparison } from '../../../src/reports/comparison/write-comparison.ts';
import { comparable, refused, transcript, written } from './runs.ts';

const HOSTILE = '<script>alert(1)</script> | [x](javascript:1) \u001b[31m\u202e =cmd @all';

const tags = (index: number): readonly string[] => [index % 2 === 0 ? 'even' : '=odd|<b>'];
const baseline = written('1111100000', { tags });
const candidate = written('11110x110-', { name: HOSTILE, tags });
const model = comparable(compareRuns([baseline, candidate]));

const schema = new URL('../../../docs/schema/comparison.schema.json', import.meta.url);
const validate = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(
  JSON.parse(readFileSync(schema, 'utf8')) as object,
);

function expectValid(text: string): void {
  validate(JSON.parse(text));
  expect(validate.errors).toBeNull();
}

describe('comparison.json', () => {
  it('conforms to its schema', () => {
    expectValid(comparisonJson(model));
  });

  it('conforms with several suites, three runs, a stop rule and nothing in common', () => {
    const other = { id: 'other' };
    const long = '10'.repeat(20);
    const three = [written(long), written('1'.repeat(40), { name: 'b' }), written('-'.repeat(40), { name: 'c' })];
    const more = ['a', 'b', 'c'].map((name) => written('1h0h'.repeat(5), { name, suite: other }));
    expectValid(comparisonJson(compareRuns([...three, ...more], { createdAt: '2026-11-23T15:00:00Z' })));
    expectValid(comparisonJson(compareRuns([...three.slice(0, 2), ...more.slice(0, 2)])));
    expectValid(comparisonJson(compareRuns([baseline, written('11', { name: 'b' })], { onCommonItems: true })));
    const stopped = transcript('11ss', { name: 'b' });
    const stop = {
      kind: 'paired-sequential',
      version: 1,
      baseline: digest('b'),
      scores: digest('s'),
      margin: '0.05',
      alpha: '0.05',
    } as const;
    const run = comparedRun({
      ...stopped,
      plan: { ...stopped.plan, stop },
      stop: { pairs: 2, forPass: 1, forRegressed: 1, decision: 'undecided', decidedAt: null },
      end: { k: 'end', seq: 4, at: '2026-11-23T14:10:00Z', reason: 'stop', counts: {} },
    });
    expectValid(comparisonJson(compareRuns([written('1010'), run])));
  });

  it('conforms as a refusal', () => {
    expectValid(comparisonJson(compareRuns([baseline, written('1', { name: 'b' })])));
  });

  it('is refused by its schema with one field more, or a number where there must be none', () => {
    expect(validate({ ...model, surprise: 1 })).toBe(false);
    expect(validate({ ...model, comparable: false })).toBe(false);
  });

  it('has no text of a sample', () => {
    expect(comparisonJson(model)).not.toContain('SECRET');
  });
});

describe('comparison.md', () => {
  const text = comparisonMarkdown(model);

  it('shows hostile names as text', () => {
    expect(text).not.toMatch(/<script|<b>|\u202e|(?<!\\)\]\(|(?<!\\)\[x|@all/);
    expect(text).not.toContain('\u001b');
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt; \\|');
    expect(text).toContain('⟨U+202E⟩');
  });

  it('keeps every table in shape', () => {
    const widths = text
      .trimEnd()
      .split('\n\n')
      .filter((block) => block.startsWith('|'))
      .map((block) => new Set(block.split('\n').map((line) => line.split(/(?<!\\)\|/).length)).size);
    expect(widths.length).toBeGreaterThan(4);
    expect(new Set(widths)).toEqual(new Set([1]));
  });

  it('names flips, bounds, subgroups and the runs', () => {
    expect(text).toContain('- gained: item-6, item-7');
    expect(text).toContain('- lost: item-4');
    expect(text).toContain('**Unscored samples**');
    expect(text).toContain('**Subgroups (exploratory)**');
    expect(text).toContain(baseline.runId);
    expect(text).toContain('by alice SHA256:');
  });

  it('says of a replay that it is one', () => {
    const replay = written('1111100001', { name: 'b', endpoint: { kind: 'replay' } });
    const lines = comparisonMarkdown(comparable(compareRuns([baseline, replay]))).split('\n');
    const named = lines.filter((line) => /^\| (?:\S+ \| )?b /.test(line));
    expect(named.length).toBeGreaterThan(2);
    expect(named.every((line) => line.includes('b (replay)'))).toBe(true);
  });
});

describe('comparison.csv and flips.csv', () => {
  it('have one row per run and per flip, and no formula', () => {
    const rows = parse<Record<string, string>>(comparisonCsv(model), { columns: true });
    expect(rows).toHaveLength(2);
    expect(rows[1]).toMatchObject({ suite: 'sums', pairs: '9', gained: '2', lost: '1', difference: '0.111111' });
    expect(rows[0]).toMatchObject({ name: 'a', n: '10', right: '5', difference: '' });
    const flips = parse<Record<string, string>>(flipsCsv(model), { columns: true });
    expect(flips.map(({ index, id, direction }) => [index, id, direction])).toEqual([
      ['4', 'item-4', 'lost'],
      ['6', 'item-6', 'gained'],
      ['7', 'item-7', 'gained'],
    ]);
    const formula = comparable(compareRuns([baseline, written('1111100001', { name: '=1+1' })]));
    expect(flipsCsv(formula)).toContain(",'=1+1,");
  });
});

describe('refusalLines()', () => {
  it('names the first difference and the others', () => {
    const other = written('1111100000', {
      name: 'b',
      rules: { prompt: digest('p'), retry: { max_attempts: 1, max_lost: 1 } },
    });
    expect(refusalLines(refused(compareRuns([baseline, other])))).toEqual([
      'not comparable: b [sums] with a [sums]',
      expect.stringMatching(/^ {2}first difference {2}prompt: template [0-9a-f]{12}… against/) as string,
      '  and               most attempts: 4 against 1',
      '  and               most lost attempts: 3 against 1',
    ]);
  });
});

describe('writeComparison()', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'touchstone-comparison-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('writes four files into a folder that it makes, and the same bytes again', async () => {
    const first = await writeComparison(model, join(folder, 'a', 'b'));
    const second = await writeComparison(comparable(compareRuns([baseline, candidate])), join(folder, 'c'));
    expect((await readdir(join(folder, 'a', 'b'))).toSorted()).toEqual([...COMPARISON_FILES].toSorted());
    const read = async (paths: readonly string[]): Promise<string[]> =>
      await Promise.all(paths.map((path) => readFile(path, 'utf8')));
    expect(await read(first)).toEqual(await read(second));
  });
});
