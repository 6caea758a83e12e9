/** The item view: the frame that the script fills, and the data it reads. */
import { count } from '../figures.ts';
import type { ReportModel } from '../model.ts';
import type { ItemsData } from './items-data.ts';
import { embeddedJson, html, type Markup } from './markup.ts';
import { section } from './sections.ts';

const FILTERS = [
  { value: 'all', name: 'All' },
  { value: 'wrong', name: 'Wrong' },
  { value: 'unscored', name: 'Unscored' },
  { value: 'split', name: 'Disagree' },
] as const;

/** Items with prompt, target and every answer; without the script a sentence says where they are. */
export function itemsSection(model: ReportModel, data: ItemsData): Markup {
  const notes = [disclosureNote(model), cutNote(data)].map((note) => note && html`<p class="note">${note}</p>`);
  if (data.total === 0) return section('items', 'Items', [notes, html`<p>This report carries no samples.</p>`]);
  return section('items', 'Items', [
    notes,
    html`<noscript><p>The item view needs JavaScript. The same rows are in samples.csv beside this page.</p></noscript>`,
    explorer(),
    // The data is an element of its own, which no policy and no parser treats as code.
    { markup: `<script type="application/json" id="items-data">${embeddedJson(data)}</script>` },
  ]);
}

function explorer(): Markup {
  const choices = FILTERS.map(
    ({ value, name }) => html`<label>
      <input type="radio" name="filter" value="${value}" ${value === 'all' ? html`checked` : null} /><span>${name}</span>
    </label>`,
  );
  return html`<div id="explorer" hidden>
    <div class="controls" role="search" aria-label="Items">
      <label class="field"><span>Suite</span><select id="items-suite"></select></label>
      <fieldset><legend class="unseen">Show items that are</legend>${choices}</fieldset>
      <label class="field grow"><span>Search</span><input type="search" id="items-search" autocomplete="off" /></label>
    </div>
    <p id="items-count" role="status"></p>
    <div id="items-head" class="item-grid" aria-hidden="true"></div>
    <ol id="items-list"></ol>
    <button type="button" id="items-more" hidden>Show more</button>
  </div>`;
}

function disclosureNote({ runs }: ReportModel): string {
  const sentences = [...new Set(runs.map(({ disclosure }) => disclosure.sentence))];
  const [only] = sentences;
  if (sentences.length === 1 && only !== undefined) return `Disclosure ${only}.`;
  return sentences
    .map((sentence) => {
      const suites = runs.filter(({ disclosure }) => disclosure.sentence === sentence).map(({ suite }) => suite.id);
      return `Disclosure of ${[...new Set(suites)].join(', ')} ${sentence}.`;
    })
    .join(' ');
}

function cutNote({ shown, total }: ItemsData): string | null {
  if (shown === total) return null;
  return `This page carries ${count(shown)} of ${count(total)} samples to stay small; samples.csv has all of them.`;
}
