/**
 * A small run made by hand in memory, honest unless a test says otherwise.
 *
 * A test may change the facts before the run is written (`change`), which is what a dishonest signer does: everything is
 * rebuilt and signed again with the right key. Or it may change the written lines and files, which is what everybody else
 * can do.
 */
import { canonicalize, type JsonValue } from '../../src/core/canonical-json.ts';
import { decodeHex, encodeHex, encodeUtf8 } from '../../src/core/bytes.ts';
import { digest, type Digest } from '../../src/core/digest.ts';
import type { EndpointLevel } from '../../src/core/evidence-names.ts';
import { formatCheckpoint } from '../../src/core/checkpoint.ts';
import { signEnvelope } from '../../src/core/dsse.ts';
import { secretKey, type SecretKey } from '../../src/core/key.ts';
import { signNote } from '../../src/core/note.ts';
import { envelopeSigner, localSigner, noteSigner } from '../../src/core/signer.ts';
import { STATEMENT_PAYLOAD_TYPE } from '../../src/core/statement.ts';
import { createAggregator } from '../../src/scoring/aggregate.ts';
import { formatDefinition, promptDigest, scorerDigest, type SuiteDefinition } from '../../src/suites/definition.ts';
import { commitItem, createItemTree, type CommittedItem } from '../../src/suites/item.ts';
import { createBuilder, type NewRecord, type TranscriptBuilder } from '../../src/transcript/builder.ts';
import { PUBLIC_SUITE_SECRET } from '../../src/transcript/commitment.ts';
import { planDigest, type Plan } from '../../src/transcript/plan.ts';
import { formatPlan } from '../../src/transcript/plan-text.ts';
import {
  evidenceNonce,
  formatAnswerEvidence,
  type AnswerEvidence,
  type EvidencePhase,
} from '../../src/transcript/evidence.ts';
import {
  FORMAT,
  type AggregateRecord,
  type EndRecord,
  type ScoreRecord,
  type SessionEvidenceRecord,
} from '../../src/transcript/record.ts';
import type { DisclosureLevel, RunFile, RunSource } from '../../src/transcript/source.ts';
import { planStatement, resultStatement } from '../../src/transcript/statement.ts';
import { chatQuestion, requestBuilder, type Message } from '../../src/transcript/wire/request.ts';
import { hashOf, KEY_A, type FakeReport } from '../fake-attestation.ts';
import { UNSCORED_POLICY } from '../unscored-policy.ts';

/** An item of the crafted suite, and what the crafted model answers. */
export interface CraftedItem {
  readonly id: string;
  readonly question: string;
  readonly target: string;
  readonly answer: string;
}

/** What happens in a run, in order; `index` and `repeat` say to which sample it belongs. */
export type Step =
  | { kind: 'intent'; index: number; repeat: number; attempt: number; request: string }
  | {
      kind: 'outcome';
      index: number;
      repeat: number;
      record: Omit<Extract<NewRecord, { k: 'outcome' }>, 'of'>;
      response?: string;
    }
  | { kind: 'score'; index: number; repeat: number; record: Partial<ScoreRecord>; extracted?: string }
  | { kind: 'record'; record: NewRecord }
  /** What was asked and answered is opened after the record, unless it is changed to something else. */
  | {
      kind: 'probe';
      record: Omit<Extract<NewRecord, { k: 'probe' }>, 'k' | 'at' | 'content'>;
      content: string;
    }
  /** An attestation over all records before it, unless `size` names another tree. */
  | {
      kind: 'attestation';
      phase: EvidencePhase;
      size?: number;
      report?: Partial<FakeReport>;
      change?: (record: SessionEvidence) => SessionEvidence;
    }
  /** What the provider says of the last answer of a sample; `of` names another record. */
  | {
      kind: 'evidence';
      index: number;
      repeat: number;
      of?: number;
      content?: (honest: AnswerEvidence) => AnswerEvidence | string;
    };

type SessionEvidence = Omit<SessionEvidenceRecord, 'seq'>;

