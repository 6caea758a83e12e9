/** Reads third-party data sets, and draws parts of them that are the same every time. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { digest } from '../../src/core/digest.ts';
import type { JsonValue } from '../../src/core/canonical-json.ts';
import { findScorer } from '../../src/scoring/registry.ts';
import type { Scorer, Verdict } from '../../src/scoring/scorer.ts';
import { defineScorer } from '../../src/suites/define.ts';

/** The lines of a file, which may be compressed; lines end with LF and with nothing else. */
export function readLines(path: string): readonly string[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text.replace(/\n$/, '').split('\n');
}

/** The rows of a JSON lines file, which may be compressed. */
export function readRows<T>(path: string): readonly T[] {
  return readLines(path).map((line): T => JSON.parse(line));
}

/** A part of a set that looks drawn at random and is the same every time, in the order of the set. */
export function drawn<T extends { readonly id: string | number }>(items: readonly T[], size: number): readonly T[] {
  const keys = new Map(items.map((item) => [item, digest(`drawn ${item.id}`)]));
  const chosen = new Set(items.toSorted((a, b) => ((keys.get(a) ?? '') < (keys.get(b) ?? '') ? -1 : 1)).slice(0, size));
  return items.filter((item) => chosen.has(item));
}

/** A scorer by the section of a suite file. */
export function scorerOf(section: Parameters<typeof defineScorer>[0]): Scorer {
  const scorer = findScorer(defineScorer(section));
  if (scorer === null) throw new Error(`there is no scorer ${section.id}@${section.version}`);
  return scorer;
}

/** What a scorer takes from an answer, and its verdict. */
export function scored(
  scorer: Scorer,
  answer: string,
  target: JsonValue,
): Verdict & { readonly extracted: string | null } {
  const extracted = scorer.extract(answer, target)?.text ?? null;
  return { ...scorer.judge(extracted, target), extracted };
}
