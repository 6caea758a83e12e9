/** Forms in which texts are compared. */
import { boolean, text, type Shape } from '../transcript/shape.ts';

/** What to overlook when texts are compared. */
export interface TextForm {
  readonly ignore_case?: boolean;
  /** White space at both ends. */
  readonly trim?: boolean;
  /** Any run of white space reads as one space. */
  readonly collapse_whitespace?: boolean;
  readonly strip_punctuation?: boolean;
  /** Characters to leave out. */
  readonly remove?: string;
}

/** Shapes of the options, for scorers that take them. */
export const textFormShapes: { readonly [K in keyof TextForm]-?: Shape<Exclude<TextForm[K], undefined>> } = {
  ignore_case: boolean,
  trim: boolean,
  collapse_whitespace: boolean,
  strip_punctuation: boolean,
  remove: text(32),
};

/** The function that brings texts into the form in which they are compared. */
export function textNormalizer(form: TextForm): (text: string) => string {
  const removed = new Set(form.remove);
  const steps: ((text: string) => string)[] = [];
  if (removed.size > 0) steps.push((text) => [...text].filter((character) => !removed.has(character)).join(''));
  if (form.strip_punctuation === true) steps.push((text) => text.replace(/\p{P}/gu, ''));
  if (form.ignore_case === true) steps.push((text) => text.toLowerCase());
  if (form.collapse_whitespace === true) steps.push((text) => text.replace(/\s+/g, ' '));
  // Last, because removed characters may have stood before white space.
  if (form.trim ?? true) steps.push((text) => text.trim());
  return (text) => steps.reduce((formed, step) => step(formed), text);
}
