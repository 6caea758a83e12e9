/**
 * The items of a verified run in columns, so that a run of 100,000 samples takes a few megabytes.
 *
 * A score is the exact mean over the repeats of an item that count, rounded once. NaN stands for what does not exist.
 */
import { decodeHex } from '../../core/bytes.ts';
import { createFractionSum } from '../../scoring/fraction.ts';
import { treatmentOf } from '../../transcript/plan.ts';
import type { VerifiedSample, VerifiedTranscript } from '../../verifier/verified-transcript.ts';

const ITEM_BYTES = 32;

/** Items by ascending index. */
export interface ItemColumns {
  readonly size: number;
  readonly index: Uint32Array;
  /** Commitments, 32 bytes each. */
  readonly commitments: Uint8Array;
  readonly score: Float64Array;
  /** The score if everything without one were wrong, and right; NaN for an item that was not asked. */
  readonly allWrong: Float64Array;
  readonly allRight: Float64Array;
  /** Samples without a score, those that were not asked because of a stop rule aside. */
  readonly unscored: Uint16Array;
  /** 1 for an item that was not asked because the stop rule was certain before. */
  readonly notAsked: Uint8Array;
  /** Mean latency of the answers in microseconds. */
  readonly latencyUs: Float64Array;
  readonly promptTokens: Float64Array;
  readonly completionTokens: Float64Array;
  /** Null for an item that is not opened. */
  readonly ids: (string | null)[];
  readonly tags: (readonly string[] | null)[];
}

type Facts = Pick<VerifiedTranscript, 'plan' | 'end'>;

/** The columns of the samples of a run, in whatever order they come. */
export function itemColumns(run: Facts, samples: readonly VerifiedSample[]): ItemColumns {
  const { repeats } = run.plan.rules;
  const sorted = samples.toSorted((a, b) => a.index - b.index || a.repeat - b.repeat);
  const columns = emptyColumns(sorted.length / repeats);
  const internTags = createTagTable();
  for (let item = 0; item < columns.size; item++) {
    const group = repeats === 1 ? sorted.slice(item, item + 1) : sorted.slice(item * repeats, (item + 1) * repeats);
    const [first] = group;
    if (first === undefined) throw new RangeError(`no sample of item ${item}`);
    columns.index[item] = first.index;
    columns.commitments.set(decodeHex(first.item), item * ITEM_BYTES);
    columns.ids[item] = first.id ?? null;
    columns.tags[item] = internTags(first.tags);
    writeScores(columns, item, { run, group });
    writeFigures(columns, item, group);
  }
  return columns;
}

/** Whether two items are the same: they are exactly if suite item and index are. */
export function isSameItem(left: ItemColumns, at: number, right: ItemColumns, other: number): boolean {
  if (left.index[at] !== right.index[other]) return false;
  for (let byte = 0; byte < ITEM_BYTES; byte++) {
    if (left.commitments[at * ITEM_BYTES + byte] !== right.commitments[other * ITEM_BYTES + byte]) return false;
  }
  return true;
}

function emptyColumns(size: number): ItemColumns {
  if (!Number.isInteger(size)) throw new RangeError('an item lacks a repeat');
  const numbers = (): Float64Array => new Float64Array(size).fill(NaN);
  return {
    size,
    index: new Uint32Array(size),
    commitments: new Uint8Array(size * ITEM_BYTES),
    score: numbers(),
    allWrong: numbers(),
    allRight: numbers(),
    unscored: new Uint16Array(size),
    notAsked: new Uint8Array(size),
    latencyUs: numbers(),
    promptTokens: numbers(),
    completionTokens: numbers(),
    ids: Array.from<string | null>({ length: size }).fill(null),
    tags: Array.from<readonly string[] | null>({ length: size }).fill(null),
  };
}

interface ScoredGroup {
  readonly run: Facts;
  readonly group: readonly VerifiedSample[];
}

function writeScores(columns: ItemColumns, item: number, { run, group }: ScoredGroup): void {
  const { unscored: policy } = run.plan.rules;
  const asked = group.filter(({ unscored }) => unscored !== 'skipped' || run.end?.reason !== 'stop');
  if (asked.length < group.length) columns.notAsked[item] = 1;
  const sum = createFractionSum();
  let scored = 0;
  let wrong = 0;
  for (const { score, unscored } of asked) {
    if (score !== null) {
      sum.add(score.num, score.den);
      scored++;
    } else if (unscored !== null && treatmentOf(policy, unscored) === 'wrong') wrong++;
  }
  const { num, den } = sum.total();
  const missing = asked.length - scored;
  columns.unscored[item] = missing;
  columns.score[item] = quotient(num, den * BigInt(scored + wrong));
  columns.allWrong[item] = quotient(num, den * BigInt(asked.length));
  columns.allRight[item] = quotient(num + den * BigInt(missing), den * BigInt(asked.length));
}

// Both are far below 2^53, so this rounds once.
function quotient(num: bigint, den: bigint): number {
  return den === 0n ? NaN : Number(num) / Number(den);
}

function writeFigures(columns: ItemColumns, item: number, group: readonly VerifiedSample[]): void {
  const answered = group.filter(({ attempts }) => attempts.at(-1) === 'ok');
  if (answered.length < group.length) return;
  columns.latencyUs[item] = sumOf(answered, 'latencyUs') / answered.length;
  columns.promptTokens[item] = sumOf(answered, 'promptTokens');
  columns.completionTokens[item] = sumOf(answered, 'completionTokens');
}

function sumOf(samples: readonly VerifiedSample[], of: 'latencyUs' | 'promptTokens' | 'completionTokens'): number {
  return samples.reduce((sum, sample) => sum + (sample[of] ?? NaN), 0);
}

// Most items share few lists of tags; one of each is kept.
function createTagTable(): (tags: readonly string[] | undefined) => readonly string[] | null {
  const known = new Map<string, readonly string[]>();
  return (tags) => {
    if (tags === undefined) return null;
    const key = JSON.stringify(tags);
    const found = known.get(key) ?? tags;
    known.set(key, found);
    return found;
  };
}
