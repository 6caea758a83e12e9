/**
 * English sentences by the rule of Punkt, which the official IFEval checker uses with a trained model.
 *
 * The rule is Punkt's: where a sentence may end, what is one token there, when an abbreviation, an initial or a number does
 * not end it. Its model is replaced by the short lists below, so where a rare abbreviation or a rare word after one decides,
 * the count may differ by one.
 *
 * @see T. Kiss and J. Strunk, "Unsupervised Multilingual Sentence Boundary Detection", Computational Linguistics 32(4) (2006)
 */
import { isSpace, PYTHON_SPACE, strip } from '../python-text.ts';

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Abbreviations that Punkt knows; dotted letters such as `u.s` are a rule of their own. */
const ABBREVIATIONS = words(
  'dr mr mrs ms messrs prof st sr jr lt col gen maj adm sen rep reps inc ltd co cos corp bros cie vs ph.d ft mg yr ave ' +
    'jan feb aug sep sept oct nov dec tues wed fri ala ariz calif colo conn fla ga ill kan ky mich minn nev okla ore pa ' +
    'tenn va vt wash w.va wis ct ok sw chg c d e f g h k l m n p r s t v w',
);
/** Dotted letters that it does not know: they are rare in news, on which it was trained. */
const NO_ABBREVIATIONS = words('e.g i.e');

/** Words that are small inside of sentences; with a capital after an abbreviation they begin one. */
const SMALL_WORDS = words(
  'the a an this that these those he she it they we you his her its their our your my there here who what when where why ' +
    'how which if in on at by for from with without to of and but or so yet as while after before since although though ' +
    'because however then also now once until unless all some many most few each every no not one two three other ' +
    'another such is are was were be do does did has have had can could will would should may might must let please',
);

const SPACE = `[${PYTHON_SPACE}]`;
const NO_SPACE = `[^${PYTHON_SPACE}]`;
const CLOSERS = `[?!)";}\\]*:@'({[]`;
const POSSIBLE_END = new RegExp(`[.?!](?:(?=${CLOSERS})|(?=${SPACE}))`, 'gu');
// What Punkt takes as one token in the few characters around a possible end.
const TOKEN = new RegExp(
  `-{2,}|\\.{2,}|[^("\`{\\[:;&#*@)}\\]\\-,${PYTHON_SPACE}]${NO_SPACE}*?` +
    `(?=${SPACE}|$|${CLOSERS}|-{2,}|\\.{2,}|,(?:$|${SPACE}|${CLOSERS}|-{2,}|\\.{2,}))|${NO_SPACE}`,
  'gu',
);
/** Longest token that is looked at; a longer one is no abbreviation. */
const MAX_TOKEN = 64;

/** The sentences of a text. */
export function splitSentences(text: string): readonly string[] {
  const trimmed = trimEnd(text);
  const sentences: string[] = [];
  let start = 0;
  for (const { end, next } of breaks(trimmed)) {
    // A quote or bracket that closes belongs to the sentence before.
    const closing = new RegExp(`["')\\]}]+(?:${SPACE}+|$)`, 'uy');
    closing.lastIndex = next;
    const from = closing.test(trimmed) ? closing.lastIndex : next;
    sentences.push(trimmed.slice(start, Math.max(end, from)));
    start = from;
  }
  sentences.push(trimmed.slice(start));
  return sentences.filter((sentence) => strip(sentence) !== '');
}

interface Break {
  /** Where the sentence ends, and where the next one begins. */
  readonly end: number;
  readonly next: number;
}

function* breaks(text: string): Generator<Break> {
  const ends = [...text.matchAll(POSSIBLE_END)].map(({ index }) => index);
  for (const [position, at] of ends.entries()) {
    // Of several possible ends in one word, as in `!!`, the last one counts.
    const following = ends[position + 1];
    if (following !== undefined && !hasSpace(text, at, following)) continue;
    const next = skipSpace(text, at + 1);
    if (isBreak(text, at, next)) yield { end: at + 1, next };
  }
}

function isBreak(text: string, at: number, next: number): boolean {
  const from = wordStart(text, at);
  const word = text.slice(from, at + 1);
  const after =
    next === at + 1 ? text.charAt(next) : (/^\S{1,64}/u.exec(text.slice(next, next + MAX_TOKEN))?.[0] ?? '');
  const tokens = [...word.matchAll(TOKEN)].map(([token]) => token);
  const following = after.match(TOKEN)?.[0] ?? after;
  return tokens.some((token, position) => endsSentence(token, tokens[position + 1] ?? following));
}

function endsSentence(token: string, next: string): boolean {
  if (token === '?' || token === '!' || token === '.') return true;
  if (token.endsWith('..')) return startsAfterAbbreviation(next);
  if (!token.endsWith('.')) return false;
  const type = token.slice(0, -1).toLowerCase();
  const isInitial = /^[^\W\d]\.$/u.test(token);
  const isNumber = /^-?[.,]?\d[\d,.-]*\.$/.test(token);
  if (isInitial || isNumber) return endsAfterShort(type, next, isInitial);
  return !isAbbreviation(type) || startsAfterAbbreviation(next);
}

// An initial or a number, as in `J. Smith` and `5. apples`.
function endsAfterShort(type: string, next: string, isInitial: boolean): boolean {
  if (/^[a-z]/u.test(next) || /^[;:,.!?]/.test(next)) return false;
  if (!isInitial) return true;
  return !isAbbreviation(type) && (SMALL_WORDS.has(next.toLowerCase()) || !/^\p{Lu}/u.test(next));
}

function isAbbreviation(type: string): boolean {
  if (type.length > MAX_TOKEN) return false;
  const last = type.split('-').at(-1) ?? type;
  return [type, last].some(
    (name) => ABBREVIATIONS.has(name) || (/^[a-z](?:\.[a-z])+$/.test(name) && !NO_ABBREVIATIONS.has(name)),
  );
}

function startsAfterAbbreviation(next: string): boolean {
  return /^\p{Lu}/u.test(next) && SMALL_WORDS.has(next.toLowerCase().replace(/\.$/, ''));
}

function trimEnd(text: string): string {
  let to = text.length;
  while (to > 0 && isSpace(text.charAt(to - 1))) to--;
  return text.slice(0, to);
}

function hasSpace(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (isSpace(text.charAt(at))) return true;
  return false;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && isSpace(text.charAt(at))) at++;
  return at;
}

function wordStart(text: string, at: number): number {
  let from = at;
  while (from > 0 && at - from < MAX_TOKEN && !isSpace(text.charAt(from - 1))) from--;
  return from;
}
