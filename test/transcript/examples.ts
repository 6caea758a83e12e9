/** Valid values of everything the format names: the smallest and the largest of each. */
import type { GatePolicy } from '../../src/reports/gate/policy.ts';
import type { SuiteDefinition } from '../../src/suites/definition.ts';
import type { Plan } from '../../src/transcript/plan.ts';
import type { ContainerLine } from '../../src/transcript/publication.ts';
import type { TranscriptRecord } from '../../src/transcript/record.ts';
import { sha256Hex } from './oracle.ts';

export const AT = '2026-01-02T03:04:05.678Z';

const A = 'a1'.repeat(32);
const B = 'b2'.repeat(32);
const C = 'c3'.repeat(32);

type Kind = TranscriptRecord['k'];

type Examples<K extends Kind, Name extends string = never> = Readonly<
  Record<'minimal' | Name, Extract<TranscriptRecord, { k: K }>>
>;

/** Valid records of each kind by name. */
export const RECORDS: {
  readonly header: Examples<'header', 'maximal'>;
  readonly probe: Examples<'probe', 'maximal'>;
  readonly intent: Examples<'intent', 'maximal'>;
  readonly outcome: Examples<'outcome', 'answered' | 'maximal' | 'refused' | 'error' | 'cut' | 'late' | 'stopped'>;
  readonly score: Examples<'score', 'maximal' | 'unscored' | 'skipped'>;
  readonly evidence: Examples<'evidence', 'maximal' | 'answer'>;
  readonly mark: Examples<'mark'>;
  readonly resume: Examples<'resume'>;
  readonly aggregate: Examples<'aggregate', 'maximal'>;
  readonly end: Examples<'end', 'maximal'>;
} = {
  header: {
    minimal: {
      k: 'header',
      seq: 0,
      at: AT,
      features: [],
      format: 'touchstone/v1',
      plan: A,
      run_nonce: '0f'.repeat(16),
    },
    maximal: {
      k: 'header',
      seq: 0,
      at: '9999-12-31T23:59:59.999Z',
      features: Array.from({ length: 64 }, (_, index) => `feature/${index}`),
      format: 'touchstone/v1',
      plan: A,
      run_nonce: 'ff'.repeat(16),
    },
  },
  probe: {
    minimal: { k: 'probe', seq: 1, at: AT, capability: 'n', verdict: 'unknown', exchanges: 0, content: C },
    maximal: {
      k: 'probe',
      seq: Number.MAX_SAFE_INTEGER,
      at: AT,
      capability: 'echo_logprobs',
      verdict: 'yes',
      exchanges: 8,
      content: C,
    },
  },
  intent: {
    minimal: { k: 'intent', seq: 1, at: AT, attempt: 0, index: 0, repeat: 0, item: A, request: B },
    maximal: {
      k: 'intent',
      seq: Number.MAX_SAFE_INTEGER,
      at: AT,
      attempt: Number.MAX_SAFE_INTEGER,
      index: Number.MAX_SAFE_INTEGER,
      repeat: Number.MAX_SAFE_INTEGER,
      item: A,
      request: B,
    },
  },
  outcome: {
    minimal: { k: 'outcome', seq: 2, of: 1, status: 'lost' },
    answered: { k: 'outcome', seq: 2, of: 1, status: 'ok', http: 200, response: C },
    maximal: {
      k: 'outcome',
      seq: 2,
      of: 1,
      status: 'ok',
      http: 299,
      response: C,
      finish: 'stop',
      model: '@cf/vendor/model-1:8b (q4)',
      fingerprint: 'fp_0123456789',
      prompt_tokens: Number.MAX_SAFE_INTEGER,
      completion_tokens: 0,
      latency_us: 1_234_567,
      first_byte_us: 1_234,
    },
    refused: { k: 'outcome', seq: 2, of: 1, status: 'http', http: 429, response: C, latency_us: 10 },
    error: { k: 'outcome', seq: 2, of: 1, status: 'http', http: 200, error: 'ERR_BODY_ERROR', response: C },
    cut: { k: 'outcome', seq: 2, of: 1, status: 'network', http: 200, error: 'ERR_STREAM_CUT', response: C },
    late: { k: 'outcome', seq: 2, of: 1, status: 'timeout', error: 'ERR_TIMEOUT', latency_us: 60_000_000 },
    stopped: { k: 'outcome', seq: 2, of: 1, status: 'cancelled' },
  },
  score: {
    minimal: { k: 'score', seq: 3, index: 0, repeat: 0, of: 2, num: 0, den: 1 },
    maximal: { k: 'score', seq: 3, index: 0, repeat: 0, of: 2, num: 999, den: 1000, extracted: C, rule: 'pattern:0' },
    unscored: { k: 'score', seq: 3, index: 0, repeat: 0, of: 2, unscored: 'truncated' },
    skipped: { k: 'score', seq: 3, index: 0, repeat: 0, item: A, unscored: 'skipped' },
  },
  evidence: {
    minimal: {
      k: 'evidence',
      seq: 1,
      about: 'session',
      at: AT,
      phase: 'before',
      size: 1,
      root: A,
      url: 'https://tee.example/v1/attestation/report',
      files: [],
    },
    maximal: {
      k: 'evidence',
      seq: 1,
      about: 'session',
      at: AT,
      phase: 'rotation',
      size: Number.MAX_SAFE_INTEGER,
      root: A,
      algo: 'ed25519',
      url: `https://tee.example/${'a'.repeat(4076)}`,
      peer_spki: B,
      files: [
        { role: 'report', sha256: A },
        { role: 'collateral', sha256: B },
        { role: 'nras', sha256: C },
        { role: 'jwks', sha256: C },
      ],
    },
    answer: { k: 'evidence', seq: 3, about: 'answer', of: 2, evidence: C },
  },
  mark: { minimal: { k: 'mark', seq: 256, size: 256, root: A } },
  resume: {
    minimal: { k: 'resume', seq: 9, at: AT, torn_bytes: 0, torn_content_bytes: 0, version: '0.1.0' },
  },
  aggregate: {
    minimal: { k: 'aggregate', seq: 10, function: 'mean/1', result: {} },
    maximal: {
      k: 'aggregate',
      seq: 10,
      function: 'mean/1',
      result: { mean: '0.713', n: -9_007_199_254_740_991, ok: true, by_tag: [{ num: 1, tag: 'é 🎯' }, [], 'text'] },
    },
  },
  end: {
    minimal: { k: 'end', seq: 11, at: AT, reason: 'budget', counts: {} },
    maximal: {
      k: 'end',
      seq: 11,
      at: AT,
      reason: 'complete',
      counts: Object.fromEntries(Array.from({ length: 64 }, (_, index) => [`kind_${index}`, index])),
    },
  },
};

