/** The item view: controls, a list that holds any number of items, and the item that is chosen. */
import type { ItemView } from '../items-data.ts';
import { byId } from './by-id.ts';
import { button, element } from './element.ts';
import { fillChoices, fillSuites, listenToControls } from './item-controls.ts';
import type { ItemList, ItemQuery, ItemRow, RunVerdict } from './item-index.ts';
import { itemElement, SYMBOLS } from './item-view.ts';
import type { PageRequest, WorkerReport } from './messages.ts';
import { createVirtualList } from './virtual-list.ts';

/** The item view. */
export interface Explorer {
  /** Show other items from the beginning. */
  show(lists: readonly ItemList[]): void;
  answered(report: Extract<WorkerReport, { kind: 'found' | 'opened' }>): void;
}

const FIRST: ItemQuery = { suite: 0, filter: 'all', tag: '', text: '', base: 0, other: 1 };

/** The item view of a page that has no items yet. */
export function createExplorer(ask: (request: PageRequest) => void): Explorer {
  let lists: readonly ItemList[] = [];
  let query = FIRST;
  let positions: Uint32Array = new Uint32Array();
  let chosen = -1;
  // Only the last question counts: an answer to an earlier one comes too late.
  let ticket = 0;

  const view = createVirtualList(byId('items-list'), {
    fill(row, place) {
      const found = lists[query.suite];
      const item = found?.rows[positions[place] ?? 0];
      if (found !== undefined && item !== undefined) fillRow(row, item, found);
    },
    onChoose(place) {
      chosen = place;
      ask({ kind: 'open', ticket: ++ticket, suite: query.suite, position: positions[place] ?? 0 });
    },
  });
  const change = (part: Partial<ItemQuery>): void => {
    query = { ...query, ...part };
    ask({ kind: 'find', ticket: ++ticket, query });
  };
  const changeSuite = (suite: number): void => {
    const other = Math.min(1, (lists[suite]?.runs.length ?? 1) - 1);
    query = { ...query, suite, tag: '', base: 0, other };
    fillChoices(lists, query);
    change({});
  };
  const showFound = (found: ItemList): void => {
    chosen = -1;
    byId('items-count').textContent = `${figure(positions.length)} of ${figure(found.rows.length)} items`;
    byId('item-detail').replaceChildren();
    byId('items-head').replaceChildren(...headCells(found));
    byId('explorer').style.setProperty('--runs', String(found.runs.length));
    view.reset(positions.length);
  };
  const showItem = (item: ItemView, found: ItemList): void => {
    const pair = found.runs.length > 1 ? query : null;
    const place = `${figure(chosen + 1)} of ${figure(positions.length)}`;
    const steps = [button('Previous', () => view.choose(chosen - 1)), button('Next', () => view.choose(chosen + 1))];
    byId('item-detail').replaceChildren(detailHead(item, [...steps, element('span', 'muted', place)]));
    byId('item-detail').append(itemElement(item, found, pair));
  };

  listenToControls({ change, changeSuite, lists: () => lists });
  return {
    show(next) {
      lists = next;
      byId('items-none').hidden = lists.length > 0;
      byId('explorer').hidden = lists.length === 0;
      fillSuites(lists);
      changeSuite(Math.min(query.suite, Math.max(0, lists.length - 1)));
    },
    answered(report) {
      const found = lists[query.suite];
      if (report.ticket !== ticket || found === undefined) return;
      if (report.kind === 'opened') return showItem(report.item, found);
      ({ positions } = report);
      showFound(found);
    },
  };
}

function detailHead({ id, index }: ItemView, steps: readonly HTMLElement[]): HTMLElement {
  const name = element('h3', '', element('bdi', '', id ?? `item ${index}`));
  return element('div', 'detail-head', name, element('div', 'steps', ...steps));
}

function headCells({ runs }: ItemList): readonly HTMLElement[] {
  const names = runs.map(({ name }) => {
    const cell = element('span', 'column-name', name);
    cell.title = name;
    return cell;
  });
  return [element('span', '', 'Item'), element('span', '', 'Prompt'), ...names];
}

function fillRow(row: HTMLElement, item: ItemRow, { runs }: ItemList): void {
  row.classList.add('item-grid');
  const name = element('span', 'item-id', item.id ?? `item ${item.index}`);
  const text = element('span', 'excerpt', item.excerpt ?? 'text not disclosed');
  name.dir = text.dir = 'auto';
  row.append(name, text, ...item.verdicts.map((found, at) => verdictCell(found, runs[at]?.name ?? '')));
}

function verdictCell(found: RunVerdict | null, run: string): HTMLElement {
  if (found === null) return element('span', 'verdict-cell');
  const { verdict, right, of } = found;
  const words = of === 1 ? verdict : `${right} of ${of} right`;
  const symbol = element('span', '', of === 1 ? SYMBOLS[verdict] : `${right}/${of}`);
  symbol.setAttribute('aria-hidden', 'true');
  const cell = element('span', `verdict-cell ${verdict}`, symbol, element('span', 'unseen', ` ${run}: ${words}.`));
  cell.title = `${run}: ${words}`;
  return cell;
}

function figure(value: number): string {
  return value.toLocaleString('en');
}
