/** Each probe against servers that do what they are asked, ignore it, refuse it or lie. */
import { afterEach, describe, expect, it } from 'vitest';
import { CAPABILITIES, type Capability } from '../../src/core/capability-names.ts';
import { parseEndpointSpec } from '../../src/endpoints/config.ts';
import type { Endpoint } from '../../src/endpoints/endpoint.ts';
import { openEndpoint } from '../../src/endpoints/open.ts';
import { NO_CREDENTIALS, openOpenAiCompatible, type Credentials } from '../../src/endpoints/openai-compatible.ts';
import { probeEndpoint, type Probed } from '../../src/runner/probing.ts';
import type { PlanEndpoint } from '../../src/transcript/plan.ts';
import { followProbe } from '../../src/transcript/probe/follow-probe.ts';
import { startProbeServer, type AskedBody, type Behaviour, type Made } from './probe-server.ts';
import { toyIdentity } from './toy.ts';

const NONCE = '0123456789abcdef0123456789abcdef';
const cleanUps: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

interface Choice {
  readonly identity?: Partial<PlanEndpoint>;
  readonly credentials?: Credentials;
  readonly timeoutMs?: number;
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
}

async function probed(
  behaviour: Behaviour,
  capabilities: readonly Capability[] = CAPABILITIES,
  { identity = {}, credentials = NO_CREDENTIALS, timeoutMs = 5000, signal }: Choice = {},
): Promise<{ readonly found: Probed[]; readonly requests: number }> {
  const server = await startProbeServer(behaviour);
  cleanUps.push(() => server.close());
  const endpoint = await openOpenAiCompatible(toyIdentity(identity), {
    baseUrl: server.url,
    connections: 4,
    credentials,
  });
  cleanUps.push(() => endpoint.close());
  const found = await probesOf(endpoint, capabilities, { timeoutMs, ...(signal === undefined ? {} : { signal }) });
  return { found, requests: server.asked.length };
}

async function probesOf(
  endpoint: Endpoint,
  capabilities: readonly Capability[],
  { timeoutMs = 5000, concurrency = 8, signal }: Choice = {},
): Promise<Probed[]> {
  const found: Probed[] = [];
  const probing = probeEndpoint({
    endpoint,
    capabilities,
    nonce: NONCE,
    timeoutMs,
    concurrency,
    environment: { random: () => 0, sleep: () => Promise.resolve() },
    signal: signal ?? new AbortController().signal,
    beforeSend: () => Promise.resolve(),
  });
  for await (const each of probing) found.push(each);
  return found;
}

function verdicts(found: readonly Probed[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    found.map(({ capability, finding }) => [capability, `${finding.verdict} ${finding.detail}`]),
  );
}

async function verdictOf(behaviour: Behaviour, capability: Capability, choice: Choice = {}): Promise<string> {
  const { found } = await probed(behaviour, [capability], choice);
  return verdicts(found)[capability] ?? '';
}

const HONEST = {
  system: 'yes obeyed',
  max_tokens: 'yes limit-kept',
  stop: 'yes stopped',
  temperature: 'yes equal-answers',
  seed: 'yes follows-seed',
  n: 'yes all-given',
  logprobs: 'yes given',
  json_mode: 'yes json-object',
  json_schema: 'yes schema-kept',
  tools: 'yes called',
  echo_logprobs: 'yes given',
  token_counts: 'yes consistent',
  no_cache: 'yes answers-differ',
  prompt_intact: 'yes copied',
};

interface LooseBody {
  readonly choices: LooseChoice[];
  usage: { prompt_tokens: number; completion_tokens: number } | undefined;
}

interface LooseChoice {
  index: number;
  finish_reason: string;
  readonly logprobs: {
    readonly content: { logprob: number }[];
    token_logprobs: (number | null)[];
    text_offset: number[];
  };
}

type Replies = NonNullable<Behaviour['replies']>;
type Usage = NonNullable<LooseBody['usage']>;

/** Changes a whole response, where it is one. */
function changed(change: (body: LooseBody, choice: LooseChoice) => void): Replies {
  return (_asked, { status, body }) => {
    const value = JSON.parse(body) as LooseBody;
    const [choice] = value.choices ?? [];
    if (choice !== undefined) change(value, choice);
    return { status, body: JSON.stringify(value) };
  };
}

