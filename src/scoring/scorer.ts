/**
 * What a scorer is.
 *
 * Extraction and judgement are apart and both recorded, so that a reader of a transcript sees whether an answer was wrong
 * or only in another form. Scorers are pure: the verifier, which may run in a browser, judges every opened answer again.
 */
import { canonicalize, type JsonObject, type JsonValue } from '../core/canonical-json.ts';
import { InputError } from '../core/errors.ts';
import type { LineObject } from '../core/line-form.ts';
import type { ScorerConfig } from '../suites/definition.ts';
import { conform, type Shape } from '../transcript/shape.ts';
import type { Answer } from '../transcript/wire/answer.ts';
import type { Question } from '../transcript/wire/dialogue.ts';
import type { Language, Trial, TrialEnd } from './trial.ts';

/** Most UTF-16 units of an answer that a scorer reads; a longer answer is unscored. */
export const MAX_ANSWER_LENGTH = 65_536;

/** What was taken from an answer, and by which rule. */
export interface Extraction {
  readonly text: string;
  /** Such as `whole`, `last-number` or `pattern:0`. */
  readonly rule: string;
}

/** An exact score: 0 <= num <= den, 1 <= den <= 1,000. */
export interface Verdict {
  readonly num: number;
  readonly den: number;
}

/** The two verdicts that most scorers give. */
export const RIGHT: Verdict = { num: 1, den: 1 };
export const WRONG: Verdict = { num: 0, den: 1 };

/**
 * A scorer with its options.
 *
 * Both functions throw {@link InputError} `ERR_SCORER_TARGET` if the target is of no use to the scorer, and
 * `ERR_STEP_LIMIT` if an answer costs too much work; then the item is unscored with reason `scorer`.
 */
export interface Scorer {
  /** Take the answer proper from the text of a model, or null if it is not there. Requires well-formed text. */
  extract(answer: string, target: JsonValue): Extraction | null;
  /**
   * Judge what was extracted; nothing is wrong.
   *
   * @param end - How the program ended; absent if there was none to run.
   */
  judge(extracted: string | null, target: JsonValue, end?: TrialEnd): Verdict;
  /** Present if what is extracted is code. */
  readonly programs?: Programs;
  /** Present if a model judges the answer; then nothing else decides. */
  readonly asks?: Asks;
  /** What is wrong with what was extracted, in the words of the official scorer; null if nothing is. */
  explain?(extracted: string | null, target: JsonValue): string | null;
  /** An answer that is right, or null where none follows from a target; absent if the target itself is one. */
  gold?(target: JsonValue): string | null;
}

/** Programs whose end decides a verdict. */
interface Programs {
  readonly language: Language;
  /** The program to run, or null if there is nothing to run. */
  of(extracted: string | null, target: JsonValue): Trial | null;
}

/** What a judge is asked about. */
interface JudgedAnswer {
  readonly answer: string;
  readonly target: JsonValue;
  /** The input fields of the item. */
  readonly input: JsonObject;
}

/** Questions to a judge, whose replies decide a verdict. Pure, like everything in a scorer. */
export interface Asks {
  /** All questions about an answer in their order, each with its own parameters; not empty. */
  questions(subject: JudgedAnswer): readonly Question[];
  /** The verdict of the replies with what it rests on, such as the votes; null if they decide nothing. */
  conclude(replies: readonly Answer[], subject: JudgedAnswer): (Verdict & { readonly extraction: Extraction }) | null;
}

/** A kind of scorer in one version; a version never changes once it is released. */
export interface ScorerKind {
  readonly id: string;
  readonly version: number;
  /** @throws {@link InputError} `ERR_SCORER_CONFIG`, `ERR_PATTERN`, `ERR_JSON_SCHEMA` */
  prepare(config: ScorerConfig): Scorer;
  /** Fresh metrics that are no mean of scores; none if absent. */
  metrics?(config: ScorerConfig): readonly ScorerMetric[];
}

/** A metric over all answers of a run that is no mean of their scores, such as corpus BLEU. */
export interface ScorerMetric {
  /** Name and version, as the aggregate record states it. */
  readonly name: string;
  /**
   * Add an answer; an empty one for an answer that counts as wrong whatever it says.
   *
   * @param replies - What the judge said of it; absent if none was asked.
   */
  add(answer: string, target: JsonValue, replies?: readonly Answer[]): void;
  result(): LineObject;
}

/**
 * The options of a scorer, checked against their shape.
 *
 * @throws {@link InputError} `ERR_SCORER_CONFIG`
 */
export function readOptions<T extends object>(id: string, shape: Shape<T>, config: ScorerConfig): T {
  return conform(shape, config, (complaint) => configError(id, complaint));
}

/** The fault of a scorer's options. */
export function configError(id: string, complaint: string): InputError {
  return new InputError('ERR_SCORER_CONFIG', `cannot use options of scorer "${id}"${complaint}`);
}

/**
 * The right answers that a target stands for: itself, or each entry of a list.
 *
 * @throws {@link InputError} `ERR_SCORER_TARGET` if there is none, or one is null, a list or an object.
 */
export function targetTexts(target: JsonValue): readonly string[] {
  const entries: readonly JsonValue[] = Array.isArray(target) ? target : [target];
  if (entries.length === 0) throw targetError('want at least one right answer');
  return entries.map((entry) => {
    if (typeof entry === 'object') throw targetError('want texts, numbers or booleans');
    return typeof entry === 'string' ? entry : canonicalize(entry);
  });
}

/** The fault of a target. */
export function targetError(complaint: string): InputError {
  return new InputError('ERR_SCORER_TARGET', `cannot judge by target: ${complaint}`);
}
