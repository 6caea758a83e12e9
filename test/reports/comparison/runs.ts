/** Runs whose scores a test writes down, one character per item: `1` right, `0` wrong, `h` a half, `x` and `-` unscored. */
import { digest } from '../../../src/core/digest.ts';
import { comparedRun, type ComparedRun } from '../../../src/reports/comparison/compared-run.ts';
import type { Comparison, ComparisonModel, NotComparable } from '../../../src/reports/comparison/model.ts';
import type { VerifiedSample, VerifiedTranscript } from '../../../src/verifier/verified-transcript.ts';
import { run, sample, type RunChoice } from '../runs.ts';

const UNSCORED = { truncated: 'excluded', refused: 'excluded', filtered: 'excluded', empty: 'excluded' } as const;
const POLICY = { ...UNSCORED, timeout: 'wrong', transport: 'excluded', scorer: 'excluded', lost: 'excluded' } as const;

/** What a test wants to be different about a run of written scores. */
export interface WrittenRun extends RunChoice {
  readonly name?: string;
  /** Tags by index of the item. */
  readonly tags?: (index: number) => readonly string[];
  /** Any change to a sample. */
  readonly edit?: (sample: VerifiedSample) => VerifiedSample;
}

/** A verified run with these scores; `x` counts as wrong (a timeout), `-` is excluded (empty). Spaces part repeats. */
export function transcript(scores: string, choice: WrittenRun = {}): VerifiedTranscript {
  const { name = 'a', tags = () => [], edit = (each) => each } = choice;
  const items = scores.includes(' ') ? scores.split(' ') : [...scores];
  const repeats = items[0]?.length ?? 1;
  const samples = items.flatMap((repeated, index) =>
    [...repeated].map((score, repeat) => edit(sample(index, { repeat, tags: tags(index), ...verdictOf(score) }))),
  );
  const prefix = choice.suite?.id ?? 'sums';
  const own = samples.map((each) => ({ ...each, item: digest(`${prefix} ${each.index}`) }));
  const root = digest(`${prefix} ${items.length}`);
  return run({
    ...choice,
    endpoint: { name, ...choice.endpoint },
    rules: { repeats, unscored: { ...POLICY, skipped: 'excluded' }, ...choice.rules },
    selection: { root, size: items.length, ...choice.selection },
    samples: own,
    runner: { version: `${name} ${scores}`, ...choice.runner },
  });
}

/** The same, ready to be compared. */
export function written(scores: string, choice: WrittenRun = {}): ComparedRun {
  return comparedRun(transcript(scores, choice));
}

function verdictOf(score: string): Partial<VerifiedSample> {
  switch (score) {
    case '1':
      return { score: { num: 1, den: 1 } };
    case 'h':
      return { score: { num: 1, den: 2 } };
    case 'x':
      return { score: null, unscored: 'timeout', attempts: ['timeout'] };
    case '-':
      return { score: null, unscored: 'empty' };
    case 's':
      return { score: null, unscored: 'skipped', attempts: [] };
    default:
      return { score: { num: 0, den: 1 } };
  }
}

/** The comparison, which must be one. */
export function comparable(model: ComparisonModel): Comparison {
  if (!model.comparable) throw new Error('not comparable');
  return model;
}

/** The refusal, which must be one. */
export function refused(model: ComparisonModel): NotComparable {
  if (model.comparable) throw new Error('comparable');
  return model;
}
