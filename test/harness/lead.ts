/** Leads a dialogue through answers, as a run does. */
import { findHarness } from '../../src/harness/registry.ts';
import type { Harness, RunTool, Task } from '../../src/harness/harness.ts';
import { canonicalize, type JsonObject } from '../../src/core/canonical-json.ts';
import type { Answer, ToolCall } from '../../src/transcript/wire/answer.ts';
import type { Question } from '../../src/transcript/wire/dialogue.ts';

/** A harness of version 1 with options. */
export function harnessOf(id: string, config: JsonObject = {}): Harness {
  const harness = findHarness({ id, version: 1, config: canonicalize(config) });
  if (harness === null) throw new Error(`there is no harness ${id}`);
  return harness;
}

/** A whole answer, unless a test says otherwise. */
export function says(text: string, extra: Partial<Answer> = {}): Answer {
  return { text, refused: false, finish: 'stop', ...extra };
}

/** A call, as far as a test cares about it. */
export type Wanted = Partial<ToolCall> & { readonly name: string };

/** An answer that calls tools. */
export function calls(...wanted: readonly Wanted[]): Answer {
  const named = wanted.map((call, i) => ({ id: `c${i}`, arguments: '{}', ...call }));
  return { text: '', refused: false, finish: 'tool_calls', calls: named };
}

/** What was asked, and what the dialogue ended with; `end` is undefined if it would go on. */
export interface Led {
  readonly asked: readonly Question[];
  readonly end: Answer | null | undefined;
}

/** An answer, or one with the microseconds that it took. */
type Given = Answer | readonly [Answer, number];

/** Lead a dialogue; answers that are left over are an error. */
export async function lead(
  harness: Harness,
  task: Partial<Task>,
  answers: readonly Given[],
  runTool: RunTool | null = null,
): Promise<Led> {
  const dialogue = harness.begin({ input: {}, messages: [{ role: 'user', content: 'go' }], ...task }, runTool);
  const asked: Question[] = [];
  let step = await dialogue.next(null);
  for (const given of answers) {
    if (!('ask' in step)) throw new Error('the dialogue ended before');
    asked.push(step.ask);
    const [answer, latencyUs] = 'text' in given ? [given, 0] : given;
    step = await dialogue.next(answer, latencyUs);
  }
  if ('ask' in step) return { asked: [...asked, step.ask], end: undefined };
  return { asked, end: step.done };
}

/** The messages of a question. */
export function messagesOf(question: Question | undefined): readonly JsonObject[] {
  return (question?.members['messages'] ?? []) as readonly JsonObject[];
}
