/**
 * Which of a few labels a reply of a judge gives: a small set of strict rules.
 *
 * A label counts only where it stands alone, so that a judge that thinks aloud about a label does not vote for it. What
 * could be read in two ways is no vote.
 */
import { list, oneOf, text, type Shape } from '../../transcript/shape.ts';
import type { Answer } from '../../transcript/wire/answer.ts';
import { asObject } from '../../transcript/wire/body.ts';
import { findJson, parseJson } from '../find-json.ts';
import { configError, MAX_ANSWER_LENGTH } from '../scorer.ts';

/** Where to look for a label. */
type Place = 'first-line' | 'last-line' | 'json';

/** Options about labels. */
export interface LabelOptions {
  /** Tried in order; the first place with a label counts. */
  readonly find?: readonly Place[];
  /** Field of the JSON object that holds the label. */
  readonly field?: string;
}

/** Shapes of {@link LabelOptions}. */
export const labelShapes: { readonly find: Shape<readonly Place[]>; readonly field: Shape<string> } = {
  find: list(oneOf('first-line', 'last-line', 'json'), 3),
  field: text(64, /^[\w-]+$/),
};

/** The shape of labels: letters, digits, hyphens and underscores, so that a list of them can be read. */
export const labelList: Shape<readonly string[]> = list(
  text(32, /^[\p{L}\p{N}](?:[\p{L}\p{N}_-]*[\p{L}\p{N}])?$/u),
  26,
);

/** A longer line says more than a label. */
const MAX_LINE = 200;

const WRAPPING = /^[\s*_`#>"'“”‘’([{]+|[\s*_`"'“”‘’)\]}.,;!]+$/gu;

/** Reads the position of a label in a reply; null if there is none. */
export type LabelReader = (reply: Answer | undefined) => number | null;

/**
 * A reader of labels. Case counts only if labels differ in nothing else.
 *
 * @throws {@link InputError} `ERR_SCORER_CONFIG`
 */
export function createLabelReader(id: string, labels: readonly string[], options: LabelOptions): LabelReader {
  if (new Set(labels).size < labels.length) throw configError(id, ': want labels that differ');
  const { find = ['last-line'], field = 'grade' } = options;
  if (find.length === 0) throw configError(id, '/find: want at least one place');
  const places = { positionOf: positions(labels), field };
  return (reply) => {
    if (reply === undefined || reply.refused || reply.finish === 'content_filter') return null;
    if (reply.text.length > MAX_ANSWER_LENGTH) return null;
    for (const place of find) {
      // Of a reply that was cut only the beginning is as the judge meant it.
      if (reply.finish === 'length' && place !== 'first-line') continue;
      const position = READERS[place](reply.text, places);
      if (position !== null) return position;
    }
    return null;
  };
}

interface Labels {
  readonly positionOf: (word: string) => number | null;
  readonly field: string;
}

const READERS: Readonly<Record<Place, (text: string, labels: Labels) => number | null>> = {
  'first-line': (reply, labels) => labelOfLine(linesOf(reply)[0], labels),
  'last-line': (reply, labels) => labelOfLine(linesOf(reply).at(-1), labels),
  json: labelOfJson,
};

function positions(labels: readonly string[]): (word: string) => number | null {
  const fold = (word: string): string => word.toLowerCase();
  const isFolded = new Set(labels.map(fold)).size === labels.length;
  const keyOf = isFolded ? fold : (word: string): string => word;
  const known = new Map(labels.map((label, position) => [keyOf(label), position]));
  return (word) => known.get(keyOf(word)) ?? null;
}

function linesOf(reply: string): readonly string[] {
  return reply.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '');
}

// The label alone, or after what it is called, such as "Grade: B".
function labelOfLine(line: string | undefined, { positionOf }: Labels): number | null {
  if (line === undefined || line.length > MAX_LINE) return null;
  const whole = positionOf(bare(line));
  if (whole !== null) return whole;
  const colon = line.lastIndexOf(':');
  const words = line.slice(0, Math.max(0, colon)).match(/[\p{L}\p{N}_-]+/gu) ?? [];
  const isCalled = words.length > 0 && words.every((word) => positionOf(word) === null);
  return isCalled ? positionOf(bare(line.slice(colon + 1))) : null;
}

function bare(line: string): string {
  return line.replace(WRAPPING, '');
}

// The object that is the reply, or the last one in it.
function labelOfJson(reply: string, { positionOf, field }: Labels): number | null {
  const found = findJson(reply, ['whole', 'last']);
  const label = found === null ? undefined : asObject(parseJson(found.text))?.[field];
  return typeof label === 'string' || typeof label === 'number' ? positionOf(bare(String(label))) : null;
}
