/**
 * report.html: one file without a single external request.
 *
 * Its policy allows exactly one style sheet and one script, both by hash, and the worker that this script starts; every sink
 * that turns text into markup is forbidden, so text of a model can only ever be text. Without JavaScript everything but
 * the item view is there, as stated by whoever made the page.
 *
 * @see https://www.w3.org/TR/CSP3/ and https://www.w3.org/TR/trusted-types/
 */
import { encodeBase64 } from '../../core/bytes.ts';
import { sha256 } from '../../core/sha256.ts';
import type { ReportModel } from '../model.ts';
import { comparisonSection } from './comparison-section.ts';
import { BUNDLE_CLASS, ITEMS_ELEMENT, REPORT_ELEMENT, type EmbeddedReport, type PageBundle } from './embedded.ts';
import { evidenceSection } from './evidence.ts';
import type { ItemsData } from './items-data.ts';
import { itemsSection } from './items-section.ts';
import { embeddedJson, html, type Markup } from './markup.ts';
import { masthead } from './masthead.ts';
import { effortSection, resultsSection } from './results.ts';
import { runsSection, verificationSection } from './verification.ts';
import type { PageView } from './view.ts';

/** The style sheet and the script of the page, as text. */
export interface PageAssets {
  readonly css: string;
  readonly script: string;
}

/** What a page is made of. */
export interface PageContent {
  readonly view: PageView;
  readonly bundles: readonly PageBundle[];
  /** The transcripts in base64, in the same order; null if the page does not carry them. */
  readonly carried: readonly string[] | null;
  /** The samples of a page that does not carry its transcripts; null if it does. */
  readonly items: ItemsData | null;
}

/** A streak on a dark stone. */
const ICON =
  'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 16 16%22%3E%3Crect width=%2216%22 ' +
  'height=%2216%22 rx=%223%22 fill=%22%23232528%22/%3E%3Cpath d=%22M4 12L12 4%22 stroke=%22%23d9a441%22 ' +
  'stroke-width=%222.5%22 stroke-linecap=%22round%22/%3E%3C/svg%3E';

/** The text of report.html, in pieces. */
export function reportHtml(content: PageContent, assets: PageAssets): readonly string[] {
  const { view, bundles, carried, items } = content;
  const { model } = view;
  const report: EmbeddedReport = { view, bundles, carried: carried !== null };
  const head = html`<meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy(assets)}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="referrer" content="no-referrer" />
    <title>${model.title} · Touchstone report</title>
    <link rel="icon" href="${ICON}" />`;
  const body = [
    masthead(report),
    html`<main>
      ${resultsSection(view)} ${comparisonSection(view)} ${verificationSection(model)} ${evidenceSection(model)}
      ${effortSection(model)} ${itemsSection(model, items)} ${runsSection(model)}
    </main>`,
    footer(model),
    html`<a id="seal" class="seal" href="#proof" hidden></a>`,
  ];
  return [
    `<!doctype html>\n<html lang="en">\n<head>\n${head.markup}\n<style>${assets.css}</style>\n</head>\n<body>\n`,
    ...body.map(({ markup }) => `${markup}\n`),
    dataElement(`type="application/json" id="${REPORT_ELEMENT}"`, embeddedJson(report)),
    items === null ? '' : dataElement(`type="application/json" id="${ITEMS_ELEMENT}"`, embeddedJson(items)),
    ...(carried ?? []).map((base64) => dataElement(`type="text/plain" class="${BUNDLE_CLASS}"`, base64)),
    `<script>${assets.script}</script>\n</body>\n</html>\n`,
  ];
}

// Elements of their own, which no policy and no parser treats as code.
function dataElement(attributes: string, text: string): string {
  return `<script ${attributes}>${text}</script>\n`;
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
    'worker-src blob:',
    "require-trusted-types-for 'script'",
    'trusted-types touchstone-worker',
  ].join('; ');
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
