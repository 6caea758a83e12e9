/** The item view: the frame that the script fills, and the data it reads. */
import { count } from '../figures.ts';
import type { ReportModel } from '../model.ts';
import type { ItemsData } from './items-data.ts';
import { html, type Markup } from './markup.ts';
import { section } from './sections.ts';

const FILTERS = [
  { value: 'all', name: 'All' },
  { value: 'wrong', name: 'Wrong' },
  { value: 'unscored', name: 'Unscored' },
  { value: 'split', name: 'Disagree' },
  { value: 'gained', name: 'Gained' },
  { value: 'lost', name: 'Lost' },
] as const;

/**
 * Items with prompt, target and every answer; without the script a sentence says where they are.
 *
 * @param data - The samples, if the page carries them itself; null if they are read from its transcripts.
 */
export function itemsSection(model: ReportModel, data: ItemsData | null): Markup {
  const notes = [disclosureNote(model), data && cutNote(data)].map((note) => note && html`<p class="note">${note}</p>`);
  const none =
    data === null ? 'The items appear when a transcript has been verified.' : 'This report carries no samples.';
  return section('items', 'Items', [
    notes,
    html`<noscript><p>The item view needs JavaScript. The same rows are in samples.csv beside this page.</p></noscript>`,
    html`<p id="items-none">${none}</p>`,
    explorer(),
  ]);
}

function explorer(): Markup {
  const choices = FILTERS.map(
    ({ value, name }) => html`<label ${value === 'gained' || value === 'lost' ? html`data-needs-pair` : null}>
      <input type="radio" name="filter" value="${value}" ${value === 'all' ? html`checked` : null} /><span>${name}</span>
    </label>`,
  );
  return html`<div id="explorer" hidden>
    <div class="controls" role="search" aria-label="Items">
      <label class="field"><span>Suite</span><select id="items-suite"></select></label>
      <label class="field" id="items-tags"><span>Tag</span><select id="items-tag"></select></label>
      <fieldset><legend class="unseen">Show items that are</legend>${choices}</fieldset>
      <label class="field grow"><span>Search</span><input type="search" id="items-search" autocomplete="off" /></label>
      <div class="field pair-choice" id="items-pair">
        <span>Gained, lost and difference</span>
        <div>
          <select id="items-other" aria-label="Run that gained or lost"></select> against
          <select id="items-base" aria-label="Run it is held against"></select>
        </div>
      </div>
    </div>
    <p id="items-count" role="status"></p>
    <div id="items-head" class="item-grid" aria-hidden="true"></div>
    <div id="items-list" role="listbox" aria-label="Items" tabindex="0"></div>
    <div id="item-detail" role="region" aria-label="Chosen item"></div>
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
