/** The building blocks of the page: sections, tables and marks. */
import type { Verdict } from '../../verifier/verdict.ts';
import { coverageText } from '../claims.ts';
import { askedName } from '../harness.ts';
import type { ReportRun, RunLabel } from '../model.ts';
import { html, type Markup, type Value } from './markup.ts';

/** A numbered section; the number is made by the style sheet. */
export function section(id: string, title: string, content: Value): Markup {
  return html`
    <section id="${id}" aria-labelledby="${id}-title">
      <h2 id="${id}-title">${title}</h2>
      <div class="content">${content}</div>
    </section>`;
}

/** A table that may be wider than a phone: it scrolls on its own, also by keyboard. */
export function wideTable(caption: string, head: readonly Value[], rows: readonly (readonly Value[])[]): Markup {
  return html`
    <div class="wide" role="region" aria-label="${caption}" tabindex="0">
      <table>
        <caption class="unseen">${caption}</caption>
        <thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
        <tbody>${rows.map(tableRow)}</tbody>
      </table>
    </div>`;
}

function tableRow([first, ...rest]: readonly Value[]): Markup {
  return html`<tr><th scope="row">${first ?? ''}</th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>`;
}

/** The name of a run's endpoint and harness with everything that must be said beside it. */
export function endpointName(run: ReportRun): Markup {
  return html`<bdi class="endpoint">${askedName(run)}</bdi>${labels(run.labels)}`;
}

/** Labels of a run. */
export function labels(list: readonly RunLabel[]): readonly Markup[] {
  return list.map((label) => html` <span class="label">${label}</span>`);
}

const MARKS: Readonly<Record<Verdict, Markup>> = {
  proven: html`<circle cx="8" cy="8" r="6.5" class="fill" />`,
  declared: html`<circle cx="8" cy="8" r="5.75" /><path d="M8 2.25a5.75 5.75 0 0 0 0 11.5z" class="fill" />`,
  'not evaluated': html`<circle cx="8" cy="8" r="5.75" />`,
  failed: html`<path d="M2.5 2.5l11 11m0-11l-11 11" />`,
};

/** A verdict as a mark that differs in shape, not in colour alone; the word is always in the text. */
export function verdictMark(verdict: Verdict): Markup {
  return html`<svg class="mark ${verdictClass(verdict)}" viewBox="0 0 16 16" aria-hidden="true">${MARKS[verdict]}</svg>`;
}

/** The style class of a verdict. */
export function verdictClass(verdict: Verdict): string {
  return verdict.replace(' ', '-');
}

/** The seven answers of a run with scope and coverage. */
export function axesTable(run: ReportRun): Markup {
  const rows = run.axes.map(
    (axis) => html`
      <tr>
        <th scope="row">${axis.axis}</th>
        <td class="verdict">${verdictMark(axis.verdict)} ${axis.verdict}</td>
        <td>
          ${axis.scope}${coverageText(axis) && html` <span class="muted">(${coverageText(axis)})</span>`}
          ${axis.code ? html` <code>${axis.code}</code>` : null}
        </td>
      </tr>`,
  );
  return html`<table class="axes">
    <caption class="unseen">The seven questions</caption>
    <thead class="unseen"><tr><th scope="col">Question</th><th scope="col">Verdict</th><th scope="col">Scope</th></tr></thead>
    <tbody>${rows}</tbody>
  </table>`;
}
