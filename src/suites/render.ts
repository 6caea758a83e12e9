/**
 * From an item to the chat messages of its request.
 *
 * The runner sends what this function makes and the verifier makes it again, so it depends on the suite definition and the
 * input fields only. The target is no argument: no template can reach it.
 */
import type { JsonObject } from '../core/canonical-json.ts';
import type { Message } from '../transcript/wire/request.ts';
import type { SuitePrompt } from './definition.ts';
import { compileTemplate } from './template.ts';

/** Renders the prompt of one suite. */
export interface PromptRenderer {
  /** Input fields without which no item can be rendered. */
  readonly requires: readonly string[];
  /**
   * The messages for one item: system messages, few-shot examples, the rest.
   *
   * @param input - The input fields of an item as `parseItem` returns them; the order of nested keys matters to `tojson`.
   * @throws {@link InputError} `ERR_PROMPT_RENDER`
   */
  render(input: JsonObject): readonly Message[];
}

/**
 * Compile the prompt of a suite once for all its items.
 *
 * @throws {@link InputError} `ERR_PROMPT_TEMPLATE`
 */
export function createRenderer(prompt: SuitePrompt): PromptRenderer {
  const compiled = prompt.messages.map(({ role, content }) => ({ role, template: compileTemplate(content) }));
  const firstTurn = compiled.findIndex(({ role }) => role !== 'system');
  const opening = firstTurn === -1 ? compiled : compiled.slice(0, firstTurn);
  const turns = compiled.slice(opening.length);
  const renderAll = (parts: typeof compiled, input: JsonObject): readonly Message[] =>
    parts.map(({ role, template }) => ({ role, content: template.render(input) }));
  return {
    requires: [...new Set(compiled.flatMap(({ template }) => template.requires))].toSorted(),
    render: (input) => [...renderAll(opening, input), ...prompt.few_shot, ...renderAll(turns, input)],
  };
}
