/** The head of the page: what it is about, what has been verified, and the seven questions at a glance. */
import type { EmbeddedReport } from './embedded.ts';
import type { ReportModel } from '../model.ts';
import { html, type Markup } from './markup.ts';
import { proofFrame } from './proof.ts';
import { verdictSummary } from './verification.ts';

const SECTIONS = [
  ['results', 'Results'],
  ['comparison', 'Comparison'],
  ['verification', 'Verification'],
  ['evidence', 'Evidence'],
  ['effort', 'Effort'],
  ['items', 'Items'],
  ['runs', 'Runs'],
] as const;

/** The head of a page as it is before any script runs. */
export function masthead(report: EmbeddedReport): Markup {
  const { model } = report.view;
  return html`<header>
    <a class="skip" href="#results">Skip to the results</a>
    <p class="eyebrow">Touchstone report${model.created_at && html` <span>· ${model.created_at}</span>`}</p>
    <h1>${model.title}</h1>
    ${lede(model)} ${proofFrame(report)} ${verdictSummary(model)}
    <p id="verdicts-note" class="legend">As stated by whoever made this page.</p>
    <nav aria-label="Sections">${SECTIONS.map(([id, name]) => html`<a href="#${id}">${name}</a> `)}</nav>
  </header>`;
}

/** One sentence on what the page is over. */
export function lede({ runs }: ReportModel): Markup {
  const samples = runs.reduce((sum, { counts }) => sum + counts.planned, 0).toLocaleString('en-US');
  const recomputed = runs.filter(({ score }) => score?.status === 'recomputed').length;
  const derived =
    recomputed === runs.length
      ? 'every score was recomputed from the signed records'
      : `${recomputed} of ${runs.length} scores were recomputed from the signed records`;
  return html`<p id="lede" class="lede">${runs.length} ${runs.length === 1 ? 'run' : 'runs'}, ${samples} samples; ${derived}.</p>`;
}
