/** Faults that the definition shows without its items. */
import { NO_LICENCE } from '../define.ts';
import type { SuiteDefinition } from '../definition.ts';
import type { Report } from './finding.ts';

/** Report what is wrong with a definition. */
export function checkDefinition({ licence, redistributable, prompt }: SuiteDefinition, report: Report): void {
  if (licence === NO_LICENCE) {
    if (redistributable) report('redistributable', '/redistributable');
    else report('missing-licence', '/licence');
  }
  const isAlternating = prompt.few_shot.every(
    ({ role }, position) => role === (position % 2 === 0 ? 'user' : 'assistant'),
  );
  if (!isAlternating || prompt.few_shot.length % 2 === 1) report('few-shot-roles', '/few_shot');
  if (prompt.messages.at(-1)?.role !== 'user') report('last-role', '/prompt');
}
