/**
 * What a hostile signer or publisher tried. A signer rebuilds everything and signs it again with the trusted key; others can
 * only change what was published.
 */
import { describe, expect, it } from 'vitest';
import { decodeUtf8, encodeUtf8 } from '../../src/core/bytes.ts';
import { canonicalize } from '../../src/core/canonical-json.ts';
import { parseCheckpoint } from '../../src/core/checkpoint.ts';
import { noteSigner, localSigner } from '../../src/core/signer.ts';
import { signNote } from '../../src/core/note.ts';
import { digest } from '../../src/core/digest.ts';
import { formatDefinition, promptDigest, scorerDigest, type SuiteDefinition } from '../../src/suites/definition.ts';
import { selectIndices } from '../../src/transcript/selection.ts';
import type { DisclosureLevel } from '../../src/transcript/source.ts';
import { verifyRun, type Verification } from '../../src/verifier/verify.ts';
import type { VerifiedTranscript } from '../../src/verifier/verified-transcript.ts';
import * as fc from '../property.ts';
import {
  honestFacts,
  honestSteps,
  RESUME,
  responseOf,
  SIGNER,
  sourceOf,
  STRANGER,
  writeRun,
  type Facts,
  type Step,
  type WrittenRun,
} from './crafted-run.ts';

const TRUST = { trusted: [SIGNER.publicKey] };

const codeOf = (verification: Verification): string => (verification.verified ? 'verified' : verification.fault.code);

async function rebuilt(change: (facts: Facts) => void, repeats = 1): Promise<string> {
  const facts = honestFacts({ repeats });
  change(facts);
  return codeOf(await verifyRun(sourceOf(writeRun(facts)), TRUST));
}

async function verified(run: WrittenRun, level: DisclosureLevel | null = 'D3'): Promise<VerifiedTranscript> {
  const verification = await verifyRun(sourceOf(run, level), { ...TRUST, keepSamples: true });
  if (!verification.verified) throw verification.fault;
  return verification.transcript;
}

const find = <K extends Step['kind']>(facts: Facts, kind: K, index: number): Extract<Step, { kind: K }> =>
  facts.steps.find((entry) => entry.kind === kind && 'index' in entry && entry.index === index) as Extract<
    Step,
    { kind: K }
  >;

/** Put other steps in the place of those of one item. */
function replaceItem(facts: Facts, index: number, steps: readonly Step[]): void {
  const at = facts.steps.findIndex((entry) => 'index' in entry && entry.index === index);
  const others = facts.steps.filter((entry) => !('index' in entry) || entry.index !== index);
  facts.steps = [...others.slice(0, at), ...steps, ...others.slice(at)];
}

/** The plan follows the suite that a test has changed. */
function plantSuite(facts: Facts, change: Partial<SuiteDefinition>): void {
  facts.suite = { ...facts.suite, ...change };
  const { suite, plan } = facts;
  const { config: _, ...scorer } = suite.scorer;
  const { parameters, unscored, harness } = suite;
  facts.plan = {
    ...plan,
    suite: { ...plan.suite, digest: digest(formatDefinition(suite)) },
    rules: { ...plan.rules, prompt: promptDigest(suite.prompt), parameters, unscored, harness, scorer },
  };
}

const skipped = (index: number): Step => ({ kind: 'score', index, repeat: 0, record: { unscored: 'skipped' } });
const budgetEnd: Facts['end'] = (record) => (record.k === 'end' ? { ...record, reason: 'budget' } : record);
const axisOf = (transcript: VerifiedTranscript, name: string): VerifiedTranscript['axes'][number] | undefined =>
  transcript.axes.find(({ axis }) => axis === name);

/** A seed that draws the first four of five items. */
function seedOfFirstFour(): string {
  const seeds = Array.from({ length: 100 }, (_, seed) => `${seed}`);
  return seeds.find((seed) => !selectIndices({ kind: 'seeded', limit: 4, seed }, 5).includes(4)) ?? '';
}

/** An item whose first attempt ended in some way, and whose second was answered. */
function askedTwice(facts: Facts, index: number, first: Step[], between: Step[] = []): Step[] {
  const [intent, ...rest] = honestSteps(facts.plan, index);
  if (intent?.kind !== 'intent') throw new Error('want an intent first');
  return [intent, ...first, ...between, { ...intent, attempt: 1 }, ...rest];
}

const outcome = (index: number, record: Extract<Step, { kind: 'outcome' }>['record'], response?: string): Step => ({
  kind: 'outcome',
  index,
  repeat: 0,
  record,
  ...(response === undefined ? {} : { response }),
});

