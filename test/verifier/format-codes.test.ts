import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { VerificationError, type VerificationCode } from '../../src/core/errors.ts';
import { axisOfFault } from '../../src/verifier/axes.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const codesIn = (text: string): string[] => text.match(/\bERR_[A-Z_]+/g) ?? [];

/** Codes of parts that a verdict never shows: they are the cause of a code of the format, or belong to proofs. */
const INNER = /^ERR_(?:CHECKPOINT_MALFORMED|ENVELOPE_|NOTE_|PROOF_|SIGNATURE$|SSHSIG_|STATEMENT_)/;

const [, table = ''] = read('docs/format.md').split('### Codes');
const rows = [...table.matchAll(/^\| (\w+) +\| (`ERR_.*) \|$/gm)].map(([, axis = '', codes = '']) => ({ axis, codes }));
const [, union = ''] = /type VerificationCode =([^;]*);/.exec(read('src/core/errors.ts')) ?? [];

describe('the codes in docs/format.md', () => {
  it('are all that a verdict may show', () => {
    const published = codesIn(union).filter((code) => !INNER.test(code));
    expect(published.length).toBeGreaterThan(40);
    expect(rows.flatMap(({ codes }) => codesIn(codes)).toSorted()).toEqual(published.toSorted());
  });

  it.each(rows)('fail the axis they stand beside: $axis', ({ axis, codes }) => {
    const axes = codesIn(codes).map((code) => axisOfFault(new VerificationError(code as VerificationCode, 'x')));
    expect(new Set(axes)).toEqual(new Set([axis]));
  });
});
