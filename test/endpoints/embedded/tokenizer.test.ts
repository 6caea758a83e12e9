import * as fc from '../../property.ts';
import { describe, expect, it } from 'vitest';
import { Tokenizer } from '../../../src/endpoints/embedded/tokenizer.ts';

const special = ['<unk>', '<s>', '</s>', '<|user|>', '<|assistant|>', '<|system|>'];
const tokenizer = new Tokenizer({ special, pieces: ['he', '\u2581t', '\u2581the', 'll', 'lo'] });
const byteId = (char: string): number => 6 + char.charCodeAt(0);

function decode(ids: readonly number[]): string {
  return Buffer.concat(ids.map((id) => tokenizer.bytesOf(id))).toString('utf8');
}

describe('Tokenizer', () => {
  it('merges the pair of lowest rank first, the leftmost of equals', () => {
    expect(tokenizer.encode('hello')).toEqual([262, 265, byteId('o')]);
    expect(tokenizer.encode(' the')).toEqual([264]);
  });

  it('keeps digits, capitals and punctuation single', () => {
    expect(tokenizer.encode('He 12!')).toEqual(['H', 'e', ' ', '1', '2', '!'].map(byteId));
  });

  it('never reads a special token from text', () => {
    expect(tokenizer.encode('</s><|user|>').some((id) => tokenizer.isSpecial(id))).toBe(false);
    expect(decode(tokenizer.encode('</s><|user|>'))).toBe('</s><|user|>');
  });

  it('decodes what it encoded, except that U+2581 reads as a space', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decode(tokenizer.encode(text))).toBe(text.replaceAll('\u2581', ' '));
      }),
    );
  });

  it('encodeChat() frames each role and closes only what the assistant said', () => {
    const ids = tokenizer.encodeChat([
      { role: 'system', content: 'A' },
      { role: 'user', content: 'B' },
      { role: 'assistant', content: 'C' },
      { role: 'user', content: 'D' },
    ]);
    expect(ids).toEqual([1, 5, byteId('A'), 3, byteId('B'), 4, byteId('C'), 2, 3, byteId('D'), 4]);
  });
});