describe('a signer who drops answers', () => {
  const hidden = ['network', 'timeout', 'cancelled'] as const;
  it.each(hidden)('refuses a wrong answer filed as "%s" with its response', async (status) => {
    const code = await rebuilt((facts) => {
      const failed = outcome(2, { k: 'outcome', status, http: 200, error: 'ECONNRESET' }, responseOf('12'));
      replaceItem(facts, 2, askedTwice(facts, 2, [failed], [RESUME]));
    });
    expect(code).toBe('ERR_OUTCOME_ANSWER');
  });

  it('refuses a status without the bytes that came with it', async () => {
    const code = await rebuilt((facts) => {
      const failed = outcome(2, { k: 'outcome', status: 'http', http: 500 });
      replaceItem(facts, 2, askedTwice(facts, 2, [failed]));
    });
    expect(code).toBe('ERR_RECORD_FIELD');
  });

  it('refuses a lost attempt in a run that was never interrupted', async () => {
    const lost = outcome(2, { k: 'outcome', status: 'lost' });
    expect(await rebuilt((facts) => replaceItem(facts, 2, askedTwice(facts, 2, [lost])))).toBe('ERR_RESUME');
    expect(await rebuilt((facts) => replaceItem(facts, 2, askedTwice(facts, 2, [lost], [RESUME])))).toBe('ERR_RESUME');
    expect(await rebuilt((facts) => replaceItem(facts, 2, askedTwice(facts, 2, [RESUME, lost])))).toBe('verified');
  });

  it('refuses to ask again after a cancelled attempt in a run that went on', async () => {
    const stopped = outcome(2, { k: 'outcome', status: 'cancelled' });
    expect(await rebuilt((facts) => replaceItem(facts, 2, askedTwice(facts, 2, [stopped])))).toBe('ERR_RESUME');
    expect(await rebuilt((facts) => replaceItem(facts, 2, askedTwice(facts, 2, [stopped], [RESUME])))).toBe('verified');
  });

  it('refuses an outcome that nobody can have seen', async () => {
    const code = await rebuilt((facts) => {
      const [intent, ...rest] = honestSteps(facts.plan, 2);
      replaceItem(facts, 2, intent === undefined ? [] : [intent, RESUME, ...rest]);
    });
    expect(code).toBe('ERR_RESUME');
  });

  it('refuses a hard item skipped for a budget that was used up later', async () => {
    const code = await rebuilt((facts) => {
      facts.plan = { ...facts.plan, budget: { max_requests: 3 } };
      replaceItem(facts, 2, [skipped(2)]);
      facts.end = budgetEnd;
    });
    expect(code).toBe('ERR_BUDGET');
  });

  it('accepts the last item skipped for the same budget', async () => {
    const code = await rebuilt((facts) => {
      facts.plan = { ...facts.plan, budget: { max_requests: 3 } };
      replaceItem(facts, 3, [skipped(3)]);
      facts.end = budgetEnd;
    });
    expect(code).toBe('verified');
  });

  it('refuses items skipped for the cost of a run without prices', async () => {
    const code = await rebuilt((facts) => {
      facts.plan = { ...facts.plan, budget: { max_cost_usd: '1000' } };
      replaceItem(facts, 3, [skipped(3)]);
      facts.end = budgetEnd;
    });
    expect(code).toBe('ERR_END');
  });
});

