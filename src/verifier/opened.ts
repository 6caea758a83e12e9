/** What is open of the samples that a verifier is reading: their items, and where there is one question, its last attempt. */
import type { Findings } from '../scoring/inquiry.ts';
import type { Label } from '../transcript/commitment.ts';
import type { Opening } from '../transcript/opening.ts';
import type { ParsedBody } from '../transcript/wire/parse-answer.ts';
import type { ContentCheck, ItemContent } from './content.ts';
import type { Derivations } from './derivation.ts';
import { recordsFault } from './fault.ts';
import type { OpenItem, OpenSample } from './open-sample.ts';
import type { Rederived, Retrial } from './retrials.ts';

/** The openings that follow one record. */
export type Openings = ReadonlyMap<Label, Opening>;

/** The opened items that still have unscored repeats. */
export interface OpenedItems {
  open(item: OpenItem, openings: Openings, isFirst: boolean): ItemContent | undefined;
  /** @param isLast - Whether the item is done with this sample. */
  get(index: number, isLast: boolean): ItemContent | undefined;
}

/** The items of a run before its first request. */
export function createOpenedItems(check: ContentCheck): OpenedItems {
  const contents = new Map<number, ItemContent>();
  return {
    open({ index, commitment }, openings, isFirst) {
      const [item, target] = [openings.get('item'), openings.get('target')];
      if (!isFirst && (item ?? target) !== undefined) {
        throw recordsFault('ERR_OPENING_STRAY', `item ${index} is opened after its first intent`);
      }
      if (item !== undefined) contents.set(index, check.item(item, commitment));
      const opened = contents.get(index);
      if (target === undefined) return opened;
      if (opened === undefined) throw recordsFault('ERR_OPENING_STRAY', `target ${index} is opened without its item`);
      check.target(target, opened);
      return opened;
    },
    get(index, isLast) {
      const opened = contents.get(index);
      if (isLast) contents.delete(index);
      return opened;
    },
  };
}

/**
 * Samples with one question each: what is open of the last attempt decides, and what an earlier one was answered says
 * nothing about it.
 */
export function createAttempts(content: ContentCheck): Derivations {
  const answers = new WeakMap<OpenSample, ParsedBody>();
  const rendered = new WeakSet<OpenSample>();
  const findingsOf = (sample: OpenSample): Findings | null => {
    const body = sample.attempts.at(-1)?.outcome?.status === 'ok' ? answers.get(sample) : undefined;
    return body !== undefined && 'answer' in body ? { answer: body.answer, replies: [] } : null;
  };
  return {
    asked(sample, intent, request, item) {
      rendered.delete(sample);
      if (request === undefined) return false;
      content.request(request, item ?? null, intent.repeat, intent.request);
      if (!item?.messages) return false;
      rendered.add(sample);
      return true;
    },
    answered(sample, outcome, response) {
      if (response === undefined) answers.delete(sample);
      else answers.set(sample, content.response(response, outcome));
    },
    scored(sample, { record, item, extracted }) {
      const findings = findingsOf(sample);
      const again = content.score(record, findings, item, extracted);
      // A verdict on the answer to a question that nobody has seen is not derived.
      return { again: rendered.has(sample) ? again : withoutResult(again), findings, compared: 0 };
    },
  };
}

function withoutResult(again: Rederived | Retrial): Rederived | Retrial {
  if (typeof again !== 'function') return undefined;
  return async (sandbox) => {
    await again(sandbox);
    return undefined;
  };
}
