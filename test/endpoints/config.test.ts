import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parseEndpointSpec } from '../../src/endpoints/config.ts';
import { parseEndpoints } from '../../src/endpoints/config-file.ts';
import { PRESETS } from '../../src/endpoints/presets.ts';

function code(make: () => unknown): unknown {
  try {
    return make();
  } catch (error) {
    return error;
  }
}

describe('parseEndpointSpec()', () => {
  const common = { stream: false, extra: null, timeoutMs: null, prices: null };

  it('reads a preset; a colon belongs to the model', () => {
    expect(parseEndpointSpec('ollama:llama3.2:3b')).toEqual({
      ...common,
      kind: 'openai',
      name: 'ollama:llama3.2:3b',
      model: 'llama3.2:3b',
      baseUrl: 'http://127.0.0.1:11434/v1',
      apiKeyEnv: null,
      headersEnv: {},
      caFile: null,
      maxTokensField: 'max_tokens',
    });
  });

  it('takes the name of the key variable and of the token limit from the preset', () => {
    expect(parseEndpointSpec('openai:gpt-4o-mini')).toMatchObject({
      baseUrl: 'https://api.openai.com/v1',
      apiKeyEnv: 'OPENAI_API_KEY',
      maxTokensField: 'max_completion_tokens',
    });
  });

  it('reads a URL with a model', () => {
    expect(parseEndpointSpec('http://127.0.0.1:8080/v1/#org/model@q4')).toMatchObject({
      kind: 'openai',
      name: 'org/model@q4 at 127.0.0.1:8080',
      baseUrl: 'http://127.0.0.1:8080/v1',
      model: 'org/model@q4',
      apiKeyEnv: null,
    });
  });

  it.each(['@cf/meta/llama-3.1-8b', '/models/tiny.gguf', './tiny.gguf'])('reads the model %s', (model) => {
    expect(parseEndpointSpec(`http://127.0.0.1:8080/v1#${model}`)).toMatchObject({ model });
  });

  it('reads an IPv6 host', () => {
    const { name, ...rest } = parseEndpointSpec('http://[::1]:8080/v1#m');
    expect(rest).toMatchObject({ baseUrl: 'http://[::1]:8080/v1' });
    expect(name).toBe('m at ::1:8080');
  });

  it.each([
    [
      'near:Qwen/Qwen3.5-122B-A10B',
      'near:Qwen/Qwen3.5-122B-A10B',
      { provider: 'near-gateway', baseUrl: 'https://cloud-api.near.ai/v1', apiKeyEnv: 'NEARAI_API_KEY' },
    ],
    [
      'tinfoil:gemma4-31b',
      'tinfoil:gemma4-31b',
      { provider: 'tinfoil', baseUrl: 'https://inference.tinfoil.sh/v1', apiKeyEnv: 'TINFOIL_API_KEY' },
    ],
    [
      'near-direct:https://q.completions.near.ai/v1#Qwen/Q',
      'Qwen/Q at q.completions.near.ai',
      { provider: 'near-direct', baseUrl: 'https://q.completions.near.ai/v1', apiKeyEnv: null },
    ],
    [
      'tinfoil:https://m.inf10.tinfoil.sh/v1#m',
      'm at m.inf10.tinfoil.sh',
      { provider: 'tinfoil', baseUrl: 'https://m.inf10.tinfoil.sh/v1', apiKeyEnv: null },
    ],
  ])('reads a server that gives evidence: %s', (spec, name, want) => {
    const rest = { simulated: false, collateral: { kind: 'intel' }, nras: null, caFile: null };
    expect(parseEndpointSpec(spec)).toMatchObject({ kind: 'tee', name, ...want, ...rest });
  });

  it('reads a simulator, which stands for the vendors too', () => {
    expect(parseEndpointSpec('simulated:aci:http://127.0.0.1:8080/v1#m')).toMatchObject({
      kind: 'tee',
      name: 'simulated m at 127.0.0.1:8080',
      provider: 'aci',
      baseUrl: 'http://127.0.0.1:8080/v1',
      simulated: true,
      collateral: { kind: 'pccs', url: 'http://127.0.0.1:8080' },
      nras: 'http://127.0.0.1:8080/v3/attest/gpu',
    });
  });

  it('reads an embedded model', () => {
    expect(parseEndpointSpec('embedded:tiny-1.3m')).toEqual({
      ...common,
      kind: 'embedded',
      name: 'embedded:tiny-1.3m',
      model: 'tiny-1.3m',
      maxTokensField: 'max_tokens',
    });
  });

  it.each([
    ['replay:runs/abel-7b.jsonl', 'runs/abel-7b.jsonl', 'abel-7b'],
    ['replay:a#b.jsonl#abel', 'a#b.jsonl', 'abel'],
    ['replay:C:\\runs\\x.jsonl#abel', 'C:\\runs\\x.jsonl', 'abel'],
  ])('reads a recording: %s', (spec, path, model) => {
    expect(parseEndpointSpec(spec)).toEqual({
      ...common,
      kind: 'replay',
      name: `replay:${model}`,
      model,
      path,
      maxTokensField: 'max_tokens',
    });
  });

  it.each([
    '',
    'llama3.2',
    ':llama3.2',
    'ollama',
    'ollama:',
    'opnai:gpt',
    'ollama:mödel',
    'embedded:',
    'embedded: x',
    'replay:',
    'replay:#m',
    'replay:x.jsonl#',
    'http://h/v1',
    'http://h/v1#',
    'http://user:hunter2@h/v1#m',
    'http://hunter2@h/v1#m',
    'http://h/v1?key=hunter2#m',
    'http://h/v1?#m',
    'http://h/a b#m',
    'http:///v1#m',
    'ftp://hunter2@h/v1#m',
    'near-direct:https://h/v1',
    'near-direct:https://user:hunter2@h/v1#m',
    'near-direct:m',
    'simulated:near:m',
    'simulated:https://h/v1#m',
  ])('refuses %j without repeating a secret', (spec) => {
    const error = code(() => parseEndpointSpec(spec));
    expect(error).toMatchObject({ code: 'ERR_ENDPOINT_SPEC', message: expect.not.stringContaining('hunter2') });
  });
});

