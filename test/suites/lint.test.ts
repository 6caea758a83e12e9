import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { passesGold } from '../../src/scoring/gold.ts';
import { findScorer } from '../../src/scoring/registry.ts';
import { isHeldOut, lintSuite, type Finding } from '../../src/suites/lint.ts';
import { loadSuite } from '../../src/suites/load.ts';
import { ITEMS, jsonl, SUITE_YAML, suiteFolder } from './suite-folder.ts';

async function lint(path: string): Promise<readonly Finding[]> {
  const suite = await loadSuite(path);
  const scorer = findScorer(suite.definition.scorer);
  if (scorer === null) throw new Error('the suite has no known scorer');
  return lintSuite(suite, (target) => passesGold(scorer, target));
}

const lintFiles = (files: Readonly<Record<string, string>>): Promise<readonly Finding[]> =>
  lint(join(suiteFolder(files), 'suite.yaml'));

const HELD_OUT = `held_out: {rule: sha256-u32-mod, prefix: "touchstone/tiny/held-out/v1\\n", modulo: 1000, below: 100, key: 'add {{ question }}'}\n`;

describe('lintSuite()', () => {
  it('finds nothing in a good suite', async () => {
    expect(await lintFiles({})).toEqual([]);
  });

  it.each<[string, Readonly<Record<string, string>>, Partial<Finding>]>([
    [
      'missing-licence',
      { 'suite.yaml': SUITE_YAML.replace('licence: CC0-1.0\n', '') },
      { level: 'warning', line: 1, count: 0 },
    ],
    [
      'duplicate-prompt',
      { 'items.jsonl': jsonl([...ITEMS, { question: '1 + 1?', answer: '2' }]) },
      { level: 'warning', line: 5, items: ['3'], count: 1 },
    ],
    [
      'unreachable-answer',
      { 'items.jsonl': jsonl([...ITEMS, { question: 'pi?', answer: 'three' }]) },
      { level: 'error', line: 10, items: ['3'], count: 1 },
    ],
    [
      'few-shot-item',
      { 'suite.yaml': `${SUITE_YAML}few_shot: [{role: user, content: '1 + 2?'}, {role: assistant, content: '3'}]\n` },
      { level: 'error', line: 11, items: ['1'] },
    ],
    [
      'few-shot-roles',
      { 'suite.yaml': `${SUITE_YAML}few_shot: [{role: assistant, content: '3'}]\n` },
      { level: 'warning', line: 11 },
    ],
    [
      'last-role',
      {
        'suite.yaml': SUITE_YAML.replace(
          "prompt: '{{ question }}'",
          "prompt: [{role: user, content: '{{ question }}'}, {role: assistant, content: 'It is'}]",
        ),
      },
      { level: 'warning', line: 9 },
    ],
    [
      'target-in-prompt',
      {
        'suite.yaml': SUITE_YAML.replace('number', 'exact'),
        'items.jsonl': jsonl([{ question: 'Repeat: ABCDEFGH', answer: 'ABCDEFGH' }]),
      },
      { level: 'warning', items: ['0'] },
    ],
    [
      'target-in-input',
      { 'suite.yaml': SUITE_YAML.replace('[question]', '[question, answer]') },
      { level: 'warning', line: 5, count: 3 },
    ],
    [
      'not-held-out',
      { 'suite.yaml': SUITE_YAML + HELD_OUT, 'items.jsonl': jsonl([{ question: '12 45', answer: '57' }]) },
      { level: 'error', line: 11, items: ['0'] },
    ],
  ])('finds %s', async (code, files, fact) => {
    const findings = await lintFiles(files);
    expect(findings.map((finding) => finding.code)).toEqual([code]);
    expect(findings[0]).toMatchObject(fact);
  });

  it('names five items and counts all', async () => {
    const rows = Array.from({ length: 9 }, () => ITEMS[0]);
    const [finding] = await lintFiles({ 'items.jsonl': jsonl(rows) });
    expect(finding).toMatchObject({ items: ['1', '2', '3', '4', '5'], count: 8 });
  });
});

describe('isHeldOut()', () => {
  // printf 'touchstone/tiny/held-out/v1\nadd 12 45' | sha256sum begins with 3b7b7f51, which is 997,949,265.
  const rule = {
    rule: 'sha256-u32-mod' as const,
    prefix: 'touchstone/tiny/held-out/v1\n',
    modulo: 1000,
    below: 100,
    key: '',
  };
  it('reads the first four bytes as a big-endian number', () => {
    expect(isHeldOut({ ...rule, below: 265 }, 'add 12 45')).toBe(false);
    expect(isHeldOut({ ...rule, below: 266 }, 'add 12 45')).toBe(true);
    const held = Array.from({ length: 1000 }, (_, i) => isHeldOut(rule, `add 1 ${i}`)).filter(Boolean).length;
    expect(held).toBeGreaterThan(60);
    expect(held).toBeLessThan(140);
  });
});

describe('the suites that ship', () => {
  const folder = join(import.meta.dirname, '../../suites');
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

  it.each(names)('%s has no finding, enough items and no overlap with what was trained on', async (name) => {
    const path = join(folder, name, 'suite.yaml');
    const suite = await loadSuite(path);
    expect(suite.definition.id).toBe(name);
    expect(suite.definition.items.size).toBeGreaterThanOrEqual(100);
    expect(suite.definition.held_out?.rule).toBe('sha256-u32-mod');
    expect((await lint(path)).filter(({ code }) => code !== 'target-in-prompt')).toEqual([]);
  });
});
