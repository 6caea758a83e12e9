/**
 * The publication file: one gzip file of JSON lines that a verifier reads in one pass.
 *
 * First a line that names the format, then the small files, the files of evidence, then the records, each followed by the openings that belong
 * to it. Two gzip members: the lines, and a seal with the SHA-256 of the compressed bytes before it. Compression has many
 * forms of one text; the seal is there so that every changed byte is noticed, and signs nothing.
 */
import { concatBytes, encodeBase64, encodeUtf8, isWellFormed, tryDecodeBase64, tryDecodeUtf8 } from '../core/bytes.ts';
import { canonicalize, tryParseCanonical } from '../core/canonical-json.ts';
import { crc32 } from '../core/crc32.ts';
import { VerificationError } from '../core/errors.ts';
import { FORMAT } from './record.ts';
import { conform, digestText, integer, object, oneOf, text, type Shape } from './shape.ts';
import { RUN_FILES, type DisclosureLevel, type RunFile } from './source.ts';

/** File name ending of a publication. */
export const BUNDLE_SUFFIX = '.touchstone.jsonl.gz';

/** Most bytes in one of the small files. */
export const MAX_FILE_BYTES: number = 16 * 1024 * 1024;

/** Most bytes in all files of evidence together. */
export const MAX_EVIDENCE_BYTES: number = 64 * 1024 * 1024;

/** A line that is neither record nor opening. */
export type ContainerLine =
  | { readonly t: 'bundle'; readonly format: string; readonly level: DisclosureLevel }
  | { readonly t: 'file'; readonly name: RunFile; readonly utf8: string }
  | { readonly t: 'evidence'; readonly sha256: string; readonly utf8?: string; readonly b64?: string }
  | { readonly t: 'records'; readonly lines: number };

const shapes: { readonly [T in ContainerLine['t']]: Shape<Extract<ContainerLine, { readonly t: T }>> } = {
  bundle: object<Extract<ContainerLine, { t: 'bundle' }>>({
    t: oneOf('bundle'),
    format: oneOf(FORMAT),
    level: oneOf('D0', 'D1', 'D2', 'D3'),
  }),
  file: object<Extract<ContainerLine, { t: 'file' }>>({
    t: oneOf('file'),
    name: oneOf(...RUN_FILES),
    utf8: text(MAX_FILE_BYTES),
  }),
  evidence: object<Extract<ContainerLine, { t: 'evidence' }>>(
    { t: oneOf('evidence'), sha256: digestText },
    { utf8: text(MAX_FILE_BYTES), b64: text(Math.ceil(MAX_FILE_BYTES / 3) * 4) },
  ),
  records: object<Extract<ContainerLine, { t: 'records' }>>({
    t: oneOf('records'),
    lines: integer(1),
  }),
};

/** A container line as text, without its newline. */
export function formatContainerLine(line: ContainerLine): string {
  return canonicalize(line);
}

/**
 * The container line in a text.
 *
 * @throws {@link VerificationError} `ERR_BUNDLE_FORM`
 */
export function parseContainerLine(line: string, want: ContainerLine['t']): ContainerLine {
  return conform<ContainerLine>(shapes[want], tryParseCanonical(line), (complaint) =>
    bundleError(`${want} line${complaint}`),
  );
}

/** The line of a file of evidence: as text if its bytes are valid UTF-8, otherwise as base64. */
export function evidenceLine(sha256: string, bytes: Uint8Array): ContainerLine {
  const utf8 = tryDecodeUtf8(bytes);
  return { t: 'evidence', sha256, ...(utf8 === null ? { b64: encodeBase64(bytes) } : { utf8 }) };
}

/**
 * The bytes of a file of evidence.
 *
 * @throws {@link VerificationError} `ERR_BUNDLE_FORM` if they are not in their one form
 */
export function evidenceBytes({ utf8, b64 }: Extract<ContainerLine, { t: 'evidence' }>): Uint8Array {
  if (utf8 !== undefined && b64 === undefined && isWellFormed(utf8)) return encodeUtf8(utf8);
  const bytes = utf8 === undefined && b64 !== undefined ? tryDecodeBase64(b64) : null;
  if (bytes !== null && tryDecodeUtf8(bytes) === null) return bytes;
  throw bundleError('evidence line: want either utf8, or b64 of bytes that are no text');
}

/** The one gzip header of a publication: deflate, no name, no time, unknown system. @see RFC 1952 §2.3 */
export const GZIP_HEADER: Uint8Array = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);

/**
 * The seal: a gzip member of fixed length with one stored block that holds the digest of everything before it.
 *
 * @param sha256OfRest - Hex digest of all bytes of the file before the seal.
 */
export function formatSeal(sha256OfRest: string): Uint8Array {
  const line = encodeUtf8(`{"sha256":"${sha256OfRest}","t":"seal"}\n`);
  const length = Uint8Array.of(line.length, 0, line.length ^ 0xff, 0xff);
  return concatBytes(GZIP_HEADER, Uint8Array.of(1), length, line, u32le(crc32(line)), u32le(line.length));
}

/** Bytes in a seal. */
export const SEAL_BYTES: number = formatSeal('0'.repeat(64)).length;

function u32le(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
}

/** The error of a publication that is not what its format asks. */
export function bundleError(fault: string): VerificationError {
  return new VerificationError('ERR_BUNDLE_FORM', `cannot read bundle: ${fault}`);
}