/** Changes what it says of its tokens. */
function counting(change: (usage: Usage, place: number) => Partial<Usage>): Replies {
  return (asked, honest, place) =>
    changed((body) => {
      if (body.usage !== undefined) body.usage = { ...body.usage, ...change(body.usage, place) };
    })(asked, honest, place);
}

function likely(logprob: number): Replies {
  return changed((_body, choice) => {
    for (const token of choice.logprobs.content) token.logprob = logprob;
  });
}

describe('an honest server', () => {
  it('can do everything, in no more than three requests for each', async () => {
    const { found, requests } = await probed({});
    expect(verdicts(found)).toEqual(HONEST);
    expect(found.map(({ capability }) => capability)).toEqual(CAPABILITIES);
    expect(Math.max(...found.map(({ exchanges }) => exchanges.length))).toBe(3);
    expect(requests).toBe(found.reduce((sum, { exchanges }) => sum + exchanges.length, 0));
  });

  it('can do everything in streams', async () => {
    const { found } = await probed({}, CAPABILITIES, { identity: { stream: true } });
    expect(verdicts(found)).toEqual(HONEST);
  });

  it('that gives evidence is asked for chats only', async () => {
    const identity = { kind: 'tee', tee: { provider: 'near-direct' } } as const;
    const { found, requests } = await probed({}, ['echo_logprobs'], { identity });
    expect(verdicts(found)).toEqual({ echo_logprobs: 'no chat-only' });
    expect(requests).toBe(0);
  });

  it.each([
    [8, 4],
    [1, 1],
  ])('of concurrency %i gets %i requests at a time', async (concurrency, want) => {
    let [active, most] = [0, 0];
    const endpoint = {
      identity: toyIdentity(),
      send: async () => {
        most = Math.max(most, ++active);
        await new Promise((resolve) => void setTimeout(resolve, 2));
        active--;
        throw new RangeError('gone');
      },
    };
    const base = { ...endpoint, listModels: () => Promise.resolve([]), close: () => Promise.resolve() };
    await expect(probesOf(base, CAPABILITIES, { concurrency })).rejects.toThrow('gone');
    expect(most).toBe(want);
  });
});

describe('a server that ignores what it is asked for', () => {
  const rows: readonly (readonly [Capability, string, Behaviour])[] = [
    ['system', 'no system-dropped', { ignores: ['system'] }],
    ['max_tokens', 'no more-tokens', { ignores: ['max_tokens'] }],
    ['stop', 'no went-on', { ignores: ['stop'] }],
    ['temperature', 'no answers-differ', { ignores: ['temperature'] }],
    ['seed', 'no same-seed-differs', { ignores: ['seed'] }],
    ['n', 'no fewer', { ignores: ['n'] }],
    ['logprobs', 'no none-given', { ignores: ['logprobs'] }],
    ['json_mode', 'no no-json', { ignores: ['response_format'] }],
    ['json_schema', 'no no-json', { ignores: ['response_format'] }],
    ['tools', 'no tools-dropped', { ignores: ['tools'] }],
    ['echo_logprobs', 'no not-echoed', { ignores: ['echo'] }],
    ['echo_logprobs', 'no none-given', { ignores: ['logprobs'] }],
  ];
  it.each(rows)('is found out: %s, %s', async (capability, want, behaviour) => {
    expect(await verdictOf(behaviour, capability)).toBe(want);
  });

  it('is not found to lack anything else', async () => {
    const { found } = await probed({ ignores: ['seed'] });
    expect(verdicts(found)).toEqual({ ...HONEST, seed: 'no same-seed-differs' });
  });
});

