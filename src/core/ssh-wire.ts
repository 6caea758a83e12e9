/**
 * The binary encoding of OpenSSH files: 32-bit lengths before byte strings, and base64 between armor lines.
 *
 * @see RFC 4251 §5
 */
import { concatBytes, encodeBase64, encodeUtf8, tryDecodeBase64, tryDecodeUtf8, u32be } from './bytes.ts';

/** A cursor over bytes. Every method throws the reader's own error when the bytes run out. */
export interface SshReader {
  /** The next `length` bytes. */
  bytes(length: number): Uint8Array;
  /** The next four bytes as an unsigned integer. */
  u32(): number;
  /** The next byte string. */
  string(): Uint8Array;
  /** The next byte string, which must be UTF-8. */
  text(): string;
  /** All bytes that are left. */
  rest(): Uint8Array;
}

/** Bytes as an SSH string: length, then content. Text stands for its UTF-8 bytes. */
export function sshString(content: Uint8Array | string): Uint8Array {
  const bytes = typeof content === 'string' ? encodeUtf8(content) : content;
  return concatBytes(u32be(bytes.length), bytes);
}

/**
 * A reader of SSH-encoded bytes.
 *
 * @param fail - Makes the error to throw for a fault.
 */
export function createSshReader(source: Uint8Array, fail: (fault: string) => Error): SshReader {
  let offset = 0;
  const reader: SshReader = {
    bytes(length) {
      if (length > source.length - offset) throw fail('it ends too early');
      offset += length;
      return source.slice(offset - length, offset);
    },
    u32: () => reader.bytes(4).reduce((value, byte) => value * 256 + byte, 0),
    string: () => reader.bytes(reader.u32()),
    text() {
      const text = tryDecodeUtf8(reader.string());
      if (text === null) throw fail('a text is not UTF-8');
      return text;
    },
    rest: () => reader.bytes(source.length - offset),
  };
  return reader;
}

/** The bytes between two armor lines, or null if the text is not such a file. Ends of lines may be those of Windows. */
export function tryDecodeArmor(text: string, label: string): Uint8Array | null {
  const lines = text.trimEnd().split(/\r?\n/);
  if (lines.shift() !== `-----BEGIN ${label}-----` || lines.pop() !== `-----END ${label}-----`) return null;
  return tryDecodeBase64(lines.join(''));
}

/** Bytes between two armor lines, wrapped after 70 characters as OpenSSH does. */
export function encodeArmor(bytes: Uint8Array, label: string): string {
  const lines = encodeBase64(bytes).replaceAll(/.{1,70}/g, '$&\n');
  return `-----BEGIN ${label}-----\n${lines}-----END ${label}-----\n`;
}
