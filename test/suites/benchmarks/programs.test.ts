/** Benchmarks whose answers are programs, from made-up files of the documented form. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../src/scoring/trial.ts';
import { humaneval } from '../../../src/suites/benchmarks/humaneval.ts';
import { mbpp } from '../../../src/suites/benchmarks/mbpp.ts';
import type { Benchmark } from '../../../src/suites/pull/benchmark.ts';
import { isBuilt, warmSandbox } from '../../scoring/sandbox/warm.ts';
import { convert, findingsOf, jsonLines, promptOf, rowsOf, type FileContent } from './pulled.ts';

const TASK = {
  task_id: 'HumanEval/0',
  prompt: 'def twice(n):\n    """Twice a number."""\n',
  entry_point: 'twice',
  canonical_solution: '    return 2 * n\n',
  test: 'def check(candidate):\n    assert candidate(3) == 6\n',
};
const humanevalFiles = (changed: object = {}): Readonly<Record<string, FileContent>> => ({
  'HumanEval.jsonl.gz': gzipSync(jsonLines([{ ...TASK, ...changed }])),
});

const PROBLEM = { code: 'def half(n):\r\n    return n / 2', test_setup_code: '', challenge_test_list: [] };
const mbppFiles = (...changed: readonly object[]): Readonly<Record<string, FileContent>> => ({
  'mbpp.jsonl': jsonLines([
    ...[1, 2, 3, 4, 10].map((task_id) => ({
      ...PROBLEM,
      task_id,
      text: `Example ${task_id}.`,
      test_list: ['assert half(2) == 1'],
    })),
    {
      ...PROBLEM,
      task_id: 11,
      text: 'Halve a number.',
      test_list: ['assert half(4) == 2', 'assert half(0) == 0', 'assert half(-2) == -1'],
    },
    // A set-up that needs what the answer defines.
    {
      ...PROBLEM,
      task_id: 510,
      text: 'Write a class of leaves.',
      code: 'class Leaf:\n    def __init__(self, n):\n        self.n = n',
      test_setup_code: 'leaf = Leaf(3)',
      test_list: ['assert leaf.n == 3'],
    },
    { ...PROBLEM, task_id: 511, text: 'Not of the test part.', test_list: ['assert True'] },
    ...changed,
  ]),
});

describe('humaneval', () => {
  it('asks for a continuation, and keeps tests and solution in the target', async () => {
    const made = await convert(humaneval, humanevalFiles());
    expect(await promptOf(made)).toBe(TASK.prompt);
    expect(await promptOf(made, { suite: 'chat.yaml' })).toMatch(
      /only contain the code for this function\.\ndef twice\(n\):\n/,
    );
    expect(made.items).toEqual([
      {
        id: 'HumanEval/0',
        prompt: TASK.prompt,
        target: {
          prompt: TASK.prompt,
          entry_point: 'twice',
          tests: `${TASK.test}\ncheck(twice)`,
          solution: TASK.canonical_solution,
        },
        tags: [],
      },
    ]);
  });
});

describe('mbpp', () => {
  it('takes the test part, and the second, third and fourth problem as examples', async () => {
    const made = await convert(mbpp, mbppFiles());
    expect(made.items.map(({ id }) => id)).toEqual(['11', '510']);
    const example = (n: number): string =>
      `You are an expert Python programmer, and here is your task: Example ${n}. Your code should pass these tests:\n\n` +
      `assert half(2) == 1\n[BEGIN]\n${PROBLEM.code}\n[DONE]\n\n`;
    expect(await promptOf(made)).toBe(
      `${example(2)}${example(3)}${example(4)}You are an expert Python programmer, and here is your task: Halve a number. ` +
        'Your code should pass these tests:\n\nassert half(4) == 2\nassert half(0) == 0\nassert half(-2) == -1\n[BEGIN]\n',
    );
  });

  it('runs a set-up after the answer, whose names it may use', async () => {
    const made = await convert(mbpp, mbppFiles());
    expect(made.items[1]?.target).toMatchObject({ tests: ['leaf = Leaf(3)', 'assert leaf.n == 3'] });
  });
});

describe('the solutions of both', () => {
  if (!isBuilt) {
    it.skip('the sandbox is not built: run node scripts/build.mjs', () => {});
    return;
  }
  let sandbox: Sandbox;
  beforeAll(() => {
    sandbox = warmSandbox(1);
  });
  afterAll(() => sandbox.close());

  it('are right by their suites', async () => {
    const findings = [
      ...(await findingsOf(await convert(humaneval, humanevalFiles()), sandbox)),
      ...(await findingsOf(await convert(mbpp, mbppFiles()), sandbox)),
    ];
    expect(findings.filter((finding) => finding.includes(' error '))).toEqual([]);
  }, 60_000);

  it('are wrong if they are wrong', async () => {
    const made = await convert(humaneval, humanevalFiles({ canonical_solution: '    return n\n' }));
    expect(await findingsOf(made, sandbox)).toContain('suite.yaml error wrong-gold 1');
  }, 60_000);
});

describe('a file that is not as documented', () => {
  it.each<[string, Benchmark, Readonly<Record<string, FileContent>>, string]>([
    [
      'no tests',
      humaneval,
      humanevalFiles({ test: undefined }),
      '"HumanEval.jsonl.gz" row 1, field "test": want a text',
    ],
    ['an id that is a number', humaneval, humanevalFiles({ task_id: 0 }), 'field "task_id": want a text'],
    [
      'tests that are a text',
      mbpp,
      mbppFiles({ ...PROBLEM, task_id: 12, text: 'T', test_list: 'assert' }),
      '"mbpp.jsonl" row 9, field "test_list"',
    ],
    [
      'a task that is no number',
      mbpp,
      mbppFiles({ ...PROBLEM, task_id: 'x', text: 'T', test_list: ['a'] }),
      'field "task_id"',
    ],
  ])('%s is refused', async (_fault, benchmark, files, message) => {
    await expect(rowsOf(benchmark, files)).rejects.toMatchObject({
      code: 'ERR_ORIGIN_FORM',
      message: expect.stringContaining(message),
    });
  });
});
