/**
 * Scorers `python-tests` and `javascript-tests`: the answer is code, and the tests of the item pass.
 *
 * The program is prompt, answer and tests, one after the other. It is right if it comes to its end without an exception:
 * where it printed what, or why it failed, is never looked at. The sandbox that runs it is not here.
 *
 * @see M. Chen et al., "Evaluating Large Language Models Trained on Code", arXiv:2107.03374 (2021), whose form of a test
 *   (prompt, completion, test, one call) is that of HumanEval
 */
import { isJsonObject, type JsonValue } from '../core/canonical-json.ts';
import { integer, list, object, oneOf, text } from '../transcript/shape.ts';
import { findCode, type CodePlace } from './find-code.ts';
import { configError, readOptions, RIGHT, targetError, WRONG, type Scorer, type ScorerKind } from './scorer.ts';
import type { Language } from './trial.ts';

interface CodeOptions {
  readonly find?: readonly CodePlace[];
  /** Rounds of loops and calls of functions. */
  readonly max_steps?: number;
  readonly timeout_ms?: number;
}

interface PythonOptions extends CodeOptions {
  /** Packages outside the standard library that the tests were made with: importing one succeeds, using it does not. */
  readonly packages?: readonly string[];
}

const options = {
  find: list(oneOf('fenced', 'whole'), 2),
  max_steps: integer(1, 1_000_000_000),
  timeout_ms: integer(100, 120_000),
};

const pythonShape = object<PythonOptions>({}, { ...options, packages: list(text(100, /^[A-Za-z_]\w*$/), 64) });
const javascriptShape = object<CodeOptions>({}, options);

/** Version 1: CPython 3.14 with its standard library, as in pyodide 314.0.7. */
export const pythonTests1: ScorerKind = {
  id: 'python-tests',
  version: 1,
  prepare(config) {
    const { packages = [], ...rest } = readOptions('python-tests', pythonShape, config);
    return codeTests({ ...rest, language: 'python', setUp: packages.length === 0 ? '' : pythonShells(packages) });
  },
};

/** Version 1: QuickJS 2025-09-13, as in @jitl/quickjs-wasmfile-release-sync 0.32.0. */
export const javascriptTests1: ScorerKind = {
  id: 'javascript-tests',
  version: 1,
  prepare(config) {
    const rest = readOptions('javascript-tests', javascriptShape, config);
    return codeTests({ ...rest, language: 'javascript', setUp: '' });
  },
};

interface CodeRules extends CodeOptions {
  readonly language: Language;
  readonly setUp: string;
}

const FENCE_NAMES: Readonly<Record<Language, readonly string[]>> = {
  javascript: ['javascript', 'js', 'mjs', 'node'],
  python: ['python', 'py', 'python3'],
};

function codeTests(rules: CodeRules): Scorer {
  const { language, setUp, find = ['fenced', 'whole'], max_steps = 100_000_000, timeout_ms = 30_000 } = rules;
  if (find.length === 0) throw configError(`${language}-tests`, '/find: want at least one');
  return {
    extract(answer, target) {
      const { entry } = testsOf(target);
      return findCode(answer, find, FENCE_NAMES[language], (code) => entry !== null && defines(code, entry));
    },
    programs: {
      language,
      of(extracted, target) {
        if (extracted === null) return null;
        const source = programOf(extracted, target);
        return { language, setUp, source, maxSteps: max_steps, timeoutMs: timeout_ms };
      },
    },
    judge: (_extracted, _target, end) => (end === 'passed' ? RIGHT : WRONG),
    gold: (target) => testsOf(target).solution,
  };
}

// The prompt stays in front of an answer that says it all again: a later definition replaces an earlier one.
function programOf(code: string, target: JsonValue): string {
  const { prompt, tests } = testsOf(target);
  return `${prompt}${code}\n${tests.join('\n')}`;
}

function defines(code: string, entry: string): boolean {
  return code
    .split('\n')
    .some(
      (line) => /^(?:async |def |function|class |const |let |var |export )/.test(line) && words(line).includes(entry),
    );
}

function words(line: string): readonly string[] {
  return line.match(/[\p{L}\p{N}_$]+/gu) ?? [];
}

/** What an item says of its tests. */
interface Tests {
  /** What stands before the answer. */
  readonly prompt: string;
  readonly tests: readonly string[];
  /** The name that the answer has to define, where there is one. */
  readonly entry: string | null;
  /** An answer that is right; only `suites lint` asks for it. */
  readonly solution: string | null;
}

/** Fields of a target; every other is refused, so that a misspelt one is seen. */
const FIELDS: ReadonlySet<string> = new Set(['entry_point', 'prompt', 'solution', 'tests']);

function testsOf(target: JsonValue): Tests {
  if (!isJsonObject(target))
    throw targetError('want an object with tests, and if need be prompt, entry_point, solution');
  const unknown = Object.keys(target).find((field) => !FIELDS.has(field));
  if (unknown !== undefined) throw targetError(`want no other field than ${[...FIELDS].join(', ')}`);
  const tests = Array.isArray(target['tests']) ? target['tests'] : [target['tests'] ?? null];
  if (tests.length === 0 || !tests.every((test) => typeof test === 'string')) {
    throw targetError('want tests as a text or a list of texts');
  }
  return {
    tests,
    prompt: textOf(target['prompt']) ?? '',
    entry: textOf(target['entry_point']),
    solution: textOf(target['solution']),
  };
}

function textOf(value: JsonValue | undefined): string | null {
  if (value === undefined) return null;
  if (typeof value === 'string') return value;
  throw targetError('want prompt, entry_point and solution as texts');
}

// A shell gives shells for all its names, so that "from bs4 import BeautifulSoup" succeeds and BeautifulSoup() does not.
function pythonShells(packages: readonly string[]): string {
  return `
import sys, types
class Shell(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        return Shell(self.__name__ + '.' + name)
for name in ${JSON.stringify(packages)}:
    sys.modules[name] = Shell(name)
`;
}
