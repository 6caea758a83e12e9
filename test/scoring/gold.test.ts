import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/core/canonical-json.ts';
import { passesGold } from '../../src/scoring/gold.ts';
import { findScorer } from '../../src/scoring/registry.ts';
import type { ScorerConfig } from '../../src/suites/definition.ts';

function passes(id: string, config: ScorerConfig, target: JsonValue): boolean {
  const scorer = findScorer({ id, version: 1, config });
  if (scorer === null) throw new Error(`there is no scorer ${id}@1`);
  return passesGold(scorer, target);
}

describe('passesGold()', () => {
  it.each<[string, ScorerConfig, JsonValue]>([
    ['exact', {}, 'Paris'],
    ['exact', {}, ['Paris', 'Lutetia']],
    ['contains', { mode: 'all' }, ['Paris', 'Seine']],
    ['contains', {}, 'x'],
    ['regex', { patterns: ['#### (.+)'] }, '42'],
    ['number', { after: ['####'] }, '1,234.5'],
    ['number', {}, [1, 2]],
    ['choice', {}, 'C'],
    ['choice', {}, 2],
    ['json', {}, { a: 1 }],
    ['json', { schema: '{"type":"array"}' }, [1]],
  ])('holds for %s with %j and the target %j', (id, config, target) => {
    expect(passes(id, config, target)).toBe(true);
  });

  it.each<[string, ScorerConfig, JsonValue]>([
    ['exact', {}, { a: 1 }],
    ['number', {}, 'many'],
    ['choice', {}, 'E'],
    ['contains', {}, ''],
    ['json', { schema: '{"type":"array"}' }, { a: 1 }],
    ['json', {}, 'not parsed'],
  ])('does not hold for %s with %j and the target %j', (id, config, target) => {
    expect(passes(id, config, target)).toBe(false);
  });
});
