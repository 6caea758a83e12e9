/** Patterns as programs for the machine in `match.ts`: Thompson's construction, with the priorities of JavaScript. */
import { patternError, type ParsedPattern, type PatternNode, type Repeat } from './parse.ts';

/** One instruction. Every instruction but `jump`, `split` and `match` goes on to the next one. */
export type Instruction =
  | { readonly op: 'char'; readonly matches: CharTest }
  | { readonly op: 'assert'; readonly what: 'start' | 'end' | 'word' | 'not-word' }
  /** Remember the position in a slot. */
  | { readonly op: 'save'; readonly slot: number }
  /** Forget the slots from `from` to before `to`: a new round of a loop begins. */
  | { readonly op: 'reset'; readonly from: number; readonly to: number }
  | { readonly op: 'jump'; to: number }
  /** Try `first`, then `second`. */
  | { readonly op: 'split'; first: number; second: number }
  | { readonly op: 'match' };

/** Whether a code point matches. */
type CharTest = (codePoint: number) => boolean;

/** A pattern that is ready to run. */
export interface Program {
  readonly code: readonly Instruction[];
  /** Two slots per group, group 0 being the whole match. */
  readonly slots: number;
  readonly isWord: CharTest;
  readonly multiline: boolean;
}

/** Most instructions: counted repetitions are written out. */
const MAX_INSTRUCTIONS = 4000;

/** How a pattern is read. */
export interface PatternFlags {
  readonly ignoreCase: boolean;
  /** `^` and `$` match at every line. */
  readonly multiline: boolean;
}

/**
 * The program of a pattern.
 *
 * @throws {@link InputError} `ERR_PATTERN` if it has more than 4,000 instructions.
 */
export function compileProgram({ root, captures }: ParsedPattern, flags: PatternFlags): Program {
  const tests = new Map<string, CharTest>();
  const regexFlags = flags.ignoreCase ? 'iu' : 'u';
  const testOf = (source: string): CharTest => {
    const known = tests.get(source) ?? charTest(source, regexFlags);
    tests.set(source, known);
    return known;
  };
  const code: Instruction[] = [{ op: 'save', slot: 0 }];
  emit(root, code, testOf);
  code.push({ op: 'save', slot: 1 }, { op: 'match' });
  return { code, slots: 2 * (captures + 1), isWord: charTest('\\w', regexFlags), multiline: flags.multiline };
}

// The engine decides single characters, so classes, properties and case folding are exactly its own.
function charTest(source: string, flags: string): CharTest {
  const one = new RegExp(`^(?:${source})$`, flags);
  const test = (codePoint: number): boolean => one.test(String.fromCodePoint(codePoint));
  const ascii = Array.from({ length: 128 }, (_, codePoint) => test(codePoint));
  return (codePoint) => ascii[codePoint] ?? test(codePoint);
}

function emit(node: PatternNode, code: Instruction[], testOf: (source: string) => CharTest): void {
  if (code.length > MAX_INSTRUCTIONS) throw patternError('its repetitions are too large');
  switch (node.kind) {
    case 'char':
      code.push({ op: 'char', matches: testOf(node.source) });
      return;
    case 'assert':
      code.push({ op: 'assert', what: node.what });
      return;
    case 'sequence':
      for (const part of node.parts) emit(part, code, testOf);
      return;
    case 'group':
      if (node.capture !== null) code.push({ op: 'save', slot: 2 * node.capture });
      emit(node.body, code, testOf);
      if (node.capture !== null) code.push({ op: 'save', slot: 2 * node.capture + 1 });
      return;
    case 'choice':
      emitChoice(node.branches, code, testOf);
      return;
    case 'repeat':
      emitRepeat(node, code, testOf);
      return;
  }
}

function emitChoice(branches: readonly PatternNode[], code: Instruction[], testOf: (source: string) => CharTest): void {
  const exits: { to: number }[] = [];
  for (const [position, branch] of branches.entries()) {
    const isLast = position === branches.length - 1;
    const split = { op: 'split' as const, first: code.length + 1, second: 0 };
    if (!isLast) code.push(split);
    emit(branch, code, testOf);
    if (isLast) break;
    const exit = { op: 'jump' as const, to: 0 };
    code.push(exit);
    exits.push(exit);
    split.second = code.length;
  }
  for (const exit of exits) exit.to = code.length;
}

function emitRepeat(node: Repeat, code: Instruction[], testOf: (source: string) => CharTest): void {
  if (node.min > MAX_INSTRUCTIONS) throw patternError('its repetitions are too large');
  for (let round = 0; round < node.min; round++) emitRound(node, code, testOf);
  if (node.max === Infinity) {
    const split = pushSplit(code);
    emitRound(node, code, testOf);
    code.push({ op: 'jump', to: split.at });
    setTargets(split, code.length, node.lazy);
    return;
  }
  const splits: PendingSplit[] = [];
  for (let round = node.min; round < node.max; round++) {
    splits.push(pushSplit(code));
    emitRound(node, code, testOf);
  }
  for (const split of splits) setTargets(split, code.length, node.lazy);
}

interface PendingSplit {
  readonly at: number;
  readonly split: { first: number; second: number };
}

function pushSplit(code: Instruction[]): PendingSplit {
  const split = { op: 'split' as const, first: 0, second: 0 };
  code.push(split);
  return { at: code.length - 1, split };
}

function setTargets({ at, split }: PendingSplit, exit: number, lazy: boolean): void {
  split.first = lazy ? exit : at + 1;
  split.second = lazy ? at + 1 : exit;
}

function emitRound(node: Repeat, code: Instruction[], testOf: (source: string) => CharTest): void {
  if (node.firstCapture < node.endCapture) {
    code.push({ op: 'reset', from: 2 * node.firstCapture, to: 2 * node.endCapture });
  }
  emit(node.body, code, testOf);
  if (code.length > MAX_INSTRUCTIONS) throw patternError('its repetitions are too large');
}