const GOOD = `
suites: [arithmetic]
endpoints:
  - ollama:llama3.2
  - replay: recorded/abel.jsonl
  - embedded: tiny-1.3m
    stream: true
  - name: mine
    url: https://llm.example:8443/openai/v1/
    model: m-1
    api_key_env: MY_KEY
    headers: { X-Org: MY_ORG }
    stream: true
    max_tokens_field: max_completion_tokens
    extra: { top_k: 1, a: { z: [1, 2], b: 0.5 } }
    timeout_ms: 60000
    prices: { prompt_usd_per_mtok: 0.15, completion_usd_per_mtok: "0.60", dated: 2026-11-01 }
  - preset: groq
    model: llama-3.1-8b
`;

function one(entry: string): string {
  return `endpoints:\n  - ${entry}`;
}

describe('parseEndpoints()', () => {
  it('reads every form, in order', async () => {
    const configs = await parseEndpoints(GOOD, '/etc/evals/touchstone.yaml');
    expect(configs.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'openai ollama:llama3.2',
      'replay replay:abel',
      'embedded embedded:tiny-1.3m',
      'openai mine',
      'openai groq:llama-3.1-8b',
    ]);
  });

  it('reads every choice', async () => {
    expect((await parseEndpoints(GOOD, 'touchstone.yaml'))[3]).toEqual({
      kind: 'openai',
      name: 'mine',
      model: 'm-1',
      baseUrl: 'https://llm.example:8443/openai/v1',
      apiKeyEnv: 'MY_KEY',
      headersEnv: { 'x-org': 'MY_ORG' },
      caFile: null,
      stream: true,
      maxTokensField: 'max_completion_tokens',
      extra: '{"a":{"b":0.5,"z":[1,2]},"top_k":1}',
      timeoutMs: 60_000,
      prices: { prompt_usd_per_mtok: '0.15', completion_usd_per_mtok: '0.60', dated: '2026-11-01' },
    });
  });

  it('looks for a recording from the folder of the file, in both forms', async () => {
    const source = 'endpoints: [{ replay: a/x.jsonl }, "replay:b/y.jsonl"]';
    const configs = await parseEndpoints(source, '/etc/evals/touchstone.yaml');
    expect(configs.map((config) => Reflect.get(config, 'path'))).toEqual([
      '/etc/evals/a/x.jsonl',
      '/etc/evals/b/y.jsonl',
    ]);
  });

  it.each<[string, string, number, string]>([
    ['a: [', '', 1, 'not YAML'],
    ['', '/endpoints', 1, 'want a list'],
    ['endpoints: 3', '/endpoints', 1, 'want a list'],
    ['endpoints: []', '/endpoints', 1, 'want a list'],
    [one('7'), '/endpoints/0', 2, 'want exactly one of'],
    [one('ollama'), '/endpoints/0', 2, 'want PRESET:MODEL'],
    [one('{ model: m }'), '/endpoints/0', 2, 'want exactly one of'],
    [one('{ preset: ollama }'), '/endpoints/0', 2, 'want exactly one of'],
    [one('{ preset: ollama, url: "http://h/v1", model: m }'), '/endpoints/0', 2, 'want exactly one of'],
    [one('{ preset: ollma, model: m }'), '/endpoints/0/preset', 2, 'allowed values'],
    [one('{ url: "http://u:hunter2@h/v1", model: m }'), '/endpoints/0/url', 2, 'without user, password and query'],
    [one('{ url: "http://h/v1?k=hunter2", model: m }'), '/endpoints/0/url', 2, 'without user, password and query'],
    [one('{ preset: openai, model: m, api_key: hunter2 }'), '/endpoints/0', 2, '"api_key" is not known here'],
    [
      one('{ preset: openai, model: m, api_key_env: sk-hunter2 }'),
      '/endpoints/0/api_key_env',
      2,
      'environment variable',
    ],
    [one('{ preset: openai, model: m, headers: { Host: X } }'), '/endpoints/0/headers', 2, 'Name of a header'],
    [
      one('{ preset: openai, model: m, headers: { X-A: "hunter2!" } }'),
      '/endpoints/0/headers/X-A',
      2,
      'environment variable',
    ],
    [one('{ embedded: tiny, api_key_env: K }'), '/endpoints/0/api_key_env', 2, 'only a preset or a url'],
    [one('{ embedded: tiny, headers: { X-A: K } }'), '/endpoints/0/headers', 2, 'only a preset or a url'],
    [one('{ embedded: tiny, model: m }'), '/endpoints/0/model', 2, 'names the model already'],
    [one('{ replay: "ä.jsonl" }'), '/endpoints/0/replay', 2, 'not a name'],
    [one('{ embedded: tiny, timeout_ms: 0 }'), '/endpoints/0/timeout_ms', 2, 'must be >= 1'],
    [one('{ embedded: tiny, extra: { temperature: 1 } }'), '/endpoints/0/extra', 2, 'extra sets a member'],
    [one('{ embedded: tiny, prices: { dated: 2026-11-01 } }'), '/endpoints/0/prices', 2, 'must have required property'],
    [
      one('{ embedded: tiny, prices: { prompt_usd_per_mtok: 1e-9, completion_usd_per_mtok: 1, dated: 2026-11-01 } }'),
      '/endpoints/0/prices/prompt_usd_per_mtok',
      2,
      'without exponent',
    ],
    ['endpoints:\n  - ollama:m\n  - ollama:m', '/endpoints/1/name', 3, 'another endpoint has the same name'],
    [one('{ embedded: tiny, extra: { a: .nan } }'), '', 2, 'not plain JSON'],
  ])('refuses %j', async (source, pointer, line, message) => {
    const error: unknown = await parseEndpoints(source, 'dir/touchstone.yaml').catch((fault: unknown) => fault);
    expect(error).toMatchObject({
      code: 'ERR_ENDPOINT_CONFIG',
      message: expect.stringContaining(message),
      path: 'dir/touchstone.yaml',
      line,
      ...(pointer === '' ? {} : { pointer }),
    });
    expect(String(error)).toContain(`"dir/touchstone.yaml" line ${line}`);
    expect(String(error)).not.toContain('hunter2');
  });
});

