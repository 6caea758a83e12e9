import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../../src/attestation/policy.ts';
import { ENDPOINT_LEVELS, TEE_PROVIDERS } from '../../../src/core/evidence-names.ts';
import { parseEndpoints } from '../../../src/endpoints/config-file.ts';
import { parseYaml } from '../../../src/schema/yaml.ts';

const guide = readFileSync(new URL('../../../docs/tee.md', import.meta.url), 'utf8');

function yamlWith(text: string): string {
  const blocks = [...guide.matchAll(/```yaml\n([^`]*)```/g)].map((match) => match[1] ?? '');
  return blocks.find((block) => block.includes(text)) ?? '';
}

describe('docs/tee.md', () => {
  it('shows a configuration with every provider, which is read', async () => {
    const configs = await parseEndpoints(yamlWith('endpoints:'), 'touchstone.yaml');
    expect(configs.map((config) => config.kind)).toEqual(['tee', 'tee', 'tee', 'tee', 'tee']);
    expect(configs.map((config) => Reflect.get(config, 'provider'))).toEqual([...TEE_PROVIDERS]);
  });

  it('shows a policy, which is read', () => {
    const { value } = parseYaml(yamlWith('minimum_level:'), (line, fault) => new Error(`line ${line}: ${fault}`));
    const policy = parsePolicy(value);
    expect(Object.keys(policy)).toHaveLength(5);
    expect(Object.keys(policy.model?.measurements ?? {})).toEqual(['mr_td', 'rtmr0', 'rtmr1', 'rtmr2']);
  });

  it('explains every level and every suffix', () => {
    const rows = [...guide.matchAll(/^\| (L\d) /gm)].map((match) => match[1]);
    expect(rows).toEqual([...ENDPOINT_LEVELS]);
    expect([...guide.matchAll(/^\| `(~[a-z]+)` /gm)].map((match) => match[1])).toEqual([
      '~req',
      '~stale',
      '~time',
      '~simulated',
    ]);
  });
});
