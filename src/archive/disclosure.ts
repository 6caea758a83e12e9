/** What each disclosure level publishes, in words, and which level a run is published at by default. */
import type { PlanSuite } from '../transcript/plan.ts';
import type { DisclosureLevel, RunFile } from '../transcript/source.ts';

const STATEMENTS: readonly string[] = [
  'the plan: suite, endpoint and its address, model, parameters, budget and prices, who signed, runner and platform',
  'the signed result: metrics and counts',
  'when it ran',
];
const RECORDS =
  'by item index: every verdict, attempt, latency, token count, and the names under which the endpoint answered';
const EVIDENCE = 'attestations of the endpoint as they were fetched, if it gives any, and their addresses';
const PROBES = 'what the endpoint was probed with and answered, if it was probed';
const TEMPLATES = 'prompt templates, few-shot examples and scorer options';
const CONTENT =
  'prompts, right answers, ids and tags, requests, responses, what the provider says of them, and what was extracted from them';

/** What a reader of a publication gets to see at each level, spelled out for each. */
export const REVEALED: Readonly<Record<DisclosureLevel, readonly string[]>> = {
  D0: STATEMENTS,
  D1: [...STATEMENTS, RECORDS, EVIDENCE, `${TEMPLATES}, if the suite is public`],
  D2: [
    ...STATEMENTS,
    RECORDS,
    EVIDENCE,
    TEMPLATES,
    PROBES,
    `of the chosen items: ${CONTENT}; items of a private suite are then no longer private`,
  ],
  D3: [
    ...STATEMENTS,
    RECORDS,
    EVIDENCE,
    TEMPLATES,
    PROBES,
    `of all items: ${CONTENT}; a private suite is then no longer private`,
  ],
};

/** The level at which a run is published unless its owner says otherwise: everything, or nothing that is content. */
export function defaultLevel({ visibility, redistributable }: PlanSuite): DisclosureLevel {
  return visibility === 'public' && redistributable ? 'D3' : 'D1';
}

/** The small files that a level publishes. */
export function publishedFiles(level: DisclosureLevel, { visibility }: PlanSuite): ReadonlySet<RunFile> {
  const files: RunFile[] = ['plan.json', 'plan.dsse.json', 'checkpoints.jsonl', 'result.dsse.json'];
  const hasRecords = level !== 'D0';
  const hasSuite = level === 'D2' || level === 'D3' || (level === 'D1' && visibility === 'public');
  return new Set([
    ...files,
    ...(hasSuite ? (['suite.json'] as const) : []),
    ...(hasRecords ? (['baseline.json'] as const) : []),
  ]);
}
