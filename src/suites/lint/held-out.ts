/** Items that may have been trained on. */
import { sha256 } from '../../core/sha256.ts';
import type { HeldOutRule } from '../definition.ts';
import { compileTemplate } from '../template.ts';
import type { Check, LintContext } from './check.ts';

/** Finds `not-held-out`. */
export function heldOutCheck({ definition: { held_out: rule }, report }: LintContext): Check {
  if (rule === undefined) return { item: () => undefined };
  const template = compileTemplate(rule.key);
  return {
    item({ id, input }) {
      if (!isHeldOut(rule, template.render(input))) report('not-held-out', '/held_out', { item: id });
    },
  };
}

/**
 * Whether a rule holds a key out: the first four bytes of SHA-256(prefix ‖ key), read as a big-endian number, modulo
 * `modulo`, are below `below`.
 */
export function isHeldOut({ prefix, modulo, below }: HeldOutRule, key: string): boolean {
  const hash = sha256(prefix + key);
  return new DataView(hash.buffer, hash.byteOffset).getUint32(0) % modulo < below;
}
