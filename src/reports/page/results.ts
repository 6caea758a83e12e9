/** Results and effort: what was scored, and what it took. */
import { count, NONE, percent, usd } from '../figures.ts';
import type { Treatment } from '../../transcript/plan.ts';
import type { ReportCounts, ReportModel, ReportRun, ReportScore, ReportSuite, RunLabel } from '../model.ts';
import type { LeaderboardRow } from '../comparison/model.ts';
import { askedName } from '../harness.ts';
import { levelCell } from '../standing.ts';
import { attemptsText, comparabilityText, latencyText, sizeText } from '../wording.ts';
import { html, type Markup } from './markup.ts';
import { endpointName, labels, section, wideTable } from './sections.ts';
import type { PageView } from './view.ts';
import { scaleMarks, scoreStrip } from './strip.ts';

/** One table of scores per suite, with the chart inside and the verdict on comparability below. */
export function resultsSection({ model, comparisons }: PageView): Markup {
  const ranks = new Map(comparisons.flatMap(({ leaderboard }) => leaderboard.rows.map((row) => [row.run, row.rank])));
  return section('results', 'Results', [
    model.suites.length > 1 && overview(model),
    model.suites.map((suite) => suiteResults(suite, model, ranks)),
    html`<p class="legend">
      Dot: mean score. Line: 95 % interval. Pale band: where the mean could lie if every unscored sample were wrong, or
      right; the same as bounds. All figures in percent. Ranks are shared by runs whose difference is not significant. L0 to L6: what is proven about the endpoint, see Evidence.
    </p>`,
  ]);
}

/** Tokens, latency, cost and attempts of every run. */
export function effortSection({ runs }: ReportModel): Markup {
  const head = ['Endpoint', 'Suite', 'Tokens in / out', 'Latency p50 / p90 / p99', 'Cost', 'Attempts', 'Resumes'];
  const rows = runs.map((run) => [
    endpointName(run),
    run.suite.id,
    run.tokens === null ? NONE : `${count(run.tokens.prompt)} / ${count(run.tokens.completion)}`,
    latencyText(run.latency),
    run.cost === null ? NONE : html`${usd(run.cost.usd)} <span class="muted">${run.cost.prices.dated}</span>`,
    attemptsText(run.attempts),
    count(run.resumes),
  ]);
  return section('effort', 'Effort', [
    wideTable('Tokens, latency, cost and attempts by run', head, rows),
    html`<p class="legend">
      Latency of answered attempts, from the moment the intent was on disk to the last byte. Cost at the prices of the day
      beside it. A dash means that there is no such figure: no usage was reported, no prices were configured, or there
      are too few answers for the percentile.
    </p>`,
  ]);
}

type Ranks = ReadonlyMap<string, LeaderboardRow['rank']>;

function suiteResults(suite: ReportSuite, model: ReportModel, ranks: Ranks): Markup {
  const runs = model.runs.filter((run) => run.suite.id === suite.id).toSorted(byScore);
  const title = `suite-${model.suites.indexOf(suite)}`;
  return html`
    <article class="suite" aria-labelledby="${title}">
      <h3 id="${title}">${suite.id}</h3>
      <p class="about">${suite.title && html`${suite.title}. `}<span class="muted">${facts(suite, runs)}</span></p>
      <table class="scores">
        <caption class="unseen">Scores of ${suite.id} in percent</caption>
        <thead>
          <tr>
            <th scope="col">Rank</th>
            <th scope="col">Endpoint</th>
            <th scope="col" class="chart"><span class="unseen">Chart</span>${scaleMarks()}</th>
            <th scope="col">Score</th>
            <th scope="col">95 % interval</th>
            <th scope="col">Right of n</th>
            <th scope="col">Unscored</th>
          </tr>
        </thead>
        <tbody>${runs.map((run) => scoreRow(run, ranks.get(run.run_id)))}</tbody>
      </table>
      ${comparabilityText(suite, model).map((line) => html`<p class="comparable">${line}</p>`)}
    </article>`;
}

function facts(suite: ReportSuite, runs: readonly ReportRun[]): string {
  const [first] = runs;
  const items = first === undefined ? '' : itemsText(first);
  return `Version ${suite.versions.join(', ')} · ${items} · licence ${suite.licences.join(', ')}`;
}

function itemsText({ suite }: ReportRun): string {
  const repeats = suite.repeats === 1 ? '' : ` × ${count(suite.repeats)} repeats`;
  const all = suite.selected === suite.size ? '' : ` of ${count(suite.size)}`;
  return `${count(suite.selected)}${all} items${repeats}`;
}

