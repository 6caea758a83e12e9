/** Verified runs → the model that every writer of a report takes. */
import { UsageError } from '../core/errors.ts';
import type { VerifiedTranscript } from '../verifier/verified-transcript.ts';
import { comparableSets, firstDifference } from './comparable.ts';
import type { DisclosureChoice } from './disclosure.ts';
import { REPORT_FORMAT, type ReportModel, type ReportSuite } from './model.ts';
import { summarizeRun } from './run-summary.ts';

/** What a report says beside its runs. */
export interface SummaryOptions {
  readonly title?: string;
  /** RFC 3339 time; without it the report is a function of its runs alone. */
  readonly createdAt?: string;
  readonly disclosure?: DisclosureChoice;
}

/**
 * The report over one or more verified runs.
 *
 * @throws {@link UsageError} `ERR_USAGE` if there is no run, or one is given twice.
 */
export function summarize(runs: readonly VerifiedTranscript[], options: SummaryOptions = {}): ReportModel {
  checkDistinct(runs);
  const groups = groupBySuite(runs);
  const suites = groups.map((group) => summarizeSuite(group, groups));
  return {
    format: REPORT_FORMAT,
    title: options.title ?? defaultTitle(runs, groups.length),
    created_at: options.createdAt ?? null,
    suites,
    runs: groups.flat().map((run) => summarizeRun(run, options.disclosure)),
  };
}

function groupBySuite(runs: readonly VerifiedTranscript[]): readonly (readonly VerifiedTranscript[])[] {
  const groups = new Map<string, VerifiedTranscript[]>();
  for (const run of runs) {
    const group = groups.get(run.plan.suite.id);
    if (group === undefined) groups.set(run.plan.suite.id, [run]);
    else group.push(run);
  }
  return [...groups.values()];
}

function checkDistinct(runs: readonly VerifiedTranscript[]): void {
  if (runs.length === 0) throw new UsageError('ERR_USAGE', 'cannot report: want at least one verified run');
  const seen = new Set<string>();
  for (const { planDigest, runId } of runs) {
    if (seen.has(planDigest)) throw new UsageError('ERR_USAGE', `cannot report run ${runId}: it was given twice`);
    seen.add(planDigest);
  }
}

function summarizeSuite(
  group: readonly VerifiedTranscript[],
  groups: readonly (readonly VerifiedTranscript[])[],
): ReportSuite {
  return {
    id: group[0]?.plan.suite.id ?? '',
    title: group.map(publicTitle).find((title) => title !== null) ?? null,
    versions: distinct(group.map(({ plan }) => plan.suite.version)),
    licences: distinct(group.map(({ plan }) => plan.suite.licence)),
    comparable: comparableSets(group),
    same_items: groups.filter((other) => other !== group).flatMap((other) => sameItems(group, other)),
  };
}

// The title of a private suite is part of its definition, which a report does not disclose.
function publicTitle({ plan, suiteText }: VerifiedTranscript): string | null {
  if (suiteText === null || plan.suite.visibility !== 'public') return null;
  const definition: unknown = JSON.parse(suiteText);
  if (typeof definition !== 'object' || definition === null || !('title' in definition)) return null;
  return typeof definition.title === 'string' ? definition.title : null;
}

function sameItems(
  [first]: readonly VerifiedTranscript[],
  [other]: readonly VerifiedTranscript[],
): ReportSuite['same_items'] {
  if (!first || !other || first.plan.selection.root !== other.plan.selection.root) return [];
  const difference = firstDifference(first, other);
  return difference === null ? [] : [{ suite: other.plan.suite.id, difference }];
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}

function defaultTitle(runs: readonly VerifiedTranscript[], suites: number): string {
  const endpoints = new Set(runs.map(({ plan }) => plan.endpoint.name)).size;
  return `${plural(suites, 'suite')} × ${plural(endpoints, 'endpoint')}`;
}

function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
