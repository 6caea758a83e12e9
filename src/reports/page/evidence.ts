/** Evidence: what stands behind the answers of each endpoint, and what each level means. */
import { evidenceLines } from '../evidence-lines.ts';
import { count } from '../figures.ts';
import type { ReportModel, ReportRun } from '../model.ts';
import { LADDER, standing } from '../standing.ts';
import { html, type Markup } from './markup.ts';
import { section, wideTable } from './sections.ts';

/** One row per endpoint with its level and the reason for it. */
export function evidenceSection({ runs }: ReportModel): Markup {
  const rows = standing(runs).map(({ endpoint, kind, level, runs: number, reason }) => [
    html`<bdi class="endpoint">${endpoint}</bdi>`,
    kind,
    level,
    count(number),
    reason,
  ]);
  const table = wideTable('What stands behind the answers, by endpoint', HEAD, rows);
  return section('evidence', 'Evidence', [
    html`<div class="standing">${table}</div>`,
    html`<ul class="ladder">${LADDER.map((rung) => html`<li>${rung}</li>`)}</ul>`,
    html`<p class="legend">
      ~req: somebody else could have chosen the hash of a request. ~stale: the key was not attested both before and after
      the answer. ~time: only the clock of the runner says when. ~simulated: proves nothing.
    </p>`,
  ]);
}

const HEAD = ['Endpoint', 'Kind', 'Level', 'Runs', 'Because'];

/** Everything that the evidence of a run and its probes show; nothing if there is none. */
export function evidenceFacts(run: ReportRun): Markup | null {
  const lines = evidenceLines(run);
  if (lines.length === 0) return null;
  return html`<h3 class="block-title">Evidence about the endpoint</h3>
    <dl class="facts">${lines.map(({ term, text }) => html`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl>
    ${run.execution && claimsTable(run.execution.claims)}`;
}

// Everything that the level is derived from, and who stands behind it.
function claimsTable(claims: NonNullable<ReportRun['execution']>['claims']): Markup {
  const rows = claims.map(({ subject, claim, status, source, reason }) => [
    html`${subject} ${claim}`,
    status,
    reason,
    source.replace('_', ' '),
  ]);
  return html`<details class="evidence-claims">
    <summary>${count(claims.length)} claims that the level is derived from</summary>
    ${wideTable('Claims about machines and answers', ['Claim', 'Status', 'Reason', 'By'], rows)}
  </details>`;
}
