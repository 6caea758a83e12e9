/** One question, one answer. */
import { object } from '../transcript/shape.ts';
import { chatQuestion } from '../transcript/wire/request.ts';
import { readHarnessOptions, type HarnessKind } from './harness.ts';

/** Version 1. */
export const singleTurn1: HarnessKind = {
  id: 'single-turn',
  version: 1,
  prepare(config) {
    readHarnessOptions('single-turn', object({}), config);
    return {
      runsTools: false,
      begin: ({ messages }) => ({
        next: (last) => (last === null ? { ask: chatQuestion(messages) } : { done: last }),
      }),
    };
  },
};
