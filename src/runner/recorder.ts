/** Writes what happens in a run: record and content in one step, counted, on their way to the disk. */
import type { Journal } from '../archive/journal.ts';
import type { SuiteItem } from '../suites/item-store.ts';
import type { NewRecord, TranscriptBuilder } from '../transcript/builder.ts';
import type { IntentRecord, OutcomeRecord, ScoreRecord } from '../transcript/record.ts';

/** Facts of a request that is about to be sent. */
export type IntentFacts = Pick<IntentRecord, 'at' | 'attempt' | 'repeat' | 'turn' | 'role' | 'api'>;

/** Facts of a request that has ended. */
export type OutcomeFacts = Omit<OutcomeRecord, 'k' | 'seq' | 'response'>;

/** Facts of a verdict. */
export type ScoreFacts = Omit<ScoreRecord, 'k' | 'seq' | 'extracted'>;

/** Records a run. Nothing of it waits for the disk but `durable`. */
export interface Recorder {
  /** The item is opened too, if this is the first intent of it. */
  intent(facts: IntentFacts, item: SuiteItem, isFirst: boolean, body: string): number;
  outcome(facts: OutcomeFacts, response: Uint8Array | null): OutcomeRecord;
  score(facts: ScoreFacts, extracted: string | null): ScoreRecord;
  /** What the provider says of the answer in an outcome. */
  evidence(of: number, content: string): void;
  /** Any other record; gives its sequence number. */
  append(record: NewRecord): number;
  /** The counts that an end record has to state now. */
  counts(): Readonly<Record<string, number>>;
  /** Resolves when everything recorded so far is on the disk. */
  durable(): Promise<void>;
}

/** What a recorder writes with. */
export interface RecorderParts {
  readonly builder: TranscriptBuilder;
  readonly journal: Journal;
}

/** A recorder that goes on where its parts are. */
export function createRecorder({ builder, journal }: RecorderParts): Recorder {
  const write = (record: NewRecord): number => {
    const seq = builder.append(record);
    journal.append(builder.take());
    return seq;
  };
  return {
    intent(facts, item, isFirst, body) {
      if (isFirst) {
        builder.openItem('item', item.index, item.itemSalt, item.itemText);
        builder.openItem('target', item.index, item.targetSalt, item.targetText);
      }
      const request = builder.commitNext('request', body);
      return write({ k: 'intent', ...facts, index: item.index, item: item.itemCommitment, request });
    },
    outcome(facts, response) {
      const commitment = response === null ? {} : { response: builder.commitNext('response', response) };
      const record = { k: 'outcome' as const, ...facts, ...commitment };
      return { ...record, seq: write(record) };
    },
    score(facts, extracted) {
      const commitment = extracted === null ? {} : { extracted: builder.commitNext('extracted', extracted) };
      const record = { k: 'score' as const, ...facts, ...commitment };
      return { ...record, seq: write(record) };
    },
    evidence(of, content) {
      write({ k: 'evidence', about: 'answer', of, evidence: builder.commitNext('evidence', content) });
    },
    append: write,
    counts: () => builder.counts(),
    durable: () => journal.durable(),
  };
}
