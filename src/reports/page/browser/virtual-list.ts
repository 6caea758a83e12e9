/**
 * A list box of any length, of which only the rows in sight exist.
 *
 * All rows are of one height, which the style sheet sets. The box has the focus and says which row is meant.
 *
 * @see https://www.w3.org/WAI/ARIA/apg/patterns/listbox/
 */
import { element } from './element.ts';

/** How rows are made, and what choosing one does. */
export interface VirtualListRows {
  /** The content of the row at a place, filled into the element. */
  readonly fill: (row: HTMLElement, place: number) => void;
  readonly onChoose: (place: number) => void;
}

/** A list with rows by place. */
export interface VirtualList {
  /** Show another number of rows, from the first on; none is chosen. */
  reset(size: number): void;
  /** Choose a row and bring it into sight. */
  choose(place: number): void;
}

/** Rows kept beyond each edge, so that a turn of the wheel finds them there. */
const SPARE_ROWS = 8;

/** A list in a box that scrolls. */
export function createVirtualList(box: HTMLElement, { fill, onChoose }: VirtualListRows): VirtualList {
  const plane = element('div', 'plane');
  plane.setAttribute('role', 'presentation');
  box.append(plane);
  const rows = createRowWindow(plane, { idPrefix: box.id, fill, onClick: (place) => choose(place) });
  let size = 0;
  let chosen = -1;

  const render = (): void => {
    const first = Math.floor(box.scrollTop / rows.heightPx) - SPARE_ROWS;
    const last = Math.ceil((box.scrollTop + box.clientHeight) / rows.heightPx) + SPARE_ROWS;
    rows.show({ first: Math.max(0, first), last: Math.min(size, last), size, chosen });
  };
  const redraw = (): void => {
    rows.clear();
    plane.style.height = `${size * rows.heightPx}px`;
    render();
  };
  const choose = (place: number): void => {
    if (place < 0 || place >= size) return;
    chosen = place;
    const topPx = place * rows.heightPx;
    const lowestPx = topPx + rows.heightPx - box.clientHeight;
    if (topPx < box.scrollTop) box.scrollTop = topPx;
    else if (lowestPx > box.scrollTop) box.scrollTop = lowestPx;
    render();
    box.setAttribute('aria-activedescendant', `${box.id}-${place}`);
    onChoose(place);
  };

  box.addEventListener('scroll', render, { passive: true });
  box.addEventListener('keydown', (event) => {
    const pageRows = Math.max(1, Math.floor(box.clientHeight / rows.heightPx) - 1);
    const place = placeOfKey(event.key, { chosen, size, pageRows });
    if (place === null) return;
    event.preventDefault();
    choose(place);
  });
  new ResizeObserver(redraw).observe(box);
  return {
    reset(next) {
      size = next;
      chosen = -1;
      box.removeAttribute('aria-activedescendant');
      box.scrollTop = 0;
      redraw();
    },
    choose,
  };
}

interface RowWindow {
  readonly heightPx: number;
  /** Have the rows from `first` to before `last`, and the chosen one. */
  show(range: RowRange): void;
  /** Remove all rows and measure again. */
  clear(): void;
}

interface RowRange {
  readonly first: number;
  readonly last: number;
  readonly size: number;
  readonly chosen: number;
}

interface RowMaking extends Pick<VirtualListRows, 'fill'> {
  readonly idPrefix: string;
  readonly onClick: (place: number) => void;
}

function createRowWindow(plane: HTMLElement, { idPrefix, fill, onClick }: RowMaking): RowWindow {
  const shown = new Map<number, HTMLElement>();
  let heightPx = rowHeightPx(plane);

  const make = (place: number, size: number): HTMLElement => {
    const row = element('div', 'row');
    row.id = `${idPrefix}-${place}`;
    row.setAttribute('role', 'option');
    row.setAttribute('aria-setsize', String(size));
    row.setAttribute('aria-posinset', String(place + 1));
    row.style.top = `${place * heightPx}px`;
    row.addEventListener('click', () => onClick(place));
    fill(row, place);
    return row;
  };
  return {
    get heightPx() {
      return heightPx;
    },
    show({ first, last, size, chosen }) {
      // What aria-activedescendant names has to exist.
      const isWanted = (place: number): boolean => (place >= first && place < last) || place === chosen;
      for (const [place, row] of shown) {
        if (isWanted(place)) continue;
        row.remove();
        shown.delete(place);
      }
      const wanted = Array.from({ length: Math.max(0, last - first) }, (_, at) => first + at);
      if (chosen >= last) wanted.push(chosen);
      else if (chosen >= 0 && chosen < first) wanted.unshift(chosen);
      // In the order of the list, which is the order in which a screen reader walks them.
      let next: HTMLElement | null = null;
      for (const place of wanted.toReversed()) {
        const row: HTMLElement = shown.get(place) ?? make(place, size);
        if (!shown.has(place)) plane.insertBefore(row, next);
        shown.set(place, row);
        row.setAttribute('aria-selected', String(place === chosen));
        next = row;
      }
    },
    clear() {
      for (const row of shown.values()) row.remove();
      shown.clear();
      heightPx = rowHeightPx(plane);
    },
  };
}

function rowHeightPx(plane: HTMLElement): number {
  const probe = element('div', 'row', ' ');
  plane.append(probe);
  const height = Math.max(1, probe.offsetHeight);
  probe.remove();
  return height;
}

interface ListPlace {
  readonly chosen: number;
  readonly size: number;
  readonly pageRows: number;
}

function placeOfKey(key: string, { chosen, size, pageRows }: ListPlace): number | null {
  const last = size - 1;
  const moves: Readonly<Record<string, number>> = {
    ArrowDown: Math.min(last, chosen + 1),
    ArrowUp: Math.max(0, chosen - 1),
    PageDown: Math.min(last, chosen + pageRows),
    PageUp: Math.max(0, chosen - pageRows),
    Home: 0,
    End: last,
  };
  return size === 0 ? null : (moves[key] ?? null);
}
