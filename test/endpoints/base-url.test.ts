import { describe, expect, it } from 'vitest';
import { normalizeBaseUrl } from '../../src/endpoints/base-url.ts';
import { PRESETS } from '../../src/endpoints/presets.ts';

describe('normalizeBaseUrl()', () => {
  it.each([
    ['http://127.0.0.1:8080/v1', 'http://127.0.0.1:8080/v1'],
    ['HTTP://Example.COM:80/v1//', 'http://example.com/v1'],
    ['https://example.com', 'https://example.com'],
    ['https://example.com:443/a/../b/', 'https://example.com/b'],
    ['http://[::1]:9/v1', 'http://[::1]:9/v1'],
    ['https://bücher.example/v1', 'https://xn--bcher-kva.example/v1'],
  ])('%s is %s', (text, want) => {
    expect(normalizeBaseUrl(text)).toBe(want);
  });

  it.each([
    '',
    'example.com/v1',
    'file:///etc/passwd',
    'https://user@example.com',
    'https://user:pass@example.com/v1',
    'https://example.com/v1?',
    'https://example.com/v1#',
    'https://example.com/v1?key=1',
    'https:\\\\example.com',
    'https:///v1',
    'https://exa mple.com',
    'https://example.com/ü?',
    'https://example.com/a;b',
    'https://[::1',
    'https://:80',
  ])('%s is none', (text) => {
    expect(normalizeBaseUrl(text)).toBeNull();
  });
});

describe('PRESETS', () => {
  it('has the servers that the project names, in order', () => {
    expect([...PRESETS.keys()]).toEqual(
      'anthropic deepseek fireworks gemini groq llamacpp lmstudio mlx near ollama openai openrouter sglang tinfoil together vllm'.split(
        ' ',
      ),
    );
  });

  it.each([...PRESETS])(
    '%s: its base URL is in the recorded form, and only a hosted server wants a key',
    (_name, preset) => {
      expect(normalizeBaseUrl(preset.baseUrl)).toBe(preset.baseUrl);
      expect(preset.baseUrl.startsWith('https:')).toBe(preset.apiKeyEnv !== null);
    },
  );
});
