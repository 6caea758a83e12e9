/**
 * The action log of a compose manager: what the measured launcher was asked to start after boot.
 *
 * Its hash is in the report data of a quote of its own. Entries are requests, not states; values of the environment and
 * results of image builds are not in it.
 */
import { concatBytes, encodeHex, encodeUtf8, equalBytes, isWellFormed } from '../../core/bytes.ts';
import { canonicalize, isJsonObject, type JsonObject, type JsonValue } from '../../core/canonical-json.ts';
import { VerificationError } from '../../core/errors.ts';
import { sha256 } from '../../core/sha256.ts';

/** Most entries in a log. */
export const MAX_ACTIONS = 4096;

const MAX_FIELD_UNITS = 1024;
const MAX_SERVICES = 256;
const STRUCT_ORDER = ['timestamp', 'action', 'tag', 'commit', 'file', 'file_sha256', 'services'];

/** An entry of a log. */
export type Action = JsonObject;

/** Which of the three forms that have been in use a log was hashed in. */
export type ActionForm = 'delivered' | 'struct order' | 'sorted keys';

/**
 * Read an action log.
 *
 * @param value - A list of flat objects, whose values are texts or lists of texts.
 * @throws {@link VerificationError} `ERR_ATTESTATION_FORM`
 */
export function parseActions(value: JsonValue | undefined): readonly Action[] {
  if (!Array.isArray(value) || value.length > MAX_ACTIONS) throw malformed(`want a list of at most ${MAX_ACTIONS}`);
  return value.map((entry: JsonValue, index) => {
    const flat = isJsonObject(entry) && Object.keys(entry).every(isWellFormed) && Object.values(entry).every(isFlat);
    if (!flat) throw malformed(`entry ${index} is not a flat object`);
    return entry;
  });
}

function isFlat(value: JsonValue): boolean {
  return isPlain(value) || (Array.isArray(value) && value.length <= MAX_SERVICES && value.every(isPlain));
}

function isPlain(value: JsonValue): boolean {
  if (typeof value === 'string') return value.length <= MAX_FIELD_UNITS && isWellFormed(value);
  return value === null || typeof value === 'boolean' || Number.isSafeInteger(value);
}

/**
 * Check that report data is the hash of an action log followed by a nonce.
 *
 * The hash authenticates whichever form it is of, so all three are tried.
 *
 * @returns The form in which it was hashed.
 * @throws {@link VerificationError} `ERR_REPORT_DATA` for another log, `ERR_ATTESTATION_NONCE` for another nonce.
 */
export function checkActions(actions: readonly Action[], reportData: Uint8Array, nonce: Uint8Array): ActionForm {
  const form = FORMS.find(({ text }) => equalBytes(sha256(encodeUtf8(text(actions))), reportData.subarray(0, 32)));
  if (form === undefined) {
    throw new VerificationError('ERR_REPORT_DATA', 'cannot accept action log: the report data has the hash of another');
  }
  if (!equalBytes(reportData, concatBytes(reportData.subarray(0, 32), nonce))) {
    throw new VerificationError(
      'ERR_ATTESTATION_NONCE',
      `cannot accept action log: its nonce is ${encodeHex(reportData.subarray(32))}, want ${encodeHex(nonce)}`,
    );
  }
  return form.name;
}

const FORMS: readonly { readonly name: ActionForm; readonly text: (actions: readonly Action[]) => string }[] = [
  { name: 'sorted keys', text: (actions) => canonicalize(actions) },
  { name: 'delivered', text: (actions) => JSON.stringify(actions) },
  { name: 'struct order', text: (actions) => JSON.stringify(actions.map(inStructOrder)) },
];

function inStructOrder(action: Action): JsonObject {
  const known = STRUCT_ORDER.filter((name) => Object.hasOwn(action, name));
  const rest = Object.keys(action).filter((name) => !STRUCT_ORDER.includes(name));
  return Object.fromEntries([...known, ...rest].map((name) => [name, action[name] ?? null]));
}

/** One clause on what a log says last, of bounded names and hex only. */
export function lastAction(actions: readonly Action[]): string {
  const last = actions.at(-1);
  if (last === undefined) return 'no action';
  const parts = ['action', 'file', 'commit', 'file_sha256'].flatMap((name) => {
    const value = last[name];
    return typeof value === 'string' && /^[A-Za-z0-9._/-]{1,128}$/.test(value) ? [`${name} ${value}`] : [];
  });
  return parts.join(', ') || 'an action without known fields';
}

function malformed(complaint: string): VerificationError {
  return new VerificationError('ERR_ATTESTATION_FORM', `cannot read action log: ${complaint}`);
}