/** All of them in one list. */
export const ALL_RECORDS: readonly { readonly kind: Kind; readonly name: string; readonly record: TranscriptRecord }[] =
  Object.entries(RECORDS).flatMap(([kind, examples]) =>
    Object.entries(examples).map(([name, record]) => ({ kind: kind as Kind, name, record })),
  );

/** The smallest plan. */
export const PLAN: Plan = {
  format: 'touchstone/v1',
  created_at: AT,
  nonce: '00'.repeat(16),
  suite: {
    id: 'sums',
    version: '1.0.0',
    licence: 'CC0-1.0',
    digest: A,
    visibility: 'public',
    redistributable: true,
    root: B,
    size: 4,
  },
  selection: { rule: { kind: 'all' }, root: B, size: 4 },
  endpoint: {
    kind: 'openai',
    name: 'local',
    base_url: 'http://127.0.0.1:8080',
    model: 'm',
    stream: false,
    max_tokens_field: 'max_tokens',
  },
  rules: {
    prompt: A,
    parameters: { max_tokens: 1 },
    scorer: { id: 'exact', version: 1, digest: B },
    unscored: {
      truncated: 'wrong',
      refused: 'wrong',
      filtered: 'excluded',
      empty: 'scored',
      timeout: 'excluded',
      transport: 'excluded',
      scorer: 'excluded',
      lost: 'excluded',
      skipped: 'wrong',
    },
    harness: { id: 'single-turn', version: 1 },
    repeats: 1,
    limits: { timeout_ms: 1000, max_response_bytes: 1_000_000 },
    retry: { max_attempts: 2, max_lost: 1 },
    stop: 'none',
  },
  budget: {},
  concurrency: 2,
  runner: { name: 'touchstone', version: '0.1.0', dirty: false, platform: 'linux x64, node 20.20.2' },
  signer: { kind: 'ed25519', name: 'bench', public_key: A, checkpoint_key: A },
};

