/** The metrics over answers of a run that is verified: each stands or falls with every answer. */
import type { JsonValue } from '../core/canonical-json.ts';
import type { LineObject } from '../core/line-form.ts';
import type { AnswerMetric } from '../scoring/answer-metric.ts';
import type { Findings } from '../scoring/inquiry.ts';
import type { ScoreRecord } from '../transcript/record.ts';

/** Adds up what a run states of its answers. */
export interface AnsweredMetrics {
  /** A sample with what its verdict follows from; null where that is not open. */
  add(record: ScoreRecord, findings: Findings | null, target: JsonValue | undefined): void;
  /** null if there is no such metric, or an answer that it needs is not open. */
  result(name: string): LineObject | null;
}

/** No answer has been read. */
export function createAnsweredMetrics(metrics: readonly AnswerMetric[]): AnsweredMetrics {
  let isWhole = true;
  return {
    add(record, findings, target): void {
      if (findings === null || target === undefined) isWhole = false;
      else if (findings.answer !== null) {
        const { answer, replies } = findings;
        for (const metric of metrics) metric.add({ record, answer, target, replies });
      }
    },
    result: (name) => (isWhole ? (metrics.find((metric) => metric.name === name)?.result() ?? null) : null),
  };
}
