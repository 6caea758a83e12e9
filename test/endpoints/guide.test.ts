import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseEndpoints } from '../../src/endpoints/config-file.ts';
import { parseRecording } from '../../src/endpoints/replay.ts';
import { PRESETS } from '../../src/endpoints/presets.ts';

const guide = readFileSync(new URL('../../docs/endpoints.md', import.meta.url), 'utf8');

describe('docs/endpoints.md', () => {
  it('shows a configuration that is read', async () => {
    const example = /```yaml\n([^`]*)```/.exec(guide)?.[1] ?? '';
    const configs = await parseEndpoints(example, 'touchstone.yaml');
    expect(configs.map(({ name }) => name)).toEqual([
      'ollama:llama3.2',
      'our gateway',
      'replay:abel-7b',
      'embedded:tiny-1.3m',
    ]);
  });

  it('shows servers that give evidence', async () => {
    const example = /```yaml\n(endpoints:\n  - preset: near[^`]*)```/.exec(guide)?.[1] ?? '';
    const configs = await parseEndpoints(example, 'touchstone.yaml');
    expect(configs.map((config) => [config.kind, Reflect.get(config, 'provider')])).toEqual([
      ['tee', 'near-gateway'],
      ['tee', 'near-direct'],
    ]);
  });

  it('shows lines of recordings that are read', () => {
    const example = /## Recordings[^`]*```json\n([^`]*)```/.exec(guide)?.[1] ?? '';
    const text = example.replace(/<SHA-256[^>]*>/, 'a'.repeat(64));
    const { responses } = parseRecording(text, 'x', (item) => [{ role: 'user', content: JSON.stringify(item) }]);
    expect(responses.size).toBe(6);
  });

  it('lists every known server with its base URL and the name of its key', () => {
    const rows = [...guide.matchAll(/^\| `([a-z]+)` +\| `(http[^`]+)` +\| (?:`([A-Z_]+)`|–) +\|/gm)];
    expect(rows.map(([, name, baseUrl, apiKeyEnv = null]) => ({ name, baseUrl, apiKeyEnv }))).toEqual(
      [...PRESETS].map(([name, { baseUrl, apiKeyEnv }]) => ({ name, baseUrl, apiKeyEnv })),
    );
  });
});
