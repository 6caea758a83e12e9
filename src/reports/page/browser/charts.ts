/** Score against effort, one dot per run, from the figures in the tables, on scales of D3. */
import { scaleLinear, scaleLog, type ScaleContinuousNumeric } from 'd3-scale';
import { duration, percent, usd } from '../../figures.ts';
import { askedName } from '../../harness.ts';
import { printable } from '../../printable.ts';
import type { ReportModel, ReportRun } from '../../model.ts';
import { byId } from './by-id.ts';
import { element } from './element.ts';
import { svg } from './svg.ts';

interface Dot {
  readonly name: string;
  readonly suite: string;
  readonly x: number;
  readonly score: number;
  readonly low: number | null;
  readonly high: number | null;
}

interface Effort {
  readonly of: (run: ReportRun) => number | null;
  readonly text: (value: number) => string;
  /** The same for an axis, as short as it can be. */
  readonly tick: (value: number) => string;
  readonly label: string;
}

const EFFORTS: Readonly<Record<string, Effort>> = {
  cost: {
    of: (run) => (run.cost === null ? null : (1000 * Number(run.cost.usd)) / Math.max(1, run.counts.planned)),
    text: (value) => usd(String(value)),
    tick: (value) => `$${value}`,
    label: 'cost of 1,000 samples',
  },
  latency: {
    of: (run) => run.latency?.p50_ms ?? null,
    text: duration,
    tick: (value) => (value < 1000 ? `${value} ms` : `${value / 1000} s`),
    label: 'median latency',
  },
};

const WIDEST = 560;
const NARROWEST = 320;
const HEIGHT = 340;
const MARGIN = { top: 26, right: 24, bottom: 46, left: 46 };
const MARKS = ['●', '■', '▲', '◆', '✚', '★'] as const;
const MAX_TICKS = 6;
/** More names than this cannot be read; the table has them. */
const MAX_NAMED = 16;

/** Draw every chart whose figures exist, anew. */
export function drawCharts({ runs }: ReportModel): void {
  let drawn = 0;
  for (const figure of document.querySelectorAll<HTMLElement>('figure[data-effort]')) {
    const effort = EFFORTS[figure.dataset['effort'] ?? ''];
    const dots = effort === undefined ? [] : runs.flatMap((run) => dotOf(run, effort));
    figure.hidden = dots.length < 2;
    if (effort === undefined || dots.length < 2) continue;
    // Before it is drawn, so that it has a width to be drawn for.
    byId('charts').hidden = false;
    draw(figure, dots, effort);
    drawn++;
  }
  byId('charts').hidden = drawn === 0;
}

function dotOf(run: ReportRun, effort: Effort): readonly Dot[] {
  const x = effort.of(run);
  if (x === null || !(x > 0) || run.score === null || run.score.value === null) return [];
  const { value, interval } = run.score;
  return [
    {
      name: printable(askedName(run)),
      suite: printable(run.suite.id),
      x,
      score: Number(value),
      low: interval && Number(interval.low),
      high: interval && Number(interval.high),
    },
  ];
}

type Scale = ScaleContinuousNumeric<number, number>;

function draw(figure: HTMLElement, dots: readonly Dot[], effort: Effort): void {
  const label = dots.map((dot) => describe(dot, effort)).join('; ');
  // On a phone the drawing is narrower, not its letters smaller.
  const width = Math.max(NARROWEST, Math.min(WIDEST, figure.clientWidth));
  const drawing = svg('svg', { viewBox: `0 0 ${width} ${HEIGHT}`, role: 'img', 'aria-label': label });
  const x = xScale(
    dots.map((dot) => dot.x),
    [MARGIN.left, width - MARGIN.right],
  );
  const y = scaleLinear([0, 1], [HEIGHT - MARGIN.bottom, MARGIN.top]);
  const suites = [...new Set(dots.map(({ suite }) => suite))];
  const marks = dots.map((dot) => dotElement(dot, { x, y }, { effort, series: suites.indexOf(dot.suite) }));
  drawing.append(...axes({ x, y }, effort), ...marks, ...(dots.length <= MAX_NAMED ? names(dots, { x, y }) : []));
  figure.querySelector('.canvas')?.replaceChildren(drawing);
  figure.querySelector('figcaption .series')?.remove();
  if (suites.length > 1) figure.querySelector('figcaption')?.append(legend(suites));
}

// Effort spreads over powers of ten more often than not.
function xScale(values: readonly number[], range: readonly number[]): Scale {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return high / low > 4 ? scaleLog([low / 1.6, high * 1.6], range) : scaleLinear([0, high * 1.15], range);
}

interface Frame {
  readonly x: Scale;
  readonly y: Scale;
}

