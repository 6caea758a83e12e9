/**
 * The kinds of record in a transcript, and the one way to read them from a line.
 *
 * Records hold public facts and commitments only; prompts, answers and whatever a model extracted from them are content,
 * which is disclosed apart. Field names are short because a run has three records per sample.
 */
import { formatLine, parseLine } from '../core/line-form.ts';
import { VerificationError } from '../core/errors.ts';
import {
  conform,
  digestText,
  integer,
  list,
  mapOf,
  nameText,
  object,
  oneOf,
  text,
  timeText,
  type Shape,
} from './shape.ts';
import type { LineObject } from '../core/line-form.ts';
import { fieldsThatDoNotFit } from './record-rules.ts';

/** The format of plan, records, bundle and statements. */
export const FORMAT = 'touchstone/v1';

/** Features that this version understands; a header that names another is refused. */
export const KNOWN_FEATURES: readonly string[] = [];

/** Largest denominator of a score, so that sums of scores stay exact and small. */
export const MAX_DENOMINATOR = 1000;

/** How an attempt ended. */
export type AttemptStatus = 'ok' | 'http' | 'timeout' | 'network' | 'cancelled' | 'lost';

/** Why an item has no score. */
export type UnscoredReason =
  'truncated' | 'refused' | 'filtered' | 'empty' | 'timeout' | 'transport' | 'scorer' | 'lost' | 'skipped';

/** Every reason, in the order in which reports show them. */
export const UNSCORED_REASONS: readonly UnscoredReason[] = [
  'truncated',
  'refused',
  'filtered',
  'empty',
  'timeout',
  'transport',
  'scorer',
  'lost',
  'skipped',
];

/** What an answer says about itself; no other outcome has any of it. */
export const ANSWER_FACTS = ['finish', 'model', 'fingerprint', 'prompt_tokens', 'completion_tokens'] as const;

/** How a run ended. */
export type EndReason = 'complete' | 'budget';

/** Opens a transcript: record 0. */
interface HeaderRecord {
  readonly k: 'header';
  readonly seq: number;
  readonly at: string;
  readonly features: readonly string[];
  readonly format: string;
  /** Digest of plan.json. */
  readonly plan: string;
  readonly run_nonce: string;
}

/** A request that is about to be sent; durable before its bytes leave. */
export interface IntentRecord {
  readonly k: 'intent';
  readonly seq: number;
  readonly at: string;
  /** Zero-based number of this attempt at this item and repeat. */
  readonly attempt: number;
  readonly index: number;
  readonly repeat: number;
  /** Commitment to the item. */
  readonly item: string;
  /** Commitment to the request body. */
  readonly request: string;
}

/** How a request ended. */
export interface OutcomeRecord {
  readonly k: 'outcome';
  readonly seq: number;
  /** Sequence number of the intent. */
  readonly of: number;
  readonly status: AttemptStatus;
  /** HTTP status, if a response began. */
  readonly http?: number;
  /** Transport error, from a fixed list. */
  readonly error?: string;
  /** Commitment to the response body as received. */
  readonly response?: string;
  readonly finish?: string;
  readonly model?: string;
  readonly fingerprint?: string;
  readonly prompt_tokens?: number;
  readonly completion_tokens?: number;
  /** From the moment the intent was durable to the last byte. */
  readonly latency_us?: number;
  readonly first_byte_us?: number;
}

/** The final outcome of one item and repeat: an exact score, or a reason for having none. */
export interface ScoreRecord {
  readonly k: 'score';
  readonly seq: number;
  readonly index: number;
  readonly repeat: number;
  /** Sequence number of the outcome that was scored; absent if the item was never asked. */
  readonly of?: number;
  /** Commitment to the item, if it was never asked and so has no intent that states it. */
  readonly item?: string;
  readonly num?: number;
  readonly den?: number;
  /** Commitment to the extracted answer; absent if nothing was extracted. */
  readonly extracted?: string;
  /** The rule that extracted it. */
  readonly rule?: string;
  readonly unscored?: UnscoredReason;
}

/** The running root: all records before this one. */
export interface MarkRecord {
  readonly k: 'mark';
  readonly seq: number;
  readonly size: number;
  readonly root: string;
}

/** The run went on after it had been stopped; what the interruption tore is counted. */
interface ResumeRecord {
  readonly k: 'resume';
  readonly seq: number;
  readonly at: string;
  /** Bytes cut from the end of the records, and of the content. */
  readonly torn_bytes: number;
  readonly torn_content_bytes: number;
  readonly version: string;
}

