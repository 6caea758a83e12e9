/**
 * Metrics that need more than verdicts: the answers and the targets themselves.
 *
 * They are added up in the order of the score records, so runner and verifier see the same samples in the same order. Where
 * an answer is not disclosed a verifier cannot add it, and the metric is declared.
 */
import type { JsonValue } from '../core/canonical-json.ts';
import type { LineObject } from '../core/line-form.ts';
import type { ScoreRecord } from '../transcript/record.ts';
import type { Answer } from '../transcript/wire/answer.ts';

/** A sample that was answered, with its verdict. */
export interface AnsweredSample {
  readonly record: ScoreRecord;
  readonly answer: Answer;
  readonly target: JsonValue;
  /** What the judge said of the answer; absent if none was asked. */
  readonly replies?: readonly Answer[];
}

/** A metric over answers. */
export interface AnswerMetric {
  /** Name and version, as the aggregate record states it. */
  readonly name: string;
  add(sample: AnsweredSample): void;
  result(): LineObject;
}
