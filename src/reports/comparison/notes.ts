/** What a reader must know beside the numbers of a comparison. */
import { JUDGEMENT, judgeText } from '../harness.ts';
import type { SuiteEstimates } from './suite-estimates.ts';

/** How runs were taken together. */
export interface NotesInput {
  readonly isNumbered: boolean;
  readonly onCommonItems: boolean;
}

/** The sentences that hold for a comparison; each suite is named only where it is one of several. */
export function notesOf(
  suites: readonly SuiteEstimates[],
  { isNumbered, onCommonItems }: NotesInput,
): readonly string[] {
  const runs = suites.flatMap(({ group }) => group.contestants.map(({ run }) => run));
  const sentences: readonly (string | false)[] = [
    ...suites.flatMap(judgeNote),
    onCommonItems && 'Only items that all runs of a suite have are compared; each run may have asked others too.',
    isNumbered && 'Runs of one endpoint are numbered in the order in which they were given, in every suite alike.',
    suites.some(({ aligned }) => !aligned.items.tagsKnown) &&
      'Tags are not published, so items that depend on each other, if there are any, count as independent.',
    suites.some(({ aligned }) => aligned.items.clusters !== null) &&
      'Items that share a cluster tag count as one unit in every interval and test.',
    runs.some(({ plan }) => plan.rules.repeats > 1) &&
      'The score of an item is the mean over its repeats; the item is the unit, however often it was asked.',
    runs.some(({ plan }) => plan.stop !== undefined) &&
      'A run with a stop rule may end early, so it has no interval for a fixed number of items; its difference has one that holds at any stop.',
    new Set(runs.map(({ plan }) => plan.evidence?.require_level)).size > 1 &&
      'Runs ask different evidence of their endpoints, and an answer without it counts as wrong.',
    runs.some(({ plan }) => plan.endpoint.kind === 'replay') &&
      'Latencies of a replay are those of the machine that replays.',
    'Latencies are as the runner measured them, token counts as the endpoint reported them, prices as configured.',
  ];
  return sentences.filter((sentence) => sentence !== false);
}

function judgeNote({ group: { id, contestants } }: SuiteEstimates): readonly string[] {
  const judge = contestants[0]?.run.summary.judge ?? null;
  return judge === null ? [] : [`Verdicts on ${id} are those of ${judgeText(judge)}: ${JUDGEMENT}.`];
}
