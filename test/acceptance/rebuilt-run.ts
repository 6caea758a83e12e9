/**
 * A recorded run in the hands of who signed it: any part may be changed, and then everything is rebuilt and signed again.
 *
 * This is what a runner can do who has his own key and what an endpoint gave him, and not the keys of the endpoint.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openFolder } from '../../src/archive/folder-source.ts';
import type { EvidenceFile } from '../../src/attestation/claim.ts';
import { decodeUtf8, encodeHex, encodeUtf8 } from '../../src/core/bytes.ts';
import { canonicalize } from '../../src/core/canonical-json.ts';
import { formatCheckpoint } from '../../src/core/checkpoint.ts';
import { digest } from '../../src/core/digest.ts';
import { signNote } from '../../src/core/note.ts';
import { keysOf } from '../../src/runner/signing.ts';
import { createAggregator } from '../../src/scoring/aggregate.ts';
import { createBuilder, type NewRecord, type TranscriptBuilder } from '../../src/transcript/builder.ts';
import type { Label } from '../../src/transcript/commitment.ts';
import { isOpeningLine, parseOpening, type Opening } from '../../src/transcript/opening.ts';
import { checkpointOrigin, planDigest, type Plan } from '../../src/transcript/plan.ts';
import { parsePlan } from '../../src/transcript/plan-text.ts';
import { parseRecord } from '../../src/transcript/record-line.ts';
import type { AggregateRecord, EndRecord, ScoreRecord, TranscriptRecord } from '../../src/transcript/record.ts';
import type { DisclosureLevel, RunFile, RunSource } from '../../src/transcript/source.ts';
import { planStatement, resultStatement } from '../../src/transcript/statement.ts';
import { SIGNER } from '../runner/toy.ts';

type Kind = TranscriptRecord['k'];
type OfKind<K extends Kind> = Extract<TranscriptRecord, { readonly k: K }>;

/** A record with what belongs to it; its `seq` names it, however many records come before it in the end. */
export interface Entry<R extends TranscriptRecord = TranscriptRecord> {
  record: R;
  openings: Opening[];
  /** Files of an attestation. */
  files: EvidenceFile[];
  /** Labels whose openings are not published. */
  withheld: Set<Label>;
  /** Whether an attestation says that it is over the records before it, whatever it was asked for. */
  restated: boolean;
}

/** Everything a run is rebuilt from. */
export interface RecordedRun {
  readonly plan: Plan;
  readonly suiteText: string;
  readonly secret: Uint8Array;
  entries: Entry[];
  /** Files that no record names. */
  stray: Uint8Array[];
  level: DisclosureLevel | null;
}

/** The run in a folder, to be changed. */
export async function readRecorded(folder: string): Promise<RecordedRun> {
  const { files, evidence, lines } = await openFolder(folder);
  const entries: Entry[] = [];
  for await (const batch of lines ?? []) {
    for (const line of batch) {
      if (isOpeningLine(line)) entries.at(-1)?.openings.push(parseOpening(line));
      else entries.push(entryOf(parseRecord(line), evidence));
    }
  }
  return {
    plan: parsePlan(decodeUtf8(files.get('plan.json') ?? new Uint8Array())),
    suiteText: decodeUtf8(files.get('suite.json') ?? new Uint8Array()),
    secret: new Uint8Array(await readFile(join(folder, 'secret'))),
    entries: entries.filter(({ record }) => record.k !== 'mark'),
    stray: [],
    level: null,
  };
}

function entryOf(record: TranscriptRecord, evidence: ReadonlyMap<string, Uint8Array>): Entry {
  const named = record.k === 'evidence' && record.about === 'session' ? record.files : [];
  const files = named.map(({ role, sha256 }) => ({ role, bytes: evidence.get(sha256) ?? new Uint8Array() }));
  return { record, openings: [], files, withheld: new Set(), restated: false };
}

/** A copy that may be changed without changing the run. */
export function copyOf({ entries, stray, ...run }: RecordedRun): RecordedRun {
  return {
    ...run,
    stray: [...stray],
    entries: entries.map((entry) => ({
      ...entry,
      record: { ...entry.record },
      openings: [...entry.openings],
      files: [...entry.files],
      withheld: new Set(entry.withheld),
    })),
  };
}

/** The entries of one kind. */
export function entriesOf<K extends Kind>({ entries }: RecordedRun, kind: K): Entry<OfKind<K>>[] {
  return entries.filter(({ record }) => record.k === kind) as Entry<OfKind<K>>[];
}

/** The attestations of a run. */
export function sessionsOf(run: RecordedRun): Entry<Extract<OfKind<'evidence'>, { readonly about: 'session' }>>[] {
  return entriesOf(run, 'evidence').filter(({ record }) => record.about === 'session') as ReturnType<typeof sessionsOf>;
}

/** What was said about each answer. */
export function answerEvidenceOf(run: RecordedRun): Entry<Extract<OfKind<'evidence'>, { readonly about: 'answer' }>>[] {
  return entriesOf(run, 'evidence').filter(({ record }) => record.about === 'answer') as ReturnType<
    typeof answerEvidenceOf
  >;
}

/** Text that a record commits to. */
export function contentOf({ openings }: Entry, label: Label): string {
  return decodeUtf8(openings.find((opening) => opening.label === label)?.bytes ?? new Uint8Array());
}

/** Put other content in its place. */
export function replaceContent(entry: Entry, label: Label, content: string): void {
  entry.openings = entry.openings.map((opening) =>
    opening.label === label ? { ...opening, bytes: encodeUtf8(content) } : opening,
  );
}

