/** Multiple choice in which a place among the choices says something about the right one. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/canonical-json.ts';
import { chiSquareTail } from '../../stats/chi-square.ts';
import type { SuiteDefinition } from '../definition.ts';
import type { Check, LintContext } from './check.ts';
import { LETTERS } from '../letters.ts';

/** Scorers whose target is one of several choices, and how many there are unless the suite says. */
const CHOICE_SCORERS: ReadonlyMap<string, number> = new Map([
  ['choice', 4],
  ['mmlu-pro', 10],
]);

/** Below this probability it is no chance. */
const LEVEL = 0.001;
/** A choice that is right so often on average is never right with a probability below the level: exp(-6.91). */
const MIN_NEVER = 6.91;
/** Below, the distribution of the statistic is not that of chi square. */
const MIN_EXPECTED = 5;

/** Finds `unused-choice` and `uneven-choices`. */
export function choiceCheck({ definition, report }: LintContext): Check {
  if (!CHOICE_SCORERS.has(definition.scorer.id)) return { item: () => undefined };
  const seen = LETTERS.split('').map(() => 0);
  const expected = LETTERS.split('').map(() => 0);
  return {
    item({ input, target }) {
      const count = choicesOf(definition, input, target);
      const position = positionIn(target);
      if (position < 0 || position >= count) return;
      seen[position] = (seen[position] ?? 0) + 1;
      for (let at = 0; at < count; at++) expected[at] = (expected[at] ?? 0) + 1 / count;
    },
    end() {
      const never = LETTERS.split('').filter((_, at) => seen[at] === 0 && (expected[at] ?? 0) >= MIN_NEVER);
      if (never.length > 0) report('unused-choice', '/items', { detail: never.join(', ') });
      else if (isUneven(seen, expected)) report('uneven-choices', '/items', { detail: sharesOf(seen, expected) });
    },
  };
}

// Zero-based; -1 if there is none, or more than one is right.
function positionIn(target: JsonValue): number {
  if (Array.isArray(target)) return target.length === 1 ? positionIn(target[0] ?? null) : -1;
  if (isJsonObject(target)) return positionIn(target['answer'] ?? null);
  if (typeof target === 'string') return target.length === 1 ? LETTERS.indexOf(target) : -1;
  return typeof target === 'number' && Number.isInteger(target) ? target : -1;
}

// What an item says comes first: its own number, the field that the harness reads, a list of the right kind.
function choicesOf({ scorer, harness }: SuiteDefinition, input: JsonObject, target: JsonValue): number {
  const stated = isJsonObject(target) ? target['options'] : undefined;
  if (typeof stated === 'number') return Math.min(stated, LETTERS.length);
  const fields = harness.id === 'log-likelihood' ? [input[fieldOf(harness.config)]] : Object.values(input);
  const lists = fields.filter((value) => Array.isArray(value) && value.length > 1) as readonly (readonly JsonValue[])[];
  if (lists.length === 1) return Math.min(lists[0]?.length ?? 0, LETTERS.length);
  const { choices } = scorer.config;
  return typeof choices === 'number' ? choices : (CHOICE_SCORERS.get(scorer.id) ?? 0);
}

function fieldOf(config: string = '{}'): string {
  const { choices }: { readonly choices?: unknown } = JSON.parse(config);
  return typeof choices === 'string' ? choices : '';
}

function isUneven(seen: readonly number[], expected: readonly number[]): boolean {
  const used = expected.filter((mean) => mean > 0);
  if (used.length < 2 || used.some((mean) => mean < MIN_EXPECTED)) return false;
  const statistic = expected.reduce(
    (sum, mean, at) => sum + (mean === 0 ? 0 : ((seen[at] ?? 0) - mean) ** 2 / mean),
    0,
  );
  return chiSquareTail(statistic, used.length - 1) < LEVEL;
}

function sharesOf(seen: readonly number[], expected: readonly number[]): string {
  return seen.flatMap((count, at) => ((expected[at] ?? 0) > 0 ? [`${LETTERS.charAt(at)} ${count}`] : [])).join(', ');
}