/** A plan for an endpoint that gives evidence. */
export const TEE_PLAN: Plan = {
  ...PLAN,
  endpoint: { ...PLAN.endpoint, kind: 'tee', tee: { provider: 'near-direct', simulated: true } },
  evidence: { max_pending: 64, require_level: 'L4' },
};

/** A plan with every optional field. */
export const FULL_PLAN: Plan = {
  ...PLAN,
  selection: { rule: { kind: 'seeded', limit: 3, seed: 'spring 2026' }, root: C, size: 3 },
  endpoint: {
    ...PLAN.endpoint,
    kind: 'embedded',
    base_url: 'https://[::1]:8443/v1/openai',
    model: '/models/tiny-1.gguf',
    stream: true,
    max_tokens_field: 'max_completion_tokens',
    extra: '{"top_k":40}',
    weights: C,
  },
  suite: { ...PLAN.suite, accepted: [A, B] },
  judge: { ...PLAN.endpoint, model: 'judge-1', base_url: 'https://judge.example/v1' },
  rules: {
    ...PLAN.rules,
    harness: { id: 'tool-loop', version: 1, name: 'whole-file', digest: A },
    judge: { model: 'judge-1', base_url: 'https://judge.example/v1' },
    parameters: {
      max_tokens: 4096,
      temperature: '0.7',
      top_p: '0.95',
      seed: 7,
      stop: ['\n\n', 'END'],
      logprobs: true,
      response_format: '{"type":"json_object"}',
    },
  },
  probes: ['system', 'stop', 'prompt_intact'],
  budget: { max_requests: 100, max_cost_usd: '12.50' },
  prices: { prompt_usd_per_mtok: '0.15', completion_usd_per_mtok: '0.6', dated: '2026-01-01' },
  runner: { ...PLAN.runner, lock: A, commit: '0'.repeat(40) },
  signer: { ...PLAN.signer, kind: 'sshsig', checkpoint_key: B },
};

