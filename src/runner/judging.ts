/** How the samples of one run are asked and judged, and what is made of the verdicts. */
import type { JsonValue } from '../core/canonical-json.ts';
import { UsageError } from '../core/errors.ts';
import { checkItems, checkToolsOf } from '../harness/check.ts';
import type { Harness } from '../harness/harness.ts';
import { findHarness } from '../harness/registry.ts';
import { createAggregator, verdictMetrics } from '../scoring/aggregate.ts';
import { createInquiry, type Findings, type Inquiry } from '../scoring/inquiry.ts';
import { findScorer } from '../scoring/registry.ts';
import { scoreAnswer, trialOf } from '../scoring/score-answer.ts';
import type { Scorer } from '../scoring/scorer.ts';
import type { Language, Sandbox } from '../scoring/trial.ts';
import { plannedHarness, type SuiteDefinition, type SuiteHarness } from '../suites/definition.ts';
import type { SuiteItem } from '../suites/item-store.ts';
import type { LoadedSuite } from '../suites/load.ts';
import type { NewRecord } from '../transcript/builder.ts';
import type { Plan } from '../transcript/plan.ts';
import type { ScoreRecord } from '../transcript/record.ts';

/** A verdict. */
export type Judged = ReturnType<typeof scoreAnswer>;

/** An item with its right answer, as it was read back from what was committed to. */
export interface JudgedItem {
  readonly item: Pick<SuiteItem, 'input'>;
  readonly target: JsonValue;
}

/** Says what is asked, judges answers and adds up verdicts. */
export interface Judging {
  /** What is asked for a sample, from its beginning. */
  inquire(subject: JudgedItem): Inquiry;
  /** A promise only if a program has to run first. */
  judge(findings: Findings, subject: JudgedItem): Judged | Promise<Judged>;
  add(score: ScoreRecord): void;
  /** The metrics over all verdicts so far, but for those that are recorded already. */
  aggregates(recorded: ReadonlySet<string>): readonly Extract<NewRecord, { readonly k: 'aggregate' }>[];
}

/**
 * The judging of a plan, before its first verdict.
 *
 * @param sandbox - Where answers that are programs run, and tools; it is made ready only for a suite that needs it.
 * @throws {@link UsageError} `ERR_USAGE` if the suite names a scorer or harness that this version does not have, or its
 *   scorer asks a judge and there is none or the other way round; `ERR_SANDBOX` if there are programs that nothing here can run
 * @throws {@link InputError} `ERR_HARNESS_CONFIG`, `ERR_PROMPT_TEMPLATE`, `ERR_SCORER_CONFIG`, `ERR_PATTERN`,
 *   `ERR_JSON_SCHEMA`; `ERR_PROMPT_RENDER` or `ERR_ITEMS_FIELD` for an item that the harness cannot ask
 */
export async function createJudging(
  plan: Plan,
  suite: Pick<LoadedSuite, 'path' | 'definition' | 'renderer' | 'items' | 'lineOf'>,
  sandbox: Sandbox | null = null,
): Promise<Judging> {
  const { definition, renderer } = suite;
  const scorer = scorerOf(plan, definition);
  const { named, harness } = await harnessOf(plan, suite);
  const runProgram = scorer.programs === undefined ? null : (await readySandbox(sandbox, scorer.programs.language)).run;
  const runTool = harness.runsTools ? (await readySandbox(sandbox, 'javascript')).evaluate : null;
  if (runTool !== null) await checkToolsOf(suite, named, harness, runTool);
  const { repeats, unscored: policy } = plan.rules;
  const aggregator = createAggregator(repeats, policy);
  return {
    inquire({ item: { input }, target }) {
      const dialogue = harness.begin({ input, messages: renderer.render(input) }, runTool);
      return createInquiry({ dialogue, scorer, policy, input, target });
    },
    judge({ answer, replies }, { item, target }) {
      const input = { scorer, policy, answer, replies, input: item.input, target };
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

function scorerOf({ judge }: Plan, { scorer: { id, version, config } }: SuiteDefinition): Scorer {
  const scorer = findScorer({ id, version, config });
  if (scorer === null) throw new UsageError('ERR_USAGE', `cannot score: there is no scorer ${id} version ${version}`);
  if ((scorer.asks !== undefined) === (judge !== undefined)) return scorer;
  const wanted = judge === undefined ? 'want a judge' : 'want no judge';
  throw new UsageError('ERR_USAGE', `cannot score with ${id} version ${version}: ${wanted}`);
}

async function harnessOf(
  { rules: { harness: planned } }: Plan,
  suite: Parameters<typeof createJudging>[1],
): Promise<{ readonly named: SuiteHarness; readonly harness: Harness }> {
  const named = plannedHarness(suite.definition, planned);
  const harness = named && findHarness(named);
  if (named === null || harness === null) {
    throw new UsageError('ERR_USAGE', `cannot ask: there is no harness ${planned.id} version ${planned.version}`);
  }
  await checkItems(suite, named, harness);
  return { named, harness };
}

// Before the first request, because an answer that nobody can judge is paid for all the same.
async function readySandbox(sandbox: Sandbox | null, language: Language): Promise<Sandbox> {
  if (sandbox === null) throw new UsageError('ERR_SANDBOX', `cannot run ${language} programs: there is no sandbox`);
  await sandbox.ready(language);
  return sandbox;
}
