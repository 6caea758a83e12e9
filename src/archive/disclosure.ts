/** What each disclosure level publishes, in words, and which level a run is published at by default. */
import type { PlanSuite } from '../transcript/plan.ts';
import type { DisclosureLevel, RunFile } from '../transcript/source.ts';

/** What a reader of a publication gets to see at each level. */
export const REVEALED: Readonly<Record<DisclosureLevel, readonly string[]>> = {
  D0: ['the plan: suite, model, parameters, signer', 'the signed result: metrics and counts', 'when it ran'],
  D1: [
    'everything of D0',
    'every verdict, attempt, latency and token count by item index',
    'prompt templates and few-shot examples, if the suite is public',
  ],
  D2: [
    'everything of D1',
    'prompt templates and few-shot examples',
    'prompts, right answers and responses of the chosen items; items of a private suite are then no longer private',
  ],
  D3: [
    'everything of D2',
    'prompts, right answers and responses of all items; a private suite is then no longer private',
  ],
};

/** The level at which a run is published unless its owner says otherwise: everything, or nothing that is content. */
export function defaultLevel({ visibility, redistributable }: PlanSuite): DisclosureLevel {
  return visibility === 'public' && redistributable ? 'D3' : 'D1';
}

/** The small files that a level publishes. */
export function publishedFiles(level: DisclosureLevel, { visibility }: PlanSuite): ReadonlySet<RunFile> {
  const files: RunFile[] = ['plan.json', 'plan.dsse.json', 'checkpoints.jsonl', 'result.dsse.json'];
  const hasSuite = level === 'D2' || level === 'D3' || (level === 'D1' && visibility === 'public');
  return new Set(hasSuite ? [...files, 'suite.json'] : files);
}