function scorer(id: string, version: number, config: SuiteDefinition['scorer']['config']): SuiteDefinition['scorer'] {
  const sorted = Object.fromEntries(Object.entries(config).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return { id, version, config, digest: sha256Hex(JSON.stringify({ config: sorted, id, version })) };
}

/** The smallest suite definition. */
export const DEFINITION: SuiteDefinition = {
  format: 'touchstone/suite/v1',
  id: 'sums',
  version: '1.0.0',
  title: 'Sums',
  licence: 'CC0-1.0',
  visibility: 'public',
  redistributable: true,
  items: { root: B, size: 4 },
  prompt: { messages: [{ role: 'user', content: '{{ question }}' }], few_shot: [] },
  parameters: { max_tokens: 1 },
  repeats: 1,
  scorer: scorer('exact', 1, {}),
  unscored: PLAN.rules.unscored,
  harness: { id: 'single-turn', version: 1 },
};

/** A suite definition with every optional field. */
export const FULL_DEFINITION: SuiteDefinition = {
  ...DEFINITION,
  description: 'Sums of two numbers.',
  source: 'https://example.org/sums',
  visibility: 'private',
  redistributable: false,
  prompt: {
    messages: [
      { role: 'system', content: 'Add.' },
      { role: 'user', content: '{{ question }}' },
    ],
    few_shot: [
      { role: 'user', content: '1 + 1' },
      { role: 'assistant', content: '2' },
    ],
  },
  parameters: FULL_PLAN.rules.parameters,
  scorer: scorer('number', 2, { flag: true, list: ['a', 'b'], take: 'last', tolerance: -3 }),
  held_out: { rule: 'sha256-u32-mod', prefix: 'held-out', modulo: 10, below: 2, key: '{{ question }}' },
  needs: ['system', 'tools'],
  origin: { files: [{ name: 'test.jsonl', sha256: A }], pin: 'accepted' },
  harness: harness({ name: 'quick', config: '{"max_turns":2}' }),
  harnesses: [harness({ name: 'slow', config: '{"max_turns":9}' })],
};

function harness({ name, config }: { readonly name: string; readonly config: string }): SuiteDefinition['harness'] {
  const identity = { config, id: 'tool-loop', version: 1 };
  return { ...identity, name, digest: sha256Hex(JSON.stringify(identity)) };
}

/** Lines of a publication that are neither records nor openings. */
export const CONTAINER_LINES: { readonly [T in ContainerLine['t']]: Extract<ContainerLine, { t: T }> } = {
  bundle: { t: 'bundle', format: 'touchstone/v1', level: 'D3' },
  file: { t: 'file', name: 'checkpoints.jsonl', utf8: 'any text, "quoted" – ✓\n' },
  evidence: { t: 'evidence', sha256: A, utf8: '{"quote":"04"}' },
  records: { t: 'records', lines: 1 },
};

/** Opening lines as they stand in a file; written out, so that they do not depend on the code that writes them. */
export const OPENING_LINES: Readonly<Record<string, string>> = {
  item: `{"index":0,"label":"item","salt":"${A}","utf8":"{\\"id\\":\\"1\\"}"}`,
  target: `{"index":9007199254740991,"label":"target","salt":"${A}","utf8":"\\"4\\""}`,
  probe: `{"label":"probe","salt":"${A}","seq":1,"utf8":"[]"}`,
  request: `{"label":"request","salt":"${A}","seq":1,"utf8":"{}"}`,
  response: `{"label":"response","salt":"${A}","seq":2,"utf8":"data: 1\\r\\n\\u0000 é 🎯"}`,
  binary: `{"b64":"//79","label":"response","salt":"${A}","seq":2}`,
  extracted: `{"label":"extracted","salt":"${A}","seq":3,"utf8":""}`,
};

/** A gate policy with every rule. */
export const GATE_POLICY: GatePolicy = {
  format: 'touchstone/gate-policy/v1',
  signers: { baseline: ['a+00000000+AQ', 'ssh-ed25519 AAAA b'], candidate: 'anybody' },
  suites: {
    arithmetic: {
      metrics: {
        'mean/1': { minimum: 0.8, maximum: 0.99, non_inferiority: { margin: 0.02, alpha: 0.05 } },
        'mean/2': { minimum: { score: 0.8, alpha: 0.05 } },
      },
      must_pass: ['item-1', 'item-2'],
      min_items: 100,
      max_unscored: 0.01,
      max_latency_ratio: 1.5,
      max_prompt_token_ratio: 1.5,
      max_completion_token_ratio: 1.5,
      max_cost_ratio: 1.5,
      assurance: {
        level: 'L4',
        axes: {
          time: 'declared',
          completeness: 'proven',
          scoring: 'proven',
          execution: 'proven',
          reproduction: 'declared',
        },
      },
    },
  },
};