/** Everything a crafted run is written from. Tests change it before it is written. */
export interface Facts {
  suite: SuiteDefinition;
  plan: Plan;
  items: CommittedItem[];
  steps: Step[];
  key: SecretKey;
  features: string[];
  /** Changes the aggregate and the end record, after they were derived from the steps. */
  aggregate: (record: NewRecord) => NewRecord;
  end: (record: NewRecord) => NewRecord;
  /** Changes the signed result payload. */
  result: (payload: Uint8Array) => Uint8Array;
  /** Sizes at which checkpoints are signed, beside the first and the last. */
  checkpointSize: (size: number) => number;
  /** Changes the signed lines of checkpoints.jsonl. */
  checkpoints: (lines: string[]) => string[];
  /** Metrics stated beside the first. */
  moreAggregates: Omit<AggregateRecord, 'seq'>[];
}

/** A written run: files and lines as a source has them. */
export interface WrittenRun {
  files: Map<RunFile, Uint8Array>;
  evidence?: Map<string, Uint8Array>;
  lines: string[];
}

const SEED = decodeHex('0b'.repeat(32));
const SECRET = decodeHex('5e'.repeat(32));
const AT = '2026-01-02T03:04:05.678Z';

/** The key that signs crafted runs. */
export const SIGNER: SecretKey = secretKey('crafted', SEED);

/** Another key, which a reader does not trust. */
export const STRANGER: SecretKey = secretKey('stranger', decodeHex('0c'.repeat(32)));

/** Four items; the crafted model is right about three. */
export const ITEMS: readonly CraftedItem[] = [
  { id: 'a', question: '2 + 2 = ?', target: '4', answer: '4' },
  { id: 'b', question: '3 + 4 = ?', target: '7', answer: '7' },
  { id: 'c', question: '5 + 6 = ?', target: '11', answer: '12' },
  { id: 'd', question: '1 + 1 = ?', target: '2', answer: '2' },
];

const SCORER = { id: 'exact', version: 1, config: {} } as const;

function suiteOf(items: readonly CommittedItem[]): SuiteDefinition {
  const tree = createItemTree();
  for (const item of items) tree.append(item.itemCommitment);
  return {
    format: 'touchstone/suite/v1',
    id: 'sums',
    version: '1.0.0',
    title: 'Sums',
    licence: 'CC0-1.0',
    visibility: 'public',
    redistributable: true,
    items: { root: encodeHex(tree.root()), size: items.length },
    prompt: { messages: [{ role: 'user', content: '{{ question }}' }], few_shot: [] },
    parameters: { max_tokens: 8, temperature: '0' },
    repeats: 1,
    scorer: { ...SCORER, digest: scorerDigest(SCORER.id, SCORER.version, SCORER.config) },
    unscored: UNSCORED_POLICY,
    harness: { id: 'single-turn', version: 1 },
  };
}

function planOf(suite: SuiteDefinition, repeats: number): Plan {
  const { id, version, licence, visibility, redistributable, items, scorer } = suite;
  return {
    format: FORMAT,
    created_at: AT,
    nonce: '00'.repeat(16),
    suite: { id, version, licence, digest: digest(formatDefinition(suite)), visibility, redistributable, ...items },
    selection: { rule: { kind: 'all' }, ...items },
    endpoint: {
      kind: 'openai',
      name: 'crafted',
      base_url: 'http://127.0.0.1:1/v1',
      model: 'crafted-1',
      stream: false,
      max_tokens_field: 'max_tokens',
    },
    rules: {
      prompt: promptDigest(suite.prompt),
      parameters: suite.parameters,
      scorer: { id: scorer.id, version: scorer.version, digest: scorer.digest },
      unscored: suite.unscored,
      harness: suite.harness,
      repeats,
      limits: { timeout_ms: 1000, max_response_bytes: 100_000 },
      retry: { max_attempts: 2, max_lost: 1 },
      stop: 'none',
    },
    budget: {},
    concurrency: 2,
    runner: { name: 'touchstone', version: '0.0.0', dirty: false, platform: 'test' },
    signer: {
      kind: 'ed25519',
      name: 'crafted',
      public_key: encodeHex(SIGNER.publicKey.bytes),
      checkpoint_key: encodeHex(SIGNER.publicKey.bytes),
    },
  };
}

/** The run goes on after an interruption. */
export const RESUME: Step = {
  kind: 'record',
  record: { k: 'resume', at: AT, torn_bytes: 0, torn_content_bytes: 0, version: '0.0.0' },
};

