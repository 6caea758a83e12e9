/** How far a run is: a bar on a terminal, plain lines now and then anywhere else, always on stderr. */
import { count } from '../reports/figures.ts';
import { JUDGEMENT } from '../reports/harness.ts';
import { wilsonInterval } from '../stats/wilson.ts';
import { say } from './say.ts';

const PLAIN_LINE_EVERY_MS = 10_000;
const BAR_WIDTHS = [24, 16, 8, 0];
const SEPARATOR = ' · ';
const DEFAULT_COLUMNS = 80;

/** Where a run stands. */
export interface ProgressState {
  readonly done: number;
  readonly total: number;
  /** Of those done, what an earlier session did; it says nothing about the rate. */
  readonly recalled: number;
  /** Scored samples, and the sum of their scores. */
  readonly scored: number;
  readonly scoreSum: number;
  /** Whether a model decides the scores. */
  readonly isJudged?: boolean;
  /** Attempts that brought no answer. */
  readonly errors: number;
  readonly tokens: number;
  /** Attestations that were fetched and did not contradict anything. */
  readonly attestations: number;
  /** Null where no prices are known. */
  readonly costUsd: number | null;
}

/** Shows one run. */
export interface ProgressView {
  update(state: ProgressState): void;
  /** Leave the last state on the screen; later updates are ignored. */
  stop(): void;
}

/**
 * Begin to show a run.
 *
 * @param name - What runs.
 */
export async function showProgress(name: string): Promise<ProgressView> {
  const startedAtMs = performance.now();
  const describe = (state: ProgressState): string => describeProgress(state, performance.now() - startedAtMs);
  return process.stderr.isTTY ? await showBar(name, describe) : showLines(name, describe);
}

async function showBar(name: string, describe: (state: ProgressState) => string): Promise<ProgressView> {
  // Without a terminal there is nothing to load it for.
  const { SingleBar } = await import('cli-progress');
  const bar = new SingleBar({
    stream: process.stderr,
    hideCursor: true,
    // Ctrl-C ends the line, so that what is said then stands below it.
    gracefulExit: true,
    linewrap: false,
    format: (_options, { progress }, { text = '' }: { readonly text?: string }) =>
      progressLine({ name, text, progress, columns: process.stderr.columns ?? DEFAULT_COLUMNS }),
  });
  let started = false;
  return {
    update(state) {
      const text = { text: describe(state) };
      if (started) bar.update(state.done, text);
      else bar.start(state.total, state.done, text);
      started = true;
    },
    stop: () => bar.stop(),
  };
}

/**
 * A line that fits a terminal: first the bar gets shorter, then the name, and then the last parts of the text go.
 *
 * @param line - `text` as {@link describeProgress} gives it, `progress` from 0 to 1.
 */
export function progressLine(line: {
  readonly name: string;
  readonly text: string;
  readonly progress: number;
  readonly columns: number;
}): string {
  const { name, text, progress, columns } = line;
  const parts = text.split(SEPARATOR);
  const names = [name, shortened(name, Math.floor(columns / 4))];
  for (let kept = parts.length; kept > 0; kept--) {
    const shown = parts.slice(0, kept).join(SEPARATOR);
    const forms = names.flatMap((each) => BAR_WIDTHS.map((width) => [each, barText(progress, width), shown]));
    const fitting = forms.map((form) => form.filter((part) => part !== '').join(' '));
    const found = fitting.find((form) => form.length < columns);
    if (found !== undefined) return found;
  }
  return shortened(text, columns - 1);
}

function barText(progress: number, width: number): string {
  const full = Math.round(progress * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}

function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(0, length - 1))}…`;
}

function showLines(name: string, describe: (state: ProgressState) => string): ProgressView {
  let last: ProgressState | null = null;
  let shownAtMs = performance.now();
  let shown = -1;
  const show = (state: ProgressState): void => {
    if (state.done === shown) return;
    say(`${name}: ${describe(state)}`);
    shown = state.done;
    shownAtMs = performance.now();
  };
  return {
    update(state) {
      last = state;
      if (performance.now() - shownAtMs >= PLAIN_LINE_EVERY_MS) show(state);
    },
    stop() {
      if (last !== null) show(last);
      last = null;
    },
  };
}

/**
 * A state in one line: done/total, rate, time left, running score with its interval, errors, tokens, cost.
 *
 * @param elapsedMs - Since this session began.
 */
export function describeProgress(state: ProgressState, elapsedMs: number): string {
  const { done, total, recalled, errors, tokens, costUsd, attestations } = state;
  const perMs = elapsedMs === 0 ? 0 : (done - recalled) / elapsedMs;
  const isOver = done >= total;
  return [
    `${count(done)}/${count(total)}`,
    `${(perMs * 1000).toFixed(1)}/s`,
    isOver || perMs === 0 ? '' : `${timeLeft((total - done) / perMs)} left`,
    scoreText(state),
    errors === 0 ? '' : `${count(errors)} ${errors === 1 ? 'error' : 'errors'}`,
    attestations === 0 ? '' : `${count(attestations)} ${attestations === 1 ? 'attestation' : 'attestations'}`,
    tokens === 0 ? '' : `${count(tokens)} tokens`,
    costUsd === null ? '' : `$${costUsd.toFixed(costUsd < 1 ? 4 : 2)}`,
  ]
    .filter((part) => part !== '')
    .join(SEPARATOR);
}

function timeLeft(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

// A running figure for the eye; the interval of the report is the one that counts.
function scoreText({ scored, scoreSum, isJudged = false }: ProgressState): string {
  if (scored === 0) return '';
  const mean = scoreSum / scored;
  // With partial credit Wilson's interval is at least as wide as it has to be.
  const { low, high } = wilsonInterval(scoreSum, scored);
  const range = `${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)}`;
  return `score ${(mean * 100).toFixed(1)} % (${range})${isJudged ? `, ${JUDGEMENT}` : ''}`;
}
