/**
 * Every scorer that this version has.
 *
 * A version of a scorer never changes and is never removed, so that a transcript can be judged again for ever; a better
 * scorer gets a new number. A verifier that does not know a scorer says `not evaluated`, not `failed`.
 */
import type { SuiteScorer } from '../suites/definition.ts';
import { bbh1 } from './bbh.ts';
import { bfcl1 } from './bfcl/bfcl.ts';
import { choice1 } from './choice.ts';
import { javascriptTests1, pythonTests1 } from './code-tests.ts';
import { contains1 } from './contains.ts';
import { exact1 } from './exact.ts';
import { ifeval1 } from './ifeval/ifeval.ts';
import { embeddingSimilarity1 } from './judged/embedding-similarity.ts';
import { pairwise1 } from './judged/pairwise.ts';
import { rubric1 } from './judged/rubric.ts';
import { json1 } from './json.ts';
import { jsonSchema1 } from './json-schema.ts';
import { math1 } from './math/math.ts';
import { mmluPro1 } from './mmlu-pro.ts';
import { number1 } from './number.ts';
import { bleu1 } from './overlap/bleu.ts';
import { chrf1 } from './overlap/chrf.ts';
import { rougeL1 } from './overlap/rouge-l.ts';
import { squad1 } from './overlap/squad.ts';
import { potNumeric1 } from './pot-numeric.ts';
import { refusal1 } from './refusal.ts';
import { regex1 } from './regex.ts';
import type { Scorer, ScorerKind, ScorerMetric } from './scorer.ts';

/** Every scorer in every version. */
export const SCORER_KINDS: readonly ScorerKind[] = [
  exact1,
  contains1,
  regex1,
  number1,
  choice1,
  json1,
  mmluPro1,
  bbh1,
  ifeval1,
  squad1,
  bleu1,
  chrf1,
  rougeL1,
  potNumeric1,
  refusal1,
  jsonSchema1,
  bfcl1,
  math1,
  pythonTests1,
  javascriptTests1,
  rubric1,
  pairwise1,
  embeddingSimilarity1,
];

const kinds: ReadonlyMap<string, ScorerKind> = new Map(
  SCORER_KINDS.map((kind) => [`${kind.id}@${kind.version}`, kind]),
);

/**
 * The scorer that a suite names, with its options, or null if this version does not have it.
 *
 * @throws {@link InputError} `ERR_SCORER_CONFIG`, `ERR_PATTERN` or `ERR_JSON_SCHEMA` if it has, but not with these options.
 */
export function findScorer({ id, version, config }: Pick<SuiteScorer, 'id' | 'version' | 'config'>): Scorer | null {
  return kinds.get(`${id}@${version}`)?.prepare(config) ?? null;
}

/** Fresh metrics of the scorer that a suite names; none if this version does not have it. */
export function findMetrics({
  id,
  version,
  config,
}: Pick<SuiteScorer, 'id' | 'version' | 'config'>): readonly ScorerMetric[] {
  return kinds.get(`${id}@${version}`)?.metrics?.(config) ?? [];
}
