import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { download, redirectTarget } from '../../../src/suites/pull/download.ts';

describe('download()', () => {
  it.each(['HTTP/1.0 200 OK\r\nContent-Length: 4000000\r\n\r\n', 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n'])(
    'takes a file from a server that closes the connection behind it: %j',
    async (head) => {
      const content = Buffer.alloc(4_000_000, 'one row of many\n');
      const server = createServer((socket) => {
        socket.once('data', () => socket.end(Buffer.concat([Buffer.from(head), content])));
      });
      await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
      const folder = await mkdtemp(join(tmpdir(), 'download-'));
      onTestFinished(async () => {
        server.close();
        await rm(folder, { recursive: true });
      });
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`;
      const expected = { name: 'file', maxBytes: 5_000_000 };
      const received = await download(url, join(folder, 'file'), { expected });
      expect(received.bytes).toBe(content.length);
      expect(received.sha256).toContain(createHash('sha256').update(content).digest('hex'));
    },
  );
});

describe('redirectTarget()', () => {
  const target = (from: string, location: string): string => redirectTarget(new URL(from), location).href;

  it('follows to anything that is as protected', () => {
    expect(target('https://a.org/x/y', '../z')).toBe('https://a.org/z');
    expect(target('https://a.org/', 'https://b.org/c?d')).toBe('https://b.org/c?d');
    expect(target('http://a.org/', 'http://b.org/')).toBe('http://b.org/');
    expect(target('http://a.org/', 'https://b.org/')).toBe('https://b.org/');
    expect(target('https://a.org/', 'http://127.0.0.1:8080/')).toBe('http://127.0.0.1:8080/');
    expect(target('https://a.org/', 'http://localhost/')).toBe('http://localhost/');
  });

  it.each([
    'http://b.org/',
    'http://localhost.b.org/',
    'http://127.0.0.1.b.org/',
    'ftp://b.org/',
    'data:text/plain,x',
    'file:///etc/passwd',
    'https://',
  ])('refuses to go from https to %s', (location) => {
    expect(() => target('https://a.org/', location)).toThrow(expect.objectContaining({ code: 'ERR_DOWNLOAD' }));
  });
});
