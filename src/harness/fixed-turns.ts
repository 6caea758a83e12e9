/** Several questions in one conversation, which are the same whatever the model answers; the last answer is scored. */
import { compileTemplate } from '../suites/template.ts';
import { list, object, text } from '../transcript/shape.ts';
import { chatQuestion, type Message } from '../transcript/wire/request.ts';
import { isBroken, isTooLong, readHarnessOptions, type HarnessKind } from './harness.ts';

interface FixedTurnsOptions {
  /** Templates over the input fields: what is said after the first answer, the second and so on. */
  readonly turns: readonly string[];
}

const options = object<FixedTurnsOptions>({ turns: list(text(65_536), 32) });

/** Version 1. */
export const fixedTurns1: HarnessKind = {
  id: 'fixed-turns',
  version: 1,
  prepare(config) {
    const { turns } = readHarnessOptions('fixed-turns', options, config);
    const templates = turns.map((turn) => compileTemplate(turn));
    return {
      runsTools: false,
      check(input) {
        for (const template of templates) template.render(input);
        return null;
      },
      begin({ input, messages }) {
        const said: Message[] = [...messages];
        let next = 0;
        return {
          next(last) {
            if (last === null) return { ask: chatQuestion(said) };
            const template = templates[next++];
            if (template === undefined || isBroken(last)) return { done: last };
            said.push({ role: 'assistant', content: last.text }, { role: 'user', content: template.render(input) });
            return isTooLong(said) ? { done: last } : { ask: chatQuestion(said) };
          },
        };
      },
    };
  },
};
