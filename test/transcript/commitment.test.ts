import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import * as fc from '../property.ts';
import { describe, expect, it } from 'vitest';
import { decodeHex, encodeHex, encodeUtf8 } from '../../src/core/bytes.ts';
import { commit, deriveSalt, PUBLIC_SUITE_SECRET, type Label } from '../../src/transcript/commitment.ts';
import { vectors } from '../vectors.ts';
import { hmac, sha256Hex } from './oracle.ts';

interface SaltVector {
  readonly op: string;
  readonly secretHex: string;
  readonly label: Label;
  readonly number: number;
  readonly want: string;
}

interface CommitVector {
  readonly op: string;
  readonly label: Label;
  readonly saltHex: string;
  readonly contentHex: string;
  readonly want: string;
}

const LABELS: readonly Label[] = ['item', 'target', 'probe', 'request', 'response', 'extracted'];
const label = fc.constantFrom(...LABELS);
const salt = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('deriveSalt()', () => {
  const cases = vectors<SaltVector>('transcript').filter(({ vector }) => vector.op === 'salt');
  it.each(cases)('gives the salt of $name', ({ vector }) => {
    expect(encodeHex(deriveSalt(decodeHex(vector.secretHex), vector.label, vector.number))).toBe(vector.want);
  });

  it('agrees with HMAC-SHA-256 of node:crypto for every label and number', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), label, fc.maxSafeNat(), (secret, name, number) => {
        const want = hmac(secret, `touchstone/v1/salt\n${name}\n${number}`);
        expect(encodeHex(deriveSalt(secret, name, number))).toBe(want.toString('hex'));
      }),
    );
  });

  it('takes the six bytes "public" for a public suite', () => {
    expect(encodeHex(PUBLIC_SUITE_SECRET)).toBe('7075626c6963');
  });
});

describe('commit()', () => {
  const cases = vectors<CommitVector>('transcript').filter(({ vector }) => vector.op === 'commit');
  it.each(cases)('gives the commitment of $name', ({ vector }) => {
    expect(commit(vector.label, decodeHex(vector.saltHex), decodeHex(vector.contentHex))).toBe(vector.want);
  });

  it('agrees with SHA-256 of node:crypto for every content', () => {
    fc.assert(
      fc.property(label, salt, fc.uint8Array(), (name, bytes, content) => {
        expect(commit(name, bytes, content)).toBe(sha256Hex(`touchstone/v1/commit\n${name}\n`, bytes, content));
      }),
    );
  });

  it('takes text for its UTF-8 bytes', () => {
    fc.assert(
      fc.property(label, salt, fc.string({ unit: 'grapheme' }), (name, bytes, text) => {
        expect(commit(name, bytes, text)).toBe(commit(name, bytes, encodeUtf8(text)));
      }),
    );
  });

  it.each([0, 31, 33])('refuses a salt of %i bytes', (length) => {
    expect(() => commit('item', new Uint8Array(length), 'x')).toThrow(`a salt has 32 bytes, got ${length}`);
  });

  // What anybody can do with two tools that every system has.
  it.skipIf(spawnSync('sha256sum', ['--version']).status !== 0)('can be checked with printf and sha256sum', () => {
    const script = String.raw`
      salt='\101\102\103\104\105\106\107\110\101\102\103\104\105\106\107\110\101\102\103\104\105\106\107\110\101\102\103\104\105\106\107\110'
      { printf 'touchstone/v1/commit\ntarget\n'; printf "$salt"; printf '"42"'; } | sha256sum
    `;
    const [printed] = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split(' ');
    expect(commit('target', encodeUtf8('ABCDEFGH'.repeat(4)), '"42"')).toBe(printed);
  });
});

describe('the vectors of transcripts', () => {
  it('are what their generator makes', () => {
    const generator = join(import.meta.dirname, '../vectors/generate-transcript.mjs');
    expect(spawnSync(process.execPath, [generator, '--check']).status).toBe(0);
  });
});
