/** A closed sample as reports see it: the record, and what was opened and derived again. */
import type { ScoreRecord } from '../transcript/record.ts';
import type { ItemContent } from './content.ts';
import type { OpenItem, OpenSample } from './open-sample.ts';
import type { VerifiedSample } from './verified-transcript.ts';

/** What is known of a sample when its score is read. */
export interface ClosedSample {
  readonly record: ScoreRecord;
  readonly item: OpenItem;
  readonly sample: OpenSample;
  readonly opened: ItemContent | undefined;
  readonly answer: string | undefined;
  /** undefined if the verdict was not derived again. */
  readonly extracted: string | null | undefined;
}

/** The sample of a report. */
export function sampleOf(closed: ClosedSample): VerifiedSample {
  const { record, item, sample } = closed;
  const { num, den, unscored } = record;
  return {
    index: record.index,
    repeat: record.repeat,
    item: item.commitment,
    ...contentOf(closed),
    score: num === undefined || den === undefined ? null : { num, den },
    unscored: unscored ?? null,
    rescored: closed.extracted !== undefined,
    attempts: [...sample.turns.flat(), ...sample.attempts].map(({ outcome }) => outcome?.status ?? 'lost'),
    turns: sample.turns.length + 1,
    ...figuresOf(sample),
  };
}

/** The same without the texts that make samples large: what was asked, answered and expected. */
export function withoutTexts(sample: VerifiedSample): VerifiedSample {
  const { messages: _messages, answer: _answer, extracted: _extracted, target: _target, ...rest } = sample;
  return rest;
}

type Content = Pick<VerifiedSample, 'id' | 'tags' | 'messages' | 'target' | 'answer' | 'extracted' | 'rule'>;

function contentOf({ record, opened, answer, extracted }: ClosedSample): Content {
  return {
    ...(opened === undefined ? {} : { id: opened.item.id, tags: opened.item.tags ?? [] }),
    ...(opened?.messages ? { messages: opened.messages } : {}),
    ...(opened?.target ? { target: opened.target.text } : {}),
    ...(answer === undefined ? {} : { answer }),
    ...(extracted === undefined ? {} : { extracted }),
    ...(record.rule === undefined ? {} : { rule: record.rule }),
  };
}

type Figures = Pick<VerifiedSample, 'latencyUs' | 'firstByteUs' | 'promptTokens' | 'completionTokens'>;

function figuresOf({ turns, attempts }: OpenSample): Figures {
  const own = [...turns, attempts]
    .map((turn) => turn.at(-1))
    .filter((attempt) => attempt?.intent.role === undefined)
    .flatMap((attempt) => attempt?.outcome ?? []);
  return {
    latencyUs: total(own.map(({ latency_us }) => latency_us)),
    firstByteUs: own.at(-1)?.first_byte_us ?? null,
    promptTokens: total(own.map(({ prompt_tokens }) => prompt_tokens)),
    completionTokens: total(own.map(({ completion_tokens }) => completion_tokens)),
  };
}

// What one record leaves out nobody can add up.
function total(values: readonly (number | undefined)[]): number | null {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 || known.length < values.length ? null : known.reduce((sum, value) => sum + value, 0);
}
