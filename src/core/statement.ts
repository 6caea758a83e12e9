/**
 * in-toto statements: a predicate about files that are named by their digests.
 *
 * Ours are canonical JSON with SHA-256 only; a statement is carried in an envelope and must come from an opened one.
 *
 * @see https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
 */
import { encodeUtf8, tryDecodeUtf8 } from './bytes.ts';
import { canonicalize, isJsonObject, tryParseCanonical } from './canonical-json.ts';
import type { JsonObject } from './canonical-json.ts';
import { isDigest } from './digest.ts';
import type { Digest } from './digest.ts';
import { VerificationError } from './errors.ts';

/** The payload type of an envelope around a statement. */
export const STATEMENT_PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/** The `_type` of every statement. */
const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';

/** A file that a statement is about. */
export interface StatementSubject {
  readonly name: string;
  readonly digest: { readonly sha256: Digest };
}

/** A predicate about subjects. */
export interface Statement {
  readonly subject: readonly StatementSubject[];
  /** URI that says what the predicate means. */
  readonly predicateType: string;
  readonly predicate: JsonObject;
}

/**
 * The payload bytes of a statement.
 *
 * @throws {@link InputError} `ERR_CANONICAL_JSON` if the predicate is not plain JSON
 * @throws {@link VerificationError} `ERR_STATEMENT_MALFORMED` if {@link parseStatement} would not give it back
 */
export function formatStatement({ subject, predicateType, predicate }: Statement): Uint8Array {
  const payload = encodeUtf8(canonicalize({ _type: STATEMENT_TYPE, subject, predicateType, predicate }));
  parseStatement(payload);
  return payload;
}

/**
 * The statement in the payload of an opened envelope.
 *
 * @throws {@link VerificationError} `ERR_STATEMENT_MALFORMED`
 */
export function parseStatement(payload: Uint8Array): Statement {
  const { _type, subject, predicateType, predicate } = parseObject(payload);
  if (_type !== STATEMENT_TYPE) throw malformed(`_type is not ${STATEMENT_TYPE}`);
  if (!Array.isArray(subject) || subject.length === 0 || !subject.every(isSubject)) {
    throw malformed('subject is not a list of names with one sha256 each');
  }
  if (new Set(subject.map(({ name }) => name)).size < subject.length) throw malformed('two subjects have one name');
  if (typeof predicateType !== 'string' || predicateType === '') throw malformed('predicateType is not a text');
  if (!isJsonObject(predicate)) throw malformed('predicate is not an object');
  return { subject, predicateType, predicate };
}

function parseObject(payload: Uint8Array): JsonObject {
  const value = tryParseCanonical(tryDecodeUtf8(payload) ?? '');
  const keys = '_type,predicate,predicateType,subject';
  if (value === null || Object.keys(value).join() !== keys) throw malformed(`want canonical JSON with exactly ${keys}`);
  return value;
}

function isSubject(value: unknown): value is StatementSubject {
  if (!isJsonObject(value) || Object.keys(value).join() !== 'digest,name') return false;
  const { digest, name } = value;
  const named = typeof name === 'string' && name !== '';
  return named && isJsonObject(digest) && Object.keys(digest).join() === 'sha256' && isDigest(digest['sha256']);
}

function malformed(fault: string): VerificationError {
  return new VerificationError('ERR_STATEMENT_MALFORMED', `cannot parse statement: ${fault}`);
}
