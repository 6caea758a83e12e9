/** What is open of the samples that a verifier is reading: their items, and the last attempt at each. */
import type { Label } from '../transcript/commitment.ts';
import type { Opening } from '../transcript/opening.ts';
import type { IntentRecord, OutcomeRecord } from '../transcript/record.ts';
import type { Answer, ParsedBody } from '../transcript/wire/answer.ts';
import type { ContentCheck, ItemContent } from './content.ts';
import { recordsFault } from './fault.ts';
import type { OpenItem, OpenSample } from './ledger.ts';

/** The openings that follow one record. */
export type Openings = ReadonlyMap<Label, Opening>;

/** The opened items that still have unscored repeats. */
export interface OpenedItems {
  open(item: OpenItem, openings: Openings, isFirst: boolean): ItemContent | undefined;
  /** @param isLast - Whether the item is done with this sample. */
  get(index: number, isLast: boolean): ItemContent | undefined;
}

/** What is open of the last attempt at each sample; what an earlier one was answered says nothing about it. */
export interface OpenedAttempts {
  /** Gives whether the request was rendered again. */
  asked(sample: OpenSample, record: IntentRecord, request: Opening | undefined, item: ItemContent | undefined): boolean;
  answered(sample: OpenSample, record: OutcomeRecord, response: Opening | undefined): void;
  isRendered(sample: OpenSample): boolean;
  /** The answer, if there is one and it is open. */
  answerOf(sample: OpenSample): Answer | null;
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

/** The attempts of a run before its first request. */
export function createOpenedAttempts(content: ContentCheck): OpenedAttempts {
  const answers = new WeakMap<OpenSample, ParsedBody>();
  const rendered = new WeakSet<OpenSample>();
  return {
    asked(sample, record, request, item) {
      rendered.delete(sample);
      if (request === undefined) return false;
      content.request(request, item ?? null, record.repeat, record.request);
      if (!item?.messages) return false;
      rendered.add(sample);
      return true;
    },
    answered(sample, record, response) {
      if (response === undefined) answers.delete(sample);
      else answers.set(sample, content.response(response, record));
    },
    isRendered: (sample) => rendered.has(sample),
    answerOf(sample) {
      if (sample.attempts.at(-1)?.outcome?.status !== 'ok') return null;
      const body = answers.get(sample);
      return body !== undefined && 'answer' in body ? body.answer : null;
    },
  };
}
