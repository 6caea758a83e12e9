/**
 * Looks for faults of a suite that a schema cannot see: answers that can never be right, questions asked twice, items that
 * give themselves away, items that were trained on.
 *
 * Every item is rendered and judged. A finding names a few items and says how many there are.
 */
import { canonicalize, type JsonValue } from '../core/canonical-json.ts';
import { digest } from '../core/digest.ts';
import { sha256 } from '../core/sha256.ts';
import type { Message } from '../transcript/wire/request.ts';
import { NO_LICENCE } from './define.ts';
import type { HeldOutRule } from './definition.ts';
import type { SuiteItem } from './item-store.ts';
import type { LoadedSuite } from './load.ts';
import { compileTemplate } from './template.ts';

/** What kind of fault a finding is. */
type FindingCode =
  | 'duplicate-prompt'
  | 'few-shot-item'
  | 'few-shot-roles'
  | 'last-role'
  | 'missing-licence'
  | 'not-held-out'
  | 'target-in-input'
  | 'target-in-prompt'
  | 'unreachable-answer';

/** One fault of a suite. */
export interface Finding {
  /** An error makes scores wrong; a warning may be meant. */
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

/** Most ids in one finding. */
const MAX_EXAMPLES = 5;
/** Shorter targets stand in a prompt by chance, or because the question is about them. */
const MIN_LEAK_LENGTH = 8;

/**
 * The faults of a suite, errors first.
 *
 * @param isReachable - Whether a right answer is right by the suite's own scorer; `passesGold` of the scorer.
 * @throws {@link InputError} whatever reading or rendering an item throws.
 */
export async function lintSuite(
  suite: LoadedSuite,
  isReachable: (target: JsonValue) => boolean | Promise<boolean>,
): Promise<readonly Finding[]> {
  const report = createReport(suite);
  lintDefinition(suite, report);
  const checks = [
    duplicateCheck(report),
    leakCheck(report),
    fewShotCheck(suite, report),
    heldOutCheck(suite.definition.held_out, report),
  ];
  for await (const item of suite.items()) {
    const messages = suite.renderer.render(item.input);
    for (const check of checks) check(item, messages);
    if (!(await isReachable(item.target))) report('unreachable-answer', '/scorer', item.id);
  }
  return report.findings();
}

type ItemCheck = (item: SuiteItem, messages: readonly Message[]) => void;

/** Collects faults; called with the code, where the suite file decides it, and the item if it is about one. */
interface Report {
  (code: FindingCode, pointer: string, item?: string): void;
  findings(): readonly Finding[];
}

const SENTENCES: Readonly<Record<FindingCode, readonly [Finding['level'], string]>> = {
  'unreachable-answer': ['error', 'the right answer is wrong by the scorer of the suite'],
  'few-shot-item': ['error', 'the item is one of the few-shot examples'],
  'not-held-out': ['error', 'the key of the item is not held out by the rule of the suite'],
  'duplicate-prompt': ['warning', 'the prompt is that of an earlier item'],
  'target-in-input': ['warning', 'an input field is the right answer'],
  'target-in-prompt': ['warning', 'the right answer stands in the prompt word for word'],
  'missing-licence': ['warning', 'no licence says who may use the items: want an SPDX expression'],
  'few-shot-roles': ['warning', 'few-shot messages do not alternate between user and assistant'],
  'last-role': ['warning', 'the last message is not from the user'],
};

function createReport({ path, lineOf }: LoadedSuite): Report {
  const found = new Map<FindingCode, { readonly line: number; readonly items: string[]; count: number }>();
  const report = (code: FindingCode, pointer: string, item?: string): void => {
    const entry = found.get(code) ?? { line: lineOf(pointer), items: [], count: 0 };
    found.set(code, entry);
    if (item === undefined) return;
    entry.count++;
    if (entry.items.length < MAX_EXAMPLES) entry.items.push(item);
  };
  const findings = (): readonly Finding[] =>
    Object.entries(SENTENCES).flatMap(([name, [level, message]]) => {
      const code = name as FindingCode;
      const entry = found.get(code);
      return entry === undefined ? [] : [{ level, code, message, path, ...entry }];
    });
  return Object.assign(report, { findings });
}

function lintDefinition({ definition }: LoadedSuite, report: Report): void {
  const { licence, prompt } = definition;
  if (licence === NO_LICENCE) report('missing-licence', '/licence');
  const isAlternating = prompt.few_shot.every(
    ({ role }, position) => role === (position % 2 === 0 ? 'user' : 'assistant'),
  );
  if (!isAlternating || prompt.few_shot.length % 2 === 1) report('few-shot-roles', '/few_shot');
  if (prompt.messages.at(-1)?.role !== 'user') report('last-role', '/prompt');
}

function duplicateCheck(report: Report): ItemCheck {
  // Half a digest per item is enough to find duplicates, and small.
  const seen = new Set<string>();
  return (item, messages) => {
    const mark = digest(canonicalize(messages)).slice(0, 32);
    if (seen.has(mark)) report('duplicate-prompt', '/items', item.id);
    seen.add(mark);
  };
}

function leakCheck(report: Report): ItemCheck {
  return ({ id, target, input }, messages) => {
    if (Object.values(input).includes(target)) report('target-in-input', '/items', id);
    if (typeof target !== 'string' || target.length < MIN_LEAK_LENGTH) return;
    if (messages.some(({ content }) => content.includes(target))) report('target-in-prompt', '/prompt', id);
  };
}

function fewShotCheck({ definition }: LoadedSuite, report: Report): ItemCheck {
  const examples = new Set(
    definition.prompt.few_shot.filter(({ role }) => role === 'user').map(({ content }) => content),
  );
  return ({ id }, messages) => {
    const question = messages.findLast(({ role }) => role === 'user');
    if (question !== undefined && examples.has(question.content)) report('few-shot-item', '/few_shot', id);
  };
}

function heldOutCheck(rule: HeldOutRule | undefined, report: Report): ItemCheck {
  if (rule === undefined) return () => {};
  const template = compileTemplate(rule.key);
  return ({ id, input }) => {
    if (!isHeldOut(rule, template.render(input))) report('not-held-out', '/held_out', id);
  };
}

/**
 * Whether a rule holds a key out: the first four bytes of SHA-256(prefix ‖ key), read as a big-endian number, modulo
 * `modulo`, are below `below`.
 */
export function isHeldOut({ prefix, modulo, below }: HeldOutRule, key: string): boolean {
  const hash = sha256(prefix + key);
  return new DataView(hash.buffer, hash.byteOffset).getUint32(0) % modulo < below;
}