/** Leave records out. */
export function drop(run: RecordedRun, ...dropped: readonly Entry[]): void {
  run.entries = run.entries.filter((entry) => !dropped.includes(entry));
}

/** The run as it is now, signed by its signer. */
export function rebuilt(run: RecordedRun): RunSource {
  const { plan, suiteText, secret } = run;
  const planText = canonicalize(plan);
  const planSha256 = planDigest(planText);
  const keys = keysOf(SIGNER, secret);
  const builder = createBuilder(secret);
  const checkpoint = (): string => {
    const origin = checkpointOrigin(planSha256);
    const note = signNote(formatCheckpoint({ origin, ...builder.head() }), [keys.checkpointSigner(planSha256)]);
    return `${canonicalize({ note })}\n`;
  };
  const evidence = new Map(run.stray.map((bytes) => [digest(bytes), bytes] as const));
  // The first checkpoint is over the header alone.
  const checked: string[] = [];
  const written = writeEntries(run, { builder, evidence, onHeader: () => checked.push(checkpoint()) });
  const checkpoints = [...checked, checkpoint()].join('');
  const { size, root } = builder.head();
  const payload = resultStatement({
    plan,
    digests: {
      plan: planSha256,
      suite: plan.suite.digest,
      records: builder.recordsDigest(),
      checkpoints: digest(checkpoints),
    },
    tree: { size, rootHex: encodeHex(root) },
    aggregates: written.aggregates,
    end: written.end,
  });
  const texts: readonly (readonly [RunFile, string])[] = [
    ['plan.json', planText],
    ['plan.dsse.json', keys.signStatement(planStatement(plan, planSha256))],
    ['suite.json', suiteText],
    ['checkpoints.jsonl', checkpoints],
    ['result.dsse.json', keys.signStatement(payload)],
  ];
  const files = new Map(texts.map(([name, text]) => [name, encodeUtf8(text)] as const));
  return { name: 'rebuilt', level: run.level, files, evidence, lines: once(written.lines) };
}

async function* once(lines: readonly string[]): AsyncGenerator<readonly string[], void> {
  yield lines;
}

interface Written {
  readonly lines: readonly string[];
  readonly aggregates: readonly AggregateRecord[];
  readonly end: EndRecord;
}

interface Writing {
  readonly builder: TranscriptBuilder;
  readonly evidence: Map<string, Uint8Array>;
  readonly onHeader: () => void;
}

function writeEntries({ plan, entries }: RecordedRun, { builder, evidence, onHeader }: Writing): Written {
  const lines: string[] = [];
  const places = new Map<number, number>();
  const aggregates: AggregateRecord[] = [];
  const aggregator = createAggregator(plan.rules.repeats, plan.rules.unscored);
  let end: EndRecord | null = null;
  for (const entry of entries) {
    const commitments = commit(entry, builder);
    const facts = factsOf(entry, { builder, places, evidence });
    const record = { ...entry.record, ...facts, ...commitments } as TranscriptRecord;
    if (record.k === 'score') aggregator.add(record);
    const told = { ...record, ...derivedOf(record, aggregator, builder) } as TranscriptRecord;
    const { seq: _seq, ...unnumbered } = told;
    const seq = builder.append(unnumbered as NewRecord);
    places.set(entry.record.seq, seq);
    if (told.k === 'header') onHeader();
    if (told.k === 'aggregate') aggregates.push({ ...told, seq });
    if (told.k === 'end') end = { ...told, seq };
    const { records, content } = builder.take();
    lines.push(...records, ...content.filter((line) => !entry.withheld.has(parseOpening(line).label)));
  }
  if (end === null) throw new Error('the run has no end');
  return { lines, aggregates, end };
}

function commit({ openings }: Entry, builder: TranscriptBuilder): Readonly<Record<string, string>> {
  const commitments: Record<string, string> = {};
  for (const { label, number, salt, bytes } of openings) {
    if (label === 'item' || label === 'target') builder.openItem(label, number, salt, bytes);
    else commitments[label] = builder.commitNext(label, bytes);
  }
  return commitments;
}

interface Places {
  readonly builder: TranscriptBuilder;
  readonly places: ReadonlyMap<number, number>;
  readonly evidence: Map<string, Uint8Array>;
}

function factsOf({ record, files, restated }: Entry, { builder, places, evidence }: Places): object {
  if ('of' in record && record.of !== undefined) return { of: places.get(record.of) ?? record.of };
  if (record.k !== 'evidence' || record.about !== 'session') return {};
  for (const { bytes } of files) evidence.set(digest(bytes), bytes);
  const head = builder.head();
  return {
    files: files.map(({ role, bytes }) => ({ role, sha256: digest(bytes) })),
    ...(restated ? { size: head.size, root: encodeHex(head.root) } : {}),
  };
}

// Metrics and counts follow from the records; a liar about them would be found at once.
function derivedOf(
  record: TranscriptRecord,
  aggregator: ReturnType<typeof createAggregator>,
  builder: TranscriptBuilder,
): object {
  if (record.k === 'aggregate') return { result: aggregator.result(record.function) ?? record.result };
  return record.k === 'end' ? { counts: builder.counts() } : {};
}

/** Give an answer another verdict. */
export function rescore(entry: Entry<ScoreRecord>, verdict: Partial<ScoreRecord>): void {
  const { num: _num, den: _den, unscored: _unscored, extracted: _extracted, rule: _rule, ...rest } = entry.record;
  entry.record = { ...rest, ...verdict };
  if (verdict.unscored !== undefined) entry.openings = [];
}
