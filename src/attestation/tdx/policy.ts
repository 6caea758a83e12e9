/** What the attributes of a trust domain must and must not say. @see Intel TDX Module Base Architecture, ATTRIBUTES */
import { encodeHex, equalBytes } from '../../core/bytes.ts';
import { VerificationError } from '../../core/errors.ts';
import type { TdReport } from './quote.ts';

// All bits of the first byte let the host debug or profile the guest.
const OPEN_TO_HOST = 0;
// In the fourth byte: without this bit the host may pull pages from under the guest unnoticed.
const SEPT_VE_DISABLE = 0x10;
// That bit, supervisor protection keys, key locker; in the last byte, performance counters: the guest's own business.
const ALLOWED: readonly number[] = [0, 0, 0, SEPT_VE_DISABLE | 0xc0, 0, 0, 0, 0x80];

/** Whether a bit is set that lets the host look into the trust domain. */
export function isDebuggable({ tdAttributes }: Pick<TdReport, 'tdAttributes'>): boolean {
  return tdAttributes[OPEN_TO_HOST] !== 0;
}

/**
 * Check that a trust domain is closed to its host.
 *
 * @throws {@link VerificationError} `ERR_TD_DEBUG` if it can be debugged; `ERR_TD_ATTRIBUTES` if the host may confuse
 *   its memory, if a service TD may change it, or if a bit is set whose effect is not known here.
 */
export function checkProduction(report: Pick<TdReport, 'tdAttributes' | 'td15'>): void {
  const { tdAttributes, td15 } = report;
  if (isDebuggable(report)) throw new VerificationError('ERR_TD_DEBUG', 'cannot accept a TD: it is open to debugging');
  const strange = tdAttributes.some((byte, index) => (byte & ~(ALLOWED[index] ?? 0)) !== 0);
  if (strange || ((tdAttributes[3] ?? 0) & SEPT_VE_DISABLE) === 0) {
    throw new VerificationError(
      'ERR_TD_ATTRIBUTES',
      `cannot accept a TD: its attributes are ${encodeHex(tdAttributes)}`,
    );
  }
  if (td15 !== null && !equalBytes(td15.mrServiceTd, new Uint8Array(48))) {
    throw new VerificationError('ERR_TD_ATTRIBUTES', 'cannot accept a TD: it is bound to a service TD');
  }
}
