/** What looks for one kind of fault. */
import type { JsonValue } from '../../core/canonical-json.ts';
import type { Message } from '../../transcript/wire/request.ts';
import type { SuiteDefinition } from '../definition.ts';
import type { SuiteItem } from '../item-store.ts';
import type { Report } from './finding.ts';

/** How a right answer fares by the scorer: as it should, or not, where the scorer or the item names one or where none is. */
export type GoldOutcome = 'right' | 'wrong-gold' | 'unreachable-answer';

/** What the scorer of a suite says of right answers. It is handed in, because scorers stand on a higher floor. */
export interface RightAnswers {
  outcomeOf(target: JsonValue): GoldOutcome | Promise<GoldOutcome>;
  /** Answers that are right by a target; none where none follows from it. */
  textsOf(target: JsonValue): readonly string[];
}

/** An item as checks see it. */
export interface ItemView extends SuiteItem {
  readonly messages: readonly Message[];
  /** Answers that are right, as far as they are known. */
  readonly answers: readonly string[];
}

/** Looks at every item in order, then at all of them. What it keeps per item is small. */
export interface Check {
  item(item: ItemView): void | Promise<void>;
  end?(): void;
}

/** What a check starts from. */
export interface LintContext {
  readonly definition: SuiteDefinition;
  readonly report: Report;
  readonly rightAnswers: RightAnswers;
}

/** The texts that a target consists of: itself or those of a list; no other form is read. */
export function textsIn(target: JsonValue): readonly string[] {
  const entries: readonly JsonValue[] = Array.isArray(target) ? target : [target];
  return entries.filter((entry) => typeof entry === 'string' && entry !== '') as readonly string[];
}

/** Whether a suite has its answers written by the model, rather than chosen among texts that it is given. */
export function isWritten({ harness }: SuiteDefinition): boolean {
  return harness.id !== 'log-likelihood';
}
