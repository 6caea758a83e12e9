/** Regular expressions that neither a hostile text nor a hostile suite can stall. */
import { runProgram, spend, type StepBudget } from './match.ts';
import { parsePattern } from './parse.ts';
import { compileProgram, type PatternFlags } from './program.ts';
import { isTame } from './tame.ts';

export type { StepBudget } from './match.ts';

/** Most steps for one search, about a second of work. */
const MAX_STEPS = 20_000_000;

/** One match. */
interface PatternMatch {
  readonly start: number;
  readonly end: number;
  /** The text of each group, group 0 being the whole match; null where a group took no part. */
  readonly groups: readonly (string | null)[];
}

/** A compiled pattern. */
export interface Pattern {
  /** Number of capturing groups. */
  readonly captures: number;
  /** The first match, or null. @param budget - Shared by several searches; a search has its own by default. */
  first(text: string, budget?: StepBudget): PatternMatch | null;
  /** The last of all matches that do not overlap, or null. */
  last(text: string): PatternMatch | null;
}

type Finder = (text: string, from: number, budget: StepBudget) => PatternMatch | null;

/**
 * Compile a pattern. Its matches are those of a JavaScript regular expression with flag `u`.
 *
 * Matching throws {@link InputError} `ERR_STEP_LIMIT` when it takes too many steps.
 *
 * @throws {@link InputError} `ERR_PATTERN` if it is not valid, too large, or has back references or look-around.
 */
export function compilePattern(source: string, flags: PatternFlags): Pattern {
  const parsed = parsePattern(source);
  const find = isTame(parsed.root) ? nativeFinder(source, flags) : machineFinder(source, flags);
  return {
    captures: parsed.captures,
    first: (text, budget = stepBudget()) => find(text, 0, budget),
    last: (text) => lastMatch(find, text, stepBudget()),
  };
}

/** The steps that one search, or several together, may take. */
export function stepBudget(): StepBudget {
  return { left: MAX_STEPS };
}

/** A finder on the machine of this project, linear in the text for every pattern. */
export function machineFinder(source: string, flags: PatternFlags): Finder {
  const program = compileProgram(parsePattern(source), flags);
  return (text, from, budget) => {
    const slots = runProgram(program, text, from, budget);
    if (slots === null) return null;
    const groups = Array.from({ length: program.slots / 2 }, (_, group) => {
      const [start = -1, end = -1] = slots.slice(2 * group, 2 * group + 2);
      return start === -1 || end === -1 ? null : text.slice(start, end);
    });
    return { start: slots[0] ?? 0, end: slots[1] ?? 0, groups };
  };
}

// For tame patterns the engine's backtracking is linear too, and much faster.
function nativeFinder(source: string, flags: PatternFlags): Finder {
  const regex = new RegExp(source, `gu${flags.ignoreCase ? 'i' : ''}${flags.multiline ? 'm' : ''}`);
  return (text, from, budget) => {
    regex.lastIndex = from;
    const found = regex.exec(text);
    spend(budget, (found === null ? text.length : found.index + found[0].length) - from);
    if (found === null) return null;
    const groups = Array.from(found, (group: string | undefined) => group ?? null);
    return { start: found.index, end: found.index + found[0].length, groups };
  };
}

function lastMatch(find: Finder, text: string, budget: StepBudget): PatternMatch | null {
  let last: PatternMatch | null = null;
  for (let from = 0; from <= text.length;) {
    const match = find(text, from, budget);
    if (match === null) break;
    last = match;
    // After an empty match the search goes on behind the next code point.
    const width = (text.codePointAt(match.end) ?? 0) > 0xffff ? 2 : 1;
    from = match.end > match.start ? match.end : match.end + width;
  }
  return last;
}
