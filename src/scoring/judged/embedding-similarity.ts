/**
 * Scorer `embedding-similarity`: the cosine of the angle between the embeddings of answer and target.
 *
 * The vectors come from a model of the judge endpoint and are recorded; the similarity is worked out from them with
 * arithmetic that rounds alike everywhere.
 */
import { decimalText, integer, object } from '../../transcript/shape.ts';
import { thousandths } from '../overlap/references.ts';
import {
  configError,
  readOptions,
  RIGHT,
  targetError,
  targetTexts,
  WRONG,
  type ScorerKind,
  type Verdict,
} from '../scorer.ts';
import { judgedScorer } from './asking.ts';

interface SimilarityOptions {
  /** From here on an answer is right; without it the score is the similarity itself. */
  readonly threshold?: number | string;
}

const shape = object<SimilarityOptions>(
  {},
  { threshold: (value) => (typeof value === 'number' ? integer(0, 1)(value) : decimalText(value)) },
);

/** Most texts that an answer is compared with. */
const MAX_TARGETS = 16;
/** Longest vector that is read. */
const MAX_DIMENSIONS = 65_536;

/** Version 1. A list of targets means the most similar of them. */
export const embeddingSimilarity1: ScorerKind = {
  id: 'embedding-similarity',
  version: 1,
  prepare(config) {
    const { threshold } = readOptions('embedding-similarity', shape, config);
    const bar = threshold === undefined ? null : Number(threshold);
    if (bar !== null && (bar < 0 || bar > 1)) throw configError('embedding-similarity', '/threshold: want 0 to 1');
    return judgedScorer({
      questions({ answer, target }) {
        const texts = targetTexts(target);
        if (texts.length > MAX_TARGETS || texts.includes('')) {
          throw targetError(`want at most ${MAX_TARGETS} texts that are not empty`);
        }
        return [{ api: 'embeddings', members: { input: [answer, ...texts] } }];
      },
      conclude(replies, { target }) {
        const [answer, ...others] = replies[0]?.vectors ?? [];
        if (answer === undefined || others.length !== targetTexts(target).length) return null;
        const similarities = others.map((other) => cosine(answer, other));
        const known = similarities.filter((similarity) => similarity !== null);
        if (known.length < similarities.length) return null;
        const similarity = Math.min(1, Math.max(0, ...known));
        return { ...scoreOf(similarity, bar), extraction: { text: similarity.toFixed(6), rule: 'cosine' } };
      },
    });
  },
};

function scoreOf(similarity: number, bar: number | null): Verdict {
  if (bar === null) return thousandths(similarity);
  return similarity >= bar ? RIGHT : WRONG;
}

/** The cosine of the angle between two vectors; null if they have different lengths, or one has no direction. */
function cosine(a: readonly number[], b: readonly number[]): number | null {
  if (a.length !== b.length || a.length > MAX_DIMENSIONS) return null;
  const [one, other] = [scaled(a), scaled(b)];
  if (one === null || other === null) return null;
  return dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other));
}

// So that no square overflows or vanishes.
function scaled(vector: readonly number[]): readonly number[] | null {
  const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return largest === 0 ? null : vector.map((value) => value / largest);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}
