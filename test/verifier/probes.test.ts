/** Probes that a dishonest signer has changed, and signed again. */
import { describe, expect, it } from 'vitest';
import type { Capability, CapabilityVerdict } from '../../src/core/capability-names.ts';
import { digest } from '../../src/core/digest.ts';
import { formatDefinition } from '../../src/suites/definition.ts';
import { formatProbeExchanges, type ProbeExchange } from '../../src/transcript/probe/exchange.ts';
import { followProbe } from '../../src/transcript/probe/follow-probe.ts';
import type { Plan } from '../../src/transcript/plan.ts';
import { verifyRun } from '../../src/verifier/verify.ts';
import {
  honestFacts,
  RESUME,
  responseOf,
  SIGNER,
  sourceOf,
  writeRun,
  type Facts,
  type Step,
  type WrittenRun,
} from './crafted-run.ts';

type ProbeStep = Extract<Step, { kind: 'probe' }>;

async function codeOf(run: WrittenRun): Promise<string> {
  const verification = await verifyRun(sourceOf(run), { trusted: [SIGNER.publicKey] });
  return verification.verified ? 'verified' : verification.fault.code;
}

/** A probe that is answered by the texts. */
function probe(plan: Plan, capability: Capability, verdict: CapabilityVerdict, texts: readonly string[]): ProbeStep {
  const exchanges: ProbeExchange[] = [];
  for (const text of texts) {
    const { ask } = followProbe(capability, plan, exchanges);
    const response = new TextEncoder().encode(responseOf(text));
    exchanges.push({ request: ask?.body ?? '', status: 'ok', http: 200, response });
  }
  const record = { capability, verdict, exchanges: exchanges.length };
  return { kind: 'probe', record, content: formatProbeExchanges(exchanges) };
}

/** A run that was probed for two things before anything was asked. */
function probedFacts(): Facts {
  const facts = honestFacts();
  const { endpoint } = facts.plan;
  facts.plan = { ...facts.plan, endpoint, probes: ['seed', 'no_cache'] };
  facts.features = ['probe/1'];
  facts.steps.unshift(
    probe(facts.plan, 'seed', 'yes', ['one', 'one', 'two']),
    probe(facts.plan, 'no_cache', 'unknown', ['hm', 'ha', 'ha']),
  );
  return facts;
}

/** The suite says that it needs something, and plan and run agree. */
function needing(facts: Facts, needs: readonly Capability[]): void {
  facts.suite = { ...facts.suite, needs };
  facts.plan = { ...facts.plan, suite: { ...facts.plan.suite, digest: digest(formatDefinition(facts.suite)) } };
}

const first = (facts: Facts): ProbeStep => facts.steps[0] as ProbeStep;

const replace = (facts: Facts, step: Step): void => {
  facts.steps[0] = step;
};

function withContent(facts: Facts, change: (exchanges: Record<string, unknown>[]) => unknown): void {
  const { record, content } = first(facts);
  const changed = change(JSON.parse(content) as Record<string, unknown>[]);
  replace(facts, { kind: 'probe', record, content: JSON.stringify(changed) });
}

