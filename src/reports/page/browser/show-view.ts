/** Puts figures that were found in place of those that were stated. */
import { comparisonSection } from '../comparison-section.ts';
import { evidenceSection } from '../evidence.ts';
import { lede } from '../masthead.ts';
import type { Markup } from '../markup.ts';
import { effortSection, resultsSection } from '../results.ts';
import { runsSection, verdictSummary, verificationSection, type FailedTranscript } from '../verification.ts';
import type { PageView } from '../view.ts';
import { byId } from './by-id.ts';
import { nodesOf } from './nodes.ts';

/** Replace every part of the page that has figures; what a reader has opened stays open. */
export function showView(view: PageView, failed: readonly FailedTranscript[]): void {
  const { model } = view;
  showFigures(true);
  byId('verdicts-note').hidden = true;
  replace('lede', lede(model));
  replace('verdicts', verdictSummary(model, failed));
  replace('results', resultsSection(view));
  replace('comparison', comparisonSection(view));
  replace('verification', verificationSection(model, failed));
  replace('evidence', evidenceSection(model));
  replace('effort', effortSection(model));
  replace('runs', runsSection(model));
}

/** Show or hide everything that has figures. */
export function showFigures(areShown: boolean): void {
  for (const part of document.querySelectorAll<HTMLElement>('main, nav, #lede, #verdicts')) part.hidden = !areShown;
}

function replace(id: string, markup: Markup): void {
  const old = document.getElementById(id);
  const open = [...(old?.querySelectorAll('details') ?? [])].map((details) => details.open);
  const made = nodesOf(markup);
  for (const [at, details] of [...made.querySelectorAll('details')].entries()) details.open = open[at] === true;
  old?.replaceWith(made);
}
