/**
 * Scorer `bleu`: n-gram precision against references, as sacreBLEU computes it (13a tokens, exponential smoothing).
 *
 * An item's score is its sentence BLEU in thousandths. Corpus BLEU is no mean of these: the metric `corpus-bleu/1` adds up
 * n-grams over all answers.
 *
 * @see M. Post, "A Call for Clarity in Reporting BLEU Scores", WMT 2018; github.com/mjpost/sacrebleu
 */
import type { JsonValue } from '../../core/canonical-json.ts';
import { exp, ln } from '../../stats/elementary.ts';
import { boolean, object } from '../../transcript/shape.ts';
import { readOptions, type ScorerKind, type ScorerMetric } from '../scorer.ts';
import { countNgrams, largest, overlap } from './ngrams.ts';
import { readReferences, thousandths } from './references.ts';
import { tokenize13a } from './tokenize-13a.ts';

interface BleuOptions {
  readonly lowercase?: boolean;
}

const shape = object<BleuOptions>({}, { lowercase: boolean });

const ORDERS = [1, 2, 3, 4];

/** What BLEU is made of, for one answer or for many. */
interface BleuCounts {
  /** N-grams of the answer by order, and those that a reference has too. */
  readonly total: number[];
  readonly correct: number[];
  answerLength: number;
  referenceLength: number;
}

/** Version 1. What it extracts is the whole answer; a list of targets means several references. */
export const bleu1: ScorerKind = {
  id: 'bleu',
  version: 1,
  prepare(config) {
    const options = readOptions('bleu', shape, config);
    return {
      extract: (answer) => ({ text: answer, rule: 'whole' }),
      judge: (extracted, target) => {
        const counts = countSegment(extracted ?? '', readReferences(target), options);
        return thousandths(bleuOf(counts, orderOf(counts)) / 100);
      },
      gold: (target) => readReferences(target)[0] ?? '',
    };
  },
  metrics: (config) => [createCorpusBleu(readOptions('bleu', shape, config))],
};

function createCorpusBleu(options: BleuOptions): ScorerMetric {
  const sums: BleuCounts = { total: [0, 0, 0, 0], correct: [0, 0, 0, 0], answerLength: 0, referenceLength: 0 };
  let segments = 0;
  return {
    name: 'corpus-bleu/1',
    add(answer: string, target: JsonValue) {
      const counts = countSegment(answer, readReferences(target), options);
      for (const key of ['total', 'correct'] as const) {
        for (const [at, count] of counts[key].entries()) sums[key][at] = (sums[key][at] ?? 0) + count;
      }
      sums.answerLength += counts.answerLength;
      sums.referenceLength += counts.referenceLength;
      segments++;
    },
    result: () => ({
      segments,
      correct: [...sums.correct],
      total: [...sums.total],
      answer_tokens: sums.answerLength,
      reference_tokens: sums.referenceLength,
      ...(segments === 0 ? {} : { value: bleuOf(sums, ORDERS.length).toFixed(6) }),
    }),
  };
}

function countSegment(answer: string, references: readonly string[], { lowercase = false }: BleuOptions): BleuCounts {
  const tokensOf = (text: string): readonly string[] => tokenize13a(lowercase ? text.toLowerCase() : text);
  const tokens = tokensOf(answer);
  const others = references.map(tokensOf);
  const correct = ORDERS.map((order) =>
    overlap(countNgrams(tokens, order, ' '), largest(others.map((other) => countNgrams(other, order, ' ')))),
  );
  return {
    total: ORDERS.map((order) => Math.max(0, tokens.length - order + 1)),
    correct,
    answerLength: tokens.length,
    referenceLength: closest(
      tokens.length,
      others.map((other) => other.length),
    ),
  };
}

// The length that is nearest to that of the answer; the smaller one of two.
function closest(length: number, others: readonly number[]): number {
  const distance = (other: number): number => Math.abs(other - length);
  return others.reduce((best, next) => {
    if (distance(next) === distance(best)) return Math.min(best, next);
    return distance(next) < distance(best) ? next : best;
  });
}

// A single segment may be too short for the higher orders.
function orderOf({ total }: BleuCounts): number {
  return total.filter((count) => count > 0).length;
}

function bleuOf({ total, correct, answerLength, referenceLength }: BleuCounts, order: number): number {
  const isHopeless = correct.every((count) => count === 0) || total.slice(0, order).includes(0);
  if (isHopeless) return 0;
  let smoothing = 1;
  let sum = 0;
  for (let at = 0; at < order; at++) {
    const found = correct[at] ?? 0;
    const all = total[at] ?? 1;
    if (found === 0) smoothing *= 2;
    sum += ln(found === 0 ? 100 / (smoothing * all) : (100 * found) / all);
  }
  const brevity = answerLength < referenceLength ? exp(1 - referenceLength / answerLength) : 1;
  return Math.min(100, brevity * exp(sum / order));
}
