/** Faults of a suite, and what collects them. */
import type { LoadedSuite } from '../load.ts';

/** What kind of fault a finding is. */
export type FindingCode =
  | 'conflicting-targets'
  | 'constant-reply'
  | 'duplicate-input'
  | 'duplicate-prompt'
  | 'few-shot-item'
  | 'few-shot-roles'
  | 'last-role'
  | 'missing-licence'
  | 'near-duplicate'
  | 'not-held-out'
  | 'redistributable'
  | 'short-max-tokens'
  | 'stop-in-answer'
  | 'target-in-id'
  | 'target-in-input'
  | 'target-in-prompt'
  | 'target-in-tag'
  | 'uneven-choices'
  | 'unreachable-answer'
  | 'unused-choice'
  | 'wrong-gold';

/** One fault of a suite. */
export interface Finding {
  /** An error makes scores, or what the suite says of itself, wrong; a warning may be meant. */
  readonly level: 'error' | 'warning';
  readonly code: FindingCode;
  /** A sentence without a full stop; it quotes no prompt and no target. */
  readonly message: string;
  readonly path: string;
  /** One-based line of the suite file. */
  readonly line: number;
  /** Ids of the first items concerned; empty if the whole suite is. */
  readonly items: readonly string[];
  /** Number of items concerned. */
  readonly count: number;
}

/** What a fault is about, beside its place. */
interface About {
  /** The item; absent if the whole suite is at fault. */
  readonly item?: string;
  /** Figures. */
  readonly detail?: string;
}

/** Collects faults; called with the code and the JSON pointer where the suite file decides it. */
export interface Report {
  (code: FindingCode, pointer: string, about?: About): void;
  /** Errors first. */
  findings(): readonly Finding[];
}

/** Most ids in one finding. */
const MAX_EXAMPLES = 5;

const SENTENCES: Readonly<Record<FindingCode, readonly [Finding['level'], string]>> = {
  'unreachable-answer': ['error', 'the right answer is wrong by the scorer of the suite'],
  'wrong-gold': ['error', 'the answer that the item or its scorer gives as right is wrong by that scorer'],
  'stop-in-answer': ['error', 'every right answer holds a stop sequence, which would end it'],
  'few-shot-item': ['error', 'the item stands in the examples of the prompt'],
  'not-held-out': ['error', 'the key of the item is not held out by the rule of the suite'],
  redistributable: ['error', 'the items may be redistributed, but no licence says so: want an SPDX expression'],
  'conflicting-targets': ['warning', 'the prompt is that of an earlier item whose right answer is another'],
  'duplicate-input': ['warning', 'the input fields are those of an earlier item'],
  'duplicate-prompt': ['warning', 'the prompt is that of an earlier item with other input fields'],
  'near-duplicate': ['warning', 'the prompt is that of an earlier item but for case, white space and punctuation'],
  'target-in-input': ['warning', 'an input field is the right answer'],
  'target-in-prompt': ['warning', 'the right answer stands in the prompt word for word'],
  'target-in-id': ['warning', 'the right answer stands in the id of the item'],
  'target-in-tag': ['warning', 'a tag of the item is the right answer'],
  'constant-reply': ['warning', 'one reply to every item is right more than two times in three'],
  'unused-choice': ['warning', 'a choice is never right'],
  'uneven-choices': ['warning', 'the right choices are not spread evenly'],
  'short-max-tokens': ['warning', 'every right answer is longer than "max_tokens" can be'],
  'missing-licence': ['warning', 'no licence says who may use the items: want an SPDX expression'],
  'few-shot-roles': ['warning', 'few-shot messages do not alternate between user and assistant'],
  'last-role': ['warning', 'the last message is not from the user'],
};

/** A report on a suite, empty. */
export function createReport({ path, lineOf }: LoadedSuite): Report {
  const found = new Map<FindingCode, { line: number; items: string[]; count: number; detail: string }>();
  const report = (code: FindingCode, pointer: string, { item, detail = '' }: About = {}): void => {
    const entry = found.get(code) ?? { line: lineOf(pointer), items: [], count: 0, detail };
    found.set(code, entry);
    if (item === undefined) return;
    entry.count++;
    if (entry.items.length < MAX_EXAMPLES) entry.items.push(item);
  };
  const findings = (): readonly Finding[] =>
    Object.entries(SENTENCES).flatMap(([name, [level, sentence]]) => {
      const code = name as FindingCode;
      const entry = found.get(code);
      if (entry === undefined) return [];
      const { detail, ...rest } = entry;
      return [{ level, code, message: detail === '' ? sentence : `${sentence}: ${detail}`, path, ...rest }];
    });
  return Object.assign(report, { findings });
}