/** A response body with an answer. */
export function responseOf(answer: string, extra: Readonly<Record<string, JsonValue>> = {}): string {
  return JSON.stringify({
    id: 'r',
    model: 'crafted-1',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: answer } }],
    usage: { prompt_tokens: 9, completion_tokens: 1 },
    ...extra,
  });
}

/** The steps of one honest sample. */
export function honestSteps(plan: Plan, index: number, repeat = 0): Step[] {
  const item = ITEMS[index];
  if (item === undefined) throw new RangeError(`no item ${index}`);
  const messages: Message[] = [{ role: 'user', content: item.question }];
  const answered = { finish: 'stop', model: 'crafted-1', prompt_tokens: 9, completion_tokens: 1, latency_us: 1000 };
  const num = item.answer === item.target ? 1 : 0;
  return [
    { kind: 'intent', index, repeat, attempt: 0, request: requestBuilder(plan)(chatQuestion(messages), repeat) },
    {
      kind: 'outcome',
      index,
      repeat,
      record: { k: 'outcome', status: 'ok', http: 200, ...answered },
      response: responseOf(item.answer),
    },
    { kind: 'score', index, repeat, record: { num, den: 1, rule: 'whole' }, extracted: item.answer },
  ];
}

/** The facts of an honest run over all items. */
export function honestFacts({ repeats = 1 }: { repeats?: number } = {}): Facts {
  const items = ITEMS.map(({ id, question, target }, index) =>
    commitItem(PUBLIC_SUITE_SECRET, index, { id, input: { question }, tags: [], target }),
  );
  const suite = { ...suiteOf(items), repeats };
  const plan = planOf(suite, repeats);
  const steps = ITEMS.flatMap((_, index) =>
    Array.from({ length: repeats }, (_, repeat) => honestSteps(plan, index, repeat)).flat(),
  );
  const same = <T>(value: T): T => value;
  return {
    suite,
    plan,
    items,
    steps,
    key: SIGNER,
    features: [],
    aggregate: same,
    end: same,
    result: same,
    checkpointSize: same,
    checkpoints: same,
    moreAggregates: [],
  };
}

/** The facts of an honest run over all items against an endpoint that gives (fake) evidence. */
export function attestedFacts({ repeats = 1, requireLevel }: AttestedChoice = {}): Facts {
  const facts = honestFacts({ repeats });
  const { endpoint } = facts.plan;
  const required = requireLevel === undefined ? {} : { require_level: requireLevel };
  facts.plan = {
    ...facts.plan,
    endpoint: { ...endpoint, kind: 'tee', tee: { provider: 'near-direct' } },
    evidence: { max_pending: 2, ...required },
  };
  facts.features = ['evidence/1'];
  const steps = facts.steps.flatMap((step): Step[] => {
    if (step.kind !== 'score') return [step];
    return [{ kind: 'evidence', index: step.index, repeat: step.repeat }, step];
  });
  facts.steps = [{ kind: 'attestation', phase: 'before' }, ...steps, { kind: 'attestation', phase: 'after' }];
  return facts;
}

interface AttestedChoice {
  readonly repeats?: number;
  readonly requireLevel?: EndpointLevel;
}