describe('a server that refuses what it is asked for', () => {
  const rows: readonly (readonly [Capability, string, number, string])[] = [
    ['system', 'system', 400, 'no refused-400'],
    ['stop', 'stop', 400, 'no refused-400'],
    ['temperature', 'temperature', 422, 'no refused-422'],
    ['seed', 'seed', 400, 'no refused-400'],
    ['n', 'n', 400, 'no refused-400'],
    ['logprobs', 'logprobs', 400, 'no refused-400'],
    ['json_mode', 'response_format', 400, 'no refused-400'],
    ['json_schema', 'response_format', 501, 'no refused-501'],
    ['tools', 'tools', 400, 'no refused-400'],
    ['echo_logprobs', 'echo', 400, 'no refused-400'],
    ['echo_logprobs', 'completions', 404, 'no refused-404'],
    // These say nothing about what was asked for.
    ['seed', 'seed', 401, 'unknown http-401'],
    ['seed', 'seed', 404, 'unknown http-404'],
    ['seed', 'seed', 429, 'unknown http-429'],
    ['seed', 'seed', 500, 'unknown http-500'],
    ['seed', 'chat', 400, 'unknown refuses-all'],
    ['max_tokens', 'max_tokens', 400, 'unknown refuses-all'],
    ['token_counts', 'chat', 400, 'unknown refused-400'],
    ['stop', 'chat', 400, 'unknown refused-400'],
  ];
  it.each(rows)('%s: %s with %i gives %s', async (capability, what, status, want) => {
    expect(await verdictOf({ refuses: { [what]: status } }, capability)).toBe(want);
  });
});

describe('a server that lies', () => {
  const says =
    (text: string) =>
    (_asked: AskedBody, made: Made): Made => ({ ...made, text });
  const rows: readonly (readonly [string, Capability, string, Behaviour])[] = [
    [
      'about the tokens of an answer',
      'max_tokens',
      'no longer-text',
      { ignores: ['max_tokens'], replies: counting(() => ({ completion_tokens: 5 })) },
    ],
    [
      'about why an answer ended',
      'max_tokens',
      'unknown not-cut',
      { replies: changed((_body, choice) => (choice.finish_reason = 'stop')) },
    ],
    ['with constant counts', 'token_counts', 'no not-growing', { replies: counting(() => ({ prompt_tokens: 12 })) }],
    ['without counts', 'token_counts', 'no not-counted', { replies: changed((body) => (body.usage = undefined)) }],
    [
      'with random counts',
      'token_counts',
      'no not-repeated',
      { replies: counting(({ prompt_tokens }, place) => ({ prompt_tokens: prompt_tokens + place })) },
    ],
    [
      'with huge counts',
      'token_counts',
      'no not-growing',
      { replies: counting(({ prompt_tokens }) => ({ prompt_tokens: prompt_tokens ** 3 })) },
    ],
    [
      'with no tokens for text',
      'token_counts',
      'no text-not-counted',
      { replies: counting(() => ({ completion_tokens: 0 })) },
    ],
    [
      'with counts above the limit',
      'token_counts',
      'no above-limit',
      { replies: counting(() => ({ completion_tokens: 99 })) },
    ],
    [
      'with a cache',
      'no_cache',
      'no all-equal',
      { says: says('The same story as ever about a traveller in the rain.') },
    ],
    ['with log probabilities above 0', 'logprobs', 'no above-zero', { replies: likely(0.5) }],
    ['with one log probability for all', 'logprobs', 'unknown all-equal', { replies: likely(-1) }],
    [
      'with log probabilities of another text',
      'logprobs',
      'unknown other-text',
      { replies: changed((_body, choice) => choice.logprobs.content.pop()) },
    ],
    [
      'with probabilities of the answer alone',
      'echo_logprobs',
      'no none-given',
      {
        replies: changed((_body, { logprobs }) => {
          logprobs.token_logprobs = logprobs.token_logprobs.map(() => null);
        }),
      },
    ],
    [
      'with offsets of another text',
      'echo_logprobs',
      'unknown offsets-differ',
      {
        replies: changed((_body, { logprobs }) => {
          logprobs.text_offset = logprobs.text_offset.map((offset) => offset + 20);
        }),
      },
    ],
    [
      'with words before the prompt',
      'prompt_intact',
      'no prompt-padded',
      { replies: counting(({ prompt_tokens }) => ({ prompt_tokens: prompt_tokens + 2000 })) },
    ],
    [
      'about the prompt, which it cuts',
      'prompt_intact',
      'no prompt-cut',
      { says: says('hello'), replies: counting(() => ({ prompt_tokens: 20 })) },
    ],
    [
      'with three choices',
      'n',
      'no more',
      { replies: changed((body, choice) => body.choices.push({ ...choice, index: 7 })) },
    ],
    [
      'with two choices of one index',
      'n',
      'no fewer',
      {
        replies: changed((body) => {
          for (const choice of body.choices) choice.index = 0;
        }),
      },
    ],
    ['with JSON of its own', 'json_schema', 'no schema-ignored', { says: says('{"greeting":"hello"}') }],
    ['with one more member', 'json_schema', 'no schema-ignored', { says: says('{"bird":"kestrel-7","more":1}') }],
    ['with fenced JSON', 'json_mode', 'no no-json', { says: says('```json\n{"greeting":"hello"}\n```') }],
    ['with a list', 'json_mode', 'no no-json', { says: says('["hello"]') }],
  ];
  it.each(rows)('%s is found out: %s, %s', async (_what, capability, want, behaviour) => {
    expect(await verdictOf(behaviour, capability)).toBe(want);
  });
});

