/**
 * The chart of scores: one strip per run on a common scale from 0 to 100 %.
 *
 * Places are percentages, so a strip fits any width without scaling its marks. The figures beside it are the truth; the
 * picture repeats them, and says so to a screen reader.
 */
import { percent } from '../figures.ts';
import type { ReportScore } from '../model.ts';
import { html, type Markup } from './markup.ts';

/** Marks of the scale, in percent. */
const MARKS = [0, 25, 50, 75, 100] as const;

const NO_SCORE = html`<svg class="strip" role="img" aria-label="no score"></svg>`;

/** A strip with score, interval and the bounds of the unscored. */
export function scoreStrip(name: string, score: ReportScore | null): Markup {
  if (score === null || score.value === null) return NO_SCORE;
  const { value, interval, bounds } = score;
  const label = [
    `${name}: ${percent(value)} %`,
    interval && `95 % interval ${percent(interval.low)} to ${percent(interval.high)} %`,
    bounds &&
      bounds.all_wrong !== bounds.all_right &&
      `bounds ${percent(bounds.all_wrong)} to ${percent(bounds.all_right)} %`,
  ];
  return html`<svg class="strip" role="img" aria-label="${label.filter(Boolean).join(', ')}">
    ${MARKS.map((mark) => html`<line class="grid" x1="${mark}%" x2="${mark}%" y1="0" y2="100%" />`)}
    ${boundsBand(bounds)} ${interval && whisker(interval)}
    <circle class="dot" cx="${place(value)}" cy="50%" r="4" />
  </svg>`;
}

/** The scale above the strips. */
export function scaleMarks(): Markup {
  return html`<svg class="scale" aria-hidden="true">${MARKS.map((mark) => html`<text x="${mark}%" y="11">${mark}</text>`)}</svg>`;
}

function whisker({ low, high }: { readonly low: string; readonly high: string }): Markup {
  const ends = [low, high].map(
    (end) => html`<line class="end" x1="${place(end)}" x2="${place(end)}" y1="34%" y2="66%" />`,
  );
  return html`<line class="whisker" x1="${place(low)}" x2="${place(high)}" y1="50%" y2="50%" />${ends}`;
}

function boundsBand(bounds: ReportScore['bounds']): Markup | null {
  if (bounds === null || bounds.all_wrong === bounds.all_right) return null;
  const width = Math.max(0, Number(bounds.all_right) - Number(bounds.all_wrong)) * 100;
  return html`<rect class="bounds" x="${place(bounds.all_wrong)}" width="${width.toFixed(3)}%" y="22%" height="56%" />`;
}

function place(ratio: string): string {
  return `${Math.min(100, Math.max(0, Number(ratio) * 100)).toFixed(3)}%`;
}
