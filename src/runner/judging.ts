/** How the answers of one run are judged, and what is made of the verdicts. */
import { UsageError } from '../core/errors.ts';
import type { JsonValue } from '../core/canonical-json.ts';
import { createAggregator, verdictMetrics } from '../scoring/aggregate.ts';
import { findScorer } from '../scoring/registry.ts';
import { scoreAnswer, trialOf } from '../scoring/score-answer.ts';
import type { Language, Sandbox } from '../scoring/trial.ts';
import type { SuiteDefinition } from '../suites/definition.ts';
import type { NewRecord } from '../transcript/builder.ts';
import type { Plan } from '../transcript/plan.ts';
import type { ScoreRecord } from '../transcript/record.ts';
import type { Answer } from '../transcript/wire/answer.ts';

/** A verdict. */
export type Judged = ReturnType<typeof scoreAnswer>;

/** Judges answers and adds up verdicts. */
export interface Judging {
  /** A promise only if a program has to run first. */
  judge(answer: Answer, target: JsonValue): Judged | Promise<Judged>;
  add(score: ScoreRecord): void;
  /** The metrics over all verdicts so far, but for those that are recorded already. */
  aggregates(recorded: ReadonlySet<string>): readonly Extract<NewRecord, { readonly k: 'aggregate' }>[];
}

/**
 * The judging of a plan, before its first verdict.
 *
 * @param sandbox - Where answers that are programs run; it is made ready only for a suite that needs it.
 * @throws {@link UsageError} `ERR_USAGE` if the suite names a scorer that this version does not have, `ERR_SANDBOX` if
 *   answers are programs that nothing here can run
 */
export async function createJudging(
  plan: Plan,
  { scorer: identity }: SuiteDefinition,
  sandbox: Sandbox | null = null,
): Promise<Judging> {
  const scorer = findScorer(identity);
  if (scorer === null) {
    throw new UsageError('ERR_USAGE', `cannot score: there is no scorer ${identity.id} version ${identity.version}`);
  }
  const runProgram = scorer.programs === undefined ? null : await readySandbox(sandbox, scorer.programs.language);
  const { repeats, unscored: policy } = plan.rules;
  const aggregator = createAggregator(repeats, policy);
  return {
    judge(answer, target) {
      const input = { scorer, policy, answer, target };
      const trial = trialOf(input);
      if (trial === null || runProgram === null) return scoreAnswer(input);
      return runProgram(trial).then((end) => scoreAnswer(input, end));
    },
    add: (score) => aggregator.add(score),
    aggregates: (recorded) =>
      verdictMetrics(repeats)
        .filter((name) => !recorded.has(name))
        .flatMap((name) => {
          const result = aggregator.result(name);
          return result === null ? [] : [{ k: 'aggregate', function: name, result }];
        }),
  };
}

// Before the first request, because an answer that nobody can judge is paid for all the same.
async function readySandbox(sandbox: Sandbox | null, language: Language): Promise<Sandbox['run']> {
  if (sandbox === null) throw new UsageError('ERR_SANDBOX', `cannot score ${language} programs: there is no sandbox`);
  await sandbox.ready(language);
  return sandbox.run;
}