function axes({ x, y }: Frame, effort: Effort): readonly Element[] {
  const bottom = HEIGHT - MARGIN.bottom;
  const right = x.range()[1] ?? WIDEST;
  const columns = roundTicks(x.ticks(5)).flatMap((value) => [
    svg('line', { class: 'tick', x1: x(value), x2: x(value), y1: bottom, y2: bottom + 5 }),
    svg('text', { x: x(value), y: bottom + 18, 'text-anchor': 'middle' }, effort.tick(Number(value.toPrecision(4)))),
  ]);
  const rows = y
    .ticks(5)
    .flatMap((value) => [
      svg('line', { class: 'grid', x1: MARGIN.left, x2: right, y1: y(value), y2: y(value) }),
      svg('text', { x: MARGIN.left - 8, y: y(value) + 4, 'text-anchor': 'end' }, String(Math.round(value * 100))),
    ]);
  return [
    ...rows,
    ...columns,
    svg('text', { x: right, y: HEIGHT - 8, 'text-anchor': 'end' }, effort.label),
    svg('text', { x: 4, y: 10 }, 'score %'),
  ];
}

// A logarithmic scale offers every digit of every power of ten; 1, 2 and 5 are enough, or 1 alone.
function roundTicks(values: readonly number[]): readonly number[] {
  const starting = (digits: string): readonly number[] =>
    values.filter((value) => digits.includes(value.toExponential().charAt(0)));
  return [values, starting('125'), starting('1')].find((ticks) => ticks.length <= MAX_TICKS) ?? starting('1');
}

interface DotStyle {
  readonly effort: Effort;
  readonly series: number;
}

function dotElement(dot: Dot, { x, y }: Frame, { effort, series }: DotStyle): Element {
  const group = svg('g', { class: `series-${series % MARKS.length}` });
  const [atX, atY] = [x(dot.x), y(dot.score)];
  if (dot.low !== null && dot.high !== null) {
    group.append(svg('line', { class: 'whisker', x1: atX, x2: atX, y1: y(dot.low), y2: y(dot.high) }));
  }
  const mark = MARKS[series % MARKS.length] ?? '●';
  group.append(svg('text', { class: 'dot-mark', x: atX, y: atY + 4.5, 'text-anchor': 'middle' }, mark));
  group.append(svg('title', {}, describe(dot, effort)));
  return group;
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
}

const LINE_PX = 13;
const CHARACTER_PX = 6.2;
const MAX_NAME = 24;

// A name goes right of its dot, else left, above or below: where it covers no other name, or nowhere.
function names(dots: readonly Dot[], { x, y }: Frame): readonly Element[] {
  const taken: Box[] = dots.map((dot) => ({
    left: x(dot.x) - 5,
    right: x(dot.x) + 5,
    top: y(dot.score) - LINE_PX / 2,
  }));
  const rightmost = (x.range()[1] ?? WIDEST) + MARGIN.right - 2;
  return dots.flatMap((dot) => {
    const name = shortName(dot.name);
    const free = placesAround(x(dot.x), y(dot.score), name.length * CHARACTER_PX).find(
      (box) => isInside(box, rightmost) && !taken.some((other) => overlaps(box, other)),
    );
    if (free === undefined) return [];
    taken.push(free);
    return [svg('text', { class: 'dot-name', x: free.left, y: free.top + LINE_PX - 3 }, name)];
  });
}

// Many names begin alike, and differ in the model or the harness at their end.
function shortName(name: string): string {
  const half = MAX_NAME / 2;
  return name.length > MAX_NAME ? `${name.slice(0, half - 1)}…${name.slice(-half)}` : name;
}

function placesAround(x: number, y: number, width: number): readonly Box[] {
  const corners = [
    { left: x + 9, top: y - LINE_PX / 2 },
    { left: x - 9 - width, top: y - LINE_PX / 2 },
    { left: x + 7, top: y - LINE_PX - 4 },
    { left: x + 7, top: y + 4 },
    { left: x - width - 7, top: y - LINE_PX - 4 },
    { left: x - width - 7, top: y + 4 },
  ];
  return corners.map((corner) => ({ ...corner, right: corner.left + width }));
}

function isInside({ left, right, top }: Box, rightmost: number): boolean {
  return left > MARGIN.left && right < rightmost && top > 0 && top + LINE_PX < HEIGHT - MARGIN.bottom;
}

function overlaps(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && Math.abs(a.top - b.top) < LINE_PX;
}

function legend(suites: readonly string[]): HTMLElement {
  const entries = suites.map((suite, at) =>
    element('span', `series-${at % MARKS.length}`, `${MARKS[at % MARKS.length] ?? '●'} ${suite}`),
  );
  return element('span', 'series', ...entries);
}

function describe({ name, suite, x, score, low, high }: Dot, effort: Effort): string {
  const interval = low === null || high === null ? '' : ` (${percent(String(low))} to ${percent(String(high))})`;
  return `${name} on ${suite}: ${percent(String(score))} %${interval}, ${effort.label} ${effort.text(x)}`;
}
