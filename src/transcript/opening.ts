/**
 * Openings: content together with the salt that opens its commitment, one canonical JSON line each.
 *
 * An opening names the record (`seq`) or the item (`index`) that commits to it. Nothing in it is trusted: it counts only
 * if its bytes and salt hash to the commitment in the signed records.
 */
import {
  decodeHex,
  encodeBase64,
  encodeHex,
  encodeUtf8,
  isWellFormed,
  tryDecodeBase64,
  tryDecodeUtf8,
} from '../core/bytes.ts';
import { VerificationError } from '../core/errors.ts';
import { commit, type Label } from './commitment.ts';
import { conform, integer, object, oneOf, text, type Shape } from './shape.ts';

/** Most UTF-16 units in one opening line. */
export const MAX_OPENING_UNITS: number = 16 * 1024 * 1024;

/** Content and the salt of its commitment. */
export interface Opening {
  readonly label: Label;
  /** Item index for `item` and `target`, sequence number of the record for the others. */
  readonly number: number;
  /** 32 bytes. */
  readonly salt: Uint8Array;
  readonly bytes: Uint8Array;
}

interface OpeningLine {
  readonly label: Label;
  readonly salt: string;
  readonly index?: number;
  readonly seq?: number;
  readonly utf8?: string;
  readonly b64?: string;
}

const shape: Shape<OpeningLine> = object<OpeningLine>(
  {
    label: oneOf('item', 'target', 'probe', 'request', 'response', 'evidence', 'extracted'),
    salt: text(64, /^[0-9a-f]{64}$/),
  },
  { index: integer(0), seq: integer(0), utf8: text(MAX_OPENING_UNITS), b64: text(MAX_OPENING_UNITS) },
);

// No record line begins with one of these: a record always has a key "k", and no key of a record sorts so.
const START: RegExp = /^\{(?:"b64":|"label":|"index":\d+,"label":)/;

/** Whether a line of a publication is an opening and not a record. */
export function isOpeningLine(line: string): boolean {
  return START.test(line);
}

function isItemLabel(label: Label): boolean {
  return label === 'item' || label === 'target';
}

/** The line of an opening, without its newline: as text if its bytes are valid UTF-8, otherwise as base64. */
export function formatOpening({ label, number, salt, bytes }: Opening): string {
  const utf8 = tryDecodeUtf8(bytes);
  return lineOf({ label, salt: encodeHex(salt), ...(utf8 === null ? { b64: encodeBase64(bytes) } : { utf8 }) }, number);
}

/** The line of an opening whose content is at hand as well-formed text. */
export function formatTextOpening(label: Label, number: number, salt: Uint8Array, content: string): string {
  return lineOf({ label, salt: encodeHex(salt), utf8: content }, number);
}

// Keys are written in canonical order by hand: this runs five times a sample, for whoever writes and whoever reads.
function lineOf({ label, salt, utf8, b64 }: Omit<OpeningLine, 'index' | 'seq'>, number: number): string {
  const head = b64 === undefined ? '' : `"b64":"${b64}",`;
  const index = isItemLabel(label) ? `"index":${number},` : '';
  const seq = isItemLabel(label) ? '' : `,"seq":${number}`;
  const tail = utf8 === undefined ? '' : `,"utf8":${JSON.stringify(utf8)}`;
  return `{${head}${index}"label":"${label}","salt":"${salt}"${seq}${tail}}`;
}

/**
 * The opening in a line.
 *
 * @throws {@link VerificationError} `ERR_OPENING_FORM` if the line is not the one form of an opening.
 */
export function parseOpening(line: string): Opening {
  if (line.length > MAX_OPENING_UNITS) throw formError(`: want at most ${MAX_OPENING_UNITS} units`);
  const parsed = conform(shape, parseJson(line), formError);
  const { label, salt, index, seq } = parsed;
  const [number, other] = isItemLabel(label) ? [index, seq] : [seq, index];
  if (number === undefined || other !== undefined) throw formError(': want index for item and target, seq otherwise');
  const bytes = contentOf(parsed);
  if (bytes === null) throw formError(': want either utf8, or b64 of bytes that are no text');
  if (lineOf(parsed, number) !== line) throw formError(': it is not canonical JSON');
  return { label, number, salt: decodeHex(salt), bytes };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // The engine's message quotes the text, which may be private.
    throw formError(': it is not JSON');
  }
}

// Bytes that have a text form are written as text, so that an opening has one line.
function contentOf({ utf8, b64 }: OpeningLine): Uint8Array | null {
  if (utf8 !== undefined) return b64 === undefined && isWellFormed(utf8) ? encodeUtf8(utf8) : null;
  const bytes = b64 === undefined ? null : tryDecodeBase64(b64);
  return bytes === null || tryDecodeUtf8(bytes) !== null ? null : bytes;
}

/**
 * Check that an opening opens a commitment.
 *
 * @throws {@link VerificationError} `ERR_OPENING_COMMITMENT`
 */
export function checkOpening(opening: Opening, commitment: string): void {
  if (commit(opening.label, opening.salt, opening.bytes) === commitment) return;
  throw new VerificationError(
    'ERR_OPENING_COMMITMENT',
    `cannot open ${opening.label} of ${isItemLabel(opening.label) ? 'item' : 'record'} ${opening.number}: ` +
      'salt and content do not hash to the commitment in the records',
  );
}

function formError(complaint: string): VerificationError {
  return new VerificationError('ERR_OPENING_FORM', `cannot read opening${complaint}`);
}
