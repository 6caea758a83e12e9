/**
 * The one pass over records and openings.
 *
 * Line form, tree, marks and checkpoints hold everything together; the ledger says whether everything planned happened;
 * the content check says whether the verdicts follow from the answers. From here on every byte is attacker-controlled.
 */
import { encodeHex, equalBytes } from '../core/bytes.ts';
import type { Checkpoint } from '../core/checkpoint.ts';
import { createCompactRange } from '../core/compact-range.ts';
import type { Digest } from '../core/digest.ts';
import { leafHash } from '../core/merkle.ts';
import { MARK_INTERVAL } from '../transcript/builder.ts';
import { createTally } from '../transcript/counts.ts';
import { createLinesHash } from '../transcript/lines-hash.ts';
import { isOpeningLine, parseOpening, type Opening } from '../transcript/opening.ts';
import { parseRecord } from '../transcript/record-line.ts';
import { featuresOf } from '../transcript/plan.ts';
import {
  KNOWN_FEATURES,
  type AggregateRecord,
  type EndRecord,
  type HeaderRecord,
  type TranscriptRecord,
} from '../transcript/record.ts';
import type { ProbeReader } from './probes.ts';
import type { SampleReader } from './samples.ts';
import type { EvidenceReader } from './evidence.ts';
import type { OpenedFiles } from './open.ts';
import { recordsFault } from './fault.ts';

/** What a pass over all lines has established. */
export interface PassResult {
  readonly size: number;
  readonly rootHex: string;
  readonly recordsDigest: Digest;
  readonly aggregates: readonly AggregateRecord[];
  readonly end: EndRecord;
  readonly resumes: number;
  readonly samples: SampleReader;
}

const MAX_AGGREGATES = 64;

/** What a pass needs. */
export interface PassInput {
  readonly files: OpenedFiles;
  readonly samples: SampleReader;
  readonly probes: ProbeReader;
  readonly evidence: EvidenceReader;
}

/**
 * Read all lines in order.
 *
 * @throws {@link VerificationError} the codes of line form, records, ledger, probes and content, and `ERR_RECORD_ORDER`,
 *   `ERR_HEADER`, `ERR_FEATURE`, `ERR_MARK`, `ERR_CHECKPOINT_ROOT`, `ERR_OPENING_STRAY`, `ERR_END`, `ERR_END_COUNTS`,
 *   `ERR_RUN_UNFINISHED`.
 */
export async function readLines(lines: AsyncIterable<readonly string[]>, input: PassInput): Promise<PassResult> {
  const reader = createReader(input);
  for await (const batch of lines) {
    for (const line of batch) {
      if (isOpeningLine(line)) reader.opening(parseOpening(line));
      else reader.record(line);
    }
    await input.samples.retried();
  }
  input.samples.settle();
  await input.samples.retried();
  return reader.finish();
}

function createReader(input: PassInput) {
  const { files, samples, probes, evidence } = input;
  const range = createCompactRange();
  const file = createLinesHash();
  const tally = createTally();
  const roots = createRootCheck(files.checkpoints);
  const stated: Stated = { aggregates: [], end: null };
  const dispatch = createDispatch(input, { range, tally, stated });

  return {
    record(line: string): void {
      samples.settle();
      probes.settle();
      if (stated.end !== null) throw recordsFault('ERR_END', 'a record comes after the end record');
      const record = parseRecord(line);
      checkPlace(record, range.size);
      dispatch(record);
      range.append(leafHash(line));
      file.add(line);
      tally.add(record);
      roots.reached(range.size, () => range.root());
      if (record.k === 'header') evidence.mark(range.size, encodeHex(range.root()));
    },
    opening(opening: Opening): void {
      if (!probes.opening(opening)) samples.opening(opening);
    },
    finish(): PassResult {
      samples.settle();
      const { aggregates, end } = stated;
      if (end === null)
        throw recordsFault('ERR_RUN_UNFINISHED', 'there is no end record: the run was interrupted or cut');
      samples.close(end.reason);
      evidence.close();
      roots.close(range.size);
      const tree = { size: range.size, rootHex: encodeHex(range.root()), recordsDigest: file.digest() };
      return { ...tree, aggregates, end, resumes: tally.counts()['resume'] ?? 0, samples };
    },
  };
}

/** What the last records state. */
interface Stated {
  readonly aggregates: AggregateRecord[];
  end: EndRecord | null;
}

