/**
 * Who is compared with whom: runs by suite, and under which name each takes part.
 *
 * A name is that of the endpoint; across harnesses it is `endpoint × harness`, because the same model under another harness is
 * another contestant. Where a suite was run several times on one endpoint, the first run that was given is #1, the
 * second #2 and so on, in every suite alike: `compare before/* after/*` compares each #1 with its #2.
 */
import { differences, isComparable, type Across } from '../comparable.ts';
import { harnessName } from '../harness.ts';
import type { ReportDifference } from '../model.ts';
import type { OpenRun } from './align.ts';
import type { ComparedRun } from './compared-run.ts';
import type { Refusal } from './model.ts';

/** A run under its name. */
export interface Contestant {
  readonly name: string;
  readonly run: OpenRun;
}

/** The runs of one suite, the baseline first. */
export interface SuiteGroup {
  readonly id: string;
  readonly contestants: readonly Contestant[];
}

/** Groups in which everything is comparable, or why there are none. */
export type Grouping =
  | { readonly comparable: true; readonly groups: readonly SuiteGroup[]; readonly isNumbered: boolean }
  | { readonly comparable: false; readonly refusals: readonly Refusal[] };

/** How runs are grouped. */
export interface GroupingChoice {
  /** The run whose name is the baseline in every suite. */
  readonly baseline: ComparedRun;
  readonly onCommonItems: boolean;
  readonly across: readonly Across[];
}

/** The runs by suite; every one must have a comparable run of the baseline. */
export function groupRuns(runs: readonly ComparedRun[], choice: GroupingChoice): Grouping {
  const nameOf = namesAcross(choice.across);
  const named = nameRuns(groupBySuite(runs), nameOf);
  const baselineName = named.flat().find(({ run }) => run === choice.baseline)?.name;
  const groups = named.map((group) =>
    group.toSorted((a, b) => Number(b.name === baselineName) - Number(a.name === baselineName)),
  );
  const found = groups.flatMap((group) => refusalsIn(group, { ...choice, baselineName }));
  const refusals = found.length > 0 ? found : aloneIn(groups, choice);
  if (refusals.length > 0) return { comparable: false, refusals };
  return {
    comparable: true,
    groups: groups.map((group) => ({
      id: group[0]?.run.plan.suite.id ?? '',
      // Without verdicts a run is refused above.
      contestants: group.map(({ name, run }) => ({ name, run: run as OpenRun })),
    })),
    isNumbered: named.flat().some(({ name, run }) => name !== nameOf(run)),
  };
}

interface Named {
  readonly name: string;
  readonly run: ComparedRun;
}

// A suite that was only given another id asks the same items under the same rules.
function groupBySuite(runs: readonly ComparedRun[]): readonly (readonly ComparedRun[])[] {
  const groups: ComparedRun[][] = [];
  for (const run of runs) {
    const group = groups.find(
      ([first]) => first?.plan.suite.id === run.plan.suite.id || (first && isComparable(first, run)),
    );
    if (group === undefined) groups.push([run]);
    else group.push(run);
  }
  return groups;
}

type NameOf = (run: ComparedRun) => string;

/** What runs are called in a comparison across some rules, before any number. */
function namesAcross(across: readonly Across[]): NameOf {
  if (!across.includes('harness')) return ({ plan }) => plan.endpoint.name;
  return ({ plan: { endpoint, rules } }) => `${endpoint.name} × ${harnessName(rules.harness)}`;
}

function nameRuns(groups: readonly (readonly ComparedRun[])[], nameOf: NameOf): readonly (readonly Named[])[] {
  const isShared = (name: string): boolean =>
    groups.some((group) => group.filter((run) => nameOf(run) === name).length > 1);
  return groups.map((group) => {
    const seen = new Map<string, number>();
    return group.map((run) => {
      const name = nameOf(run);
      const number = (seen.get(name) ?? 0) + 1;
      seen.set(name, number);
      return { run, name: isShared(name) ? `${name} #${number}` : name };
    });
  });
}

function refusalsIn(
  group: readonly Named[],
  { baseline, baselineName, onCommonItems, across }: GroupingChoice & { readonly baselineName: string | undefined },
): readonly Refusal[] {
  const [first, ...others] = group;
  if (first === undefined) return [];
  const hasBaseline = first.name === baselineName;
  const held = hasBaseline ? first.run : baseline;
  const refuse = (run: ComparedRun, found: readonly ReportDifference[]): Refusal[] =>
    found.length === 0 ? [] : [{ baseline: held.runId, run: run.runId, differences: found }];
  const rest = hasBaseline ? others : group;
  return [
    ...refuse(held, verdictsMissing(held)),
    ...rest.flatMap(({ run }) =>
      refuse(run, [...verdictsMissing(run), ...decisive(differences(held, run, across), onCommonItems && hasBaseline)]),
    ),
  ];
}

// Other items are no obstacle if only the common ones are compared; another suite is, whatever it calls its items.
function decisive(found: readonly ReportDifference[], onCommonItems: boolean): readonly ReportDifference[] {
  return onCommonItems ? found.filter(({ field }) => field !== 'selection.root') : found;
}

function verdictsMissing({ items }: ComparedRun): readonly ReportDifference[] {
  if (items !== null) return [];
  const sentence = 'verdicts: it publishes its signed statement only, so there is nothing to compare item by item';
  return [{ field: 'level', left: 'D1 or more', right: 'D0', sentence }];
}

// Of two runs that are each alone in their suite it helps most to know what separates the suites.
function aloneIn(
  groups: readonly (readonly Named[])[],
  { baseline, across }: Pick<GroupingChoice, 'baseline' | 'across'>,
): readonly Refusal[] {
  const alone = groups.flatMap((group) => (group.length === 1 ? group : [])).map(({ run }) => run);
  const apart = alone.filter((run) => run !== baseline);
  if (alone.length === apart.length + 1 && apart.length > 0) {
    return apart.map((run) => ({
      baseline: baseline.runId,
      run: run.runId,
      differences: differences(baseline, run, across),
    }));
  }
  return alone.map(({ runId, plan }) => {
    const { id, version } = plan.suite;
    const sentence = `suite: no other run is of ${id} ${version}`;
    return { baseline: runId, run: runId, differences: [{ field: 'suite.id', left: id, right: 'none', sentence }] };
  });
}
