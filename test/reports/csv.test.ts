import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { resultsCsv, sampleHead, sampleRows } from '../../src/reports/csv.ts';
import { disclosedSamples } from '../../src/reports/disclosure.ts';
import { summarizeRun } from '../../src/reports/run-summary.ts';
import { summarize } from '../../src/reports/summary.ts';
import type { VerifiedTranscript } from '../../src/verifier/verified-transcript.ts';
import { run, sample } from './runs.ts';

function rowsOf(text: string): Record<string, string>[] {
  return parse(text, { columns: true });
}

function samplesText(transcript: VerifiedTranscript): string {
  return [sampleHead(), ...sampleRows(summarizeRun(transcript), disclosedSamples(transcript))].join('');
}

describe('resultsCsv()', () => {
  it('has one line per run with score, interval, verdicts and labels', () => {
    const model = summarize([run(), run({ endpoint: { kind: 'replay', name: 'tape' } })]);
    const [first, second] = rowsOf(resultsCsv(model));
    expect(first).toMatchObject({
      suite: 'sums',
      n: '10',
      num: '10',
      den: '10',
      score: '1.000000',
      integrity: 'proven',
      unscored: '0',
    });
    expect(first).toMatchObject({ signed: expect.stringContaining('alice'), cost_usd: '', licence: 'CC0-1.0' });
    expect(second).toMatchObject({ endpoint: 'tape', labels: 'replay', attempts_ok: '10' });
  });
});

describe('sampleRows()', () => {
  it('has one line per sample, also beyond one batch', () => {
    const samples = Array.from({ length: 2500 }, (_, index) => sample(index));
    const rows = rowsOf(samplesText(run({ samples })));
    expect(rows.map(({ index }) => Number(index))).toEqual(samples.map(({ index }) => index));
    expect(rows[7]).toMatchObject({ id: 'item-7', answer: 'SECRET-ANSWER 7', num: '1', den: '1', latency_ms: '8' });
  });

  it('keeps newlines, quotes and commas of a text', () => {
    const answer = 'a "b",\r\nc\n';
    expect(rowsOf(samplesText(run({ samples: [sample(0, { answer })] })))[0]?.['answer']).toBe(answer);
  });

  it.each(['=cmd()', '+1', '-1+2', '-5\n=1', '-A1', '--1', '@SUM(A1)', '\tx', '\r=1', '＝1'])(
    'never lets a spreadsheet run %j',
    (answer) => {
      const [row] = rowsOf(samplesText(run({ samples: [sample(0, { answer, extracted: answer, id: answer })] })));
      expect([row?.['answer'], row?.['extracted'], row?.['id']]).toEqual([`'${answer}`, `'${answer}`, `'${answer}`]);
    },
  );

  it.each(['-5', '-0.25', '-12345678901234567890'])('leaves the negative number %s as it is', (answer) => {
    const [row] = rowsOf(samplesText(run({ samples: [sample(0, { answer, extracted: answer })] })));
    expect([row?.['answer'], row?.['extracted']]).toEqual([answer, answer]);
  });

  it('has verdicts but no text of a private suite', () => {
    const text = samplesText(run({ suite: { visibility: 'private', redistributable: false } }));
    expect(text).not.toContain('SECRET');
    expect(rowsOf(text)[0]).toMatchObject({ id: '', prompt: '', answer: '', target: '', num: '1' });
  });
});
