/** The quotes of the fixtures with their collateral, in the order of `expected.json`. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { decodeHex } from '../../../src/core/bytes.ts';

/** What a correct verifier makes of a fixture. */
interface Expected {
  readonly file: string;
  readonly verify_at_unix: number;
  readonly quote_version: number;
  readonly quote_bytes: number;
  readonly trailing_bytes: number;
  readonly tcb_status: string;
  readonly tcb_parts: Readonly<Record<string, string>>;
  readonly advisories: readonly string[];
  readonly fmspc: string;
  readonly tcb_evaluation_data_number: number;
  readonly mr_td: string;
  readonly debug: boolean;
  readonly report_data: string;
  readonly mr_config_id: string;
}

/** A real quote. */
export interface RealQuote {
  readonly expected: Expected;
  readonly quote: Uint8Array;
  readonly collateral: Uint8Array;
  readonly atMs: number;
}

/** Every quote of `expected.json` that has to verify. */
export function realQuotes(folder: string): readonly RealQuote[] {
  const list: unknown = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
  return (list as { entries: readonly Expected[] }).entries
    .filter((expected) => 'quote_version' in expected)
    .map((expected) => {
      const [file = '', pointer = ''] = expected.file.split('#');
      return {
        expected,
        quote: readQuote(join(folder, file), pointer),
        collateral: bytesOf(join(folder, collateralPath(file, pointer))),
        atMs: expected.verify_at_unix * 1000,
      };
    });
}

/** A file as bytes. */
export function bytesOf(path: string): Uint8Array {
  return new Uint8Array(readFileSync(path));
}

function readQuote(path: string, pointer: string): Uint8Array {
  const bytes = bytesOf(path);
  if (!path.endsWith('.json')) return bytes;
  let value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
  for (const key of pointer.match(/[a-z_]+|\d+/g) ?? []) value = Reflect.get(value as object, key);
  if (typeof value === 'string') return new Uint8Array(Buffer.from(value, 'base64'));
  return decodeHex((value as { intel_quote: string }).intel_quote);
}

function collateralPath(file: string, pointer: string): string {
  if (file === 'phala-dcap-qvl/tdx_quote') return `${file}_collateral.json`;
  return join(dirname(file), pointer.startsWith('gateway') ? 'collateral-gateway.json' : 'collateral.json');
}
