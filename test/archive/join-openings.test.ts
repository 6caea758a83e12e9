import { describe, expect, it } from 'vitest';
import { joinOpenings, openingLabel, type JoinEnd } from '../../src/archive/join-openings.ts';
import { createLineSplitter } from '../../src/archive/line-splitter.ts';

const SALT = 'a'.repeat(64);

function bySeq(seq: number, label = 'request'): string {
  return `{"label":"${label}","salt":"${SALT}","seq":${seq},"utf8":"x"}`;
}

function byIndex(index: number, label: string): string {
  return `{"index":${index},"label":"${label}","salt":"${SALT}","utf8":"x"}`;
}

const bytesBySeq = (seq: number): string => `{"b64":"/w==","label":"response","salt":"${SALT}","seq":${seq}}`;

async function* inBatches(lines: readonly string[], size: number): AsyncGenerator<readonly string[]> {
  for (let at = 0; at < lines.length; at += size) yield await Promise.resolve(lines.slice(at, at + size));
}

async function join(
  records: readonly string[],
  content: readonly string[],
  { size = 1, onEnd }: { readonly size?: number; readonly onEnd?: (end: JoinEnd) => void } = {},
): Promise<string[][]> {
  const joined: string[][] = [];
  for await (const batch of joinOpenings(inBatches(records, size), inBatches(content, size), onEnd)) {
    for (const { line, openings } of batch) joined.push([line, ...openings]);
  }
  return joined;
}

describe('joinOpenings()', () => {
  const records = ['r0', 'r1', 'r2', 'r3', 'r4'];
  const content = [byIndex(7, 'item'), byIndex(7, 'target'), bySeq(1), bytesBySeq(2), bySeq(2, 'extracted'), bySeq(4)];
  const joined = [
    ['r0'],
    ['r1', ...content.slice(0, 3)],
    ['r2', ...content.slice(3, 5)],
    ['r3'],
    ['r4', ...content.slice(5)],
  ];

  it.each([1, 2, 3, 100])('joinOpenings() puts openings behind their records, in batches of %i', async (size) => {
    expect(await join(records, content, { size })).toEqual(joined);
    expect(await join(records, [], { size })).toEqual(records.map((line) => [line]));
    expect(await join([], [], { size })).toEqual([]);
  });

  it('joinOpenings() tells how many openings belong to the records, and whether there are more', async () => {
    const ends: JoinEnd[] = [];
    const onEnd = (end: JoinEnd): void => void ends.push(end);
    await join(records, content, { onEnd });
    await join(records.slice(0, 4), content, { onEnd });
    await join(records, [...content, byIndex(8, 'item')], { onEnd });
    await join(records, [...content, byIndex(8, 'item'), bySeq(9)], { onEnd, size: 9 });
    expect(ends).toEqual([
      { joinedOpenings: 6, hasStray: false },
      { joinedOpenings: 5, hasStray: true },
      { joinedOpenings: 6, hasStray: true },
      { joinedOpenings: 6, hasStray: true },
    ]);
  });

  it.each([
    ['of a record that does not exist', [bySeq(5)]],
    ['of an item after the last record', [byIndex(1, 'item')]],
    ['of an earlier record', [bySeq(3), bySeq(2)]],
  ])('joinOpenings() refuses an opening %s', async (_name, lines) => {
    await expect(join(records, lines)).rejects.toMatchObject({ code: 'ERR_OPENING_STRAY' });
  });

  it('joinOpenings() refuses an opening among the records', async () => {
    await expect(join(['r0', bySeq(1)], [])).rejects.toMatchObject({ code: 'ERR_OPENING_STRAY' });
  });

  it.each(['', '{}', 'null', `{"label":"request","salt":"${SALT}"}`, '{"b64":"', `{"index":1,"label":"request"}`])(
    'joinOpenings() refuses %j as an opening',
    async (line) => {
      await expect(join(records, [line])).rejects.toMatchObject({ code: 'ERR_OPENING_FORM' });
      expect(() => openingLabel(line)).toThrow(expect.objectContaining({ code: 'ERR_OPENING_FORM' }));
    },
  );

  it('openingLabel() reads the label of every form', () => {
    expect([bySeq(1), bytesBySeq(1), byIndex(1, 'item')].map(openingLabel)).toEqual(['request', 'response', 'item']);
  });
});

describe('createLineSplitter()', () => {
  const text = 'one\ntwö\n\nfour €\n';

  it('createLineSplitter() gives the same lines however the bytes are cut', () => {
    const bytes = Buffer.from(text);
    for (let size = 1; size <= bytes.length; size++) {
      const splitter = createLineSplitter('test', 100);
      const lines: string[] = [];
      const piece = Buffer.alloc(size);
      for (let at = 0; at < bytes.length; at += size) {
        const length = bytes.copy(piece, 0, at);
        lines.push(...splitter.push(piece.subarray(0, length)));
      }
      splitter.end();
      expect(lines).toEqual(['one', 'twö', '', 'four €']);
    }
  });

  it('createLineSplitter() refuses a last line without newline, lines that are too long, and invalid UTF-8', () => {
    const refused = (bytes: Uint8Array, maxLineBytes = 4): void => {
      const splitter = createLineSplitter('test', maxLineBytes);
      expect(() => {
        splitter.push(bytes);
        splitter.end();
      }).toThrow(expect.objectContaining({ code: 'ERR_LINE_FORM' }));
    };
    refused(Buffer.from('a\nb'));
    refused(Buffer.from('a\nabcde'));
    refused(Buffer.from('a\nabcde\n'));
    refused(Buffer.from([0xff, 10]));
    refused(Buffer.from([0xc3, 10]));
  });
});
