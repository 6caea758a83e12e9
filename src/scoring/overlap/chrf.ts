/**
 * Scorer `chrf`: character n-gram F-score against references, as sacreBLEU computes chrF2 (orders 1 to 6, no white space).
 *
 * An item's score is its sentence chrF in thousandths; the metric `corpus-chrf/1` adds up n-grams over all answers.
 *
 * @see M. Popović, "chrF: character n-gram F-score for automatic MT evaluation", WMT 2015; github.com/mjpost/sacrebleu
 */
import type { JsonValue } from '../../core/canonical-json.ts';
import { boolean, object } from '../../transcript/shape.ts';
import { splitWords } from '../python-text.ts';
import { readOptions, type ScorerKind, type ScorerMetric } from '../scorer.ts';
import { countNgrams, overlap } from './ngrams.ts';
import { readReferences, thousandths } from './references.ts';

interface ChrfOptions {
  readonly lowercase?: boolean;
}

const shape = object<ChrfOptions>({}, { lowercase: boolean });

const ORDERS = [1, 2, 3, 4, 5, 6];
/** Recall weighs beta² as much as precision; beta is 2. */
const WEIGHT = 4;

/** The n-grams of one order: in the answer, in the reference, in both. */
interface OrderCounts {
  answer: number;
  reference: number;
  shared: number;
}

/** Version 1. What it extracts is the whole answer; of several references the one that fits best counts. */
export const chrf1: ScorerKind = {
  id: 'chrf',
  version: 1,
  prepare(config) {
    const options = readOptions('chrf', shape, config);
    return {
      extract: (answer) => ({ text: answer, rule: 'whole' }),
      judge: (extracted, target) =>
        thousandths(chrfOf(bestCounts(extracted ?? '', readReferences(target), options)) / 100),
      gold: (target) => readReferences(target)[0] ?? '',
    };
  },
  metrics: (config) => [createCorpusChrf(readOptions('chrf', shape, config))],
};

function createCorpusChrf(options: ChrfOptions): ScorerMetric {
  const sums: readonly OrderCounts[] = ORDERS.map(() => ({ answer: 0, reference: 0, shared: 0 }));
  let segments = 0;
  return {
    name: 'corpus-chrf/1',
    add(answer: string, target: JsonValue) {
      for (const [at, counts] of bestCounts(answer, readReferences(target), options).entries()) {
        const sum = sums[at];
        if (sum === undefined) continue;
        sum.answer += counts.answer;
        sum.reference += counts.reference;
        sum.shared += counts.shared;
      }
      segments++;
    },
    result: () => ({
      segments,
      answer: sums.map(({ answer }) => answer),
      reference: sums.map(({ reference }) => reference),
      shared: sums.map(({ shared }) => shared),
      ...(segments === 0 ? {} : { value: chrfOf(sums).toFixed(6) }),
    }),
  };
}

function bestCounts(answer: string, references: readonly string[], options: ChrfOptions): readonly OrderCounts[] {
  const all = references.map((reference) => countOrders(answer, reference, options));
  return all.reduce((best, next) => (chrfOf(next) > chrfOf(best) ? next : best));
}

function countOrders(answer: string, reference: string, { lowercase = false }: ChrfOptions): readonly OrderCounts[] {
  const charactersOf = (text: string): readonly string[] =>
    Array.from(splitWords(lowercase ? text.toLowerCase() : text).join(''));
  const [ours, theirs] = [charactersOf(answer), charactersOf(reference)];
  return ORDERS.map((order) => {
    const inAnswer = Math.max(0, ours.length - order + 1);
    const inReference = Math.max(0, theirs.length - order + 1);
    return {
      // An order that the reference is too short for does not count.
      answer: inReference === 0 ? 0 : inAnswer,
      reference: inReference,
      shared: overlap(countNgrams(ours, order, ''), countNgrams(theirs, order, '')),
    };
  });
}

function chrfOf(orders: readonly OrderCounts[]): number {
  const effective = orders.filter(({ answer, reference }) => answer > 0 && reference > 0);
  if (effective.length === 0) return 0;
  const mean = (part: 'answer' | 'reference'): number =>
    effective.reduce((sum, counts) => sum + counts.shared / counts[part], 0) / effective.length;
  const [precision, recall] = [mean('answer'), mean('reference')];
  if (precision + recall === 0) return 0;
  return (100 * ((1 + WEIGHT) * precision * recall)) / (WEIGHT * precision + recall);
}
