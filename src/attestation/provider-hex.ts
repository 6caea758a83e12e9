/**
 * Hex as providers write it: with or without `0x`, in lower, upper or mixed case.
 *
 * The case of an address may be a checksum (EIP-55). It is not checked, because an address is only ever compared with
 * one that was computed.
 */
import { tryDecodeHex } from '../core/bytes.ts';

/** The bytes of a provider's hex text, or null for anything else. */
export function tryDecodeProviderHex(text: string): Uint8Array | null {
  return tryDecodeHex(text.replace(/^0[xX]/, '').toLowerCase());
}
