/** Scripted models for the suites that need tools: good and bad ones, who look only at what a model sees. */
import type { SaidMessage, ScriptedQuestion, ScriptedReply } from '../runner/scripted-server.ts';

type Files = Readonly<Record<string, string>>;

/** A task of suite file-edits. */
export interface EditTask {
  readonly instruction: string;
  readonly files: Files;
  readonly expected: Files;
}

/** How a model goes about a task, and whether that solves it. */
const MANNERS = ['plain', 'at-once', 'clumsy', 'early', 'endless', 'careless'] as const;
type Manner = (typeof MANNERS)[number];

/** The manner in which the nth task is done. */
export function mannerOf(n: number): Manner {
  return MANNERS[n % MANNERS.length] ?? 'plain';
}

/** Whether a manner solves its task. */
export function solves(n: number): boolean {
  return ['plain', 'at-once', 'clumsy'].includes(mannerOf(n));
}

/** A model that does what a run probes it for before it asks anything of a suite that needs tools. */
export function capable(
  model: (question: ScriptedQuestion) => ScriptedReply | string,
): (question: ScriptedQuestion) => ScriptedReply | string {
  return (question) => {
    const word = /answer with the one word (\w+)/.exec(question.messages[0]?.content ?? '')?.[1];
    if (word !== undefined) return word;
    if (question.last.content.startsWith('Read gauge 7')) return { calls: [['read_gauge', { gauge: 7 }]] };
    return model(question);
  };
}

type Calls = NonNullable<ScriptedReply['calls']>;

/** A model that edits files by whichever tool it is offered. */
export function editingModel(tasks: readonly EditTask[]): (question: ScriptedQuestion) => ScriptedReply {
  const numbers = new Map(tasks.map(({ instruction }, n) => [instruction, n]));
  return ({ messages, body }) => {
    const n = numbers.get(messages[1]?.content ?? '') ?? -1;
    const task = tasks[n];
    if (task === undefined) throw new Error('that is no task');
    const isWhole = JSON.stringify(body['tools']).includes('"write_file"');
    const steps = stepsOf(task, mannerOf(n), isWhole ? writes : replacements);
    const turn = messages.filter(({ role }) => role === 'assistant').length;
    return { text: '', ...(steps[turn] ?? { text: 'done' }) };
  };
}

type Editor = (task: EditTask) => Calls;

function stepsOf(task: EditTask, manner: Manner, edit: Editor): readonly ScriptedReply[] {
  const look: ScriptedReply = { calls: [['list_files', {}]] };
  const read: ScriptedReply = {
    text: 'I read them.',
    calls: Object.keys(task.files).map((path) => ['read_file', { path }]),
  };
  const edits = edit(task);
  switch (manner) {
    case 'plain':
      return [look, read, ...edits.map((call): ScriptedReply => ({ calls: [call] }))];
    case 'at-once':
      return [look, read, { calls: edits }];
    case 'clumsy':
      return [
        {
          calls: [
            ['open_file', { path: 'a' }],
            ['read_file', '{"path": '],
            ['read_file', { path: '__proto__' }],
          ],
        },
        {
          calls: [
            ['list_files', ''],
            ['write_file', { path: 'new.txt', text: 'a' }],
            ['replace_text', { path: 'a' }],
          ],
        },
        read,
        { calls: edits },
      ];
    case 'early':
      return [look, read];
    case 'endless':
      return Array.from({ length: 50 }, () => look);
    case 'careless':
      return [{ calls: edits }, { calls: edit({ ...task, files: task.expected, expected: spoilt(task.expected) }) }];
  }
}

function spoilt(files: Files): Files {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [path, `${text}\n`]));
}

function changed({ files, expected }: EditTask): readonly string[] {
  return Object.keys(files).filter((path) => files[path] !== expected[path]);
}

const writes: Editor = (task) => changed(task).map((path) => ['write_file', { path, text: task.expected[path] ?? '' }]);

const replacements: Editor = (task) =>
  changed(task).map((path) => [
    'replace_text',
    { path, ...replacement(task.files[path] ?? '', task.expected[path] ?? '') },
  ]);

