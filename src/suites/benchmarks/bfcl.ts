/** The Berkeley Function-Calling Leaderboard, version 1: which functions to call with which arguments, or none. */
import type { JsonValue } from '../../core/canonical-json.ts';
import type { Benchmark, ConvertedRow, OriginFile, OriginFiles, SuiteOutline } from '../pull/benchmark.ts';
import { openAiTools } from './bfcl-tools.ts';
import { originFault, originRow, originRowOf } from './origin-row.ts';
import { rawMembers } from './raw-members.ts';
import { measuredFile } from './sources.ts';

const REPOSITORY = { repository: 'ShishirPatil/gorilla', commit: 'de8307b415d5e609be141e38f954a2850be4a4d5' };
const DATA = 'berkeley-function-call-leaderboard/data';

interface Category {
  readonly name: string;
  /** SHA-256 of the questions. */
  readonly questions: string;
  /** SHA-256 of the accepted answers; none where no function fits. */
  readonly answers?: string;
}

/** The categories whose check needs neither a network nor another language than Python. */
const CATEGORIES: readonly Category[] = [
  {
    name: 'simple',
    questions: 'bf4f0cbd59c6899dc7d38b7f68b8d57ff07030c368f665e16b48f0cc29cee464',
    answers: '0440a00fa00633e7329fc9435da1d3a78d6592c1c8e20bafdc4a893270e497a1',
  },
  {
    name: 'multiple_function',
    questions: 'cf5f84a1554c3df3a3973b946868cc562ca416f643b6a77dec23a56db41ca855',
    answers: 'a061529c64dda77f64e624c9735b85c94f578bf990f3c1bd27d17dca8413b0a3',
  },
  {
    name: 'parallel_function',
    questions: '610a5dea95d7d6f8a7d0889eab92805d7de95693069a5cfc7812b8817cc650df',
    answers: '8bdfd386c807274da7576704443de6efda323f18e238f02f76cbcfffd1e6ca67',
  },
  {
    name: 'parallel_multiple_function',
    questions: '431f9b2464a03df1287be2f66a340313b4f4acde062da4d15f90bf537c3b22e8',
    answers: '81f1fc298cf4db11d3c83a315f656a8d58cad1557cbafe6e83d18fe42492afa9',
  },
  { name: 'relevance', questions: '6f1b76988f9e29bca69e00ef8da259d45a1cff5966f7d3227513ecdcd9d48da1' },
];

const PROMPT: SuiteOutline['prompt'] = [
  {
    role: 'system',
    content: `You are an expert in composing functions. You are given a question and a set of possible functions. Based on the question, you will need to make one or more function/tool calls to achieve the purpose.
If none of the function can be used, point it out. If the given question lacks the parameters required by the function, also point it out.
You should only return the function call in tools call sections.

If you decide to invoke any of the function(s), you MUST put it in the format of [func_name1(params_name1=params_value1, params_name2=params_value2...), func_name2(params)]
You SHOULD NOT include any other text in the response.

Here is a list of functions in JSON format that you can invoke.
{{ functions }}`,
  },
  { role: 'user', content: '{{ question }}' },
];

const OUTLINE = {
  version: '1.0.0',
  licence: 'Apache-2.0',
  source: 'github.com/ShishirPatil/gorilla, berkeley-function-call-leaderboard',
  redistributable: true,
  prompt: PROMPT,
  parameters: { max_tokens: 1024, temperature: 0 },
  needs: ['system'],
} satisfies Partial<SuiteOutline>;

