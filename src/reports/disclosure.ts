/**
 * The disclosure switch: the one place that decides which text of a run a report may show.
 *
 * A report reveals no more than its run was published with, and by default no more than the suite's licence allows.
 */
import { defaultLevel } from '../archive/disclosure.ts';
import type { DisclosureLevel } from '../transcript/source.ts';
import type { VerifiedSample, VerifiedTranscript } from '../verifier/verified-transcript.ts';
import type { ReportDisclosure } from './model.ts';

/** What the caller wants to disclose; both parts default from the run. */
export interface DisclosureChoice {
  readonly level?: DisclosureLevel;
  /** Indices of the items to open at level D2. */
  readonly items?: ReadonlySet<number>;
}

/** A sample as a report may show it: content fields are absent where they are not disclosed. */
export type ReportSample = VerifiedSample;

const SENTENCES: Readonly<Record<DisclosureLevel, string>> = {
  D0: 'D0: signed statement only; no records, no items',
  D1: 'D1: verdicts of every item; no prompt, answer or target',
  D2: 'D2: verdicts of every item; prompts, answers and targets of chosen items',
  D3: 'D3: prompts, answers and targets of every item',
};

/**
 * The level at which a run is reported.
 *
 * Without a choice: D3 for a public suite that may be redistributed, otherwise D1. Never above the level of the bundle.
 */
export function disclosureOf(run: VerifiedTranscript, choice: DisclosureChoice = {}): ReportDisclosure {
  const wanted = choice.level ?? defaultLevel(run.plan.suite);
  const level = run.level !== null && run.level < wanted ? run.level : wanted;
  return { level, texts: level >= 'D2', sentence: SENTENCES[level] };
}

/**
 * Whether the content of an item may be shown: its id, its tags, its texts.
 *
 * At D2, a bundle that was itself published at D2 shows what it opens; of anything else only the chosen items are shown.
 */
export function contentFilter(run: VerifiedTranscript, choice: DisclosureChoice = {}): (index: number) => boolean {
  const { level } = disclosureOf(run, choice);
  if (level < 'D2') return () => false;
  const opensAll = level === 'D3' || (run.level === 'D2' && choice.items === undefined);
  return (index) => opensAll || choice.items?.has(index) === true;
}

/** The samples of a run as a report may show them, by index and repeat; none at level D0. */
export function disclosedSamples(run: VerifiedTranscript, choice: DisclosureChoice = {}): readonly ReportSample[] {
  const { level } = disclosureOf(run, choice);
  if (level === 'D0' || run.samples === null) return [];
  const isShown = contentFilter(run, choice);
  return run.samples
    .toSorted((a, b) => a.index - b.index || a.repeat - b.repeat)
    .map((sample) => (isShown(sample.index) ? sample : withoutContent(sample)));
}

// Everything that is kept is a public fact of the records; id and tags are content, because they are part of the item.
function withoutContent(sample: VerifiedSample): ReportSample {
  const { index, repeat, item, score, unscored, rescored, attempts, turns } = sample;
  const { latencyUs, firstByteUs, promptTokens, completionTokens } = sample;
  return {
    index,
    repeat,
    item,
    score,
    unscored,
    rescored,
    attempts,
    turns,
    latencyUs,
    firstByteUs,
    promptTokens,
    completionTokens,
    ...(sample.rule === undefined ? {} : { rule: sample.rule }),
  };
}
