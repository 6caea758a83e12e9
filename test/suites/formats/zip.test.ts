import { describe, expect, it } from 'vitest';
import { isTouchstoneError } from '../../../src/core/errors.ts';
import { MAX_ZIP_ENTRIES, readZip, type ZipMember } from '../../../src/suites/formats/zip.ts';
import * as fc from '../../property.ts';
import { zipOf, type ZipEntry } from './zip-file.ts';

async function membersOf(bytes: Uint8Array, wanted: RegExp = /./): Promise<readonly ZipMember[]> {
  const members: ZipMember[] = [];
  for await (const member of readZip(bytes, wanted, 'a.zip')) members.push(member);
  return members;
}

async function textsOf(entries: readonly ZipEntry[], wanted?: RegExp): Promise<readonly string[]> {
  const members = await membersOf(zipOf(entries), wanted);
  return members.map(({ path, bytes }) => `${path}=${Buffer.from(bytes).toString()}`);
}

describe('readZip()', () => {
  it('gives the files that match in order of path', async () => {
    const entries = [
      { name: 'b/two.json', content: '2' },
      { name: 'b/', mode: 0o040755 },
      { name: 'a/one.json', content: '1' },
      { name: 'a/one.txt', content: 'no' },
    ];
    expect(await textsOf(entries, /\.json$/)).toEqual(['a/one.json=1', 'b/two.json=2']);
  });

  it('reads nothing that does not match, however large it says it is', async () => {
    const entries = [
      { name: 'a.json', content: '1' },
      { name: 'b.bin', content: 'x', statedSize: 0xffff_0000 },
    ];
    expect(await textsOf(entries, /\.json$/)).toEqual(['a.json=1']);
  });

  const named = (name: string): ZipEntry => ({ name, content: 'x' });
  it.each<readonly [string, readonly ZipEntry[], string]>([
    ['a path that goes up', [named('../../etc/passwd')], 'ERR_ARCHIVE_PATH'],
    ['a path that goes up on its way', [named('a/../b')], 'ERR_ARCHIVE_PATH'],
    ['an absolute path', [named('/etc/passwd')], 'ERR_ARCHIVE_PATH'],
    ['a drive', [named('C:/windows')], 'ERR_ARCHIVE_PATH'],
    ['a backslash', [named('a\\..\\b')], 'ERR_ARCHIVE_PATH'],
    ['a path with a dot', [named('./a')], 'ERR_ARCHIVE_PATH'],
    ['a control character', [named('a\u0000b')], 'ERR_ARCHIVE_PATH'],
    ['a name twice', [named('a'), named('a')], 'ERR_ARCHIVE_PATH'],
    ['a symbolic link', [{ name: 'a', content: '/etc/passwd', mode: 0o120777 }], 'ERR_ARCHIVE_PATH'],
    ['an encrypted entry', [{ name: 'a', content: 'x', flags: 0x0801 }], 'ERR_ARCHIVE_FORM'],
    ['an entry that is shorter than it says', [{ name: 'a', content: 'x', statedSize: 2 }], 'ERR_ARCHIVE_FORM'],
    ['an entry that is longer than it says', [{ name: 'a', content: 'xyz', statedSize: 2 }], 'ERR_ARCHIVE_FORM'],
    ['an entry that says it is huge', [{ name: 'a', content: 'x', statedSize: 0xfff_0000 }], 'ERR_ARCHIVE_LIMIT'],
  ])('refuses %s', async (_, entries, code) => {
    await expect(textsOf([{ name: 'good', content: 'x' }, ...entries])).rejects.toMatchObject({ code });
  });

  it('refuses a bomb', async () => {
    const bomb = zipOf([{ name: 'a.json', content: Buffer.alloc(3 * 1024 * 1024) }]);
    expect(bomb.length).toBeLessThan(8000);
    await expect(membersOf(bomb)).rejects.toMatchObject({ code: 'ERR_ARCHIVE_LIMIT' });
  });

  it('refuses a bomb that says it is small', async () => {
    const bomb = zipOf([{ name: 'a.json', content: Buffer.alloc(3 * 1024 * 1024), statedSize: 10 }]);
    await expect(membersOf(bomb)).rejects.toMatchObject({ code: 'ERR_ARCHIVE_FORM' });
  });

  it('refuses an archive with too many entries', async () => {
    const entries = Array.from({ length: MAX_ZIP_ENTRIES + 1 }, (_, index) => ({ name: `f${index}` }));
    await expect(membersOf(zipOf(entries))).rejects.toMatchObject({ code: 'ERR_ARCHIVE_LIMIT' });
  });

  it('refuses a cut archive and bytes that are none', async () => {
    const whole = zipOf([{ name: 'a', content: 'x' }]);
    for (const bytes of [whole.subarray(0, -4), Buffer.from('no archive'), new Uint8Array(0)])
      await expect(membersOf(bytes)).rejects.toMatchObject({ code: 'ERR_ARCHIVE_FORM' });
  });

  it('throws typed errors only, whatever was changed in an archive', async () => {
    const whole = zipOf([
      { name: 'a.json', content: '{"x":1}'.repeat(50) },
      { name: 'b/c.txt', content: 'text' },
    ]);
    const change = fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), fc.nat(40), async (changes, cut) => {
        const bytes = Uint8Array.from(whole.subarray(0, whole.length - (cut < 30 ? 0 : cut)));
        for (const { at, byte } of changes) bytes[at] = byte;
        const fault = await membersOf(bytes).then(
          () => null,
          (cause: unknown) => cause,
        );
        expect(fault === null || isTouchstoneError(fault)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('throws typed errors only on any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        await expect(membersOf(bytes)).rejects.toSatisfy((fault) => isTouchstoneError(fault));
      }),
      { numRuns: 100 },
    );
  });
});
