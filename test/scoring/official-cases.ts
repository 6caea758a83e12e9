/** For each scorer with an official counterpart: a target, an answer that is right, and what its answers are made of. */
import type { JsonValue } from '../../src/core/canonical-json.ts';
import type { ScorerConfig } from '../../src/suites/definition.ts';

/** How one scorer is tried. */
export interface OfficialCase {
  readonly id: string;
  readonly config: ScorerConfig;
  readonly target: JsonValue;
  /** An answer that scores 1. */
  readonly right: string;
  /** Pieces that mean something to the scorer, for floods and random answers. */
  readonly pieces: readonly string[];
}

/** The cases, in the order of the registry. */
export const OFFICIAL_CASES: readonly OfficialCase[] = [
  {
    id: 'mmlu-pro',
    config: { no_answer: 'guess' },
    target: { answer: 'B', options: 4 },
    right: 'The answer is (B).',
    pieces: ['answer is ', 'answer:', 'Answer: ', '(', ')', 'A', 'B ', '\n', ' '],
  },
  {
    id: 'bbh',
    config: {},
    target: '(B)',
    right: 'So the answer is (B).',
    pieces: ['answer is ', '.', ' .', '\n', '(B)', '\u00a0'],
  },
];
