/**
 * report.html: one file without a single external request.
 *
 * Its policy allows exactly one style sheet and one script, both by hash, and forbids every sink that turns text into
 * markup, so text of a model can only ever be text. Without JavaScript everything but the item view is there.
 *
 * @see https://www.w3.org/TR/CSP3/ and https://www.w3.org/TR/trusted-types/
 */
import { encodeBase64 } from '../../core/bytes.ts';
import { sha256 } from '../../core/sha256.ts';
import type { ReportModel } from '../model.ts';
import { evidenceSection } from './evidence.ts';
import type { ItemsData } from './items-data.ts';
import { itemsSection } from './items-section.ts';
import { html, type Markup } from './markup.ts';
import { effortSection, resultsSection } from './results.ts';
import { runsSection, verdictSummary, verificationSection } from './verification.ts';

/** The style sheet and the script of the page, as text. */
export interface PageAssets {
  readonly css: string;
  readonly script: string;
}

/** A streak on a dark stone. */
const ICON =
  'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 16 16%22%3E%3Crect width=%2216%22 ' +
  'height=%2216%22 rx=%223%22 fill=%22%23232528%22/%3E%3Cpath d=%22M4 12L12 4%22 stroke=%22%23d9a441%22 ' +
  'stroke-width=%222.5%22 stroke-linecap=%22round%22/%3E%3C/svg%3E';

/**
 * The text of report.html.
 *
 * @param data - The samples it carries, within their limits.
 */
export function reportHtml(model: ReportModel, data: ItemsData, assets: PageAssets): string {
  const head = html`<meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy(assets)}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="referrer" content="no-referrer" />
    <title>${model.title} · Touchstone report</title>
    <link rel="icon" href="${ICON}" />`;
  const body = [
    masthead(model),
    html`<main>
      ${resultsSection(model)} ${verificationSection(model)} ${evidenceSection(model)} ${effortSection(model)}
      ${itemsSection(model, data)} ${runsSection(model)}
    </main>`,
    footer(model),
  ];
  return [
    `<!doctype html>\n<html lang="en">\n<head>\n${head.markup}`,
    `<style>${assets.css}</style>\n</head>\n<body>`,
    body.map(({ markup }) => markup).join('\n'),
    `<script>${assets.script}</script>\n</body>\n</html>\n`,
  ].join('\n');
}

/** The content security policy of a page with these assets. */
function policy({ css, script }: PageAssets): string {
  return [
    "default-src 'none'",
    `style-src 'sha256-${encodeBase64(sha256(css))}'`,
    `script-src 'sha256-${encodeBase64(sha256(script))}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

function masthead(model: ReportModel): Markup {
  return html`<header>
    <a class="skip" href="#results">Skip to the results</a>
    <p class="eyebrow">Touchstone report${model.created_at && html` <span>· ${model.created_at}</span>`}</p>
    <h1>${model.title}</h1>
    <p class="lede">${lede(model)}</p>
    ${verdictSummary(model)}
    <nav aria-label="Sections">
      <a href="#results">Results</a> <a href="#verification">Verification</a> <a href="#evidence">Evidence</a>
      <a href="#effort">Effort</a> <a href="#items">Items</a> <a href="#runs">Runs</a>
    </nav>
  </header>`;
}

function lede({ runs }: ReportModel): string {
  const samples = runs.reduce((sum, { counts }) => sum + counts.planned, 0).toLocaleString('en-US');
  const recomputed = runs.filter(({ score }) => score?.status === 'recomputed').length;
  const derived =
    recomputed === runs.length
      ? 'every score was recomputed from the signed records'
      : `${recomputed} of ${runs.length} scores were recomputed from the signed records`;
  return `${runs.length} verified ${runs.length === 1 ? 'run' : 'runs'}, ${samples} samples; ${derived}.`;
}

function footer({ format, runs }: ReportModel): Markup {
  const licences = [...new Map(runs.map(({ suite }) => [suite.id, suite.licence]))];
  return html`<footer>
    <p>
      Suites: ${licences.map(([id, licence]) => html`<span><bdi>${id}</bdi> (${licence})</span> `)}. Prompts, answers and
      targets belong to their authors.
    </p>
    <p class="muted">
      ${format}. The same figures are in report.json, report.md and results.csv; every sample is in samples.csv.
    </p>
  </footer>`;
}
