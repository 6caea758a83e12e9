/** The reference texts of scorers that measure overlap, and scores that are real numbers as exact fractions. */
import type { JsonValue } from '../../core/canonical-json.ts';
import { MAX_DENOMINATOR } from '../../transcript/record.ts';
import { MAX_ANSWER_LENGTH, targetError, targetTexts, type Verdict } from '../scorer.ts';

/** Most references of one item. */
const MAX_REFERENCES = 16;

/**
 * The references in a target: itself, or each entry of a list.
 *
 * @throws {@link InputError} `ERR_SCORER_TARGET`
 */
export function readReferences(target: JsonValue): readonly string[] {
  const texts = targetTexts(target);
  if (texts.length > MAX_REFERENCES) throw targetError(`want at most ${MAX_REFERENCES} references`);
  if (texts.some((text) => text.length > MAX_ANSWER_LENGTH))
    throw targetError(`want references of at most ${MAX_ANSWER_LENGTH} characters`);
  return texts;
}

/** A share from 0 to 1 as a score in thousandths. */
export function thousandths(share: number): Verdict {
  return { num: Math.round(share * MAX_DENOMINATOR), den: MAX_DENOMINATOR };
}

/** A fraction from 0 to 1 in lowest terms as a score; in thousandths if its denominator is too large for a record. */
export function fractionScore(num: number, den: number): Verdict {
  const divisor = greatestCommonDivisor(num, den);
  const reduced = { num: num / divisor, den: den / divisor };
  return reduced.den <= MAX_DENOMINATOR ? reduced : thousandths(num / den);
}

/** The larger one of two scores. */
export function better(a: Verdict, b: Verdict): Verdict {
  return a.num * b.den >= b.num * a.den ? a : b;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
