/** Comparison: who can be told from whom, what it cost, and how each did on the items of each tag. */
import { count, NONE, percent } from '../figures.ts';
import type { ComparedPair, ComparedRatio, LeaderboardRow, MatrixCell, SuiteComparison } from '../comparison/model.ts';
import { askedName } from '../harness.ts';
import type { ReportRun } from '../model.ts';
import { html, type Markup, type Value } from './markup.ts';
import { section, wideTable } from './sections.ts';
import type { TagScore, TagTable } from './tag-tables.ts';
import type { PageView } from './view.ts';

/** Pairwise differences of every comparable set, charts of score against effort, and tables by tag. */
export function comparisonSection(view: PageView): Markup {
  const { comparisons, tags, model } = view;
  return section('comparison', 'Comparison', [
    charts(),
    comparisons.length === 0
      ? html`<p class="note">No two runs here are comparable: differences take the same items under the same rules.</p>`
      : comparisons.map(suiteBlock),
    tags.map((table) => tagBlock(table, model.runs)),
  ]);
}

function suiteBlock(suite: SuiteComparison): Markup {
  const { id, items, leaderboard, pairs } = suite;
  const units = suite.clusters.units < items.compared ? `, ${count(suite.clusters.units)} independent clusters` : '';
  return html`<article class="suite" aria-label="Comparison on ${id}">
    <h3>${id}</h3>
    <p class="about muted">${count(items.compared)} items compared${units}${suite.repeats > 1 && ` × ${suite.repeats} repeats`}</p>
    ${leaderboard.rows.length > 2 && matrixTable(suite)} ${pairs.map((pair) => pairBlock(pair, suite))}
    <p class="legend">
      Differences in percentage points with 95 % intervals. p is adjusted (Holm): in the table over every two endpoints, in the
      lines over all that are held against the first. What cannot be told apart is not shown to be equal.
    </p>
  </article>`;
}

// Every two runs: the run of the row minus the run of the column.
function matrixTable({ leaderboard: { rows, matrix }, id }: SuiteComparison): Markup {
  const head = [
    'Row minus column',
    ...rows.slice(0, -1).map((row) => html`<span class="turned"><bdi>${row.name}</bdi></span>`),
  ];
  const body = rows
    .slice(1)
    .map((row, at) => [
      html`<bdi class="endpoint">${row.name}</bdi>`,
      ...rows.slice(0, -1).map((column, place) => (place > at ? html`` : cellOf(row, column, matrix))),
    ]);
  return html`<div class="pairwise">${wideTable(`Differences of every two endpoints on ${id}`, head, body)}</div>`;
}

function cellOf(row: LeaderboardRow, column: LeaderboardRow, matrix: readonly MatrixCell[]): Markup {
  const found = matrix.find((cell) => cell.row === row.run && cell.column === column.run);
  const turned = matrix.find((cell) => cell.row === column.run && cell.column === row.run);
  const difference = found?.difference ?? (turned && opposite(turned.difference));
  if (difference === undefined) return html`<span class="muted">${NONE}</span>`;
  return html`<div class="delta ${difference.verdict}">
    <b>${points(difference.value)}</b>
    <span class="muted">${points(difference.low)} to ${points(difference.high)}</span>
    <span class="muted">p ${pText(difference.p.adjusted)}</span>
  </div>`;
}

function opposite(difference: MatrixCell['difference']): MatrixCell['difference'] {
  const { value, low, high, verdict } = difference;
  const turned = { better: 'worse', worse: 'better', undecided: 'undecided' } as const;
  return { ...difference, value: minus(value), low: minus(high), high: minus(low), verdict: turned[verdict] };
}

function minus(decimal: string): string {
  return decimal.startsWith('-') ? decimal.slice(1) : `-${decimal}`;
}

const VERDICTS = { better: 'is better', worse: 'is worse', undecided: 'cannot be told apart' } as const;

