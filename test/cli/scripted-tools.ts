/** What scripted models do in the tests of the command: one edits files by tools, one answers, one judges. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ScriptedQuestion, ScriptedReply } from '../runner/scripted-server.ts';

type Files = Readonly<Record<string, string>>;

interface Task {
  readonly id: string;
  readonly files: Files;
  readonly instruction: string;
  readonly expected: Files;
}

const TASKS: readonly Task[] = readFileSync(resolve(import.meta.dirname, '../../suites/file-edits/items.jsonl'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Task);

/**
 * Edits files as it should with whichever tools it is given. Asked to replace a piece, it does every third task with a text
 * that is nowhere to be found, and is content: the model is the same, and the harness makes it worse.
 */
export function editingModel(question: ScriptedQuestion): ScriptedReply {
  // A probe finds out by the count whether instructions and tools are in the prompt.
  return { ...edit(question), promptTokens: JSON.stringify(question.body).length };
}

function edit({ body, messages, last }: ScriptedQuestion): ScriptedReply {
  const task = TASKS.find(({ instruction }) => messages.some(({ content }) => content === instruction));
  if (task === undefined || last.role === 'tool') return { text: 'done' };
  const isWhole = JSON.stringify(body['tools']).includes('write_file');
  const changed = Object.entries(task.expected).filter(([path, text]) => task.files[path] !== text);
  if (isWhole) return { calls: changed.map(([path, text]) => ['write_file', { path, text }]) };
  const isLost = TASKS.indexOf(task) % 3 === 0;
  return {
    calls: changed.map(([path, text]) => [
      'replace_text',
      { path, search: isLost ? 'nowhere to be found' : (task.files[path] ?? ''), replace: text },
    ]),
  };
}

/** Says something about everything. */
export function talkingModel(): string {
  return 'It is what it says, in one or two sentences.';
}

/** Finds about every second answer right, whatever it says. */
export function judgingModel({ messages }: ScriptedQuestion): string {
  const sum = [...(messages[0]?.content ?? '')].reduce(
    (total, character) => total + (character.codePointAt(0) ?? 0),
    0,
  );
  return sum % 2 === 0 ? 'It says all of that.\nCORRECT' : 'It says none of that.\nINCORRECT';
}
