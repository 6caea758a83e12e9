import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../../src/core/bytes.ts';
import { digest } from '../../src/core/digest.ts';
import { formatStatement, parseStatement } from '../../src/core/statement.ts';
import type { Statement } from '../../src/core/statement.ts';
import { expectCode, vectors } from '../vectors.ts';

describe('parseStatement()', () => {
  it.each(vectors<{ payload: string; want: Statement }>('statement'))('$name', ({ vector }) => {
    const payload = encodeUtf8(vector.payload);
    if (vector.wantCode === undefined) {
      expect(parseStatement(payload)).toEqual(vector.want);
      expect(formatStatement(vector.want)).toEqual(payload);
    } else expectCode(() => parseStatement(payload), vector.wantCode);
  });

  it('rejects bytes that are no text', () => {
    expectCode(() => parseStatement(Uint8Array.of(0xff)), 'ERR_STATEMENT_MALFORMED');
  });
});

describe('formatStatement()', () => {
  const subject = [{ name: 'a', digest: { sha256: digest('a') } }];

  it('refuses a predicate that is not JSON', () => {
    const predicate = { a: Number.NaN };
    expectCode(() => formatStatement({ subject, predicateType: 'urn:x', predicate }), 'ERR_CANONICAL_JSON');
  });

  it('refuses what parseStatement() would not give back', () => {
    expectCode(
      () => formatStatement({ subject: [], predicateType: 'urn:x', predicate: {} }),
      'ERR_STATEMENT_MALFORMED',
    );
  });
});
