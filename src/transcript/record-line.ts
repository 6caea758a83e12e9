/** The one line of a record, and the one way to read a record from a line. */
import { CAPABILITIES } from '../core/capability-names.ts';
import { VerificationError } from '../core/errors.ts';
import { CHAT_ALGORITHMS, EVIDENCE_ROLES } from '../core/evidence-names.ts';
import { formatLine, parseLine, type LineObject } from '../core/line-form.ts';
import { EVIDENCE_PHASES } from './evidence.ts';
import { fieldsThatDoNotFit } from './record-rules.ts';
import {
  FORMAT,
  MAX_DENOMINATOR,
  UNSCORED_REASONS,
  type AggregateRecord,
  type AnswerEvidenceRecord,
  type EndRecord,
  type EvidenceFileName,
  type EvidenceRecord,
  type HeaderRecord,
  type IntentRecord,
  type MarkRecord,
  type OutcomeRecord,
  type ProbeRecord,
  type ResumeRecord,
  type ScoreRecord,
  type SessionEvidenceRecord,
  type TranscriptRecord,
} from './record.ts';
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
  variant,
  type Shape,
} from './shape.ts';
import { MAX_TURNS } from './wire/dialogue.ts';

/** Most requests of one probe. */
export const MAX_PROBE_EXCHANGES = 8;

/** Most files of one attestation. */
const MAX_EVIDENCE_FILES = 64;

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
  probe: object<ProbeRecord>({
    k: oneOf('probe'),
    seq,
    at: timeText,
    capability: oneOf(...CAPABILITIES),
    verdict: oneOf('yes', 'no', 'unknown'),
    exchanges: integer(0, MAX_PROBE_EXCHANGES),
    content: digestText,
  }),
  intent: object<IntentRecord>(
    {
      k: oneOf('intent'),
      seq,
      at: timeText,
      attempt: integer(0),
      index: integer(0),
      repeat: integer(0),
      item: digestText,
      request: digestText,
    },
    { turn: integer(1, MAX_TURNS - 1), role: oneOf('judge'), api: oneOf('completions', 'embeddings') },
  ),
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
  evidence: variant<EvidenceRecord>('about', {
    session: object<SessionEvidenceRecord>(
      {
        k: oneOf('evidence'),
        seq,
        about: oneOf('session'),
        at: timeText,
        phase: oneOf(...EVIDENCE_PHASES),
        size: integer(1),
        root: digestText,
        url: text(4096, /^https?:\/\/[\x21-\x7e]+$/),
        files: list(
          object<EvidenceFileName>({ role: oneOf(...EVIDENCE_ROLES), sha256: digestText }),
          MAX_EVIDENCE_FILES,
        ),
      },
      { algo: oneOf(...CHAT_ALGORITHMS), peer_spki: digestText },
    ),
    answer: object<AnswerEvidenceRecord>({
      k: oneOf('evidence'),
      seq,
      about: oneOf('answer'),
      of: seq,
      evidence: digestText,
    }),
  }),
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
    reason: oneOf('complete', 'budget', 'stop'),
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