describe('a signer who asks something else', () => {
  it('refuses a request nested beyond every stack', async () => {
    const deep = `{"model":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    const code = await rebuilt((facts) => {
      find(facts, 'intent', 1).request = deep;
    });
    expect(code).toBe('ERR_REQUEST');
  });

  it('refuses a parameter that is nested too deeply for a request', async () => {
    const deep = `${'{"a":'.repeat(255)}{}${'}'.repeat(255)}`;
    const code = await rebuilt((facts) => {
      plantSuite(facts, { parameters: { ...facts.suite.parameters, response_format: deep } });
    });
    expect(code).toBe('ERR_PLAN_FORM');
  });

  it('refuses a seed from which two repeats get the same', async () => {
    const seed = Number.MAX_SAFE_INTEGER - 1;
    const code = await rebuilt((facts) => {
      facts.suite = { ...facts.suite, parameters: { ...facts.suite.parameters, seed } };
      plantSuite(facts, {});
    }, 3);
    expect(code).toBe('ERR_PLAN_FORM');
  });

  it.each(['{"Model":"better-1"}', '{"MAX_TOKENS":1}', '{"me\u017f\u017fages":[]}'])(
    'refuses more members that some servers take for planned ones: %s',
    async (extra) => {
      const code = await rebuilt((facts) => {
        facts.plan = { ...facts.plan, endpoint: { ...facts.plan.endpoint, extra } };
      });
      expect(code).toBe('ERR_PLAN_FORM');
    },
  );

  it('refuses a harness that this version does not have', async () => {
    const code = await rebuilt((facts) => plantSuite(facts, { harness: { id: 'debate', version: 7 } }));
    expect(code).toBe('ERR_PLAN_FORM');
  });

  // Items that are not those of the suite cannot be told from them without the suite; so nothing else is said.
  it('says that a subset of a suite is declared to be of the suite', async () => {
    const facts = honestFacts();
    const rule = { kind: 'seeded', limit: 4, seed: seedOfFirstFour() } as const;
    const items = { root: 'aa'.repeat(32), size: 5 };
    plantSuite(facts, { items });
    facts.plan = {
      ...facts.plan,
      suite: { ...facts.plan.suite, ...items },
      selection: { ...facts.plan.selection, rule },
    };
    expect(axisOf(await verified(writeRun(facts)), 'completeness')?.scope).toContain(
      'declares that they are of the suite',
    );
    expect(axisOf(await verified(writeRun(honestFacts())), 'completeness')?.scope).not.toContain('declares');
  });
});

describe('a signer who says more than one thing', () => {
  it('refuses a metric stated twice', async () => {
    const mean = { k: 'aggregate', function: 'mean/1', result: { num: 4, den: 4 } } as const;
    const vibes = { ...mean, function: 'vibes/1' } as const;
    expect(await rebuilt((facts) => facts.moreAggregates.push(mean))).toBe('ERR_AGGREGATE');
    expect(await rebuilt((facts) => facts.moreAggregates.push(vibes, { ...vibes, result: {} }))).toBe('ERR_AGGREGATE');
    expect(await rebuilt((facts) => facts.moreAggregates.push(vibes))).toBe('verified');
  });

  it('refuses a metric stated twice in a statement without records', async () => {
    const facts = honestFacts();
    const vibes = { k: 'aggregate', function: 'vibes/1', result: { value: '0.1' } } as const;
    facts.moreAggregates = [vibes, { ...vibes, result: { value: '0.9' } }];
    const { files } = writeRun(facts);
    expect(codeOf(await verifyRun({ name: 'x', level: 'D0', files, evidence: new Map(), lines: null }, TRUST))).toBe(
      'ERR_AGGREGATE',
    );
  });

  it('refuses checkpoints that do not begin at the header', async () => {
    expect(await rebuilt((facts) => (facts.checkpoints = (lines) => lines.slice(1)))).toBe('ERR_CHECKPOINT_ORDER');
  });

  it('refuses a checkpoint with a signature that nobody can check', async () => {
    const code = await rebuilt((facts) => {
      facts.checkpoints = (lines) =>
        lines.map((line) => {
          const { note } = JSON.parse(line) as { note: string };
          const text = note.slice(0, note.indexOf('\n\n') + 1);
          const { origin } = parseCheckpoint(text);
          const signers = [SIGNER, STRANGER].map((key) => noteSigner(localSigner(key), origin));
          return canonicalize({ note: signNote(text, signers) });
        });
    });
    expect(code).toBe('ERR_CHECKPOINT_SIGNATURE');
  });

  it('refuses a response longer than the plan allows', async () => {
    const code = await rebuilt((facts) => {
      facts.plan = { ...facts.plan, rules: { ...facts.plan.rules, limits: { timeout_ms: 1, max_response_bytes: 10 } } };
    });
    expect(code).toBe('ERR_OUTCOME_ANSWER');
  });
});

describe('a publisher who leaves openings out', () => {
  const without = (run: WrittenRun, label: string): WrittenRun => ({
    files: run.files,
    lines: run.lines.filter((line) => !line.includes(`"label":"${label}"`)),
  });

  it('does not count a verdict on the answer to a question that nobody sees', async () => {
    const facts = honestFacts();
    for (const index of [0, 1, 2, 3]) {
      const intent = find(facts, 'intent', index);
      intent.request = intent.request.replace(' = ?', ' = ? (the answer is 4)');
    }
    const scoring = axisOf(await verified(without(writeRun(facts), 'request'), 'D2'), 'scoring');
    expect(scoring?.verdict).toBe('declared');
    expect(scoring?.coverage).toEqual({ checked: 0, total: 4, unit: 'answers' });
  });

  it.each(['item', 'target', 'request', 'response', 'extracted'])(
    'says level D2 of a bundle that claims D3 without the opening of one %s',
    async (label) => {
      const run = writeRun(honestFacts());
      const skippedAt = run.lines.findLastIndex((line) => line.includes(`"label":"${label}"`));
      // A target cannot be opened without its item.
      const lines = run.lines.filter(
        (line, at) => at !== skippedAt && !(label === 'item' && at === skippedAt + 1 && line.includes('"target"')),
      );
      expect((await verified({ files: run.files, lines })).level).toBe('D2');
    },
  );

  it('says D3 only of a run that opens everything, wherever it comes from', async () => {
    const run = writeRun(honestFacts());
    expect((await verified(run, null)).level).toBe('D3');
    expect((await verified(run, 'D2')).level).toBe('D2');
    const closed = { files: run.files, lines: run.lines.filter((line) => !line.includes('"label":')) };
    expect((await verified(closed, null)).level).toBe('D1');
    expect((await verified(closed, 'D3')).level).toBe('D1');
  });

  it('refuses an item that is opened after its first intent', async () => {
    const facts = honestFacts({ repeats: 2 });
    const run = writeRun(facts);
    const at = run.lines.findIndex((line) => line.includes('"label":"item"'));
    const [item = '', target = ''] = run.lines.splice(at, 2);
    const second = run.lines.findIndex((line) => line.includes('"k":"intent"') && line.includes('"repeat":1'));
    run.lines.splice(second + 1, 0, item, target);
    expect(codeOf(await verifyRun(sourceOf(run), TRUST))).toBe('ERR_OPENING_STRAY');
  });
});

describe('a suite that means harm', () => {
  const suiteWith = (change: Partial<SuiteDefinition>): Promise<string> =>
    rebuilt((facts) => plantSuite(facts, change));
  const prompted = (content: string): Partial<SuiteDefinition> => ({
    prompt: { messages: [{ role: 'user', content }], few_shot: [] },
  });

  it.each([
    '{{ question.constructor }}',
    '{{ constructor }}',
    '{{ __proto__ }}',
    '{{ question.__proto__ }}',
    '{{ question["constructor"]["constructor"]("return process")() }}',
    '{{ namespace }}',
    '{{ range }}',
    '{{ strftime_now("%Y") }}',
    '{{ target }}',
  ])('cannot reach beyond the item with %s', async (template) => {
    expect(await suiteWith(prompted(template))).toMatch(/^ERR_(?:SUITE_FORM|REQUEST_MESSAGES)$/);
  });

  it('cannot make everything right without saying so in the plan', async () => {
    const config = { patterns: ['(a+)+$'], take: 'first' } as const;
    const scorer = { id: 'regex', version: 1, config, digest: scorerDigest('regex', 1, config) };
    expect(await suiteWith({ scorer })).toMatch(/^ERR_(?:SCORE|SCORE_EXTRACTED)$/);
  });
});

describe('forms', () => {
  it('refuses the payload of an envelope under another type', async () => {
    const run = writeRun(honestFacts());
    const text = decodeUtf8(run.files.get('result.dsse.json') ?? new Uint8Array());
    run.files.set('result.dsse.json', encodeUtf8(text.replace('in-toto+json', 'in-toto+jsom')));
    expect(codeOf(await verifyRun(sourceOf(run), TRUST))).toBe('ERR_RESULT_SIGNATURE');
  });
});

describe('anything at all', () => {
  const honest = writeRun(honestFacts({ repeats: 2 }));
  const names = [...honest.files.keys()];

  it('gets a typed verdict as a small file', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), fc.uint8Array({ maxLength: 200 }), async (name, bytes) => {
        const run = { files: new Map(honest.files).set(name, bytes), lines: honest.lines };
        expect(codeOf(await verifyRun(sourceOf(run)))).toMatch(/^ERR_/);
      }),
      { numRuns: 300 },
    );
  });

  it('gets a typed verdict as a line', async () => {
    const line = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .dictionary(fc.constantFrom('k', 'seq', 'label', 'index', 'salt', 'utf8', '__proto__'), fc.jsonValue())
        .map(canonical),
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(honest.lines.length), line, async (at, text) => {
        const run = { files: honest.files, lines: honest.lines.toSpliced(at, 0, text) };
        expect(codeOf(await verifyRun(sourceOf(run)))).toMatch(/^ERR_/);
      }),
      { numRuns: 120 },
    );
  });

  // In canonical form, so that it reaches the checks of meaning.
  it('gets a typed verdict as a field of a record', async () => {
    const records = honest.lines.flatMap((line, at) => (line.includes('"k":') ? [at] : []));
    const value = fc.oneof(
      fc.integer(),
      fc.constantFrom(Number.MAX_SAFE_INTEGER, -1, 'ok', 'lost', 'skipped', true, {}, [], 'ff'.repeat(32), undefined),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...records), fc.nat(10), value, async (at, field, changed) => {
        const record = JSON.parse(honest.lines[at] ?? '') as Record<string, unknown>;
        const key = Object.keys(record)[field % Object.keys(record).length] ?? 'k';
        const { [key]: was, ...rest } = record;
        const line = canonicalize(changed === undefined ? rest : { ...rest, [key]: changed });
        if (was === changed) return;
        const run = { files: honest.files, lines: honest.lines.with(at, line) };
        expect(codeOf(await verifyRun(sourceOf(run)))).toMatch(/^ERR_/);
      }),
      { numRuns: 200 },
    );
  });
});

function canonical(value: unknown): string {
  try {
    return canonicalize(value);
  } catch {
    return JSON.stringify(value);
  }
}