// From the highest score to the lowest; runs without one come last.
function byScore(a: ReportRun, b: ReportRun): number {
  return Number(b.score?.value ?? -1) - Number(a.score?.value ?? -1);
}

function rankText(rank: LeaderboardRow['rank'] | undefined): string {
  if (rank === undefined) return NONE;
  return rank.best === rank.worst ? String(rank.best) : `${rank.best}–${rank.worst}`;
}

function scoreRow(run: ReportRun, rank: LeaderboardRow['rank'] | undefined): Markup {
  const { score } = run;
  const name = [askedName(run), ...run.labels].join(', ');
  return html`
    <tr>
      <td class="rank"><span class="unseen">rank </span>${rankText(rank)}</td>
      <th scope="row">${endpointName(run)} <span class="level">${levelCell(run)}</span></th>
      <td class="chart">${scoreStrip(name, score)}</td>
      <td class="score">${percent(score?.value ?? null)}</td>
      <td class="interval">${intervalText(score)}</td>
      <td class="n">${sizeText(score)}</td>
      <td class="unscored">${unscoredCell(run.counts, score)}</td>
    </tr>`;
}

function intervalText(score: ReportScore | null): string {
  if (score?.interval) return `${percent(score.interval.low)}–${percent(score.interval.high)}`;
  return NONE;
}

function unscoredCell({ unscored, reasons }: ReportCounts, score: ReportScore | null): Markup {
  if (unscored === null || unscored === 0) return html`${count(unscored)}`;
  const treatments = [...new Set(reasons.map((each) => each.counts_as))].map((treatment) => {
    const named = reasons.filter((each) => each.counts_as === treatment);
    return `${named.map((each) => `${count(each.count)} ${each.reason}`).join(', ')}: ${TREATMENTS[treatment]}`;
  });
  const bounds = score?.bounds ? boundsText(score.bounds) : null;
  return html`${count(unscored)}
    <span class="reasons">${treatments.join('; ')}${bounds}</span>`;
}

function boundsText({ all_wrong: low, all_right: high }: NonNullable<ReportScore['bounds']>): Markup {
  return html`<br />bounds ${percent(low)}–${percent(high)}`;
}

const TREATMENTS: Readonly<Record<Treatment, string>> = {
  wrong: 'count as wrong',
  excluded: 'not in the mean',
  scored: 'scored',
};

// Suites × endpoints, so that one look finds every score; what may be compared is said below, suite by suite.
function overview({ suites, runs }: ReportModel): Markup {
  const endpoints = [...new Set(runs.map(({ endpoint }) => endpoint.name))];
  const common = endpoints.map((name) => commonLabels(runs.filter(({ endpoint }) => endpoint.name === name)));
  const head = endpoints.map(
    (name, index) =>
      html`<bdi>${name}</bdi>${labels(common[index] ?? [])} <span class="level">${levelsOf(name, runs)}</span>`,
  );
  const rows = suites.map(({ id }) => [
    html`<bdi>${id}</bdi>`,
    ...endpoints.map((name, index) =>
      runs
        .filter(({ suite, endpoint }) => suite.id === id && endpoint.name === name)
        .map((run) => overviewCell(run, common[index] ?? [])),
    ),
  ]);
  return html`<div class="overview">${wideTable('Scores of suites by endpoint in percent', ['Suite', ...head], rows)}</div>`;
}

// One level if all runs of the endpoint have the same; otherwise each run has its own below.
function levelsOf(name: string, runs: readonly ReportRun[]): string {
  const levels = new Set(runs.filter(({ endpoint }) => endpoint.name === name).map(levelCell));
  return levels.size === 1 ? ([...levels][0] ?? '') : '';
}

function overviewCell(run: ReportRun, common: readonly RunLabel[]): Markup {
  const own = run.labels.filter((label) => !common.includes(label));
  return html`<div>
    <b>${percent(run.score?.value ?? null)}</b> <span class="muted">${intervalText(run.score)}</span>
    ${run.harness.name !== null && html`<div class="own muted">${run.harness.name}</div>`}
    ${own.length > 0 && html`<div class="own">${labels(own)}</div>`}
  </div>`;
}

function commonLabels(runs: readonly ReportRun[]): readonly RunLabel[] {
  return runs[0]?.labels.filter((label) => runs.every((run) => run.labels.includes(label))) ?? [];
}

/** Names of runs for a list: endpoint with labels, then suite. */
export function runTitle(run: ReportRun): Markup {
  return html`<bdi>${askedName(run)}</bdi> <span class="muted">on ${run.suite.id}</span>${labels(run.labels)}`;
}
