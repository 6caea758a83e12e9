/** What an endpoint may be able to do; the names that suites ask for, probes find out and transcripts record. */

/** Every capability, in the order in which it is probed and shown. */
export const CAPABILITIES = [
  'system',
  'max_tokens',
  'stop',
  'temperature',
  'seed',
  'n',
  'logprobs',
  'json_mode',
  'json_schema',
  'tools',
  'echo_logprobs',
  'token_counts',
  'no_cache',
  'prompt_intact',
] as const;

/** A capability of an endpoint. */
export type Capability = (typeof CAPABILITIES)[number];

/** What a probe found: it can, it cannot, or nothing can be said. */
export type CapabilityVerdict = 'yes' | 'no' | 'unknown';
