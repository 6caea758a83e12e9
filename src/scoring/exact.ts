/** Scorer `exact`: the answer, or its first or last line, is the target. */
import { object, oneOf } from '../transcript/shape.ts';
import { textFormShapes, textNormalizer, type TextForm } from './normalize.ts';
import { readOptions, RIGHT, targetTexts, WRONG, type Extraction, type ScorerKind } from './scorer.ts';

type Part = 'whole' | 'first-line' | 'last-line';

interface ExactOptions extends TextForm {
  readonly take?: Part;
}

const shape = object<ExactOptions>({}, { ...textFormShapes, take: oneOf('whole', 'first-line', 'last-line') });

/** Version 1. A list of targets means any of them. */
export const exact1: ScorerKind = {
  id: 'exact',
  version: 1,
  prepare(config) {
    const options = readOptions('exact', shape, config);
    const normalize = textNormalizer(options);
    const isTrimmed = options.trim ?? true;
    return {
      extract: (answer) => extractPart(answer, options.take ?? 'whole', isTrimmed),
      judge(extracted, target) {
        const wanted = targetTexts(target).map(normalize);
        return extracted !== null && wanted.includes(normalize(extracted)) ? RIGHT : WRONG;
      },
    };
  },
};

function extractPart(answer: string, part: Part, isTrimmed: boolean): Extraction | null {
  const text = part === 'whole' ? answer : lineOf(answer, part);
  return text === undefined ? null : { text: isTrimmed ? text.trim() : text, rule: part };
}

function lineOf(answer: string, part: 'first-line' | 'last-line'): string | undefined {
  const isFilled = (line: string): boolean => line.trim() !== '';
  const lines = answer.split(/\r\n|\n|\r/);
  return part === 'first-line' ? lines.find(isFilled) : lines.findLast(isFilled);
}
