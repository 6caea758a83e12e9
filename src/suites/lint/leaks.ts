/** Right answers that stand where a model, or a reader of an item whose answer is secret, can see them. */
import { canonicalize } from '../../core/canonical-json.ts';
import { textsIn, type Check, type ItemView, type LintContext } from './check.ts';
import { endOfPart } from './stands-in.ts';

/** Shorter targets stand in a prompt by chance, or because the question is about them. */
const MIN_IN_PROMPT = 8;
/** Shorter targets, and numbers, stand in an id because it counts something. */
const MIN_IN_ID = 4;

/** Finds `target-in-input`, `target-in-prompt`, `target-in-id` and `target-in-tag`. */
export function leakCheck({ report }: LintContext): Check {
  return {
    item(view) {
      const about = { item: view.id };
      const texts = textsIn(view.target);
      const long = texts.filter(({ length }) => length >= MIN_IN_PROMPT);
      if (isInput(view)) report('target-in-input', '/items', about);
      if (long.some((text) => view.messages.some(({ content }) => content.includes(text))))
        report('target-in-prompt', '/prompt', about);
      const labels = namesOf(view, texts);
      const id = view.id.toLowerCase();
      if (labels.some((label) => isTelling(label) && endOfPart(id, label) !== -1))
        report('target-in-id', '/items/id', about);
      if (view.tags.some((tag) => labels.includes(tag.toLowerCase()))) report('target-in-tag', '/items/tags', about);
    },
  };
}

// Objects and lists are the same if they say the same; a number may stand as a text.
function isInput({ input, target, targetText }: ItemView): boolean {
  const isScalar = typeof target !== 'object';
  return Object.values(input).some((value) =>
    isScalar
      ? value === target || (typeof value !== 'object' && String(value) === String(target))
      : canonicalize(value) === targetText,
  );
}

function isTelling(label: string): boolean {
  return label.length >= MIN_IN_ID && /\p{L}/u.test(label);
}

function namesOf({ target }: ItemView, texts: readonly string[]): readonly string[] {
  const names = typeof target === 'number' ? [String(target)] : texts;
  return names.map((name) => name.trim().toLowerCase()).filter((name) => name !== '');
}
