/** Shows how far a download is, on stderr: in place on a terminal, one line per file anywhere else. */
import { printable } from '../reports/printable.ts';
import { say } from './say.ts';

const PLAIN_LINE_EVERY_MS = 10_000;
const REDRAW_EVERY_MS = 100;

/** Shows one download after the other. */
export interface PullView {
  update(name: string, bytes: number, total: number | null): void;
  /** Say something; what is shown in place goes first. */
  say(message: string): void;
}

/** A view of downloads. */
export function openPullView(): PullView {
  const { isTTY } = process.stderr;
  let shownAtMs = performance.now();
  let isDrawn = false;
  const clear = (): void => {
    if (isDrawn) process.stderr.write('\r\u001B[K');
    isDrawn = false;
  };
  return {
    update(name, bytes, total) {
      const nowMs = performance.now();
      if (nowMs - shownAtMs < (isTTY ? REDRAW_EVERY_MS : PLAIN_LINE_EVERY_MS)) return;
      shownAtMs = nowMs;
      const line = `${printable(name)}: ${byteCount(bytes)}${total === null ? '' : ` of ${byteCount(total)}`}`;
      if (!isTTY) return say(line);
      clear();
      process.stderr.write(line.slice(0, (process.stderr.columns ?? 80) - 1));
      isDrawn = true;
    },
    say(message) {
      clear();
      say(message);
    },
  };
}

/** A number of bytes for people. */
export function byteCount(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
