/** One item in full: what was asked, what was wanted, and every answer, side by side. */
import { printable } from '../../printable.ts';
import type { ItemView, SampleView } from '../items-data.ts';
import { answerDiff } from './answer-diff.ts';
import { button, element } from './element.ts';
import type { ItemList } from './item-index.ts';

/** Which two runs are held against each other, by position. */
export interface RunPair {
  readonly base: number;
  readonly other: number;
}

/** Longer texts are cut until a reader asks for all of them: laying out a megabyte takes a moment. */
const CUT_CHARACTERS = 20_000;

/** How a verdict is drawn; the word is always beside it or in the title. */
export const SYMBOLS: Readonly<Record<SampleView['verdict'], string>> = {
  right: '✓',
  wrong: '✕',
  partial: '◐',
  unscored: '?',
};

/** The item as an element. */
export function itemElement(item: ItemView, list: ItemList, pair: RunPair | null): HTMLElement {
  const body = element('div', 'item-body');
  for (const { role, content } of item.messages ?? []) body.append(labelled(role, content, 'prompt'));
  if (item.messages === undefined) body.append(element('p', 'muted', 'Prompt, answers and target are not disclosed.'));
  if (item.target !== undefined) body.append(labelled('Target', item.target, 'target'));
  if (item.tags !== undefined && item.tags.length > 0) {
    body.append(element('p', 'tags muted', `tags: ${item.tags.map(printable).join(', ')}`));
  }
  body.append(columns(item, list));
  if (pair !== null) body.append(...difference(item, list, pair));
  return body;
}

function columns(item: ItemView, list: ItemList): HTMLElement {
  const views = list.runs.map((run, at) => {
    const samples = item.samples[at] ?? [];
    const name = element('h4', 'endpoint', element('bdi', '', run.name));
    for (const label of run.labels) name.append(' ', element('span', 'label', label));
    const shown = samples.map((sample) => sampleElement(sample, samples.length));
    return element('div', 'column', name, ...(shown.length > 0 ? shown : [element('p', 'muted', 'not in this page')]));
  });
  return element('div', 'columns', ...views);
}

function sampleElement(sample: SampleView, repeats: number): HTMLElement {
  const { verdict, why, extracted, rule, answer, foot, repeat } = sample;
  const reason = why === undefined ? '' : `, ${why}`;
  const line = element('p', `verdict-line ${verdict}`, `${SYMBOLS[verdict]} ${verdict}${reason}`);
  if (repeats > 1) line.append(element('span', 'muted', ` repeat ${repeat + 1}`));
  const body = element('div', 'sample', line);
  if (extracted !== undefined) body.append(extractedElement(extracted, rule));
  if (answer !== undefined) body.append(labelled('Answer', answer === '' ? '(empty)' : answer, 'answer'));
  if (foot !== '') body.append(element('p', 'foot muted', foot));
  return body;
}

function extractedElement(extracted: string | null, rule: string | undefined): HTMLElement {
  const value = extracted === null ? element('em', '', 'nothing') : element('code', '', cut(extracted));
  value.dir = 'auto';
  return element(
    'p',
    'extracted',
    'extracted ',
    value,
    rule === undefined ? null : element('span', 'muted', ` by ${rule}`),
  );
}

function labelled(name: string, text: string, className: string): HTMLElement {
  const value = element('div', `text ${className}`, cut(text));
  value.dir = 'auto';
  value.tabIndex = 0;
  value.setAttribute('role', 'group');
  value.setAttribute('aria-label', name);
  const block = element('div', 'block', element('p', 'block-name', name), value);
  if (text.length > CUT_CHARACTERS) {
    const more = button(`Show all ${text.length.toLocaleString('en')} characters`, () => {
      value.textContent = text;
      more.remove();
    });
    block.append(more);
  }
  return block;
}

function cut(text: string): string {
  return text.length > CUT_CHARACTERS ? `${text.slice(0, CUT_CHARACTERS)}…` : text;
}

function difference(item: ItemView, list: ItemList, { base, other }: RunPair): readonly HTMLElement[] {
  const [from, to] = [base, other].map((run) => item.samples[run]?.[0]?.answer);
  if (base === other || from === undefined || to === undefined) return [];
  const details = element('details', 'difference');
  const names = [base, other].map((run) => element('bdi', '', list.runs[run]?.name ?? ''));
  details.append(element('summary', '', 'Difference of two answers: ', names[0] ?? '', ' → ', names[1] ?? ''));
  // Laid over each other only when somebody looks.
  details.addEventListener('toggle', () => {
    if (details.open && details.childElementCount === 1) details.append(answerDiff(cut(from), cut(to)));
  });
  return [details];
}
