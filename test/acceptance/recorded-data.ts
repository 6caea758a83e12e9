/** Reads third-party data sets. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
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

/** The aggregates of a data set, as it lists them. */
export function readScores<T>(data: string): readonly T[] {
  return JSON.parse(readFileSync(join(data, 'scores.json'), 'utf8'));
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
