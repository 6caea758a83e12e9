/** The example in docs/format.md is read by the code that the page describes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isOpeningLine, checkOpening, parseOpening, type Opening } from '../../src/transcript/opening.ts';
import { planDigest } from '../../src/transcript/plan.ts';
import { parsePlan } from '../../src/transcript/plan-text.ts';
import { parseContainerLine } from '../../src/transcript/publication.ts';
import { parseRecord } from '../../src/transcript/record-line.ts';
import type { TranscriptRecord } from '../../src/transcript/record.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/format.md'), 'utf8');
const [plan = '', bundle = ''] = [
  ...page.slice(page.indexOf('## 14. Example')).matchAll(/```text\n([\s\S]*?)\n```/g),
].map((match) => match[1] ?? '');
const [first = '', ...lines] = bundle.split('\n');
const records = lines.filter((line) => !isOpeningLine(line)).map(parseRecord);
const openings = lines.filter(isOpeningLine).map(parseOpening);

const opened = (label: Opening['label']): Opening => {
  const found = openings.find((opening) => opening.label === label);
  if (found === undefined) throw new Error(`the example has no ${label}`);
  return found;
};
const record = <K extends TranscriptRecord['k']>(kind: K): Extract<TranscriptRecord, { k: K }> => {
  const found = records.find(({ k }) => k === kind);
  if (found === undefined) throw new Error(`the example has no ${kind}`);
  return found as Extract<TranscriptRecord, { k: K }>;
};

describe('the example in docs/format.md', () => {
  it('has a plan, which its header names', () => {
    expect(parsePlan(plan).suite.id).toBe('products-direct');
    expect(record('header').plan).toBe(planDigest(plan));
  });

  it('begins as a bundle does', () => {
    expect(parseContainerLine(first, 'bundle')).toMatchObject({ t: 'bundle', level: 'D3' });
  });

  it('has records of every kind but resume', () => {
    expect(records.map(({ k }) => k)).toEqual(['header', 'intent', 'outcome', 'score', 'mark', 'aggregate', 'end']);
  });

  it('has openings that open the commitments of its records', () => {
    expect(openings.map(({ label }) => label)).toEqual(['item', 'target', 'request', 'response', 'extracted']);
    checkOpening(opened('item'), record('intent').item);
    checkOpening(opened('request'), record('intent').request);
    checkOpening(opened('response'), record('outcome').response ?? '');
    checkOpening(opened('extracted'), record('score').extracted ?? '');
  });
});
