/** Values by R, SciPy and statsmodels; `reference/make.R` and `reference/make.py` made them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'reference', name), 'utf8')) as unknown;

/** Tables of numbers by name. */
type Tables = Readonly<Record<string, readonly (readonly number[])[]>>;

const R: Tables = read('r.json') as Tables;

/** Named values of one calculation. */
export interface Scipy {
  readonly clustered: {
    readonly values: readonly number[];
    readonly clusters: readonly number[];
    readonly mean: number;
    readonly standard_error: number;
    readonly low: number;
    readonly high: number;
    readonly plain_standard_error: number;
  };
  readonly mcnemar: readonly (readonly number[])[];
  readonly tango: readonly (readonly number[])[];
  readonly multipletests: {
    readonly p: readonly number[];
    readonly holm: readonly number[];
    readonly fdr_bh: readonly number[];
  };
  readonly tost: {
    readonly differences: readonly number[];
    readonly margin: number;
    readonly p: number;
    readonly lower: number;
    readonly upper: number;
  };
  readonly power: readonly (readonly number[])[];
  readonly connor: readonly (readonly number[])[];
  readonly permutation: { readonly differences: readonly number[]; readonly p: number };
  readonly bootstrap: {
    readonly gained: number;
    readonly lost: number;
    readonly n: number;
    readonly low: number;
    readonly high: number;
  };
  readonly majority: readonly (readonly [number, readonly number[], number, number])[];
  readonly sequential: { readonly margin: number; readonly looks: readonly (readonly number[])[] };
  readonly korn_graubard: readonly number[];
}

export const SCIPY: Scipy = read('scipy.json') as Scipy;

/** The rows of a table of R; fails for an unknown name rather than testing nothing. */
export function rows(name: string): readonly (readonly number[])[] {
  const table = R[name];
  if (table === undefined || table.length === 0) throw new Error(`no table ${name}`);
  return table;
}

/** Expect a value up to a relative error. */
export function expectNear(value: number | null | undefined, wanted: number, relative: number = 1e-12): void {
  const error = Math.abs((value ?? NaN) - wanted);
  expect(error, `got ${value}, want ${wanted}`).toBeLessThanOrEqual(relative * Math.abs(wanted));
}
