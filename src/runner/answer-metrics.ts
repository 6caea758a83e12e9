/**
 * The metrics over answers of a run that has all its verdicts, read back from its own folder.
 *
 * Reading back costs a pass over the content, and only for runs that ask for such metrics; in return a run that was
 * interrupted states the same as one that was not.
 */
import { joinFolder } from '../archive/folder-source.ts';
import { tryDecodeUtf8 } from '../core/bytes.ts';
import type { JsonValue } from '../core/canonical-json.ts';
import type { AnswerMetric } from '../scoring/answer-metric.ts';
import { createAnswerMetrics } from '../scoring/answer-metrics.ts';
import type { SuiteDefinition } from '../suites/definition.ts';
import type { NewRecord } from '../transcript/builder.ts';
import type { Label } from '../transcript/commitment.ts';
import { parseOpening } from '../transcript/opening.ts';
import type { Plan } from '../transcript/plan.ts';
import { parseRecord } from '../transcript/record-line.ts';
import type { ScoreRecord, TranscriptRecord } from '../transcript/record.ts';
import { parseAnswer, type Answer } from '../transcript/wire/answer.ts';

/** The aggregate records of the metrics over answers; none unless the plan asks for some. */
export async function answerAggregates(
  folder: string,
  plan: Plan,
  suite: SuiteDefinition,
): Promise<readonly Extract<NewRecord, { readonly k: 'aggregate' }>[]> {
  const metrics = createAnswerMetrics(plan, suite);
  if (metrics.length === 0) return [];
  const add = createReader(plan, metrics);
  for await (const batch of joinFolder(folder)) {
    for (const { line, openings } of batch) add(parseRecord(line), contentOf(openings));
  }
  return metrics.map((metric) => ({ k: 'aggregate', function: metric.name, result: metric.result() }));
}

type Content = ReadonlyMap<Label, Uint8Array>;

function contentOf(openings: readonly string[]): Content {
  return new Map(openings.map((line) => parseOpening(line)).map(({ label, bytes }) => [label, bytes]));
}

// Few items and answers are open at a time, so that is all that is kept.
function createReader(
  { rules }: Plan,
  metrics: readonly AnswerMetric[],
): (record: TranscriptRecord, content: Content) => void {
  const targets = new Map<number, { readonly target: JsonValue; left: number }>();
  const answers = new Map<number, Answer>();
  const scored = (record: ScoreRecord): void => {
    const held = targets.get(record.index);
    const answer = answers.get(record.of ?? -1);
    answers.delete(record.of ?? -1);
    if (held === undefined) return;
    if (answer !== undefined) for (const metric of metrics) metric.add({ record, answer, target: held.target });
    if (--held.left === 0) targets.delete(record.index);
  };
  return (record, content) => {
    if (record.k === 'intent') {
      const target = targetIn(content);
      if (target !== undefined) targets.set(record.index, { target, left: rules.repeats });
    } else if (record.k === 'outcome') {
      const body = record.status === 'ok' ? parseAnswer(content.get('response') ?? new Uint8Array()) : null;
      if (body !== null && 'answer' in body) answers.set(record.seq, body.answer);
    } else if (record.k === 'score') scored(record);
  };
}

function targetIn(content: Content): JsonValue | undefined {
  const text = tryDecodeUtf8(content.get('target') ?? new Uint8Array()) ?? '';
  return text === '' ? undefined : (JSON.parse(text) as JsonValue);
}
