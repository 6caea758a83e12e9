/** What one answer has that another has not, word by word. */
import { diffWordsWithSpace } from 'diff';
import { element } from './element.ts';

/** Beyond these, two answers are taken to be too different for their difference to say anything. */
const MAX_EDITS = 3000;
const TIMEOUT_MS = 300;

/** Two answers as one text with what is missing and what is new; a sentence if they are the same, or too different. */
export function answerDiff(from: string, to: string): HTMLElement {
  if (from === to) return element('p', 'muted', 'The two answers are the same.');
  const parts = diffWordsWithSpace(from, to, { maxEditLength: MAX_EDITS, timeout: TIMEOUT_MS });
  if (parts === undefined)
    return element('p', 'muted', 'The two answers are too different to be laid over each other.');
  const text = element('div', 'text answer');
  text.dir = 'auto';
  for (const { value, added, removed } of parts) {
    if (added || removed) text.append(element(added ? 'ins' : 'del', '', value));
    else text.append(value);
  }
  return text;
}
