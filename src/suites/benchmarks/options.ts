/** The options of a multiple-choice question: letters, listings, an order that everybody gets. */
import { digest } from '../../core/digest.ts';
import { letterAt } from '../letters.ts';
import type { HarnessSection, ParametersSection, ScorerSection } from '../suite-file.ts';
import type { SuiteOutline } from '../pull/benchmark.ts';

/** Template lines such as `A. first` for the field `options`. */
export const OPTION_LINES: string = `{% for option in options %}
{{ "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[loop.index0] }}. {{ option }}
{% endfor %}
`;

/** Lines such as `A. first`, each with its line feed. */
export function listing(options: readonly string[]): string {
  return options.map((option, index) => `${letterAt(index)}. ${option}\n`).join('');
}

/**
 * The options in an order that depends on them and the key alone: by the digest of key and option.
 *
 * For benchmarks whose file has the right answer always in the same place, and whose own order is drawn anew in every run.
 *
 * @param key - Text that identifies the question.
 */
export function shuffled(key: string, options: readonly string[]): readonly string[] {
  const marks = new Map(options.map((option) => [option, digest(`${key}\n${option}`)]));
  const markOf = (option: string): string => marks.get(option) ?? '';
  return options.toSorted((a, b) => (markOf(a) < markOf(b) ? -1 : 1));
}

/** By what the log-likelihood of an option is divided. */
type Normalisation = 'none' | 'bytes' | 'tokens';

/** What is rated, and how. */
interface Likelihood {
  /** Input field with the texts to rate; `options` by default. */
  readonly field?: string;
  /** Most texts in it. */
  readonly choices: number;
  readonly normalise: Normalisation;
}

/** The parts of an outline that make a suite compare log-likelihoods, each text after the prompt and a blank. */
export function byLikelihood({ field = 'options', choices, normalise }: Likelihood): Pick<
  SuiteOutline,
  'harness' | 'needs'
> & {
  readonly parameters: ParametersSection;
  readonly scorer: ScorerSection;
} {
  const harness: HarnessSection = { id: 'log-likelihood', version: 1, choices: field, normalise };
  return {
    parameters: { max_tokens: 1, temperature: 0 },
    scorer: { id: 'choice', version: 1, choices },
    harness,
    needs: ['echo_logprobs'],
  };
}

/** The prompt of simple-evals for four options: the answer comes after a chain of thought, on a line of its own. */
export const CHAIN_OF_THOUGHT_PROMPT: string = `Answer the following multiple choice question. The last line of your response should be of the following format: 'Answer: $LETTER' (without quotes) where LETTER is one of ABCD. Think step by step before answering.

{{ question }}

A) {{ options[0] }}
B) {{ options[1] }}
C) {{ options[2] }}
D) {{ options[3] }}`;
