/**
 * Programs that decide a score, and what runs them.
 *
 * A scorer never runs anything: it says which program would decide, and judges how it ended. So scorers stay pure, and a
 * verifier without a sandbox, such as a page in a browser, knows that it has not judged again.
 */

/** What programs are written in. */
export type Language = 'javascript' | 'python';

/** A program of a stranger, with what it may use up. */
export interface Trial {
  readonly language: Language;
  /** What is run first, in a name space of its own; empty for nothing. It is part of the scorer. */
  readonly setUp: string;
  readonly source: string;
  /** Rounds of loops and calls of functions before the program is stopped: the same number on every machine. */
  readonly maxSteps: number;
  /** Milliseconds after which a program that makes no steps, or slow ones, is stopped. */
  readonly timeoutMs: number;
}

/**
 * How a program ended: it came to its end, it failed, it had used up its steps or its time, or the thread that ran it was
 * lost. The first three are the same on every machine.
 */
export type TrialEnd = (typeof TRIAL_ENDS)[number];

/** Every way in which a program ends. */
export const TRIAL_ENDS = ['passed', 'failed', 'out-of-steps', 'timed-out', 'crashed'] as const;

/** Whether another machine may see another end. */
export function dependsOnMachine(end: TrialEnd): boolean {
  return end === 'timed-out' || end === 'crashed';
}

/** A program that gives a text: the value of its last expression. In JavaScript only. */
export type Computation = Trial & {
  /** Most UTF-16 units of the text; a longer one is a failure. */
  readonly maxOutputLength: number;
};

/** How a computation ended, and its text where it passed. */
export interface Evaluated {
  readonly end: TrialEnd;
  /** Well-formed Unicode; null unless the computation passed. */
  readonly output: string | null;
}

/** Runs programs of strangers out of reach of files, network, environment, clock and chance. */
export interface Sandbox {
  /**
   * Make ready to run programs in a language. Nothing is loaded before this is called.
   *
   * @throws {@link UsageError} `ERR_SANDBOX` if the interpreter is not installed, or is not the one of this version.
   */
  ready(language: Language): Promise<void>;
  /**
   * Run a program; several at once wait for each other.
   *
   * @throws {@link UsageError} `ERR_SANDBOX`
   */
  run(trial: Trial): Promise<TrialEnd>;
  /**
   * Run a program for the text that is the value of its last expression.
   *
   * A value that is no text (an object that could become one, a promise), a text that is too long and a text with half a
   * surrogate pair are failures. What the sandbox gives back is text of a stranger all the same.
   *
   * @throws {@link UsageError} `ERR_SANDBOX`, also for a language whose programs have no value.
   */
  evaluate(computation: Computation): Promise<Evaluated>;
  /** End all threads; programs that still run reject. */
  close(): Promise<void>;
}