describe('parseEndpoints(), of servers that give evidence,', () => {
  async function read(entry: string): Promise<unknown> {
    return (await parseEndpoints(one(entry), '/etc/evals/touchstone.yaml'))[0];
  }

  it('takes provider and key from the preset, and Intel for its collateral', async () => {
    expect(await read('{ preset: near, model: m }')).toMatchObject({
      kind: 'tee',
      provider: 'near-gateway',
      apiKeyEnv: 'NEARAI_API_KEY',
      simulated: false,
      collateral: { kind: 'intel' },
      nras: null,
    });
  });

  it('reads every choice', async () => {
    const tee = '{ provider: near-direct, collateral: { pccs: "https://pccs.example/" }, nras: true }';
    const entry = `{ url: "https://h/v1", model: m, api_key_env: K, ca_file: ca.pem, stream: true, tee: ${tee} }`;
    expect(await read(entry)).toMatchObject({
      kind: 'tee',
      name: 'm at h',
      baseUrl: 'https://h/v1',
      apiKeyEnv: 'K',
      caFile: '/etc/evals/ca.pem',
      stream: true,
      provider: 'near-direct',
      collateral: { kind: 'pccs', url: 'https://pccs.example' },
      nras: 'https://nras.attestation.nvidia.com/v3/attest/gpu',
    });
  });

  it.each([
    ['collateral: intel', { collateral: { kind: 'intel' } }],
    ['collateral: none', { collateral: null }],
    ['collateral: { folder: intel }', { collateral: { kind: 'folder', path: '/etc/evals/intel' } }],
    ['nras: false', { nras: null }],
    ['nras: "https://nras.example/v3/attest/gpu"', { nras: 'https://nras.example/v3/attest/gpu' }],
    ['simulated: true', { simulated: true, collateral: { kind: 'pccs', url: 'https://cloud-api.near.ai' } }],
    ['provider: near-direct', { provider: 'near-direct' }],
  ])('reads tee: { %s }', async (choice, want) => {
    expect(await read(`{ preset: near, model: m, tee: { ${choice} } }`)).toMatchObject(want);
  });

  it('trusts a certificate of a plain server too', async () => {
    expect(await read('{ url: "https://h/v1", model: m, ca_file: /ca.pem }')).toMatchObject({
      kind: 'openai',
      caFile: '/ca.pem',
    });
  });

  it.each([
    ['{ url: "https://h/v1", model: m, tee: {} }', '/endpoints/0/tee', 'want a provider'],
    ['{ preset: ollama, model: m, tee: { nras: true } }', '/endpoints/0/tee', 'want a provider'],
    ['{ embedded: m, tee: { provider: aci } }', '/endpoints/0/tee', 'only a preset or a url'],
    ['{ replay: m, ca_file: x }', '/endpoints/0/ca_file', 'only a preset or a url'],
    ['{ preset: near, model: m, tee: { provider: nearr } }', '/endpoints/0/tee/provider', 'allowed values'],
    ['{ preset: near, model: m, tee: { simulated: false } }', '/endpoints/0/tee/simulated', 'constant'],
    ['{ preset: near, model: m, tee: { quote: x } }', '/endpoints/0/tee', '"quote" is not known here'],
    [
      '{ preset: near, model: m, tee: { collateral: { pccs: "http://u:hunter2@h" } } }',
      '/endpoints/0/tee/collateral/pccs',
      'without user',
    ],
    ['{ preset: near, model: m, tee: { nras: "http://h?k=hunter2" } }', '/endpoints/0/tee/nras', 'without user'],
  ])('refuses %j', async (entry, pointer, message) => {
    const error: unknown = await read(entry).catch((fault: unknown) => fault);
    expect(error).toMatchObject({ code: 'ERR_ENDPOINT_CONFIG', pointer, message: expect.stringContaining(message) });
    expect(String(error)).not.toContain('hunter2');
  });

  it('refuses collateral that is none of its forms', async () => {
    for (const collateral of ['intl', '{ pccs: "https://h", folder: x }', '{}']) {
      await expect(read(`{ preset: near, model: m, tee: { collateral: ${collateral} } }`)).rejects.toMatchObject({
        code: 'ERR_ENDPOINT_CONFIG',
      });
    }
  });
});

describe('endpoint.schema.json', () => {
  const path = new URL('../../src/endpoints/schema/endpoint.schema.json', import.meta.url);
  const schema = JSON.parse(readFileSync(path, 'utf8')) as {
    readonly properties: { readonly preset: { readonly enum: string[] } };
  };

  it('is a valid JSON Schema', () => {
    expect(new Ajv2020({ strictTypes: false }).validateSchema(schema)).toBe(true);
  });

  it('knows every preset', () => {
    expect(schema.properties.preset.enum).toEqual([...PRESETS.keys()]);
  });
});
