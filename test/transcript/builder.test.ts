import { describe, expect, it } from 'vitest';
import { encodeHex, encodeUtf8 } from '../../src/core/bytes.ts';
import { createBuilder, MARK_INTERVAL, type NewRecord, type TranscriptBuilder } from '../../src/transcript/builder.ts';
import { formatRecord, parseRecord } from '../../src/transcript/record-line.ts';
import { AT } from './examples.ts';
import { hmac, sha256Hex, treeRoot } from './oracle.ts';

const SECRET = new Uint8Array(32).fill(0x5e);
const HEADER: NewRecord = {
  k: 'header',
  at: AT,
  features: [],
  format: 'touchstone/v1',
  plan: 'a1'.repeat(32),
  run_nonce: '0f'.repeat(16),
};
const RESUME: NewRecord = { k: 'resume', at: AT, torn_bytes: 0, torn_content_bytes: 0, version: '0.1.0' };

/** A builder with a header and further records, marks not counted. */
function builderWith(count: number): TranscriptBuilder {
  const builder = createBuilder(SECRET);
  builder.append(HEADER);
  for (let i = 1; i < count; i++) builder.append(RESUME);
  return builder;
}

function saltHex(label: string, number: number): string {
  return hmac(SECRET, `touchstone/v1/salt\n${label}\n${number}`).toString('hex');
}

function commitment(label: string, number: number, content: string | Uint8Array): string {
  const salt = hmac(SECRET, `touchstone/v1/salt\n${label}\n${number}`);
  return sha256Hex(`touchstone/v1/commit\n${label}\n`, salt, content);
}

/** The number that an end record would get, after the mark that its counts may bring. */
function nextSeq(builder: TranscriptBuilder): number {
  builder.counts();
  return builder.head().size;
}

