/**
 * Looks for credentials and personal data in text that is about to be published.
 *
 * It knows common forms only and will miss others, so what it finds is a warning and what it does not find is no promise.
 * A finding says what and where, never the text itself.
 */

/** Something that should perhaps not be published. */
export interface SecretFinding {
  /** What it looks like, such as `e-mail address`. */
  readonly what: string;
  readonly count: number;
  /** Where it was seen first. */
  readonly firstPlace: string;
}

/** Collects findings over many texts. */
export interface SecretScan {
  look(text: string, place: string): void;
  /** In the order in which kinds were first seen. */
  findings(): readonly SecretFinding[];
}

interface Kind {
  readonly what: string;
  readonly pattern: RegExp;
  readonly isReal?: (match: string) => boolean;
}

// Every pattern is anchored by a fixed part and bounded, so that scanning stays linear.
const KINDS: readonly Kind[] = [
  { what: 'private key', pattern: /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----/g },
  { what: 'API key', pattern: /\b(?:sk|pk|rk)[-_][A-Za-z0-9_-]{20,200}\b/g },
  { what: 'AWS access key', pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  { what: 'Google API key', pattern: /\bAIza[A-Za-z0-9_-]{35}\b/g },
  { what: 'GitHub token', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,251}|github_pat_[A-Za-z0-9_]{22,250})\b/g },
  { what: 'Slack token', pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{10,200}\b/g },
  { what: 'Hugging Face token', pattern: /\bhf_[A-Za-z0-9]{30,100}\b/g },
  { what: 'bearer token', pattern: /\bBearer [A-Za-z0-9._~+/-]{20,200}/g },
  {
    what: 'JSON Web Token',
    pattern: /\beyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{10,1000}/g,
  },
  { what: 'password in a URL', pattern: /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@]{1,100}:[^\s/:@]{1,100}@/g },
  {
    what: 'e-mail address',
    pattern: /\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,4}\.[A-Za-z]{2,24}\b/g,
  },
  { what: 'card number', pattern: /\b\d(?:[ -]?\d){12,18}\b/g, isReal: passesLuhn },
  { what: 'IBAN', pattern: /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/g, isReal: passesIban },
  { what: 'telephone number', pattern: /(?<![\w.])\+\d{1,3}[ .-]?\(?\d{1,4}\)?(?:[ .-]?\d{2,4}){2,4}(?![\w.])/g },
];

/** A scan that has found nothing yet. */
export function createSecretScan(): SecretScan {
  const found = new Map<string, { count: number; readonly firstPlace: string }>();
  return {
    look(text, place) {
      for (const { what, pattern, isReal = () => true } of KINDS) {
        const count = (text.match(pattern) ?? []).filter(isReal).length;
        if (count === 0) continue;
        const known = found.get(what);
        if (known === undefined) found.set(what, { count, firstPlace: place });
        else known.count += count;
      }
    },
    findings: () => [...found].map(([what, { count, firstPlace }]) => ({ what, count, firstPlace })),
  };
}

// ISO/IEC 7812-1 annex B; about one random number in ten passes, so the known lengths and first digits count too.
function passesLuhn(match: string): boolean {
  const digits = [...match.replaceAll(/[ -]/g, '')].map(Number);
  if (![13, 15, 16, 19].includes(digits.length) || ![3, 4, 5, 6].includes(digits[0] ?? 0)) return false;
  const doubled = digits
    .toReversed()
    .map((digit, place) => (place % 2 === 0 ? digit : digit * 2 - (digit > 4 ? 9 : 0)));
  return doubled.reduce((sum, digit) => sum + digit, 0) % 10 === 0;
}

// ISO 13616: letters count from 10, the first four characters go to the end, the remainder by 97 is 1.
function passesIban(match: string): boolean {
  const text = match.replaceAll(' ', '');
  if (text.length < 15 || text.length > 34) return false;
  let remainder = 0;
  for (const unit of text.slice(4) + text.slice(0, 4)) {
    const value = Number.parseInt(unit, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}