const rows: readonly (readonly [string, string, (facts: Facts) => void])[] = [
  ['nothing', 'verified', () => {}],
  ['a probe dropped', 'ERR_PROBE_PLACE', (facts) => void facts.steps.shift()],
  ['the last probe dropped', 'ERR_PROBE_PLACE', (facts) => void facts.steps.splice(1, 1)],
  ['a probe made twice', 'ERR_PROBE_PLACE', (facts) => void facts.steps.unshift(first(facts))],
  [
    'a probe that is not planned',
    'ERR_PROBE_PLACE',
    (facts) => void (facts.plan = { ...facts.plan, probes: ['seed'] }),
  ],
  [
    'a probe in a run without any',
    'ERR_PROBE_PLACE',
    (facts) => {
      const { probes: _none, ...plan } = facts.plan;
      facts.plan = plan;
      facts.features = [];
    },
  ],
  [
    'probes in another order',
    'ERR_PROBE_PLACE',
    (facts) => void facts.steps.splice(0, 2, ...facts.steps.slice(0, 2).toReversed()),
  ],
  [
    'a probe after the first request',
    'ERR_PROBE_PLACE',
    (facts) => {
      const [seed, cached, intent, ...rest] = facts.steps as [Step, Step, Step, ...Step[]];
      facts.steps = [seed, intent, cached, ...rest];
    },
  ],
  [
    'a probe after everything',
    'ERR_PROBE_PLACE',
    (facts) => {
      const [seed, ...rest] = facts.steps as [Step, ...Step[]];
      facts.steps = [...rest, seed];
    },
  ],
  ['an interruption among the probes', 'verified', (facts) => void facts.steps.splice(1, 0, RESUME)],
  ['the feature left out', 'ERR_HEADER', (facts) => void (facts.features = [])],
  [
    'a verdict made better',
    'ERR_PROBE',
    (facts) => replace(facts, probe(facts.plan, 'seed', 'yes', ['one', 'two', 'three'])),
  ],
  [
    'a verdict made worse',
    'ERR_PROBE',
    (facts) => replace(facts, probe(facts.plan, 'seed', 'no', ['one', 'one', 'two'])),
  ],
  [
    'a verdict of a probe that was broken off',
    'ERR_PROBE',
    (facts) => replace(facts, probe(facts.plan, 'seed', 'no', ['one', 'two'])),
  ],
  [
    'a probe that was broken off',
    'verified',
    (facts) => replace(facts, probe(facts.plan, 'seed', 'unknown', ['one', 'two'])),
  ],
  [
    'a probe of another run',
    'ERR_PROBE',
    (facts) => replace(facts, probe({ ...facts.plan, nonce: '77'.repeat(16) }, 'seed', 'yes', ['one', 'one', 'two'])),
  ],
  [
    'a probe of another endpoint',
    'ERR_PROBE',
    (facts) => {
      const endpoint = { ...facts.plan.endpoint, model: 'better-2' };
      replace(facts, probe({ ...facts.plan, endpoint }, 'seed', 'yes', ['one', 'one', 'two']));
    },
  ],
  [
    'another number of exchanges',
    'ERR_PROBE',
    (facts) => {
      const { record, content } = first(facts);
      replace(facts, { kind: 'probe', record: { ...record, exchanges: 2 }, content });
    },
  ],
  ['one exchange more', 'ERR_PROBE', (facts) => withContent(facts, (exchanges) => [...exchanges, exchanges[0]])],
  ['an exchange in another order', 'ERR_PROBE', (facts) => withContent(facts, ([a, b, c]) => [c, a, b])],
  [
    'a request changed',
    'ERR_PROBE',
    (facts) =>
      withContent(facts, ([a, ...rest]) => [
        { ...a, request: String(a?.['request']).replace('"seed":11', '"seed":12') },
        ...rest,
      ]),
  ],
  ['a field more', 'ERR_PROBE', (facts) => withContent(facts, ([a, ...rest]) => [{ ...a, model: 'x' }, ...rest])],
  [
    'another form',
    'ERR_PROBE',
    (facts) => withContent(facts, ([a, ...rest]) => [{ utf8: a?.['utf8'], ...a }, ...rest]),
  ],
  ['no list', 'ERR_PROBE', (facts) => withContent(facts, () => ({}))],
  [
    'no JSON',
    'ERR_PROBE',
    (facts) => replace(facts, { kind: 'probe', record: first(facts).record, content: 'one, one, two' }),
  ],
  [
    'a long response',
    'ERR_PROBE',
    (facts) => withContent(facts, ([a, ...rest]) => [{ ...a, utf8: 'é'.repeat(40_000) }, ...rest]),
  ],
  [
    'bytes that are text',
    'ERR_PROBE',
    (facts) =>
      withContent(facts, ([{ utf8: _text, ...a } = {}, ...rest]) => [{ ...a, b64: 'e30=' }, ...rest].map(sorted)),
  ],
  ['a need that is met', 'verified', (facts) => needing(facts, ['seed'])],
  ['a need of which nothing can be said', 'verified', (facts) => needing(facts, ['no_cache'])],
  ['a need that is not probed', 'ERR_PROBE', (facts) => needing(facts, ['tools'])],
  [
    'a need that is not met',
    'ERR_PROBE',
    (facts) => {
      needing(facts, ['seed']);
      replace(facts, probe(facts.plan, 'seed', 'no', ['one', 'two', 'three']));
    },
  ],
  [
    'something that nobody needs and the endpoint does not do',
    'verified',
    (facts) => replace(facts, probe(facts.plan, 'seed', 'no', ['one', 'two', 'three'])),
  ],
];

function sorted(exchange: object): object {
  return Object.fromEntries(Object.entries(exchange).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

describe('probes changed, rebuilt and signed again with the trusted key', () => {
  it.each(rows)('%s: %s', async (_name, code, change) => {
    const facts = probedFacts();
    change(facts);
    expect(await codeOf(writeRun(facts))).toBe(code);
  });
});

describe('probes changed in what was published', () => {
  const edited = async (edit: (run: WrittenRun) => void): Promise<string> => {
    const run = writeRun(probedFacts());
    edit(run);
    return codeOf(run);
  };
  const place = (run: WrittenRun, mark: string): number => run.lines.findIndex((line) => line.includes(mark));

  it('a verdict in a record', async () => {
    const edit = (run: WrittenRun): void => {
      const at = place(run, '"capability":"seed"');
      run.lines[at] = (run.lines[at] ?? '').replace('"verdict":"yes"', '"verdict":"unknown"');
    };
    expect(await edited(edit)).toBe('ERR_PROBE');
  });

  it('an answer in an opening', async () => {
    const edit = (run: WrittenRun): void => {
      const at = place(run, '"label":"probe"');
      run.lines[at] = (run.lines[at] ?? '').replace('two', 'six');
    };
    expect(await edited(edit)).toBe('ERR_OPENING_COMMITMENT');
  });

  it('an opening twice', async () => {
    const edit = (run: WrittenRun): void => {
      const at = place(run, '"label":"probe"');
      run.lines.splice(at, 0, run.lines[at] ?? '');
    };
    expect(await edited(edit)).toBe('ERR_OPENING_STRAY');
  });

  it('an opening after another record', async () => {
    const edit = (run: WrittenRun): void => {
      const at = place(run, '"label":"probe"');
      const [opening = ''] = run.lines.splice(at, 1);
      run.lines.splice(at + 1, 0, opening);
    };
    expect(await edited(edit)).toBe('ERR_OPENING_STRAY');
  });

  it('an opening of a request after a probe', async () => {
    const edit = (run: WrittenRun): void => {
      const at = place(run, '"label":"probe"');
      run.lines[at] = (run.lines[at] ?? '').replace('"label":"probe"', '"label":"request"');
    };
    expect(await edited(edit)).toBe('ERR_OPENING_STRAY');
  });

  it('openings left out are less coverage and no fault', async () => {
    const run = writeRun(probedFacts());
    run.lines = run.lines.filter((line) => !line.includes('"label":"probe"'));
    const verification = await verifyRun(sourceOf(run, 'D3'), { trusted: [SIGNER.publicKey] });
    if (!verification.verified) throw verification.fault;
    const { probes, level } = verification.transcript;
    expect(probes?.[0]).toEqual({ capability: 'seed', verdict: 'yes', detail: null });
    expect(level).toBe('D2');
  });
});
