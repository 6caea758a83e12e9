/** Scorer `number`: the first or last number in the answer equals the target, exactly or within a tolerance. */
import type { JsonValue } from '../core/canonical-json.ts';
import { decimalText, integer, list, object, oneOf, text } from '../transcript/shape.ts';
import { isWithin, parseDecimal, type Decimal } from '../core/decimal.ts';
import {
  configError,
  readOptions,
  RIGHT,
  targetError,
  targetTexts,
  WRONG,
  type Extraction,
  type ScorerKind,
} from './scorer.ts';

type NumberFormat = '1,234.5' | '1.234,5' | '1 234.5' | '1 234,5' | '1234.5';

interface NumberOptions {
  readonly take?: 'first' | 'last';
  /** If one of these occurs, only the text after its last occurrence counts. */
  readonly after?: readonly string[];
  readonly format?: NumberFormat;
  /** Largest difference that still counts as equal. */
  readonly tolerance?: number | string;
}

const shape = object<NumberOptions>(
  {},
  {
    take: oneOf('first', 'last'),
    after: list(text(100), 16),
    format: oneOf('1,234.5', '1.234,5', '1 234.5', '1 234,5', '1234.5'),
    tolerance: (value) => (typeof value === 'number' ? integer(0)(value) : decimalText(value)),
  },
);

/** How numbers are written: what separates groups of three digits, and what the fraction. */
interface Notation {
  readonly group: string;
  readonly point: '.' | ',';
  readonly pattern: RegExp;
}

const NOTATIONS: Readonly<Record<NumberFormat, Notation>> = {
  '1,234.5': notation(',', '.'),
  '1.234,5': notation('.', ','),
  '1 234.5': notation(' \u00a0\u202f', '.'),
  '1 234,5': notation(' \u00a0\u202f', ','),
  '1234.5': notation('', '.'),
};

// Every alternative begins with a digit or a point and takes what it passes over, so a search is linear.
function notation(group: string, point: '.' | ','): Notation {
  const grouped = group === '' ? '' : `\\d{1,3}(?:[${group}]\\d{3})+(?!\\d)|`;
  const pattern = new RegExp(
    `[-+\u2212]?(?:(?:${grouped}\\d+)(?:[${point}]\\d+)?|[${point}]\\d+)(?:[eE][-+]?\\d{1,3}(?!\\d))?`,
    'gu',
  );
  return { group, point, pattern };
}

/** Version 1. A list of targets means any of them. */
export const number1: ScorerKind = {
  id: 'number',
  version: 1,
  prepare(config) {
    const options = readOptions('number', shape, config);
    const tolerance = parseDecimal(String(options.tolerance ?? 0));
    if (tolerance === null || tolerance.units < 0n)
      throw configError('number', '/tolerance: want a number of at least 0');
    const form = NOTATIONS[options.format ?? '1,234.5'];
    return {
      extract: (answer) => extractNumber(answer, options, form),
      judge(extracted, target) {
        const wanted = targetNumbers(target, form);
        const got = extracted === null ? null : readNumber(extracted, form);
        return got !== null && wanted.some((number) => isWithin(got, number, tolerance)) ? RIGHT : WRONG;
      },
      gold: (target) => rightNumber(target, form),
    };
  },
};

function extractNumber(
  answer: string,
  { take = 'last', after = [] }: NumberOptions,
  form: Notation,
): Extraction | null {
  const marker = after.findIndex((mark) => mark !== '' && answer.includes(mark));
  const mark = after[marker] ?? '';
  const searched = marker === -1 ? answer : answer.slice(answer.lastIndexOf(mark) + mark.length);
  let found: string | null = null;
  for (const match of searched.matchAll(form.pattern)) {
    found = withoutDash(match[0], searched.slice(Math.max(0, match.index - 1), match.index));
    if (take === 'first') break;
  }
  const rule = marker === -1 ? `${take}-number` : `${take}-number after:${marker}`;
  return found === null ? null : { text: found, rule };
}

// In "5-3" and "(2)-1" the dash is no sign.
function withoutDash(literal: string, before: string): string {
  return /^[-+\u2212]/.test(literal) && /[\p{L}\p{N})\]]/u.test(before) ? literal.slice(1) : literal;
}

function readNumber(literal: string, { group, point }: Notation): Decimal | null {
  const ungrouped = group === '' ? literal : literal.replace(new RegExp(`[${group}]`, 'gu'), '');
  return parseDecimal(ungrouped.replace(point, '.').replace('\u2212', '-'));
}

function rightNumber(target: JsonValue, form: Notation): string {
  targetNumbers(target, form);
  const first: JsonValue | undefined = Array.isArray(target) ? target[0] : target;
  const text = targetTexts(target)[0] ?? '';
  return typeof first === 'number' ? text.replace('.', form.point) : text;
}

// A number in a target file is written plainly; a text may use the notation of the answers.
function targetNumbers(target: JsonValue, form: Notation): readonly Decimal[] {
  const entries: readonly JsonValue[] = Array.isArray(target) ? target : [target];
  return targetTexts(target).map((wanted, position) => {
    const isPlain = typeof entries[position] === 'number';
    const number = isPlain ? parseDecimal(wanted) : readNumber(wanted.trim(), form);
    if (number === null) throw targetError('want numbers');
    return number;
  });
}