describe('a model that is too weak', () => {
  const mumbles: Behaviour = {
    says: (_asked, made) => ({ text: made.text === '' ? 'hm' : 'mm mm mm mm mm mm mm mm mm' }),
  };

  it('is never taken for a server that cannot', async () => {
    const { found } = await probed(mumbles, ['system', 'tools', 'prompt_intact', 'stop', 'max_tokens']);
    expect(verdicts(found)).toEqual({
      system: 'unknown not-obeyed',
      tools: 'unknown no-call',
      prompt_intact: 'unknown not-copied',
      stop: 'unknown nothing-to-stop-at',
      max_tokens: 'yes limit-kept',
    });
  });

  it('that says nothing at all shows nothing', async () => {
    const { found } = await probed({ says: () => ({ text: '' }) }, [
      'temperature',
      'seed',
      'no_cache',
      'logprobs',
      'json_mode',
      'json_schema',
      'stop',
    ]);
    expect(new Set(found.map(({ finding }) => finding.verdict))).toEqual(new Set(['unknown']));
  });

  const rows: readonly (readonly [string, Capability, string, Behaviour])[] = [
    ['calls another tool', 'tools', 'unknown other-tool', callOf('look', '{}')],
    ['writes broken arguments', 'tools', 'unknown arguments-malformed', callOf('read_gauge', '{"gauge":')],
    ['has always one thing to say', 'seed', 'unknown all-equal', { says: () => ({ text: 'A word.' }) }],
    ['has little to say', 'no_cache', 'unknown short-answers', { says: () => ({ text: 'A word.' }) }],
    ['begins JSON and is cut', 'json_mode', 'unknown cut-short', { says: () => ({ text: `{ ${'"a" '.repeat(99)}` }) }],
    [
      'rarely differs at temperature 0',
      'temperature',
      'unknown mostly-equal',
      {
        replies: (_asked, honest, place) =>
          place === 1 ? { ...honest, body: honest.body.replace('grey', 'blue') } : honest,
      },
    ],
    [
      'rarely differs under one seed',
      'seed',
      'unknown mostly-equal',
      {
        replies: (_asked, honest, place) =>
          place === 1 ? { ...honest, body: honest.body.replace(/"content":"/, '"content":"Well, ') } : honest,
      },
    ],
    [
      'repeats itself once',
      'no_cache',
      'unknown some-equal',
      {
        replies: (_asked, honest, place) =>
          place === 0 ? honest : { ...honest, body: honest.body.replace(/"content":"[^"]*"/, '"content":"same"') },
      },
    ],
    [
      'goes another way when stopped',
      'stop',
      'unknown other-answer',
      { says: (asked, made) => (asked.stop === undefined ? made : { text: 'no' }) },
    ],
    [
      'counts nothing',
      'system',
      'unknown not-obeyed',
      { ignores: ['system'], replies: changed((body) => (body.usage = undefined)) },
    ],
  ];
  it.each(rows)('%s: %s, %s', async (_what, capability, want, behaviour) => {
    expect(await verdictOf(behaviour, capability)).toBe(want);
  });

  function callOf(name: string, text: string): Behaviour {
    return { says: () => ({ text: '', calls: [{ id: 'c', type: 'function', function: { name, arguments: text } }] }) };
  }
});

describe('a server that does not answer', () => {
  it('is asked a few times and then left alone', async () => {
    const { found, requests } = await probed({ replies: () => null }, CAPABILITIES, { timeoutMs: 50 });
    expect(found).toHaveLength(CAPABILITIES.length);
    expect(new Set(found.map(({ finding }) => finding.verdict))).toEqual(new Set(['unknown']));
    // Four at once, and as many as had begun when the fourth was given up.
    expect(requests).toBeLessThan(8);
    expect(verdicts(found)).toMatchObject({ system: 'unknown timeout', prompt_intact: 'unknown broken-off' });
  });

  it('at first is asked again', async () => {
    const busy: Behaviour = { replies: (_asked, honest, place) => (place < 2 ? { status: 429, body: '{}' } : honest) };
    expect(await verdictOf(busy, 'n')).toBe('yes all-given');
  });

  it('with JSON at all has given no answer', async () => {
    expect(await verdictOf({ replies: () => ({ status: 200, body: '<html>' }) }, 'n')).toBe('unknown no-answer');
    expect(await verdictOf({ replies: () => ({ status: 200, body: '{"error":"x"}' }) }, 'n')).toBe('unknown no-answer');
  });

  it('within bounds has given no answer, and what came is kept', async () => {
    const long = { status: 200, body: JSON.stringify({ choices: [{ message: { content: 'x'.repeat(70_000) } }] }) };
    const { found } = await probed({ replies: () => long }, ['n']);
    expect(verdicts(found)).toEqual({ n: 'unknown no-answer' });
    expect(found[0]?.exchanges[0]).toMatchObject({ status: 'network', http: 200, error: 'ERR_RESPONSE_TOO_LARGE' });
    expect(found[0]?.exchanges[0]?.response).toHaveLength(65_536);
  });

  it('is left alone when the run is stopped', async () => {
    const { found, requests } = await probed({}, CAPABILITIES, { signal: AbortSignal.abort() });
    expect(found).toEqual([]);
    expect(requests).toBe(0);
  });
});

describe('a server that sends the key back', () => {
  it('is not recorded', async () => {
    const credentials = { apiKey: 'sk-probe-secret-0123456789', headers: {} };
    const echo = { status: 400, body: '{"error":"bad key sk-probe-secret-0123456789"}' };
    const { found } = await probed({ replies: () => echo }, ['n', 'token_counts'], { credentials });
    expect(JSON.stringify(found)).not.toContain('sk-probe-secret');
    expect(found[0]?.exchanges[0]).toMatchObject({ http: 400, error: 'ERR_RESPONSE_SECRET' });
    expect(found[0]?.exchanges[0]?.response).toBeUndefined();
  });
});

describe('an embedded model', () => {
  it('is found to do what its server does, and to lack nothing for being small', async () => {
    const endpoint = await openEndpoint(parseEndpointSpec('embedded:tiny-0.4m'), { connections: 4, workers: 1 });
    cleanUps.push(() => endpoint.close());
    const found = await probesOf(endpoint, CAPABILITIES);
    expect(verdicts(found)).toMatchObject({
      temperature: 'yes equal-answers',
      n: 'yes all-given',
      logprobs: 'yes given',
      echo_logprobs: 'yes given',
      token_counts: 'yes consistent',
    });
    const lacking = found.filter(({ finding }) => finding.verdict === 'no').map(({ capability }) => capability);
    expect(lacking).toEqual(['json_mode', 'json_schema', 'tools']);
  });
});

describe('followProbe()', () => {
  it('finds again what was found, and asks again what was asked', async () => {
    const { found } = await probed({ ignores: ['seed', 'system'], refuses: { n: 400 } });
    for (const { capability, finding, exchanges } of found) {
      const context = { endpoint: toyIdentity(), nonce: NONCE };
      const again = followProbe(capability, context, exchanges);
      expect(again).toEqual({ ask: null, found: finding, followed: exchanges.length });
      // Another endpoint, another run, another order: other requests.
      const other = followProbe(capability, { ...context, endpoint: toyIdentity({ model: 'other' }) }, exchanges);
      expect(other.followed).toBe(0);
      const cut = followProbe(capability, context, exchanges.slice(0, -1));
      expect(cut).toMatchObject({ followed: exchanges.length - 1, found: { verdict: 'unknown' } });
      const doubled = followProbe(capability, context, [...exchanges, ...exchanges]);
      expect(doubled.followed).toBe(exchanges.length);
    }
  });
});
