/**
 * The formats of JSON Schema for texts. A format that is not known says nothing.
 *
 * Every pattern here is linear: no part of one can match the same text in two ways.
 *
 * @see JSON Schema validation 2020-12, 7.3; RFC 3339, RFC 3986, RFC 5321, RFC 1123, RFC 4291, RFC 6901
 */
import { isTouchstoneError } from '../../core/errors.ts';
import { compilePattern } from '../pattern/pattern.ts';

const FORMATS: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ['date', isDate],
  ['time', isTime],
  ['date-time', isDateTime],
  ['duration', matches(/^P(?!$)(?:\d+W|(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?!$)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?)$/)],
  ['email', (text) => isEmail(text, false)],
  ['idn-email', (text) => isEmail(text, true)],
  ['hostname', isHostname],
  ['ipv4', isIpv4],
  ['ipv6', isIpv6],
  ['uri', (text) => isUri(text, true)],
  ['uri-reference', (text) => isUri(text, false)],
  ['uuid', matches(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i)],
  ['json-pointer', matches(/^(?:\/(?:[^~/]|~[01])*)*$/)],
  ['relative-json-pointer', matches(/^(?:0|[1-9]\d*)(?:#|(?:\/(?:[^~/]|~[01])*)*)$/)],
  ['regex', isPattern],
]);

/** Whether a text has a format. */
export function isFormat(format: string, text: string): boolean {
  return FORMATS.get(format)?.(text) ?? true;
}

function matches(pattern: RegExp): (text: string) => boolean {
  return (text) => pattern.test(text);
}

function isDate(text: string): boolean {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (parts === null) return false;
  const [year = 0, month = 0, day = 0] = parts.slice(1).map(Number);
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return day >= 1 && day <= days;
}

function isTime(text: string): boolean {
  const parts = /^(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:z|([+-])(\d\d):(\d\d))$/i.exec(text);
  if (parts === null) return false;
  const [hour = 0, minute = 0, second = 0] = parts.slice(1, 4).map(Number);
  const [hours = 0, minutes = 0] = parts.slice(5, 7).map((part: string | undefined) => Number(part ?? 0));
  if (hour > 23 || minute > 59 || hours > 23 || minutes > 59) return false;
  if (second < 60) return true;
  // A leap second is the last one of a day in UTC.
  const offset = (parts[4] === '-' ? -1 : 1) * (60 * hours + minutes);
  return second === 60 && (((60 * hour + minute - offset) % 1440) + 1440) % 1440 === 1439;
}

function isDateTime(text: string): boolean {
  return /^.{10}t/i.test(text) && isDate(text.slice(0, 10)) && isTime(text.slice(11));
}

function isEmail(text: string, isInternational: boolean): boolean {
  const at = text.lastIndexOf('@');
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 1 || local.length > 64) return false;
  const isAtoms = /^[^\s"(),:;<>@[\\\].]+(?:\.[^\s"(),:;<>@[\\\].]+)*$/u.test(local);
  const isQuoted = /^"(?:[^"\\\r\n]|\\[^\r\n])*"$/u.test(local);
  const address = /^\[(IPv6:)?(.*)\]$/.exec(domain);
  if (address !== null) return address[1] === undefined ? isIpv4(address[2] ?? '') : isIpv6(address[2] ?? '');
  const isDomain = isHostname(domain) || (isInternational && /^(?=.*[^\p{ASCII}])[^\s@[\]]{1,253}$/u.test(domain));
  return (isAtoms || isQuoted) && isDomain;
}

function isHostname(text: string): boolean {
  if (text.length > 253) return false;
  return text.split('.').every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(label));
}

function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1)?.at(-1) ?? '';
  const hasIpv4 = last.includes('.');
  const plain = groups.flat().slice(0, hasIpv4 ? -1 : undefined);
  if (!plain.every((group) => /^[0-9a-f]{1,4}$/i.test(group)) || (hasIpv4 && !isIpv4(last))) return false;
  const count = plain.length + (hasIpv4 ? 2 : 0);
  return halves.length === 2 ? count <= 7 : count === 8;
}

const CHARACTER = `(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})`;
const URI = new RegExp(
  `^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(//(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2}|\\[[0-9A-Fa-f:.]+\\])*)?` +
    `((?:${CHARACTER}|/)*)(?:\\?(?:${CHARACTER}|[/?])*)?(?:#(?:${CHARACTER}|[/?])*)?$`,
);

function isUri(text: string, isAbsolute: boolean): boolean {
  const parts = URI.exec(text);
  return parts !== null && (parts[1] !== undefined || !isAbsolute);
}

function isPattern(text: string): boolean {
  try {
    compilePattern(text, { ignoreCase: false, multiline: false });
    return true;
  } catch (error) {
    if (isTouchstoneError(error, 'ERR_PATTERN')) return false;
    throw error;
  }
}
