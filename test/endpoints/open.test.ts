import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseEndpointSpec } from '../../src/endpoints/config.ts';
import { openEndpoint, readCredentials } from '../../src/endpoints/open.ts';
import { parseAnswer } from '../../src/transcript/wire/parse-answer.ts';
import { describeRealData } from '../testdata.ts';
import { startFaultServer } from './fault-server.ts';
import { sendOptions } from './send-options.ts';
import type { EndpointConfig } from '../../src/endpoints/config.ts';

function noLookUp(): never {
  throw new Error('read the environment');
}

describe('readCredentials()', () => {
  const config: EndpointConfig = {
    ...parseEndpointSpec('openai:gpt-4o-mini'),
    kind: 'openai',
    baseUrl: 'https://api.openai.com/v1',
    apiKeyEnv: 'OPENAI_API_KEY',
    headersEnv: { 'x-org': 'MY_ORG' },
    caFile: null,
  };
  const environment: Readonly<Record<string, string>> = { OPENAI_API_KEY: 'sk-1', MY_ORG: 'o', OTHER: 'never' };

  it('reads the variables that the configuration names, and no other', () => {
    const read: string[] = [];
    const credentials = readCredentials(config, (name) => {
      read.push(name);
      return environment[name];
    });
    expect(credentials).toEqual({ apiKey: 'sk-1', headers: { 'x-org': 'o' } });
    expect(read).toEqual(['OPENAI_API_KEY', 'MY_ORG']);
  });

  it.each(['ollama:llama3.2', 'http://127.0.0.1:1/v1#m', 'embedded:tiny-0.4m', 'replay:x.jsonl'])(
    'reads none for %s',
    (spec) => {
      expect(readCredentials(parseEndpointSpec(spec), noLookUp)).toEqual({ apiKey: null, headers: {} });
    },
  );

  it.each([
    [{ MY_ORG: 'o' }, 'OPENAI_API_KEY is not set'],
    [{ MY_ORG: 'o', OPENAI_API_KEY: '' }, 'OPENAI_API_KEY is not set'],
    [{ OPENAI_API_KEY: 'sk-1' }, 'MY_ORG is not set'],
  ])('names what is missing in %j', (variables: Readonly<Record<string, string>>, message) => {
    let error: unknown = null;
    try {
      readCredentials(config, (name) => variables[name]);
    } catch (cause) {
      error = cause;
    }
    expect(error).toMatchObject({ code: 'ERR_ENDPOINT_KEY', message: expect.stringContaining(message) });
  });
});

describe('openEndpoint()', () => {
  it('records what was configured and asks there', async () => {
    const server = await startFaultServer(() => 'answer');
    const config = { ...parseEndpointSpec(`${server.url}#org/m:1`), extra: '{"top_k":1}', stream: true };
    const credentials = { apiKey: 'sk-1', headers: {} };
    const endpoint = await openEndpoint(config, { connections: 1, credentials });
    const { status } = await endpoint.send('{}', sendOptions());
    await endpoint.close();
    await server.close();
    expect(status).toBe('ok');
    expect(server.seen[0]?.headers.authorization).toBe('Bearer sk-1');
    expect(endpoint.identity).toEqual({
      kind: 'openai',
      name: `org/m:1 at ${new URL(server.url).host}`,
      base_url: server.url,
      model: 'org/m:1',
      stream: true,
      max_tokens_field: 'max_tokens',
      extra: '{"top_k":1}',
    });
  });

  it('refuses an embedded model that does not exist', async () => {
    const opened = openEndpoint(parseEndpointSpec('embedded:huge-70b'), { connections: 1 });
    await expect(opened).rejects.toMatchObject({ code: 'ERR_MODEL_UNKNOWN' });
  });
});

describeRealData('openEndpoint() of an embedded model', 'tiny-model', (modelFolder) => {
  it('asks it over a socket and takes the digest of its weights for its identity', async () => {
    const config = parseEndpointSpec('embedded:tiny-0.4m');
    const endpoint = await openEndpoint(config, { connections: 2, workers: 0, modelFolder });
    const body = '{"max_tokens":4,"messages":[{"content":"1+1=","role":"user"}],"model":"tiny-0.4m","temperature":0}';
    const { status, response } = await endpoint.send(body, sendOptions());
    await endpoint.close();
    const weights = createHash('sha256')
      .update(readFileSync(join(modelFolder, 'tiny-0.4m.safetensors')))
      .digest('hex');
    expect(endpoint.identity).toMatchObject({ kind: 'embedded', base_url: 'http://127.0.0.1/v1', weights });
    expect(status).toBe('ok');
    expect(parseAnswer(response ?? new Uint8Array())).toMatchObject({ answer: { model: 'tiny-0.4m' } });
  });
});
