/**
 * Signed notes: a text and, below a blank line, the signatures of it.
 *
 * A note is accepted only in the one form that {@link formatNote} writes. A signature by a key that the reader does not
 * know is ignored; one by a known key that fails rejects the whole note.
 *
 * @see https://c2sp.org/signed-note
 */
import { concatBytes, decodeHex, encodeBase64, encodeHex, encodeUtf8, isWellFormed, tryDecodeBase64 } from './bytes.ts';
import { VerificationError } from './errors.ts';

/** More signatures than this are refused, so that a note cannot make its reader verify for ever. */
const MAX_NOTE_SIGNATURES = 100;

/** One signature line of a note. */
interface NoteSignature {
  /** Name of the key. */
  readonly name: string;
  /** The first four bytes of a hash of name and key, as hex: a hint which key to try, never an identity. */
  readonly keyIdHex: string;
  readonly signature: Uint8Array;
}

/** A note whose form is right; nothing is known about its signatures. */
export interface Note {
  /** Ends with a newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** A key that signs notes. */
export interface NoteSigner {
  readonly name: string;
  readonly keyIdHex: string;
  readonly sign: (message: Uint8Array) => Uint8Array;
}

/** A key whose signatures on notes can be verified. */
export interface NoteVerifier {
  readonly name: string;
  readonly keyIdHex: string;
  readonly isValid: (message: Uint8Array, signature: Uint8Array) => boolean;
}

/** A note with at least one valid signature by a known key. */
export interface OpenedNote {
  readonly text: string;
  /** The valid signatures by known keys, in the order of the note. */
  readonly signatures: readonly NoteSignature[];
  /** The signatures by unknown keys: unverified. */
  readonly unknown: readonly NoteSignature[];
}

/** Whether a text can be the name of a key: not empty, no white space, control character or plus sign. */
export function isNoteName(name: string): boolean {
  return /^[^\s+\p{Cc}\u0085]+$/u.test(name) && isWellFormed(name);
}

// The text of a note: lines without control characters, each ended by a newline.
function isNoteText(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what is looked for
  return text.endsWith('\n') && !/[\u0000-\u0009\u000b-\u001f]/.test(text) && isWellFormed(text);
}

/**
 * The one text form of a note.
 *
 * @throws {@link VerificationError} `ERR_NOTE_MALFORMED` if {@link parseNote} would not give the same note back
 */
export function formatNote(note: Note): string {
  const lines = note.signatures.map(formatSignature);
  const whole = `${note.text}\n${lines.join('')}`;
  parseNote(whole);
  return whole;
}

function formatSignature({ name, keyIdHex, signature }: NoteSignature): string {
  return `— ${name} ${encodeBase64(concatBytes(decodeHex(keyIdHex), signature))}\n`;
}

/**
 * The parts of a note; no signature is verified.
 *
 * @throws {@link VerificationError} `ERR_NOTE_MALFORMED`
 */
export function parseNote(whole: string): Note {
  const split = whole.lastIndexOf('\n\n');
  if (split < 0) throw malformed('no blank line before the signatures');
  const text = whole.slice(0, split + 1);
  const signatureBlock = whole.slice(split + 2);
  if (!isNoteText(text)) throw malformed('the text has a control character or a lone surrogate');
  if (!signatureBlock.endsWith('\n')) throw malformed('want at least one signature line, ended by a newline');
  const lines = signatureBlock.slice(0, -1).split('\n');
  if (lines.length > MAX_NOTE_SIGNATURES) throw malformed(`more than ${MAX_NOTE_SIGNATURES} signatures`);
  const signatures = lines.map(parseSignature);
  if (new Set(signatures.map(keyOf)).size < signatures.length) throw malformed('two signatures by one key');
  return { text, signatures };
}

function parseSignature(line: string, index: number): NoteSignature {
  const [dash, name = '', base64 = '', ...rest] = line.split(' ');
  const bytes = tryDecodeBase64(base64);
  if (dash !== '—' || !isNoteName(name) || rest.length > 0 || bytes === null || bytes.length < 5) {
    throw malformed(`signature line ${index + 1} is not "— <name> <base64>"`);
  }
  return { name, keyIdHex: encodeHex(bytes.subarray(0, 4)), signature: bytes.slice(4) };
}

// A name has no space, so the two parts cannot run together.
function keyOf(key: { readonly name: string; readonly keyIdHex: string }): string {
  return `${key.name} ${key.keyIdHex}`;
}

/**
 * A text signed by the given keys.
 *
 * @param text - Ends with a newline.
 * @throws {@link VerificationError} `ERR_NOTE_MALFORMED`
 */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  const message = encodeUtf8(text);
  const signatures = signers.map(({ name, keyIdHex, sign }) => ({ name, keyIdHex, signature: sign(message) }));
  return formatNote({ text, signatures });
}

/**
 * A note, verified: at least one signature is by a known key, and all those are valid.
 *
 * @param verifiers - The known keys.
 * @throws {@link VerificationError} `ERR_NOTE_MALFORMED`, `ERR_NOTE_SIGNATURE` if a known key's signature is invalid,
 *   `ERR_NOTE_UNTRUSTED` if no known key signed (detail: the unverified `note`)
 */
export function openNote(whole: string, verifiers: readonly NoteVerifier[]): OpenedNote {
  const note = parseNote(whole);
  const known = new Map(verifiers.map((verifier) => [keyOf(verifier), verifier]));
  const message = encodeUtf8(note.text);
  const signatures = note.signatures.filter((signature) => {
    const verifier = known.get(keyOf(signature));
    if (verifier && !verifier.isValid(message, signature.signature)) {
      throw new VerificationError('ERR_NOTE_SIGNATURE', `cannot open note: invalid signature by ${keyOf(signature)}`);
    }
    return verifier !== undefined;
  });
  if (signatures.length === 0) {
    throw new VerificationError('ERR_NOTE_UNTRUSTED', 'cannot open note: no signature by a known key', {
      detail: { note },
    });
  }
  return { text: note.text, signatures, unknown: note.signatures.filter((s) => !signatures.includes(s)) };
}

function malformed(fault: string): VerificationError {
  return new VerificationError('ERR_NOTE_MALFORMED', `cannot parse note: ${fault}`);
}