/** Simple, multiple, parallel, parallel multiple and relevance, asked for in a prompt or with tools. */
export const bfcl: Benchmark = {
  name: 'bfcl',
  title: 'Berkeley Function-Calling Leaderboard (Python, AST)',
  homepage: 'https://gorilla.cs.berkeley.edu/leaderboard.html',
  licence: 'Apache-2.0',
  files: CATEGORIES.flatMap(originFiles),
  isTriedOnOriginal: true,
  async *convert(files) {
    for (const category of CATEGORIES) yield* categoryItems(files, category);
  },
  suites: {
    'suite.yaml': {
      ...OUTLINE,
      id: 'bfcl',
      title: 'BFCL, calls in a prompt',
      description:
        'The system prompt of the leaderboard with the functions as JSON. The answer is a list of calls in Python; nothing is called. Brackets that are missing are added, as the handlers of most models do.',
      scorer: { id: 'bfcl', version: 1, form: 'python', brackets: 'if-missing' },
    },
    'strict.yaml': {
      ...OUTLINE,
      id: 'bfcl-strict',
      title: 'BFCL, calls in a prompt, with brackets',
      description: 'As bfcl, but the list needs its brackets, as the handler of the GPT models wants.',
      scorer: { id: 'bfcl', version: 1, form: 'python', brackets: 'required' },
    },
    'tools.yaml': {
      ...OUTLINE,
      id: 'bfcl-tools',
      title: 'BFCL, calls of tools',
      description:
        'The functions are offered as tools, as the leaderboard does with the GPT models, and the calls of the answer are scored; nothing is called. Whatever is written instead of a call is none.',
      prompt: '{{ question }}',
      needs: ['tools'],
      harness: { id: 'tool-loop', version: 1, tools_field: 'tools', result: 'calls', max_turns: 1 },
      scorer: { id: 'bfcl', version: 1, form: 'tools', underscores: true },
      // To call nothing and say nothing is right where no function fits.
      unscored: { empty: 'scored' },
    },
  },
};

function originFiles({ name, questions, answers }: Category): readonly OriginFile[] {
  const file = fileOf(name);
  const asked = measuredFile(file, { ...REPOSITORY, path: `${DATA}/${file}`, sha256: questions });
  if (answers === undefined) return [asked];
  const path = `${DATA}/possible_answer/${file}`;
  return [asked, measuredFile(answersOf(name), { ...REPOSITORY, path, sha256: answers })];
}

function fileOf(category: string): string {
  return `gorilla_openfunctions_v1_test_${category}.json`;
}

// Both files have one name at their origin, in two folders.
function answersOf(category: string): string {
  return `possible_answer_${fileOf(category)}`;
}

async function* categoryItems(files: OriginFiles, { name, answers }: Category): AsyncGenerator<ConvertedRow> {
  const asked = await readLines(files, fileOf(name));
  const accepted = answers === undefined ? null : await readLines(files, answersOf(name));
  if (accepted !== null && accepted.length !== asked.length)
    throw originFault({ name: answersOf(name), index: accepted.length }, 'as many rows as there are questions');
  for (const [index, { row, members }] of asked.entries()) {
    const id = row.text('id');
    const truth = accepted?.[index];
    if (truth !== undefined && truth.row.text('id') !== id) throw truth.row.fault('id', 'the id of the question');
    // One function stands alone in some categories.
    const functions = memberOf({ row, members }, 'function', /^[[{]/);
    const described = JSON.parse(functions) as JsonValue;
    const tools = openAiTools(described);
    if (tools === null) throw row.fault('function', 'functions with a name and properties');
    yield {
      id,
      input: {
        question: row.text('question'),
        functions: functions.startsWith('[') ? functions : `[${functions}]`,
        tools,
      },
      target: {
        category: name,
        function: described,
        ...(truth === undefined ? {} : { ground_truth: memberOf(truth, 'ground_truth', /^\{/) }),
      },
      tags: [name],
    };
  }
}

interface Line {
  readonly row: ReturnType<typeof originRow>;
  /** Texts of its members. */
  readonly members: ReadonlyMap<string, string>;
}

function memberOf({ row, members }: Line, field: string, form: RegExp): string {
  const text = members.get(field);
  if (text !== undefined && form.test(text)) return text;
  throw row.fault(field, form.test('[') ? 'an object or a list' : 'an object');
}

async function readLines(files: OriginFiles, name: string): Promise<readonly Line[]> {
  const text = await files.text(name);
  return text
    .trimEnd()
    .split('\n')
    .map((line, index) => ({
      row: originRowOf(line, { name, index }),
      members: rawMembers(line),
    }));
}