/** Write a run from its facts: every digest, commitment, root and signature is made anew. */
export function writeRun(facts: Facts): WrittenRun {
  const { plan, key } = facts;
  const planText = formatPlan(plan);
  const planSha = planDigest(planText);
  const builder = createBuilder(SECRET);
  builder.append({
    k: 'header',
    at: AT,
    features: facts.features,
    format: FORMAT,
    plan: planSha,
    run_nonce: '11'.repeat(16),
  });
  const checkpoints = [checkpointLine(builder, planSha, key, facts.checkpointSize)];
  const evidence = new Map<string, Uint8Array>();
  const { aggregates, end } = writeRecords(facts, builder, attester(builder, planSha, evidence));
  checkpoints.push(checkpointLine(builder, planSha, key, facts.checkpointSize));
  const { size, root } = builder.head();
  const { content, records } = builder.take();
  const checkpointsText = facts
    .checkpoints(checkpoints)
    .map((line) => `${line}\n`)
    .join('');
  const suiteText = formatDefinition(facts.suite);
  const payload = resultStatement({
    plan,
    digests: {
      plan: planSha,
      suite: plan.suite.digest,
      records: builder.recordsDigest(),
      checkpoints: digest(checkpointsText),
    },
    tree: { size, rootHex: encodeHex(root) },
    aggregates,
    end,
  });
  const signers = [envelopeSigner(localSigner(key))];
  const files = new Map<RunFile, Uint8Array>([
    ['plan.json', encodeUtf8(planText)],
    ['plan.dsse.json', encodeUtf8(signEnvelope(STATEMENT_PAYLOAD_TYPE, planStatement(plan, planSha), signers))],
    ['suite.json', encodeUtf8(suiteText)],
    ['checkpoints.jsonl', encodeUtf8(checkpointsText)],
    ['result.dsse.json', encodeUtf8(signEnvelope(STATEMENT_PAYLOAD_TYPE, facts.result(payload), signers))],
  ]);
  return { files, evidence, lines: join(records, content) };
}

function checkpointLine(
  builder: TranscriptBuilder,
  planSha: string,
  key: SecretKey,
  sizeOf: (size: number) => number,
): string {
  const origin = `touchstone/v1/run/${planSha}`;
  const { size, root } = builder.head();
  const note = signNote(formatCheckpoint({ origin, size: sizeOf(size), root }), [noteSigner(localSigner(key), origin)]);
  return canonicalize({ note });
}

type Attester = (step: Extract<Step, { kind: 'attestation' }>) => void;

// Roots of all trees are kept, so that a test may make a nonce from any of them.
function attester(builder: TranscriptBuilder, planSha: Digest, evidence: Map<string, Uint8Array>): Attester {
  const roots = new Map<number, Uint8Array>();
  const before = builder.append;
  const keep = (): void => void roots.set(builder.head().size, builder.head().root);
  keep();
  builder.append = (record) => {
    const seq = before(record);
    keep();
    return seq;
  };
  return ({ phase, size = builder.head().size, report = {}, change = (record) => record }) => {
    const root = roots.get(size);
    if (root === undefined) throw new RangeError(`no tree of ${size} records`);
    const nonce = encodeHex(evidenceNonce(phase, planSha, { size, root }));
    const bytes = encodeUtf8(JSON.stringify({ nonce, keys: [KEY_A], ...report }));
    evidence.set(digest(bytes), bytes);
    const files = [{ role: 'report' as const, sha256: digest(bytes) }];
    const url = 'https://tee.example/report';
    const record = { k: 'evidence', about: 'session', at: AT, phase, size, root: encodeHex(root), url, files } as const;
    builder.append(change(record));
  };
}

function writeRecords(
  facts: Facts,
  builder: TranscriptBuilder,
  attest: Attester,
): { aggregates: AggregateRecord[]; end: EndRecord } {
  const { plan } = facts;
  const repeats = Math.max(
    plan.rules.repeats,
    ...facts.steps.map((entry) => ('repeat' in entry ? entry.repeat + 1 : 1)),
  );
  const aggregator = createAggregator(repeats, plan.rules.unscored);
  const writer = stepWriter(facts, builder, (score) => aggregator.add(score));
  for (const entry of facts.steps) {
    if (entry.kind === 'attestation') attest(entry);
    else writer(entry);
  }
  const result = aggregator.result('mean/1');
  if (result === null) throw new Error('the metric is not known');
  const aggregate = facts.aggregate({ k: 'aggregate', function: 'mean/1', result }) as Omit<AggregateRecord, 'seq'>;
  const aggregates = [aggregate, ...facts.moreAggregates].map((record) => ({ ...record, seq: builder.append(record) }));
  const end = facts.end({ k: 'end', at: AT, reason: 'complete', counts: builder.counts() }) as Omit<EndRecord, 'seq'>;
  const endSeq = builder.append(end);
  return { aggregates, end: { ...end, seq: endSeq } };
}

