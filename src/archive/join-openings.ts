/**
 * Joins the two files of a run into one stream: every record, and behind it the openings that belong to it.
 *
 * Both files are in the order of the records, so a join needs one line of look-ahead. The opening that names a record by
 * `seq` closes the group of that record; openings of an item, which name an index, belong to the group they precede.
 */
import { VerificationError } from '../core/errors.ts';
import { isOpeningLine } from '../transcript/opening.ts';
import type { Label } from '../transcript/commitment.ts';

/** A record line with the openings that belong to it. */
export interface JoinedRecord {
  readonly line: string;
  readonly openings: readonly string[];
}

/** What is left when the records are at their end. */
export interface JoinEnd {
  /** Number of opening lines that belong to the records. */
  readonly joinedOpenings: number;
  /** Whether there are openings of records that do not exist. */
  readonly hasStray: boolean;
}

type Lines = AsyncIterable<readonly string[]>;

/** Most openings that wait: item, target and request of one intent, item and target of the next. */
const MAX_WAITING = 5;

const ITEM = -1;
const BY_SEQ = /^\{"label":"(evidence|extracted|probe|request|response)","salt":"[0-9a-f]{64}","seq":(\d{1,16})[,}]/;
const BY_INDEX = /^\{"index":\d{1,16},"label":"(item|target)",/;
const NONE: readonly string[] = [];

/**
 * The records with their openings, in batches.
 *
 * @param records - Record lines; the line at position n is record n.
 * @param onEnd - Called after the last batch; whoever gives none gets an error for openings that belong to no record.
 * @throws {@link VerificationError} `ERR_OPENING_FORM`, `ERR_OPENING_STRAY` for an opening out of order or of no record
 */
export async function* joinOpenings(
  records: Lines,
  content: Lines,
  onEnd: (end: JoinEnd) => void = refuseStray,
): AsyncGenerator<readonly JoinedRecord[], void> {
  const openings = createOpeningCursor(content);
  let seq = 0;
  try {
    for await (const batch of records) {
      const joined: JoinedRecord[] = [];
      for (const line of batch) {
        if (isOpeningLine(line)) throw stray('there is one among the records');
        let group = openings.tryTake(seq);
        while (group === null) {
          await openings.fill();
          group = openings.tryTake(seq);
        }
        joined.push({ line, openings: group });
        seq++;
      }
      yield joined;
    }
    onEnd({ joinedOpenings: openings.taken, hasStray: await openings.hasMore() });
  } finally {
    await openings.close();
  }
}

interface OpeningCursor {
  /** The openings of a record; null if more lines have to be filled in first. Records are asked for in order. */
  tryTake(seq: number): readonly string[] | null;
  /** Whether there was anything left to fill in. */
  fill(): Promise<boolean>;
  /** Number of openings taken so far. */
  readonly taken: number;
  hasMore(): Promise<boolean>;
  close(): Promise<void>;
}

function createOpeningCursor(content: Lines): OpeningCursor {
  const source = content[Symbol.asyncIterator]();
  let lines: readonly string[] = NONE;
  let at = 0;
  let ended = false;
  let taken = 0;
  let group: string[] = [];
  let closed = 0;

  const takeClosed = (): readonly string[] => {
    if (closed === 0) return NONE;
    const whole = group.slice(0, closed);
    group = group.slice(closed);
    taken += closed;
    closed = 0;
    return whole;
  };
  const fill = async (): Promise<boolean> => {
    const next = await source.next();
    ended = next.done === true;
    lines = next.done === true ? NONE : next.value;
    at = 0;
    return !ended;
  };
  return {
    tryTake(seq) {
      for (; at < lines.length; at++) {
        const line = lines[at] ?? '';
        const place = placeOf(line);
        if (place > seq) return takeClosed();
        if (place !== ITEM && place < seq) throw stray(`one of record ${place} comes after one of a later record`);
        // The opening of an item does not say to which record it belongs, so it waits for one that does.
        group.push(line);
        if (group.length > MAX_WAITING) throw stray('there are more in a row than a record has');
        if (place === seq) closed = group.length;
      }
      return ended ? takeClosed() : null;
    },
    fill,
    get taken() {
      return taken;
    },
    async hasMore() {
      if (group.length > 0) return true;
      while (at >= lines.length) if (!(await fill())) return false;
      return true;
    },
    async close() {
      await source.return?.();
    },
  };
}

// The record that a line names, or ITEM; read off its first bytes, because parsing it all would be most of the work.
function placeOf(line: string): number {
  const head = headOf(line);
  const seq = BY_SEQ.exec(head)?.[2];
  if (seq !== undefined) return Number(seq);
  if (BY_INDEX.test(head)) return ITEM;
  throw formError();
}

/**
 * The label of an opening line, read off its first bytes.
 *
 * @throws {@link VerificationError} `ERR_OPENING_FORM`
 */
export function openingLabel(line: string): Label {
  const head = headOf(line);
  const label = (BY_SEQ.exec(head) ?? BY_INDEX.exec(head))?.[1];
  if (label === undefined) throw formError();
  return label as Label;
}

// An opening of bytes that are no text begins with them.
function headOf(line: string): string {
  return line.startsWith('{"b64":"') ? `{${line.slice(line.indexOf('"', 8) + 2)}` : line;
}

function formError(): VerificationError {
  return new VerificationError('ERR_OPENING_FORM', 'cannot read opening: want one that names its record or its item');
}

function refuseStray({ hasStray }: JoinEnd): void {
  if (hasStray) throw stray('there is one of a record that does not exist');
}

function stray(what: string): VerificationError {
  return new VerificationError('ERR_OPENING_STRAY', `cannot join openings with records: ${what}`);
}
