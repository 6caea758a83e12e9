import { describe, expect, it } from 'vitest';
import { inOrder, neededCapabilities } from '../../src/suites/needs.ts';
import { DEFINITION, FULL_DEFINITION } from '../transcript/examples.ts';

const single = { id: 'single-turn' };

describe('neededCapabilities()', () => {
  it('are none for a plain suite', () => {
    expect(neededCapabilities(DEFINITION, single)).toEqual([]);
  });

  it('are what a suite says and what it uses, each once and in order', () => {
    expect(neededCapabilities(FULL_DEFINITION, { id: 'tool-loop' })).toEqual([
      'system',
      'stop',
      'seed',
      'logprobs',
      'json_mode',
      'tools',
    ]);
  });

  it.each([
    [{ max_tokens: 1, seed: 0 }, ['seed']],
    [{ max_tokens: 1, stop: [] }, []],
    [{ max_tokens: 1, logprobs: false }, []],
    [{ max_tokens: 1, temperature: '0' }, []],
    [{ max_tokens: 1, response_format: '{"type":"text"}' }, []],
    [{ max_tokens: 1, response_format: '{"type":"json_schema"}' }, ['json_schema']],
    [{ max_tokens: 1, response_format: 'nonsense' }, []],
  ] as const)('of parameters %j are %j', (parameters, want) => {
    expect(neededCapabilities({ ...DEFINITION, parameters }, single)).toEqual(want);
  });

  it('by log-likelihood are those that the suite says, and the likelihoods', () => {
    const suite = { ...FULL_DEFINITION, needs: ['token_counts'] } as const;
    expect(neededCapabilities(suite, { id: 'log-likelihood' })).toEqual(['echo_logprobs', 'token_counts']);
  });
});

describe('inOrder()', () => {
  it('sorts, and leaves out what is there twice', () => {
    expect(inOrder(['tools', 'n', 'tools', 'system'])).toEqual(['system', 'n', 'tools']);
    expect(inOrder([])).toEqual([]);
  });
});