function stepWriter(
  facts: Facts,
  builder: TranscriptBuilder,
  onScore: (score: ScoreRecord) => void,
): (step: Exclude<Step, { kind: 'attestation' }>) => void {
  const intents = new Map<string, number>();
  const outcomes = new Map<string, number>();
  const bodies = new Map<string, { request: string; response?: string }>();
  const opened = new Set<number>();
  const writeIntent = ({ index, repeat, attempt, request }: Extract<Step, { kind: 'intent' }>): void => {
    const item = itemOf(facts, index);
    if (!opened.has(index)) {
      opened.add(index);
      builder.openItem('item', index, item.itemSalt, encodeUtf8(item.itemText));
      builder.openItem('target', index, item.targetSalt, encodeUtf8(item.targetText));
    }
    const commitments = { item: item.itemCommitment, request: builder.commitNext('request', request) };
    bodies.set(`${index}/${repeat}`, { request });
    intents.set(`${index}/${repeat}`, builder.append({ k: 'intent', at: AT, attempt, index, repeat, ...commitments }));
  };
  const writeOutcome = ({ index, repeat, record, response }: Extract<Step, { kind: 'outcome' }>): void => {
    const committed = response === undefined ? {} : { response: builder.commitNext('response', response) };
    const of = intents.get(`${index}/${repeat}`) ?? 0;
    bodies.set(`${index}/${repeat}`, { request: '', ...bodies.get(`${index}/${repeat}`), response: response ?? '' });
    outcomes.set(`${index}/${repeat}`, builder.append({ ...record, of, ...committed }));
  };
  const writeScore = ({ index, repeat, record, extracted }: Extract<Step, { kind: 'score' }>): void => {
    const committed = extracted === undefined ? {} : { extracted: builder.commitNext('extracted', extracted) };
    const of = outcomes.get(`${index}/${repeat}`);
    const place = of === undefined ? { item: itemOf(facts, index).itemCommitment } : { of };
    const score = { k: 'score' as const, index, repeat, ...place, ...record, ...committed };
    onScore({ seq: 0, ...score });
    builder.append(score);
  };
  const writeEvidence = ({ index, repeat, of, content }: Extract<Step, { kind: 'evidence' }>): void => {
    const { request = '', response = '' } = bodies.get(`${index}/${repeat}`) ?? {};
    const signature = { key: KEY_A, request: hashOf(request), response: hashOf(response), model: 'crafted-1' };
    const honest: AnswerEvidence = {
      id: 'r',
      signatures: [{ algo: 'ed25519', body: JSON.stringify(signature) }],
    };
    const given = content?.(honest) ?? honest;
    const text = typeof given === 'string' ? given : formatAnswerEvidence(given);
    const place = of ?? outcomes.get(`${index}/${repeat}`) ?? 0;
    builder.append({ k: 'evidence', about: 'answer', of: place, evidence: builder.commitNext('evidence', text) });
  };
  return (entry) => {
    if (entry.kind === 'intent') writeIntent(entry);
    else if (entry.kind === 'evidence') writeEvidence(entry);
    else if (entry.kind === 'outcome') writeOutcome(entry);
    else if (entry.kind === 'score') writeScore(entry);
    else if (entry.kind === 'probe') {
      const content = builder.commitNext('probe', entry.content);
      builder.append({ k: 'probe', at: AT, ...entry.record, content });
    } else builder.append(entry.record);
  };
}

function itemOf(facts: Facts, index: number): CommittedItem {
  const item = facts.items[index];
  if (item === undefined) throw new RangeError(`no item ${index}`);
  return item;
}

// Each record followed by the openings that belong to it: a group of content lines ends with one that names a record.
function join(records: readonly string[], content: readonly string[]): string[] {
  const groups = new Map<number, string[]>();
  let group: string[] = [];
  for (const line of content) {
    group.push(line);
    const seq = (JSON.parse(line) as { seq?: number }).seq;
    if (seq === undefined) continue;
    groups.set(seq, group);
    group = [];
  }
  return records.flatMap((line, seq) => [line, ...(groups.get(seq) ?? [])]);
}

/** A written run as a source for the verifier. */
export function sourceOf(run: WrittenRun, level: DisclosureLevel | null = 'D3'): RunSource {
  const { lines, files, evidence = new Map<string, Uint8Array>() } = run;
  return {
    name: 'crafted',
    level,
    files,
    evidence,
    lines: (async function* () {
      yield lines;
    })(),
  };
}
