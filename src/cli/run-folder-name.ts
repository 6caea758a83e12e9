/** Where the next run goes: a new folder whose name says what, whom and when. */
import { join } from 'node:path';
import { safeFolderName } from '../archive/run-folder.ts';
import { exists } from './path-exists.ts';

/** What a run folder is named after. */
export interface NamedRun {
  readonly suite: string;
  readonly endpoint: string;
  /** Null if the suite has one harness, which has no name. */
  readonly harness: string | null;
}

/**
 * A path under `out` where there is nothing yet, such as `runs/arithmetic.ollama-llama3.2.20261123-150000`.
 *
 * @param nowMs - Milliseconds since 1970.
 */
export async function newRunFolder(
  out: string,
  { suite, endpoint, harness }: NamedRun,
  nowMs: number,
): Promise<string> {
  const [day = '', time = ''] = new Date(nowMs).toISOString().split(/[T.]/);
  const when = `${day.replaceAll('-', '')}-${time.replaceAll(':', '')}`;
  const names = [suite, endpoint, ...(harness === null ? [] : [harness])].map(safeFolderName);
  const path = join(out, [...names, when].join('.'));
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? path : `${path}-${count}`;
    if (!(await exists(candidate))) return candidate;
  }
}