/** The lines between the first and the last that differ, with as many around them as make them unique. */
function replacement(before: string, after: string): { readonly search: string; readonly replace: string } {
  const [old, young] = [before.split('\n'), after.split('\n')];
  let head = 0;
  while (head < Math.min(old.length, young.length) && old[head] === young[head]) head++;
  let tail = 0;
  const most = Math.min(old.length, young.length) - head;
  while (tail < most && old.at(-1 - tail) === young.at(-1 - tail)) tail++;
  for (; ; head = Math.max(0, head - 1), tail = Math.max(0, tail - 1)) {
    const search = old.slice(head, old.length - tail).join('\n');
    // Where lines only go, one more around them keeps the line ends right.
    const isUnique = search !== '' && before.split(search).length === 2 && young.length - tail > head;
    if (isUnique || (head === 0 && tail === 0))
      return { search, replace: young.slice(head, young.length - tail).join('\n') };
  }
}

/** What a question of suite lookup asks for: the rows to look up, and what is computed from what they say. */
const READINGS: readonly (readonly [RegExp, (...parts: string[]) => readonly [rows: string[], expression: string]])[] =
  [
    [
      /What do (\d+) units of (\w+) and (\d+) units of (\w+) cost/,
      (n = '', a = '', m = '', b = '') => [[a, b], `${n} * price(${a}) + ${m} * price(${b})`],
    ],
    [/whole stock of (\w+) worth/, (a = '') => [[a], `stock(${a}) * price(${a})`]],
    [/stock of (\w+) is packed/, (a = '') => [[a], `stock(${a}) % crate(${a})`]],
    [
      /What do the stocks of ([\w, ]+) give/,
      (list = '') => [
        list.split(', '),
        list
          .split(', ')
          .map((a) => `stock(${a})`)
          .join(' * '),
      ],
    ],
    [
      /Somebody has (\d+) and buys (\d+) units of (\w+)/,
      (budget = '', n = '', a = '') => [[a], `${budget} - ${n} * price(${a})`],
    ],
    [
      /stock of (\w+) doubles every year for (\d+) years, then as much as the stock of (\w+)/,
      (a = '', years = '', b = '') => [[a, b], `stock(${a}) * 2^${years} - stock(${b})`],
    ],
  ];

/** A model that looks numbers up and computes with them; every sixth answer is a guess. */
export function lookingModel(
  { messages }: Pick<ScriptedQuestion, 'messages'>,
  isGuess: (question: string) => boolean,
): ScriptedReply {
  const question = messages[1]?.content ?? '';
  const [form, read] = READINGS.find(([pattern]) => pattern.test(question)) ?? [];
  const [rows, expression] = (form && read?.(...(form.exec(question) ?? []).slice(1))) ?? [[], ''];
  if (isGuess(question)) return { text: 'It is 12345.5.' };
  const told = messages.filter(({ role }) => role === 'tool').map(({ content }) => content);
  if (told.length === 0) return { text: 'I look.', calls: rows.map((row) => ['lookup', { row }]) };
  const values = new Map(rows.map((row, i) => [row, JSON.parse(told[i] ?? '{}') as Readonly<Record<string, string>>]));
  const filled = expression.replace(
    /(stock|price|crate)\((\w+)\)/g,
    (_, column: string, row: string) => values.get(row)?.[column] ?? '',
  );
  const { length } = told;
  if (length === rows.length) return { calls: [['calculate', { expression: `1 / (${filled} - ${filled})` }]] };
  if (length === rows.length + 1) return { calls: [['calculate', { expression: filled }]] };
  return { text: `With 2 tools it is ${told.at(-1)}` };
}

/** What a judge says who knows the right words: the answer has them or not. */
export function gradingModel({ last }: { readonly last: SaidMessage }): string {
  const [, right = '?'] = /A right answer says: (.*)/.exec(last.content) ?? [];
  return last.content.split(right).length > 2 ? 'It says so.\nCORRECT' : 'NOT_ATTEMPTED';
}
