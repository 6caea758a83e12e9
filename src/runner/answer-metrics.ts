/**
 * The metrics over answers of a run that has all its verdicts, read back from its own folder.
 *
 * Reading back costs a pass over the content, and only for runs that ask for such metrics; in return a run that was
 * interrupted states the same as one that was not.
 */
import { joinFolder } from '../archive/folder-source.ts';
import type { AnswerMetric } from '../scoring/answer-metric.ts';
import { createAnswerMetrics } from '../scoring/answer-metrics.ts';
import { followInquiry, type Reply } from '../scoring/inquiry.ts';
import { parseItem, parseTarget } from '../suites/item.ts';
import type { LoadedSuite } from '../suites/load.ts';
import type { NewRecord } from '../transcript/builder.ts';
import type { Label } from '../transcript/commitment.ts';
import { parseOpening } from '../transcript/opening.ts';
import type { Plan } from '../transcript/plan.ts';
import { parseRecord } from '../transcript/record-line.ts';
import type { IntentRecord, OutcomeRecord, ScoreRecord, TranscriptRecord } from '../transcript/record.ts';
import { parseAnswer } from '../transcript/wire/parse-answer.ts';
import type { Api } from '../transcript/wire/dialogue.ts';
import type { JudgedItem, Judging } from './judging.ts';

/** A run whose samples all have their verdicts. */
interface FinishedSamples {
  readonly folder: string;
  readonly plan: Plan;
  readonly suite: Pick<LoadedSuite, 'definition'>;
}

/** The aggregate records of the metrics over answers; none unless the plan asks for some. */
export async function answerAggregates(
  { folder, plan, suite: { definition } }: FinishedSamples,
  judging: Pick<Judging, 'inquire'>,
): Promise<readonly Extract<NewRecord, { readonly k: 'aggregate' }>[]> {
  const metrics = createAnswerMetrics(plan, definition);
  if (metrics.length === 0) return [];
  const add = createReader(plan, metrics, judging);
  for await (const batch of joinFolder(folder)) {
    for (const { line, openings } of batch) await add(parseRecord(line), contentOf(openings));
  }
  return metrics.map((metric) => ({ k: 'aggregate', function: metric.name, result: metric.result() }));
}

type Content = ReadonlyMap<Label, Uint8Array>;

function contentOf(openings: readonly string[]): Content {
  return new Map(openings.map((line) => parseOpening(line)).map(({ label, bytes }) => [label, bytes]));
}

interface HeldItem extends JudgedItem {
  left: number;
}

// Few items and answers are open at a time, so that is all that is kept.
function createReader(
  { rules }: Plan,
  metrics: readonly AnswerMetric[],
  judging: Pick<Judging, 'inquire'>,
): (record: TranscriptRecord, content: Content) => Promise<void> {
  const items = new Map<number, HeldItem>();
  const underway = new Map<number, IntentRecord>();
  const replies = new Map<string, Reply[]>();
  const scored = async (record: ScoreRecord): Promise<void> => {
    const held = items.get(record.index);
    const known = replies.get(keyOf(record)) ?? [];
    replies.delete(keyOf(record));
    if (held === undefined) return;
    const findings = known.length === 0 ? null : await followInquiry(judging.inquire(held), known);
    const { answer = null, replies: said = [] } = findings ?? {};
    if (answer !== null)
      for (const metric of metrics) metric.add({ record, answer, target: held.target, replies: said });
    if (--held.left === 0) items.delete(record.index);
  };
  return async (record, content) => {
    if (record.k === 'intent') {
      underway.set(record.seq, record);
      const item = itemIn(content);
      if (item !== null) items.set(record.index, { ...item, left: rules.repeats });
    } else if (record.k === 'outcome') {
      const intent = underway.get(record.of);
      underway.delete(record.of);
      const reply = intent === undefined ? null : replyIn(record, content, intent.api);
      if (intent !== undefined && reply !== null) {
        replies.set(keyOf(intent), [...(replies.get(keyOf(intent)) ?? []), reply]);
      }
    } else if (record.k === 'score') await scored(record);
  };
}

function keyOf({ index, repeat }: IntentRecord | ScoreRecord): string {
  return `${index}/${repeat}`;
}

function itemIn(content: Content): JudgedItem | null {
  const [item, target] = [content.get('item'), content.get('target')];
  return item === undefined || target === undefined ? null : { item: parseItem(item), target: parseTarget(target) };
}

function replyIn({ status, latency_us }: OutcomeRecord, content: Content, api?: Api): Reply | null {
  const body = status === 'ok' ? parseAnswer(content.get('response') ?? new Uint8Array(), api) : null;
  return body !== null && 'answer' in body ? { answer: body.answer, latencyUs: latency_us ?? 0 } : null;
}
