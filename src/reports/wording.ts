/** Sentences that the Markdown file and the page share. Their parts come from outside, so a writer escapes them. */
import { count, NONE, significant } from './figures.ts';
import { askedName } from './harness.ts';
import type { ReportCounts, ReportLatency, ReportModel, ReportRun, ReportScore, ReportSuite } from './model.ts';

/** The endpoint of a run, its harness and its labels, so that a replay is never shown without the word. */
export function runName(run: ReportRun): string {
  const name = askedName(run);
  return run.labels.length === 0 ? name : `${name} (${run.labels.join(', ')})`;
}

/** How many samples the mean is over: for an accuracy `742 of 1,319`, for a mean of partial scores only the number. */
export function sizeText(score: ReportScore | null): string {
  if (score === null) return NONE;
  const isCount = score.metric === 'accuracy' && score.exact?.den === score.n;
  return isCount ? `${count(score.exact.num)} of ${count(score.n)}` : count(score.n);
}

/** Unscored samples by reason, such as `3: 2 timeout (excluded), 1 empty (wrong)`. */
export function unscoredText(counts: ReportCounts): string {
  if (counts.unscored === null || counts.unscored === 0) return count(counts.unscored);
  const reasons = counts.reasons.map(
    ({ reason, count: number, counts_as: as }) => `${count(number)} ${reason} (${as})`,
  );
  return `${count(counts.unscored)}: ${reasons.join(', ')}`;
}

/** Attempts by status, such as `1,319 ok, 4 http`; only those that occurred. */
export function attemptsText(attempts: ReportRun['attempts']): string {
  if (attempts === null) return NONE;
  const parts = Object.entries(attempts).filter(([, number]) => number > 0);
  return parts.length === 0 ? 'none' : parts.map(([status, number]) => `${count(number)} ${status}`).join(', ');
}

/** The three percentiles in one unit, such as `61.0 / 92.5 / 99.4 ms`. */
export function latencyText(latency: ReportLatency | null): string {
  if (latency === null || latency.n === 0) return NONE;
  const percentiles = [latency.p50_ms, latency.p90_ms, latency.p99_ms];
  const inSeconds = Math.max(...percentiles.map((ms) => ms ?? 0)) >= 1000;
  const shown = percentiles.map((ms) => (ms === null ? NONE : significant(inSeconds ? ms / 1000 : ms)));
  return `${shown.join(' / ')} ${inSeconds ? 's' : 'ms'}`;
}

/** Which runs of a suite may be compared, one sentence per set, and what other suites ask the same items. */
export function comparabilityText(suite: ReportSuite, { runs }: ReportModel): readonly string[] {
  const [reference, ...others] = suite.comparable;
  const agreeing = suite.comparable
    .filter(({ runs: ids }) => ids.length > 1)
    .map(({ runs: ids }) => `Comparable, the same items under the same rules: ${namesOf(ids, runs)}.`);
  const differing = others.map(
    ({ runs: ids, difference }) =>
      `Not comparable with ${namesOf(reference?.runs ?? [], runs)}: ${namesOf(ids, runs)}. ` +
      `First difference: ${difference?.sentence ?? ''}.${acrossHint(difference?.field)}`,
  );
  const shared = suite.same_items.map(
    (other) => `${other.suite} asks the same items under other rules. First difference: ${other.difference.sentence}.`,
  );
  return [...agreeing, ...differing, ...shared];
}

// The first difference is named, and where another harness comes first there may be more.
function acrossHint(field: string | undefined): string {
  return field === 'rules.harness'
    ? ' Runs that differ in nothing else are compared by touchstone compare --across harness.'
    : '';
}

// Two runs of one endpoint and harness are told apart by their run ids.
function namesOf(ids: readonly string[], runs: readonly ReportRun[]): string {
  const named = runs.filter((run) => ids.includes(run.run_id));
  const isShared = new Set(runs.map(suiteAndName)).size < runs.length;
  return named.map((run) => (isShared ? `${askedName(run)} [${run.run_id}]` : askedName(run))).join(', ');
}

function suiteAndName(run: ReportRun): string {
  return `${run.suite.id}\n${askedName(run)}`;
}
