import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openEndpoint } from '../../src/endpoints/open.ts';
import { readCertificates } from '../../src/endpoints/read-certificates.ts';
import { urlConfig } from '../../src/endpoints/config.ts';
import { COMPLETION } from './fault-server.ts';
import { selfSigned } from './self-signed.ts';
import { sendOptions } from './send-options.ts';
import { startProvider } from './tee/provider-server.ts';

function written(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'touchstone-ca-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'ca.pem');
  writeFileSync(path, text);
  return path;
}

describe('readCertificates()', () => {
  it('reads certificates as they are', async () => {
    const text = `a comment\n${selfSigned().cert}${selfSigned().cert}`;
    expect(await readCertificates(written(text))).toBe(text);
  });

  it.each([
    ['nothing', ''],
    ['no PEM', 'leak'],
    ['a key', selfSigned().key],
    ['a broken certificate', '-----BEGIN CERTIFICATE-----\nleak\n-----END CERTIFICATE-----\n'],
    ['more than 1 MiB', selfSigned().cert.repeat(2_500)],
  ])('refuses %s', async (_name, text) => {
    const error: unknown = await readCertificates(written(text)).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'ERR_ENDPOINT_CONFIG', path: expect.stringContaining('ca.pem') });
    expect(String(error)).not.toContain('leak');
  });
});

describe('openEndpoint()', () => {
  it('trusts the certificate of a server of its own', async () => {
    const tls = selfSigned();
    const { origin } = await startProvider(() => ({ body: COMPLETION }), tls);
    const config = { ...urlConfig(`${origin}/v1`, 'fault-1'), caFile: written(tls.cert) };
    const endpoint = await openEndpoint(config, { connections: 1 });
    onTestFinished(endpoint.close);
    expect(await endpoint.send('{}', sendOptions())).toMatchObject({ status: 'ok', httpStatus: 200 });
  });
});
