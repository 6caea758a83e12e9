import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findReceiptSigner, MAX_RECEIPT_UNITS, parseReceipt } from '../../src/attestation/receipt.ts';
import { isTouchstoneError } from '../../src/core/errors.ts';
import { anyCharacter } from '../any-text.ts';
import * as fc from '../property.ts';
import { describeRealData } from '../testdata.ts';
import { expectCode } from '../vectors.ts';
import { ed25519Address, sha256 } from './chat-keys.ts';
import { receiptBody, receiptDocument } from './receipts.ts';

const other = '00'.repeat(32);

describe('parseReceipt()', () => {
  it('reads hashes, model and the word about the upstream', () => {
    expect(parseReceipt(receiptBody({}))).toMatchObject({
      model: 'demo-model',
      requestSha256: sha256('request'),
      responseSha256: sha256('response'),
      upstreamVerified: true,
    });
  });

  it('reads a receipt without a model and with an upstream that failed', () => {
    const event_log = receiptDocument().event_log.map((event) =>
      event.type === 'upstream.verified' ? { ...event, result: 'failed' } : event,
    );
    const receipt = parseReceipt(receiptBody({ model: undefined, event_log }));
    expect(receipt).toMatchObject({ model: null, upstreamVerified: false });
  });

  const [received, , , returned] = receiptDocument().event_log;
  it.each<[string, string]>([
    ['no JSON', 'nonsense'],
    ['a list', '[]'],
    ['no events', receiptBody({ event_log: undefined })],
    ['events that are no list', receiptBody({ event_log: {} })],
    ['an event that is a text', receiptBody({ event_log: [received, returned, 'x'] })],
    ['257 events', receiptBody({ event_log: [received, returned, ...Array.from({ length: 255 }, () => ({}))] })],
    ['no request event', receiptBody({ event_log: [returned] })],
    ['no response event', receiptBody({ event_log: [received] })],
    ['two request events', receiptBody({ event_log: [received, received, returned] })],
    ['a hash without its prefix', receiptBody({ event_log: [{ ...received, body_hash: sha256('x') }, returned] })],
    ['a hash that is no text', receiptBody({ event_log: [{ ...received, body_hash: 1 }, returned] })],
    ['a model that is no text', receiptBody({ model: 1 })],
    ['a model of 513 characters', receiptBody({ model: 'm'.repeat(513) })],
    ['a signature with a prefix', receiptBody({}, { signature: `0x${'00'.repeat(64)}` })],
    ['a signature of 63 bytes', receiptBody({}, { signature: '00'.repeat(63) })],
    ['no signature', receiptBody({}, { signature: undefined })],
    ['a lone surrogate', receiptBody({ chat_id: '\ud800' }, { signature: '00'.repeat(64) })],
    ['too many characters', receiptBody({ chat_id: 'c'.repeat(MAX_RECEIPT_UNITS) })],
  ])('rejects %s', (_, body) => {
    expectCode(() => parseReceipt(body), 'ERR_RECEIPT_FORM');
  });

  it('rejects nesting without end', () => {
    const signature = '00'.repeat(64);
    const body = receiptBody({}, { signature }).replace('"demo-model"', `${'['.repeat(300)}${']'.repeat(300)}`);
    expectCode(() => parseReceipt(body), 'ERR_RECEIPT_FORM');
    expectCode(() => parseReceipt(body.replace('"model"', '"models"')), 'ERR_RECEIPT_FORM');
  });

  it('throws nothing but its own error on any text', () => {
    const text = fc.oneof(
      fc.string({ unit: anyCharacter }),
      fc.jsonValue().map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(text, (body) => {
        try {
          parseReceipt(body);
        } catch (error) {
          expect(isTouchstoneError(error, 'ERR_RECEIPT_FORM')).toBe(true);
        }
      }),
    );
  });
});

describe('findReceiptSigner()', () => {
  it('finds the key that signed, whatever order and spacing the document has', () => {
    const shuffled = Object.fromEntries(Object.entries(JSON.parse(receiptBody({}))).toReversed());
    const receipt = parseReceipt(JSON.stringify(shuffled, null, 2));
    expect(findReceiptSigner(receipt, [other, 'not hex', ed25519Address])).toBe(ed25519Address);
  });

  it('finds none among other keys', () => {
    expect(findReceiptSigner(parseReceipt(receiptBody({})), [other])).toBeNull();
  });

  it.each(['receipt_id', 'model', 'method', 'key_id', 'workload_keyset_digest', 'added'])(
    'finds none when %s was changed',
    (field) => {
      const receipt = parseReceipt(receiptBody({}, { [field]: 'changed' }));
      expect(findReceiptSigner(receipt, [ed25519Address])).toBeNull();
    },
  );
});

describeRealData('ACI test vectors', 'fixtures/tee/aci/test-vectors.md', (file) => {
  // The served receipt is the one line of the page that has a signature inside; the key is in its table of keys.
  const page = readFileSync(file, 'utf8');
  const body = page.split('\n').find((line) => line.startsWith('{') && line.includes('"signature":')) ?? '';
  const key = /receipt `receipt-1` \(Ed25519\)[^\n]*`([0-9a-f]{64})`/.exec(page)?.[1] ?? '';

  it('the published receipt has the published signing input and signer', () => {
    const receipt = parseReceipt(body);
    expect(sha256(receipt.signedBytes)).toBe('1bd328e6880a5a12b3915af95ea32111310e04ab9e21ac3d71ce268e33b965c9');
    expect(findReceiptSigner(receipt, [key])).toBe(key);
  });

  it('its hashes are those of the published bodies', () => {
    expect(parseReceipt(body)).toMatchObject({
      requestSha256: sha256('{"messages":[{"content":"hi","role":"user"}],"model":"demo-model"}'),
      responseSha256: sha256('{"choices":[],"id":"chatcmpl-123"}'),
    });
  });
});
