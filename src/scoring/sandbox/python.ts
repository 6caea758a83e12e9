/**
 * CPython in WebAssembly.
 *
 * A program is run as the official harness of HumanEval runs it: as one text in a fresh name space, which is not `__main__`.
 *
 * @see https://github.com/openai/human-eval, human_eval/execution.py
 */
import type { Evaluated, TrialEnd } from '../trial.ts';
import { installGate, type Gate } from './gate.ts';
import type { Machine } from './machine.ts';
import { keepMemory } from './memory-image.ts';
import { pythonImports } from './python-imports.ts';
import { PYTHON_WARM_UP } from './python-warm-up.ts';
import { createStepBudget, spend, type StepBudget } from './step-budget.ts';
import { stillWorld, type StillWorld } from './still-world.ts';
import { wasm, type WasmGlobal, type WasmMemory, type WasmModule } from './wasm.ts';

/** Of CPython 3. */
const MINOR_VERSION = 14;

/** Memory of the interpreter and a program together. */
const MEMORY_BYTES = 256 * 1024 * 1024;

/** `Py_file_input` and `PyCF_IGNORE_COOKIE` of CPython: a text of statements, which says nothing about its encoding. */
const FILE_INPUT = 257;
const IGNORE_COOKIE = 0x0800;

/** The part of pyodide in use. */
interface Pyodide {
  runPython(source: string): unknown;
  makeMemorySnapshot(): Uint8Array;
  readonly _module: {
    /** Open files by number. */
    readonly FS: { readonly streams: unknown[] };
    readonly _emscripten_resize_heap: (bytes: number) => unknown;
  };
}

/** The part of the C interface in use; numbers are addresses. */
interface Interpreter {
  readonly memory: WasmMemory;
  readonly __stack_pointer: WasmGlobal;
  readonly Py_EMSCRIPTEN_SIGNAL_HANDLING: WasmGlobal;
  malloc(bytes: number): number;
  sbrk(bytes: number): number;
  PyDict_New(): number;
  PyRun_StringFlags(source: number, start: number, globals: number, locals: number, flags: number): number;
}

/**
 * Start the interpreter.
 *
 * @param snapshot - Its memory as an earlier start has left it, which saves most of the work; null to do all of it.
 */
export async function startPython(module: WasmModule, snapshot: Uint8Array | null): Promise<Machine> {
  const budget = createStepBudget();
  const world = stillWorld(() => spend(budget, 1));
  const started: { interpreter?: Interpreter } = {};
  const memory = (): ArrayBuffer => started.interpreter?.memory.buffer ?? new ArrayBuffer();
  const { rules, always } = pythonImports(budget, world, memory);
  const gate = installGate(rules, always);
  const { instantiate } = wasm;
  wasm.instantiate = async (source, imports) => {
    if (imports?.['wasi_snapshot_preview1'] === undefined) return await instantiate(source, imports);
    // Compiled once for all threads.
    const instance = new wasm.Instance(module, imports);
    started.interpreter = instance.exports as unknown as Interpreter;
    return { module, instance };
  };
  const pyodide = await loadPyodide(snapshot);
  if (started.interpreter === undefined) throw new Error('pyodide has not instantiated its interpreter');
  const taken = snapshot === null ? pyodide.makeMemorySnapshot() : null;
  return { ...machineOf(started.interpreter, pyodide, gate, { budget, world }), snapshot: taken };
}

// The package is optional, and its types want those of a browser.
async function loadPyodide(snapshot: Uint8Array | null): Promise<Pyodide> {
  const name = 'pyodide';
  const { loadPyodide: load }: { readonly loadPyodide: (options: object) => Promise<Pyodide> } = await import(name);
  const silent = (): void => undefined;
  const pyodide = await load({
    env: { PYTHONHASHSEED: '0' },
    stdin: () => null,
    stdout: silent,
    stderr: silent,
    ...(snapshot === null ? { _makeSnapshot: true } : { _loadSnapshot: snapshot }),
  });
  if (snapshot === null) pyodide.runPython(PYTHON_WARM_UP);
  return pyodide;
}

interface Surroundings {
  readonly budget: StepBudget;
  readonly world: StillWorld;
}

function machineOf(
  interpreter: Interpreter,
  { _module: host }: Pyodide,
  gate: Gate,
  around: Surroundings,
): Omit<Machine, 'snapshot'> {
  // All there will ever be, so that what a program can have does not depend on those before it.
  const { FS, _emscripten_resize_heap: growTo } = host;
  growTo(MEMORY_BYTES);
  const { memory, __stack_pointer: stack } = interpreter;
  const flags = interpreter.malloc(8);
  const words = new Int32Array(memory.buffer);
  words.set([IGNORE_COOKIE, MINOR_VERSION], flags / 4);
  words[interpreter.Py_EMSCRIPTEN_SIGNAL_HANDLING.value / 4] = 1;
  const stackTop = stack.value;
  const openFiles = FS.streams.length;
  const image = keepMemory(memory, () => interpreter.sbrk(0));
  const { budget, world } = around;

  const evaluate = (text: string): boolean => {
    const source = new TextEncoder().encode(text);
    const address = interpreter.malloc(source.length + 1);
    // No memory for its own text is a failure of the program.
    if (address === 0) return false;
    const bytes = new Uint8Array(memory.buffer);
    bytes.set(source, address);
    bytes[address + source.length] = 0;
    const names = interpreter.PyDict_New();
    return interpreter.PyRun_StringFlags(address, FILE_INPUT, names, names, flags) !== 0;
  };
  const ended = (end: TrialEnd): Evaluated => ({ end, output: null });
  return {
    isWorn: false,
    run({ setUp, source, maxSteps }) {
      // For C a text ends at its first zero byte; CPython refuses one that has more.
      if (source.includes('\0')) return ended('failed');
      image.restore();
      stack.value = stackTop;
      world.reset();
      budget.reset(maxSteps);
      try {
        const passed = gate.closed(() => [setUp, source].every((text) => text === '' || evaluate(text)));
        return ended(passed ? 'passed' : 'failed');
      } catch {
        // Whatever unwound the interpreter, a trap or a refusal, ended the program.
        return ended(budget.isSpent ? 'out-of-steps' : 'failed');
      } finally {
        budget.reset(Infinity);
        FS.streams.length = openFiles;
      }
    },
  };
}
