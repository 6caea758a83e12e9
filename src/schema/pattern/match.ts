/**
 * Runs a program over a text with all its alternatives side by side, so that time is bounded by text times program.
 *
 * Threads are kept in order of priority, which gives the match that a backtracking engine would find.
 *
 * @see Russ Cox, "Regular Expression Matching: the Virtual Machine Approach", 2009 (Pike's machine)
 */
import { InputError } from '../../core/errors.ts';
import type { Instruction, Program } from './program.ts';

/** How much work one extraction may cost, counted in visited instructions; the same on every machine. */
export interface StepBudget {
  left: number;
}

/** What it costs to ask the engine about a character that no table holds. */
const FOREIGN_COST = 8;

/** Take steps from a budget. @throws {@link InputError} `ERR_STEP_LIMIT` when it is spent. */
export function spend(budget: StepBudget, steps: number): void {
  budget.left -= steps;
  if (budget.left < 0) throw new InputError('ERR_STEP_LIMIT', 'cannot match pattern: it takes too many steps');
}

interface Thread {
  readonly pc: number;
  readonly slots: readonly number[];
}

interface Run {
  readonly program: Program;
  readonly text: string;
  readonly budget: StepBudget;
}

/** Threads in order of priority, at most one per instruction. */
interface ThreadList {
  readonly threads: Thread[];
  /** Position at which an instruction was last added. */
  readonly seenAt: Int32Array;
}

/**
 * The first match at or after a position, as slots: start and end of each group, -1 where a group took no part.
 *
 * @throws {@link InputError} `ERR_STEP_LIMIT` when the budget is spent.
 */
export function runProgram(program: Program, text: string, from: number, budget: StepBudget): readonly number[] | null {
  const run: Run = { program, text, budget };
  spend(budget, program.code.length);
  let current = createList(program);
  let next = createList(program);
  let best: readonly number[] | null = null;
  const unset: readonly number[] = Array.from({ length: program.slots }, () => -1);
  for (let position = from; position <= text.length;) {
    // A match that starts further left beats every other, so no thread starts after one was found.
    if (best === null) addThread(run, current, position, { pc: 0, slots: unset });
    else if (current.threads.length === 0) break;
    const codePoint = text.codePointAt(position) ?? -1;
    const after = position + (codePoint > 0xffff ? 2 : 1);
    best = stepThreads(run, { current, next, codePoint, after }) ?? best;
    [current, next] = [next, current];
    next.threads.length = 0;
    position = after;
  }
  return best;
}

function createList({ code }: Program): ThreadList {
  return { threads: [], seenAt: new Int32Array(code.length).fill(-1) };
}

interface Step {
  readonly current: ThreadList;
  readonly next: ThreadList;
  readonly codePoint: number;
  readonly after: number;
}

// The slots of the best thread that ends here; threads after it have lower priority and are dropped.
function stepThreads(run: Run, { current, next, codePoint, after }: Step): readonly number[] | null {
  for (const { pc, slots } of current.threads) {
    const instruction = run.program.code[pc];
    if (instruction?.op === 'match') return slots;
    if (instruction?.op !== 'char' || codePoint === -1) continue;
    if (codePoint > 127) spend(run.budget, FOREIGN_COST);
    if (instruction.matches(codePoint)) addThread(run, next, after, { pc: pc + 1, slots });
  }
  return null;
}

// Follows everything that consumes nothing. Depth is bounded by the size of the program.
function addThread(run: Run, list: ThreadList, position: number, thread: Thread): void {
  const { pc, slots } = thread;
  spend(run.budget, 1);
  if (list.seenAt[pc] === position) return;
  list.seenAt[pc] = position;
  const instruction = run.program.code[pc] as Instruction;
  switch (instruction.op) {
    case 'jump':
      return addThread(run, list, position, { pc: instruction.to, slots });
    case 'split':
      addThread(run, list, position, { pc: instruction.first, slots });
      return addThread(run, list, position, { pc: instruction.second, slots });
    case 'save':
      return addThread(run, list, position, { pc: pc + 1, slots: slots.with(instruction.slot, position) });
    case 'reset':
      return addThread(run, list, position, { pc: pc + 1, slots: cleared(slots, instruction.from, instruction.to) });
    case 'assert':
      if (holds(run, instruction.what, position)) addThread(run, list, position, { pc: pc + 1, slots });
      return;
    case 'char':
    case 'match':
      list.threads.push(thread);
      return;
  }
}

function cleared(slots: readonly number[], from: number, to: number): readonly number[] {
  return slots.map((slot, number) => (number >= from && number < to ? -1 : slot));
}

function holds({ program, text }: Run, what: 'start' | 'end' | 'word' | 'not-word', position: number): boolean {
  switch (what) {
    case 'start':
      return position === 0 || (program.multiline && isNewline(text, position - 1));
    case 'end':
      return position === text.length || (program.multiline && isNewline(text, position));
    case 'word':
      return isWordAt(program, text, position - 1) !== isWordAt(program, text, position);
    case 'not-word':
      return isWordAt(program, text, position - 1) === isWordAt(program, text, position);
  }
}

function isNewline(text: string, position: number): boolean {
  return /[\n\r\u2028\u2029]/.test(text[position] ?? '');
}

// No code point beyond the basic plane is a word character, so half of one may be looked at.
function isWordAt(program: Program, text: string, position: number): boolean {
  const unit = text.charCodeAt(position);
  return position >= 0 && position < text.length && program.isWord(unit);
}