interface Progress {
  readonly range: ReturnType<typeof createCompactRange>;
  readonly tally: ReturnType<typeof createTally>;
  readonly stated: Stated;
}

function createDispatch(
  { files, samples, probes, evidence }: PassInput,
  { range, tally, stated }: Progress,
): (record: TranscriptRecord) => void {
  return (record) => {
    switch (record.k) {
      case 'header':
        return checkHeader(record, files);
      case 'mark':
        checkMark(record.size, record.root, range.size, encodeHex(range.root()));
        return evidence.mark(record.size, record.root);
      case 'probe':
        return probes.record(record);
      case 'resume':
        return samples.resume(record.seq);
      case 'aggregate':
        stated.aggregates.push(record);
        return checkDistinct(stated.aggregates);
      case 'end':
        checkCounts(record, tally.counts());
        stated.end = record;
        return undefined;
      case 'evidence':
        if (record.about === 'answer') return samples.record(record);
        return evidence.session(record, { size: range.size, rootHex: () => encodeHex(range.root()) });
      case 'intent':
      case 'outcome':
      case 'score':
        probes.begun();
        // A metric is over all scores, so none may follow it.
        if (stated.aggregates.length > 0)
          throw recordsFault('ERR_END', `record ${record.seq} comes after an aggregate`);
        return samples.record(record);
    }
  };
}

function checkPlace(record: TranscriptRecord, position: number): void {
  if (record.seq !== position) throw recordsFault('ERR_RECORD_ORDER', `record ${position} says it is ${record.seq}`);
  if ((record.k === 'header') !== (position === 0)) throw recordsFault('ERR_HEADER', 'want one header, as record 0');
  const isMarkPlace = position > 0 && position % MARK_INTERVAL === 0;
  if ((record.k === 'mark') !== isMarkPlace)
    throw recordsFault('ERR_MARK', `want a mark at every ${MARK_INTERVAL} records and nowhere else`);
}

function checkHeader(header: HeaderRecord, { plan, planDigest }: OpenedFiles): void {
  if (header.plan !== planDigest) throw recordsFault('ERR_HEADER', 'the header names another plan');
  const unknown = header.features.find((feature) => !KNOWN_FEATURES.includes(feature));
  if (unknown !== undefined)
    throw recordsFault('ERR_FEATURE', `the run uses a feature this version does not know: ${unknown}`);
  if (header.features.join() !== featuresOf(plan).join())
    throw recordsFault('ERR_HEADER', 'the header names other features than the plan uses');
}

function checkMark(size: number, root: string, wantSize: number, wantRoot: string): void {
  if (size !== wantSize || root !== wantRoot)
    throw recordsFault('ERR_MARK', `the mark at ${wantSize} states another tree`);
}

/**
 * Check that no metric is stated twice, so that nobody has to choose between two results, and that there are not too many.
 *
 * @throws {@link VerificationError} `ERR_AGGREGATE`, `ERR_END`
 */
export function checkDistinct(aggregates: readonly AggregateRecord[]): void {
  if (aggregates.length > MAX_AGGREGATES) throw recordsFault('ERR_END', `more than ${MAX_AGGREGATES} aggregates`);
  if (new Set(aggregates.map((record) => record.function)).size === aggregates.length) return;
  throw recordsFault('ERR_AGGREGATE', 'a metric is stated twice');
}

function checkCounts(end: EndRecord, counts: Readonly<Record<string, number>>): void {
  const stated = Object.entries(end.counts);
  const isEqual = stated.length === Object.keys(counts).length && stated.every(([key, count]) => counts[key] === count);
  if (!isEqual) throw recordsFault('ERR_END_COUNTS', 'the end record counts other records than there are');
}

// Compares each checkpoint with the tree at its size, as the tree grows past it.
function createRootCheck(checkpoints: readonly Checkpoint[]) {
  let next = 0;
  return {
    reached(size: number, root: () => Uint8Array): void {
      const checkpoint = checkpoints[next];
      if (checkpoint?.size !== size) return;
      if (!equalBytes(checkpoint.root, root()))
        throw recordsFault('ERR_CHECKPOINT_ROOT', `the checkpoint at ${size} states another tree`);
      next++;
    },
    close(size: number): void {
      if (next !== checkpoints.length || checkpoints.at(-1)?.size !== size) {
        throw recordsFault('ERR_CHECKPOINT_ROOT', `want the last checkpoint over all ${size} records`);
      }
    },
  };
}
