/** Scorer `regex`: what the first matching pattern captures is the target. */
import { equalDecimals, parseDecimal } from '../core/decimal.ts';
import { compilePattern, type Pattern } from '../schema/pattern/pattern.ts';
import { boolean, integer, list, object, oneOf, text } from '../transcript/shape.ts';
import { textFormShapes, textNormalizer, type TextForm } from './normalize.ts';
import { configError, readOptions, RIGHT, targetTexts, WRONG, type Extraction, type ScorerKind } from './scorer.ts';

interface RegexOptions extends Pick<TextForm, 'ignore_case' | 'trim' | 'remove'> {
  readonly patterns: readonly string[];
  readonly take?: 'first' | 'last';
  readonly group?: number;
  readonly multiline?: boolean;
  readonly compare?: 'string' | 'number';
}

const { ignore_case, trim, remove } = textFormShapes;
const shape = object<RegexOptions>(
  { patterns: list(text(1000), 16) },
  {
    take: oneOf('first', 'last'),
    group: integer(0, 32),
    multiline: boolean,
    compare: oneOf('string', 'number'),
    ignore_case,
    trim,
    remove,
  },
);

/** Version 1. Patterns are tried in order; a list of targets means any of them. */
export const regex1: ScorerKind = {
  id: 'regex',
  version: 1,
  prepare(config) {
    const options = readOptions('regex', shape, config);
    const patterns = compileAll(options);
    const normalize = textNormalizer(options);
    const isEqual = options.compare === 'number' ? equalNumbers : (a: string, b: string) => a === b;
    return {
      extract(answer) {
        for (const [position, pattern] of patterns.entries()) {
          const found = capture(pattern, answer, options);
          if (found !== null) return { text: normalizeEnds(found, options), rule: `pattern:${position}` };
        }
        return null;
      },
      judge(extracted, target) {
        const isRight = targetTexts(target).some(
          (wanted) => extracted !== null && isEqual(normalize(extracted), normalize(wanted)),
        );
        return isRight ? RIGHT : WRONG;
      },
    };
  },
};

function compileAll({ patterns, ignore_case = false, multiline = false, group }: RegexOptions): readonly Pattern[] {
  if (patterns.length === 0) throw configError('regex', '/patterns: want at least one');
  return patterns.map((source, position) => {
    const pattern = compilePattern(source, { ignoreCase: ignore_case, multiline });
    if (group === undefined || group <= pattern.captures) return pattern;
    throw configError('regex', `/group: pattern ${position} has ${pattern.captures} groups`);
  });
}

function capture(pattern: Pattern, answer: string, { take, group }: RegexOptions): string | null {
  const match = take === 'last' ? pattern.last(answer) : pattern.first(answer);
  return match?.groups[group ?? Math.min(1, pattern.captures)] ?? null;
}

// What was captured is recorded as it stands in the answer, but for what the comparison overlooks anyway.
function normalizeEnds(found: string, { trim = true }: RegexOptions): Extraction['text'] {
  return trim ? found.trim() : found;
}

function equalNumbers(a: string, b: string): boolean {
  const [left, right] = [parseDecimal(a), parseDecimal(b)];
  return left !== null && right !== null && equalDecimals(left, right);
}