/** A metric over all score records. */
export interface AggregateRecord {
  readonly k: 'aggregate';
  readonly seq: number;
  /** The pure function that made the result, such as `mean/1`. */
  readonly function: string;
  readonly result: LineObject;
}

/** Closes a transcript. */
export interface EndRecord {
  readonly k: 'end';
  readonly seq: number;
  readonly at: string;
  readonly reason: EndReason;
  /** Number of records per kind, attempt status and so on. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Any record. */
export type TranscriptRecord =
  HeaderRecord | IntentRecord | OutcomeRecord | ScoreRecord | MarkRecord | ResumeRecord | AggregateRecord | EndRecord;

const seq = integer(0);
const result: Shape<LineObject> = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? null : ': want an object';
const reported = nameText(128);

const shapes: { readonly [K in TranscriptRecord['k']]: Shape<Extract<TranscriptRecord, { readonly k: K }>> } = {
  header: object<HeaderRecord>({
    k: oneOf('header'),
    seq: integer(0, 0),
    at: timeText,
    features: list(nameText(64), 64),
    format: oneOf(FORMAT),
    plan: digestText,
    run_nonce: text(32, /^[0-9a-f]{32}$/),
  }),
  intent: object<IntentRecord>({
    k: oneOf('intent'),
    seq,
    at: timeText,
    attempt: integer(0),
    index: integer(0),
    repeat: integer(0),
    item: digestText,
    request: digestText,
  }),
  outcome: object<OutcomeRecord>(
    { k: oneOf('outcome'), seq, of: seq, status: oneOf('ok', 'http', 'timeout', 'network', 'cancelled', 'lost') },
    {
      http: integer(100, 999),
      error: text(64, /^[A-Z][A-Z0-9_]*$/),
      response: digestText,
      finish: reported,
      model: reported,
      fingerprint: reported,
      prompt_tokens: integer(0),
      completion_tokens: integer(0),
      latency_us: integer(0),
      first_byte_us: integer(0),
    },
  ),
  score: object<ScoreRecord>(
    { k: oneOf('score'), seq, index: integer(0), repeat: integer(0) },
    {
      of: seq,
      item: digestText,
      num: integer(0, MAX_DENOMINATOR),
      den: integer(1, MAX_DENOMINATOR),
      extracted: digestText,
      rule: nameText(128),
      unscored: oneOf(...UNSCORED_REASONS),
    },
  ),
  mark: object<MarkRecord>({ k: oneOf('mark'), seq, size: integer(0), root: digestText }),
  resume: object<ResumeRecord>({
    k: oneOf('resume'),
    seq,
    at: timeText,
    torn_bytes: integer(0),
    torn_content_bytes: integer(0),
    version: nameText(64),
  }),
  aggregate: object<AggregateRecord>({ k: oneOf('aggregate'), seq, function: nameText(64), result }),
  end: object<EndRecord>({
    k: oneOf('end'),
    seq,
    at: timeText,
    reason: oneOf('complete', 'budget'),
    counts: mapOf(/^[a-z][a-z0-9_]*$/, integer(0), 64),
  }),
};

/** The line of a record, without its newline. */
export function formatRecord(record: TranscriptRecord): string {
  return formatLine(record);
}

/**
 * The record in a line.
 *
 * @throws {@link VerificationError} `ERR_LINE_FORM`, `ERR_RECORD_KIND` for a kind this version does not know,
 *   `ERR_RECORD_FIELD` for a field that is missing, unknown or out of bounds.
 */
export function parseRecord(line: string): TranscriptRecord {
  const value = parseLine(line);
  const kind = value['k'];
  if (typeof kind !== 'string' || !Object.hasOwn(shapes, kind)) {
    throw new VerificationError(
      'ERR_RECORD_KIND',
      `cannot read record: want a kind of ${Object.keys(shapes).join(', ')}`,
    );
  }
  const shape = shapes[kind as TranscriptRecord['k']] as Shape<TranscriptRecord>;
  const record = conform(shape, value, (complaint) => fieldError(kind, complaint));
  const complaint = fieldsThatDoNotFit(record);
  if (complaint !== null) throw fieldError(kind, complaint);
  return record;
}

function fieldError(kind: string, complaint: string): VerificationError {
  return new VerificationError('ERR_RECORD_FIELD', `cannot read ${kind} record${complaint}`);
}
