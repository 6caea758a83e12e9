/**
 * The language of a text in capitals, as langdetect sees it: by the first and the last letters of words alone.
 *
 * langdetect leaves out whatever ends inside a run of capitals. It draws from the n-grams that are left until one language
 * is certain; here they are all taken at once, which is what its draws come to.
 *
 * @see github.com/Mimino666/langdetect, which the official checker of IFEval calls
 */
import { CAPITAL_PROFILES } from './capital-profiles.ts';

/** Most UTF-16 units that count. */
const MAX_LENGTH = 10_000;
/** What an n-gram that a profile does not have counts as: 0.5 of 10,000. */
const SMOOTHING = 0.5 / 10_000;

interface Profile {
  readonly language: string;
  /** Share of each n-gram among those of its length. */
  readonly shares: ReadonlyMap<string, number>;
}

/** Whether a text has capitals and no small letter. */
export function isInCapitals(text: string): boolean {
  return text === text.toUpperCase() && text !== text.toLowerCase();
}

/** The likeliest language of a text in capitals, ISO 639-1; null if none of its letters is known. */
export function capitalsLanguage(text: string): string | null {
  const profiles = readProfiles();
  const known = new Set(profiles.flatMap(({ shares }) => [...shares.keys()]));
  const grams = edgesOf(text.slice(0, MAX_LENGTH)).filter((gram) => known.has(gram));
  if (grams.length === 0) return null;
  const likelihood = ({ shares }: Profile): number =>
    grams.reduce((sum, gram) => sum + Math.log(SMOOTHING + (shares.get(gram) ?? 0)), 0);
  const scored = profiles.map((profile) => ({ language: profile.language, value: likelihood(profile) }));
  return scored.reduce((best, next) => (next.value > best.value ? next : best)).language;
}

let parsed: readonly Profile[] | null = null;

// A file that is read at the first text in capitals, which most runs never see.
function readProfiles(): readonly Profile[] {
  parsed ??= CAPITAL_PROFILES.trim().split('\n').map(readProfile);
  return parsed;
}

function readProfile(line: string): Profile {
  const [language = '', one = '', two = '', three = '', ...counts] = line.split(' ');
  const totals = [one, two, three].map(Number);
  const shares = counts.map((entry) => {
    const [, gram = '', count = ''] = /^(\D+)(\d+)$/u.exec(entry) ?? [];
    return [gram.replaceAll('_', ' '), Number(count) / (totals[gram.length - 1] ?? NaN)] as const;
  });
  return { language, shares: new Map(shares) };
}

// The first letter of each word, alone and with the space before it; the last one or two with the space behind them.
function edgesOf(text: string): readonly string[] {
  const words = text
    .replace(/[^\p{L}\p{M}]/gu, ' ')
    .split(/ +/)
    .filter((word) => word !== '');
  const isOpen = /[\p{L}\p{M}]$/u.test(text);
  return words.flatMap((word, at) => {
    const letters = Array.from(word);
    const [first = ''] = letters;
    const last = isOpen && at === words.length - 1 ? [] : endsOf(letters);
    return [first, ` ${first}`, ...last];
  });
}

function endsOf(letters: readonly string[]): readonly string[] {
  const end = letters.slice(-2).join('');
  return letters.length === 1 ? [`${end} `, ` ${end} `] : [`${letters.at(-1) ?? ''} `, `${end} `];
}
