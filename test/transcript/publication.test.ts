import { crc32, gunzipSync, gzipSync } from 'node:zlib';
import * as fc from '../property.ts';
import { describe, expect, it } from 'vitest';
import { canonicalize } from '../../src/core/canonical-json.ts';
import {
  BUNDLE_SUFFIX,
  formatContainerLine,
  formatSeal,
  GZIP_HEADER,
  MAX_FILE_BYTES,
  parseContainerLine,
  SEAL_BYTES,
  type ContainerLine,
} from '../../src/transcript/publication.ts';
import { RUN_FILES } from '../../src/transcript/source.ts';
import { expectCode } from '../vectors.ts';
import { CONTAINER_LINES } from './examples.ts';
import { sha256Hex } from './oracle.ts';

const KINDS = Object.keys(CONTAINER_LINES) as ContainerLine['t'][];

describe('formatContainerLine() and parseContainerLine()', () => {
  it.each(KINDS)('give back the %s line', (kind) => {
    const line = CONTAINER_LINES[kind];
    expect(parseContainerLine(formatContainerLine(line), kind)).toEqual(line);
  });

  it('write keys in order', () => {
    expect(formatContainerLine(CONTAINER_LINES.bundle)).toBe('{"format":"touchstone/v1","level":"D3","t":"bundle"}');
    expect(formatContainerLine(CONTAINER_LINES.records)).toBe('{"lines":1,"t":"records"}');
  });

  it.each(['D0', 'D1', 'D2', 'D3'])('know level %s', (level) => {
    expect(parseContainerLine(canonicalize({ ...CONTAINER_LINES.bundle, level }), 'bundle')).toMatchObject({ level });
  });

  it.each(RUN_FILES)('know the file %s', (name) => {
    expect(parseContainerLine(canonicalize({ ...CONTAINER_LINES.file, name }), 'file')).toMatchObject({ name });
  });
});

describe('parseContainerLine()', () => {
  it.each([
    ['another format', 'bundle', { ...CONTAINER_LINES.bundle, format: 'touchstone/v2' }],
    ['another level', 'bundle', { ...CONTAINER_LINES.bundle, level: 'D4' }],
    ['no level', 'bundle', { t: 'bundle', format: 'touchstone/v1' }],
    ['one more field', 'bundle', { ...CONTAINER_LINES.bundle, by: 'me' }],
    ['another kind', 'bundle', CONTAINER_LINES.records],
    ['a path for a name', 'file', { ...CONTAINER_LINES.file, name: '../plan.json' }],
    ['a secret for a file', 'file', { ...CONTAINER_LINES.file, name: 'secret' }],
    ['no text', 'file', { t: 'file', name: 'plan.json' }],
    ['bytes for a text', 'file', { ...CONTAINER_LINES.file, utf8: [1] }],
    ['a text that is too long', 'file', { ...CONTAINER_LINES.file, utf8: 'x'.repeat(MAX_FILE_BYTES + 1) }],
    ['no records', 'records', { ...CONTAINER_LINES.records, lines: 0 }],
    ['a negative number of records', 'records', { ...CONTAINER_LINES.records, lines: -1 }],
    ['a number as text', 'records', { ...CONTAINER_LINES.records, lines: '1' }],
  ] as const)('refuses a line with %s', (_name, want, value) => {
    expectCode(() => parseContainerLine(canonicalize(value), want), 'ERR_BUNDLE_FORM');
  });

  it.each([
    ['a space', '{"lines": 1,"t":"records"}'],
    ['a newline at its end', '{"lines":1,"t":"records"}\n'],
    ['another order', '{"t":"records","lines":1}'],
    ['a key twice', '{"lines":2,"lines":1,"t":"records"}'],
    ['an exponent', '{"lines":1e0,"t":"records"}'],
    ['no object', '1'],
    ['no JSON', 'records'],
    ['nothing', ''],
    ['nesting without end', '['.repeat(100_000)],
  ])('refuses a line with %s', (_name, line) => {
    expectCode(() => parseContainerLine(line, 'records'), 'ERR_BUNDLE_FORM');
  });

  it('throws one code, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string({ unit: 'binary' })), fc.constantFrom(...KINDS), (text, kind) => {
        expectCode(() => parseContainerLine(text, kind), 'ERR_BUNDLE_FORM');
      }),
    );
  });
});

describe('formatSeal()', () => {
  const lines = '{"format":"touchstone/v1","level":"D0","t":"bundle"}\n';
  const member = gzipSync(lines);
  const seal = formatSeal(sha256Hex(member));
  const sealLine = `{"sha256":"${sha256Hex(member)}","t":"seal"}\n`;

  it('is a gzip member that every tool reads', () => {
    expect(gunzipSync(seal).toString()).toBe(sealLine);
    expect(gunzipSync(Buffer.concat([member, seal])).toString()).toBe(lines + sealLine);
  });

  it('has the header of a publication, one stored block, and the checksum of its line', () => {
    const view = Buffer.from(seal);
    expect(view.subarray(0, 10)).toEqual(Buffer.from('1f8b08000000000000ff', 'hex'));
    expect(view.subarray(0, 10)).toEqual(Buffer.from(GZIP_HEADER));
    expect(view.readUInt8(10)).toBe(1);
    expect(view.readUInt16LE(11)).toBe(sealLine.length);
    expect(view.readUInt16LE(13)).toBe(0xffff - sealLine.length);
    expect(view.readUInt32LE(view.length - 8)).toBe(crc32(sealLine));
    expect(view.readUInt32LE(view.length - 4)).toBe(sealLine.length);
  });

  it('has the checksum of its line for every digest', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (digest) => {
        const hex = Buffer.from(digest).toString('hex');
        const bytes = formatSeal(hex);
        expect(bytes).toHaveLength(SEAL_BYTES);
        // gunzip compares the checksum; node:zlib refuses a wrong one.
        expect(gunzipSync(bytes).toString()).toBe(`{"sha256":"${hex}","t":"seal"}\n`);
      }),
    );
  });

  it('always has the same length', () => {
    expect(SEAL_BYTES).toBe(10 + 5 + sealLine.length + 8);
  });
});

describe('BUNDLE_SUFFIX', () => {
  it('says what is in the file', () => {
    expect(BUNDLE_SUFFIX).toBe('.touchstone.jsonl.gz');
  });
});
