/** How the answers of one run are judged, and what is made of the verdicts. */
import { UsageError } from '../core/errors.ts';
import type { JsonValue } from '../core/canonical-json.ts';
import { createAggregator, MEAN_METRIC } from '../scoring/aggregate.ts';
import { findScorer } from '../scoring/registry.ts';
import { scoreAnswer } from '../scoring/score-answer.ts';
import type { SuiteDefinition } from '../suites/definition.ts';
import type { NewRecord } from '../transcript/builder.ts';
import type { Plan } from '../transcript/plan.ts';
import type { ScoreRecord } from '../transcript/record.ts';
import type { Answer } from '../transcript/wire/answer.ts';

/** The metrics that every run states. */
const METRICS: readonly string[] = [MEAN_METRIC];

/** Judges answers and adds up verdicts. */
export interface Judging {
  judge(answer: Answer, target: JsonValue): ReturnType<typeof scoreAnswer>;
  add(score: ScoreRecord): void;
  /** The metrics over all verdicts so far, but for those that are recorded already. */
  aggregates(recorded: ReadonlySet<string>): readonly Extract<NewRecord, { readonly k: 'aggregate' }>[];
}

/**
 * The judging of a plan, before its first verdict.
 *
 * @throws {@link UsageError} `ERR_USAGE` if the suite names a scorer that this version does not have
 */
export function createJudging(plan: Plan, { scorer: identity }: SuiteDefinition): Judging {
  const scorer = findScorer(identity);
  if (scorer === null) {
    throw new UsageError('ERR_USAGE', `cannot score: there is no scorer ${identity.id} version ${identity.version}`);
  }
  const { repeats, unscored: policy } = plan.rules;
  const aggregator = createAggregator(repeats, policy);
  return {
    judge: (answer, target) => scoreAnswer({ scorer, policy, answer, target }),
    add: (score) => aggregator.add(score),
    aggregates: (recorded) =>
      METRICS.filter((name) => !recorded.has(name)).flatMap((name) => {
        const result = aggregator.result(name);
        return result === null ? [] : [{ k: 'aggregate', function: name, result }];
      }),
  };
}
