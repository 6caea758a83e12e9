/**
 * The language of a text, among the 30 that IFEval asks for.
 *
 * The official checker uses langdetect, a sampled estimate whose seed it leaves open. Here it is franc, which is the same
 * every time. On running text they agree; on a name, a slogan or a list of names either may say anything. A text in capitals
 * has its own rule in langdetect, and so here.
 */
import { franc } from 'franc';
import { capitalsLanguage, isInCapitals } from './capitals.ts';

/** ISO 639-1, as the items have it, to ISO 639-3. */
const LANGUAGES: ReadonlyMap<string, string> = new Map(
  (
    'ar:arb bg:bul bn:ben de:deu en:eng es:spa fa:pes fi:fin fr:fra gu:guj he:heb hi:hin it:ita ja:jpn kn:kan ' +
    'ko:kor ml:mal mr:mar ne:npi pa:pan pl:pol pt:por ru:rus sw:swh ta:tam te:tel th:tha uk:ukr ur:urd vi:vie'
  )
    .split(' ')
    .map((pair) => [pair.slice(0, 2), pair.slice(3)]),
);
const CODES = [...LANGUAGES.values()];

/** Whether a language can be asked for. */
export function isKnownLanguage(code: string): boolean {
  return LANGUAGES.has(code);
}

/** Whether a text is in a language; a text without a letter is in any, as the official checker has it. */
export function isInLanguage(text: string, code: string): boolean {
  if (!/\p{L}/u.test(text)) return true;
  if (isInCapitals(text)) return (capitalsLanguage(text) ?? code) === code;
  return franc(text.toLowerCase(), { only: CODES }) === LANGUAGES.get(code);
}