describe('createBuilder()', () => {
  it('begins with an empty tree', () => {
    const builder = createBuilder(SECRET);
    expect(nextSeq(builder)).toBe(0);
    expect({ ...builder.head(), root: encodeHex(builder.head().root) }).toEqual({ size: 0, root: sha256Hex('') });
    expect(builder.take()).toEqual({ content: [], records: [] });
    expect(builder.counts()).toEqual({});
    expect(builder.recordsDigest()).toBe(sha256Hex(''));
  });

  it('numbers records by their line', () => {
    const builder = createBuilder(SECRET);
    expect([builder.append(HEADER), builder.append(RESUME), nextSeq(builder)]).toEqual([0, 1, 2]);
    expect(builder.take().records.map((line) => parseRecord(line).seq)).toEqual([0, 1]);
  });

  it.each([1, 2, 3, 255, 256, 257, 600])('states the root of the tree over its %i lines', (count) => {
    const builder = builderWith(count);
    const { records } = builder.take();
    const { size, root } = builder.head();
    expect(size).toBe(records.length);
    expect(encodeHex(root)).toBe(treeRoot(records));
    expect(builder.recordsDigest()).toBe(sha256Hex(records.map((line) => `${line}\n`).join('')));
  });

  it('writes a mark at every positive multiple of 256 and nowhere else', () => {
    const { records } = builderWith(1200).take();
    const marks = records.flatMap((line, at) => (parseRecord(line).k === 'mark' ? [at] : []));
    expect(marks).toEqual([256, 512, 768, 1024]);
    for (const at of marks) {
      expect(parseRecord(records[at] ?? '')).toEqual({
        k: 'mark',
        seq: at,
        size: at,
        root: treeRoot(records.slice(0, at)),
      });
    }
  });

  it('writes a mark only when another record follows, or its counts are asked for', () => {
    const builder = builderWith(MARK_INTERVAL);
    expect(builder.head().size).toBe(256);
    expect(nextSeq(builder)).toBe(257);
    expect(builder.head().size).toBe(257);
    expect(nextSeq(builder)).toBe(257);
    expect(builder.counts()['mark']).toBe(1);
  });

  it('commits to content of the record that follows, and queues its opening', () => {
    const builder = builderWith(1);
    builder.take();
    const request = builder.commitNext('request', '{"é":"🎯"}');
    const seq = builder.append({
      k: 'intent',
      at: AT,
      attempt: 0,
      index: 0,
      repeat: 0,
      item: 'b2'.repeat(32),
      request,
    });
    const { content, records } = builder.take();
    expect(request).toBe(commitment('request', seq, '{"é":"🎯"}'));
    expect(content).toEqual([
      `{"label":"request","salt":"${saltHex('request', seq)}","seq":${seq},"utf8":"{\\"é\\":\\"🎯\\"}"}`,
    ]);
    expect(records).toHaveLength(1);
  });

  it('commits to bytes that are no text', () => {
    const builder = builderWith(1);
    const response = builder.commitNext('response', Uint8Array.of(0xff, 0xfe, 0xfd));
    expect(response).toBe(commitment('response', 1, Uint8Array.of(0xff, 0xfe, 0xfd)));
    expect(builder.take().content).toEqual([
      `{"b64":"//79","label":"response","salt":"${saltHex('response', 1)}","seq":1}`,
    ]);
  });

  it('commits to text and to its UTF-8 bytes alike', () => {
    const [one, other] = [builderWith(1), builderWith(1)];
    expect(one.commitNext('response', 'é')).toBe(other.commitNext('response', encodeUtf8('é')));
    expect(one.take()).toEqual(other.take());
  });

  it('commits under the number after a mark that is due', () => {
    const builder = builderWith(MARK_INTERVAL);
    const extracted = builder.commitNext('extracted', '4');
    expect(extracted).toBe(commitment('extracted', 257, '4'));
    expect(builder.append(RESUME)).toBe(257);
  });

  it('opens items under their index', () => {
    const builder = builderWith(1);
    builder.openItem('item', 12, new Uint8Array(32).fill(0xa1), encodeUtf8('{}'));
    expect(builder.take().content).toEqual([`{"index":12,"label":"item","salt":"${'a1'.repeat(32)}","utf8":"{}"}`]);
  });

  it('gives each line once', () => {
    const builder = builderWith(2);
    expect(builder.take().records).toHaveLength(2);
    expect(builder.take()).toEqual({ content: [], records: [] });
    builder.append(RESUME);
    expect(builder.take().records).toHaveLength(1);
  });

  it('goes on after lines that were absorbed as if it had written them', () => {
    for (const count of [1, 255, 256, 257]) {
      const whole = builderWith(count);
      const lines = whole.take().records;
      const resumed = createBuilder(SECRET);
      for (const line of lines) resumed.absorb(parseRecord(line), line);
      expect(resumed.take()).toEqual({ content: [], records: [] });
      expect([resumed.append(RESUME), resumed.append(RESUME)]).toEqual([whole.append(RESUME), whole.append(RESUME)]);
      expect(resumed.take()).toEqual(whole.take());
      expect(resumed.head()).toEqual(whole.head());
      expect(resumed.counts()).toEqual(whole.counts());
      expect(resumed.recordsDigest()).toBe(whole.recordsDigest());
    }
  });

  it('counts marks with everything else', () => {
    expect(builderWith(300).counts()).toEqual({ header: 1, resume: 299, mark: 1 });
  });

  it('gives the same lines for the same facts, and other salts for another secret', () => {
    const make = (secret: Uint8Array): readonly string[] => {
      const builder = createBuilder(secret);
      builder.append(HEADER);
      builder.commitNext('request', '{}');
      return builder.take().content;
    };
    expect(make(SECRET)).toEqual(make(SECRET));
    expect(make(SECRET)).not.toEqual(make(new Uint8Array(32)));
  });

  it('refuses a record that no line may hold', () => {
    const builder = builderWith(1);
    expect(() => builder.append({ k: 'aggregate', function: 'mean/1', result: { mean: 0.5 } })).toThrow(
      expect.objectContaining({ code: 'ERR_LINE_FORM' }),
    );
    expect(builder.head().size).toBe(1);
  });

  it('writes the canonical line of each record', () => {
    const [line = ''] = builderWith(1).take().records;
    expect(line).toBe(formatRecord(parseRecord(line)));
  });
});
