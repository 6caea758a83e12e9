/** Patterns of schemas that others wrote. */
import { isTouchstoneError } from '../../core/errors.ts';
import { compilePattern, type Pattern } from '../pattern/pattern.ts';

const FLAGS = { ignoreCase: false, multiline: false };
const NEEDLESS_ESCAPE = /\\([^A-Za-z0-9^$\\.*+?()[\]{}|/-])|\\(-)/gu;

/**
 * A pattern, in which needless escapes such as `\_` stand for the character.
 *
 * @throws {@link InputError} `ERR_PATTERN`
 */
export function relaxedPattern(source: string): Pattern {
  try {
    return compilePattern(source, FLAGS);
  } catch (error) {
    const relaxed = source.replace(NEEDLESS_ESCAPE, (_, character?: string) => character ?? '\\x2d');
    if (!isTouchstoneError(error, 'ERR_PATTERN') || relaxed === source) throw error;
    return compilePattern(relaxed, FLAGS);
  }
}