function pairBlock(pair: ComparedPair, { scores, id }: SuiteComparison): Markup {
  const { difference, flips } = pair;
  const baseline = scores.find(({ run }) => run === pair.baseline)?.name ?? '';
  return html`<div class="pair">
    <h4><bdi>${pair.name}</bdi> <span class="muted">against <bdi>${baseline}</bdi></span></h4>
    ${
      difference === null
        ? html`<p class="muted">Too little to compare.</p>`
        : html`<p class="pair-line ${difference.verdict}">
            <b>${points(difference.value)}</b> points, 95 % interval ${points(difference.interval.low)} to
            ${points(difference.interval.high)}, p ${pText(difference.p.adjusted)} (${difference.p.method}):
            <strong>${VERDICTS[difference.verdict]}</strong>${
              difference.verdict === 'undecided' &&
              pair.detectable !== null &&
              html`; so many items would show a difference of ${points(pair.detectable).replace('+', '')} points`
            }
          </p>`
    }
    <p class="pair-facts">
      <a href="#items" data-filter="gained" data-base="${pair.baseline}" data-other="${pair.candidate}">${count(flips.gained)} gained</a>
      <a href="#items" data-filter="lost" data-base="${pair.baseline}" data-other="${pair.candidate}">${count(flips.lost)} lost</a>
      ${ratioFacts(pair).map((fact) => html`<span>${fact}</span> `)}
    </p>
    ${pair.subgroups.length > 0 && subgroups(pair, id)}
  </div>`;
}

function ratioFacts({ ratios }: ComparedPair): readonly string[] {
  const named = [
    ['latency', ratios.latency],
    ['prompt tokens', ratios.prompt_tokens],
    ['answer tokens', ratios.completion_tokens],
    ['cost', ratios.cost],
  ] as const;
  return named.flatMap(([name, ratio]) =>
    ratio === null || isOne(ratio)
      ? []
      : [`${name} × ${short(ratio.value)} (${short(ratio.low)} to ${short(ratio.high)})`],
  );
}

function isOne({ low, high }: ComparedRatio): boolean {
  return Number(low) === 1 && Number(high) === 1;
}

function short(ratio: string): string {
  return Number(ratio).toPrecision(3);
}

function subgroups({ subgroups: groups, subgroups_left_out: rest, name }: ComparedPair, suite: string): Markup {
  const rows = groups.map(({ tag, n, difference }) => [
    html`<bdi>${tag}</bdi>`,
    count(n),
    points(difference.value),
    `${points(difference.interval.low)} to ${points(difference.interval.high)}`,
    pText(difference.p.adjusted),
    difference.verdict === 'undecided' ? html`<span class="muted">–</span>` : VERDICTS[difference.verdict],
  ]);
  return html`<details>
    <summary>${groups.length} subgroups <span class="muted">exploratory</span></summary>
    ${wideTable(`Differences of ${name} by tag on ${suite}`, ['Tag', 'n', 'Difference', '95 % interval', 'p (BH)', 'Verdict'], rows)}
    ${rest > 0 && html`<p class="legend">${count(rest)} rarer tags are left out.</p>`}
  </details>`;
}

/** A difference of ratios in percentage points, with its sign. */
function points(ratio: string): string {
  const value = Number(ratio) * 100;
  const text = Math.abs(value).toFixed(1);
  if (text === '0.0') return '0.0';
  return `${value < 0 ? '−' : '+'}${text}`;
}

function pText(p: string): string {
  const value = Number(p);
  return value < 0.001 ? '< 0.001' : `= ${value.toFixed(3)}`;
}

// Drawn by the script of the page, from the figures that stand in the tables.
function charts(): Markup {
  return html`<div class="charts" id="charts" hidden>
    <figure class="plot" data-effort="cost"><div class="canvas"></div><figcaption>Score against cost</figcaption></figure>
    <figure class="plot" data-effort="latency"><div class="canvas"></div><figcaption>Score against median latency</figcaption></figure>
  </div>`;
}

function tagBlock({ suite, runs, rows, left_out: rest }: TagTable, all: readonly ReportRun[]): Markup {
  const names = runs.map((id) => {
    const run = all.find((each) => each.run_id === id);
    return run === undefined ? id : askedName(run);
  });
  const head: readonly Value[] = ['Tag', ...names.map((name) => html`<bdi>${name}</bdi>`)];
  const body = rows.map(({ tag, scores }) => [html`<bdi>${tag}</bdi>`, ...scores.map(tagCell)]);
  return html`<article class="suite tags-of-suite" aria-label="Scores by tag on ${suite}">
    <h3>${suite} <span class="muted">by tag</span></h3>
    ${wideTable(`Scores by tag on ${suite}`, head, body)}
    ${rest > 0 && html`<p class="legend">${count(rest)} rarer tags are left out.</p>`}
  </article>`;
}

function tagCell(score: TagScore | null): Markup {
  if (score === null) return html`<span class="muted">${NONE}</span>`;
  const { value, interval, n } = score;
  const range = interval === null ? '' : `${percent(interval.low)}–${percent(interval.high)}`;
  return html`<b>${percent(value)}</b> <span class="muted">${range} · n ${count(n)}</span>`;
}
