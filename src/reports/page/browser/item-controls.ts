/** The controls above the items: which suite, which items, and which two runs are held against each other. */
import { byId, byKind } from './by-id.ts';
import { element } from './element.ts';
import type { ItemFilter, ItemList, ItemQuery } from './item-index.ts';

const SEARCH_DELAY_MS = 120;

/** What the controls change. */
export interface ItemControls {
  readonly change: (part: Partial<ItemQuery>) => void;
  readonly changeSuite: (suite: number) => void;
  readonly lists: () => readonly ItemList[];
}

/** Listen to the controls, and to the links of the comparison that set them. */
export function listenToControls(controls: ItemControls): void {
  const { change, changeSuite } = controls;
  onSelect('items-suite', (value) => changeSuite(Number(value)));
  onSelect('items-tag', (tag) => change({ tag }));
  onSelect('items-base', (value) => change({ base: Number(value) }));
  onSelect('items-other', (value) => change({ other: Number(value) }));
  for (const radio of filters()) radio.addEventListener('change', () => change({ filter: radio.value as ItemFilter }));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const search = byKind('items-search', HTMLInputElement);
  search.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => change({ text: search.value }), SEARCH_DELAY_MS);
  });
  document.addEventListener('click', ({ target }) => {
    const link = target instanceof Element ? target.closest<HTMLElement>('a[data-filter]') : null;
    if (link !== null) showFlips(link.dataset, controls);
  });
}

function onSelect(id: string, use: (value: string) => void): void {
  const select = byKind(id, HTMLSelectElement);
  select.addEventListener('change', () => use(select.value));
}

function filters(): readonly HTMLInputElement[] {
  return [...document.querySelectorAll<HTMLInputElement>('input[name=filter]')];
}

// The items that one run gained or lost against another.
function showFlips({ filter, base, other }: DOMStringMap, { lists, change, changeSuite }: ItemControls): void {
  const suite = lists().findIndex(({ runs }) => runs.some(({ run }) => run === base));
  const runs = lists()[suite]?.runs.map(({ run }) => run) ?? [];
  const pair = { base: runs.indexOf(base ?? ''), other: runs.indexOf(other ?? '') };
  if (pair.base < 0 || pair.other < 0) return;
  changeSuite(suite);
  for (const radio of filters()) radio.checked = radio.value === filter;
  byKind('items-search', HTMLInputElement).value = '';
  byKind('items-base', HTMLSelectElement).value = String(pair.base);
  byKind('items-other', HTMLSelectElement).value = String(pair.other);
  change({ ...pair, filter: filter as ItemFilter, text: '' });
}

/** Offer the suites of a page. */
export function fillSuites(lists: readonly ItemList[]): void {
  const options = lists.map(({ name }, at) => ({ value: String(at), text: name }));
  fillSelect('items-suite', options);
}

/** Offer the tags and runs of the suite that is shown. */
export function fillChoices(lists: readonly ItemList[], { suite, base, other }: ItemQuery): void {
  const { runs = [], tags = [] } = lists[suite] ?? {};
  const isTwice = (name: string): boolean => runs.filter((run) => run.name === name).length > 1;
  const names = runs.map(({ name, run }, at) => ({
    value: String(at),
    text: isTwice(name) ? `${name} [${run}]` : name,
  }));
  byKind('items-suite', HTMLSelectElement).value = String(suite);
  fillSelect('items-tag', [{ value: '', text: 'All' }, ...tags.map((tag) => ({ value: tag, text: tag }))]);
  fillSelect('items-base', names, String(base));
  fillSelect('items-other', names, String(other));
  byId('items-tags').hidden = tags.length === 0;
  byId('items-pair').hidden = runs.length < 2;
  for (const label of document.querySelectorAll<HTMLElement>('[data-needs-pair]')) label.hidden = runs.length < 2;
}

interface Choice {
  readonly value: string;
  readonly text: string;
}

function fillSelect(id: string, choices: readonly Choice[], value = ''): void {
  const select = byKind(id, HTMLSelectElement);
  const options = choices.map((choice) => {
    const option = element('option', '', choice.text);
    option.value = choice.value;
    return option;
  });
  select.replaceChildren(...options);
  if (value !== '') select.value = value;
}
