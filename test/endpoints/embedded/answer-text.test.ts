import * as fc from '../../property.ts';
import { describe, expect, it } from 'vitest';
import { AnswerText } from '../../../src/endpoints/embedded/answer-text.ts';

function feed(text: AnswerText, ...chunks: readonly (string | readonly number[])[]): string[] {
  return chunks.map((chunk) => text.add(typeof chunk === 'string' ? Buffer.from(chunk) : Uint8Array.from(chunk)));
}

describe('AnswerText', () => {
  it('holds back an incomplete character until it is complete', () => {
    expect(feed(new AnswerText([]), 'a', [0xe2], [0x82], [0xac], 'b')).toEqual(['a', '', '', '€', 'b']);
  });

  it('gives U+FFFD for a character that never completes', () => {
    const text = new AnswerText([]);
    expect(feed(text, 'a', [0xe2])).toEqual(['a', '']);
    expect(text.end()).toBe('\ufffd');
  });

  it('holds back what may begin a stop string and cuts before it', () => {
    const text = new AnswerText(['END', '\n\n']);
    expect(feed(text, 'a\n', 'bE', 'N', 'xEN', 'D more')).toEqual(['a', '\nb', '', 'ENx', '']);
    expect(text.stopped).toBe(true);
    expect(text.end()).toBe('');
  });

  it('keeps a byte order mark', () => {
    expect(feed(new AnswerText([]), '\ufeffa')).toEqual(['\ufeffa']);
  });

  it('chunks join to the text before the first stop string, wherever the bytes are cut', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '€', '😀') });
    fc.assert(
      fc.property(
        letters,
        fc.array(fc.constantFrom('ab', 'b€', 'aab', '😀b'), { maxLength: 3 }),
        fc.nat(5),
        (whole, stops, size) => {
          const bytes = Buffer.from(whole);
          const text = new AnswerText(stops);
          let got = '';
          for (let at = 0; at < bytes.length && !text.stopped; at += size + 1)
            got += text.add(bytes.subarray(at, at + size + 1));
          got += text.end();
          const places = stops.map((stop) => whole.indexOf(stop)).filter((place) => place >= 0);
          // A stop string that ends in a later chunk may begin earlier than one that was seen first.
          if (places.length === 0) expect(got).toBe(whole);
          else expect(places.map((place) => whole.slice(0, place))).toContain(got);
        },
      ),
    );
  });
});
