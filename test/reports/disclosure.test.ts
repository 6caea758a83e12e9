import { describe, expect, it } from 'vitest';
import { disclosedSamples, disclosureOf } from '../../src/reports/disclosure.ts';
import { run } from './runs.ts';

const closed = run({ suite: { visibility: 'private', redistributable: false } });
const fenced = run({ suite: { redistributable: false } });

describe('disclosureOf()', () => {
  it('opens a public suite that may be redistributed, and no other', () => {
    expect([run(), closed, fenced].map((each) => disclosureOf(each).level)).toEqual(['D3', 'D1', 'D1']);
  });

  it('never goes above the level of the bundle', () => {
    const bundle = run({ run: { level: 'D1' } });
    expect(disclosureOf(bundle).level).toBe('D1');
    expect(disclosureOf(bundle, { level: 'D3' }).level).toBe('D1');
    expect(disclosureOf(bundle, { level: 'D0' }).level).toBe('D0');
  });

  it('takes the choice of the caller for a folder', () => {
    expect(disclosureOf(closed, { level: 'D3' })).toMatchObject({ level: 'D3', texts: true });
    expect(disclosureOf(run(), { level: 'D1' })).toMatchObject({ level: 'D1', texts: false });
  });
});

describe('disclosedSamples()', () => {
  it('keeps every verdict and no content at D1', () => {
    const samples = disclosedSamples(closed);
    expect(samples).toHaveLength(10);
    expect(JSON.stringify(samples)).not.toMatch(/SECRET|item-0|"tag"/);
    expect(Object.keys(samples[0] ?? {}).toSorted()).toEqual([
      'attempts',
      'completionTokens',
      'firstByteUs',
      'index',
      'item',
      'latencyUs',
      'promptTokens',
      'repeat',
      'rescored',
      'rule',
      'score',
      'turns',
      'unscored',
    ]);
  });

  it('has nothing at D0 and everything at D3', () => {
    expect(disclosedSamples(run(), { level: 'D0' })).toEqual([]);
    expect(disclosedSamples(run())).toEqual(run().samples);
  });

  it('opens only the chosen items at D2', () => {
    const samples = disclosedSamples(closed, { level: 'D2', items: new Set([3]) });
    expect(samples.filter(({ answer }) => answer !== undefined).map(({ index }) => index)).toEqual([3]);
  });

  it('opens nothing of a folder at D2 if no item was chosen', () => {
    expect(JSON.stringify(disclosedSamples(run(), { level: 'D2' }))).not.toContain('SECRET');
  });

  it('shows what a bundle at D2 itself opens', () => {
    const bundle = run({ run: { level: 'D2' } });
    expect(disclosedSamples(bundle).every(({ answer }) => answer !== undefined)).toBe(true);
  });

  it('sorts by index and repeat whatever the order of scoring was', () => {
    const shuffled = run({ samples: run().samples?.toReversed() ?? [] });
    expect(disclosedSamples(shuffled).map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
