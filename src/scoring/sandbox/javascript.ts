/**
 * QuickJS in WebAssembly: a JavaScript of its own, which has the language and nothing of the host's.
 *
 * A program is run as a script. It passes if it ends without an exception; if its last expression is a promise, that has to
 * be fulfilled when no job is left.
 */
import type { Evaluated } from '../trial.ts';
import { installGate, type Gate, type GateRules } from './gate.ts';
import type { Machine, Task } from './machine.ts';
import { keepMemory } from './memory-image.ts';
import { JAVASCRIPT_PRELUDE } from './javascript-prelude.ts';
import { createTextReader, type TextReader, type ValueInterface } from './javascript-text.ts';
import { createStepBudget, spend, type StepBudget } from './step-budget.ts';
import { stillWorld, type StillWorld } from './still-world.ts';
import { wasm, type WasmImports, type WasmInstance, type WasmMemory, type WasmModule } from './wasm.ts';

const PACKAGE = '@jitl/quickjs-wasmfile-release-sync/emscripten-module';

/** Memory of the interpreter and a program together. */
const MEMORY_BYTES = 64 * 1024 * 1024;

/** What the interpreter begins with; most programs need no more, and there is the less to set back. */
const FIRST_MEMORY_BYTES = 16 * 1024 * 1024;

const PAGE_BYTES = 64 * 1024;
const STACK_BYTES = 512 * 1024;

/** The interpreter looks whether it is to stop after so many rounds of loops and calls. */
const STEPS_PER_LOOK = 5_000;

const PENDING = 0;
const REJECTED = 2;

/** The part of the C interface in use; numbers are addresses. */
interface Interpreter extends ValueInterface {
  callbacks: object;
  readonly _malloc: (bytes: number) => number;
  readonly _QTS_NewRuntime: () => number;
  readonly _QTS_RuntimeSetMaxStackSize: (runtime: number, bytes: number) => void;
  readonly _QTS_RuntimeEnableInterruptHandler: (runtime: number) => void;
  readonly _QTS_NewContext: (runtime: number, features: number) => number;
  readonly _QTS_Eval: (...args: EvalArguments) => number;
  readonly _QTS_ResolveException: (context: number, value: number) => number;
  readonly _QTS_ExecutePendingJob: (runtime: number, most: number, context: number) => number;
  readonly _QTS_PromiseState: (context: number, value: number) => number;
}

type EvalArguments = readonly [
  context: number,
  source: number,
  bytes: number,
  name: number,
  isModule: number,
  flags: number,
];

/** Start the interpreter. */
export async function startJavascript(module: WasmModule): Promise<Machine> {
  const budget = createStepBudget();
  const world = stillWorld(() => spend(budget, 1));
  const gate = installGate(rulesOf(budget));
  const memory = new wasm.Memory({ initial: FIRST_MEMORY_BYTES / PAGE_BYTES, maximum: MEMORY_BYTES / PAGE_BYTES });
  return machineOf(await loadQuickjs(module, memory), memory, gate, { budget, world });
}

// The package is optional.
async function loadQuickjs(module: WasmModule, memory: WasmMemory): Promise<Interpreter> {
  const name = PACKAGE;
  const { default: load }: { readonly default: (options: object) => Promise<Interpreter> } = await import(name);
  const silent = (): void => undefined;
  const interpreter = await load({
    wasmMemory: memory,
    print: silent,
    printErr: silent,
    instantiateWasm(imports: WasmImports, done: (instance: WasmInstance) => void) {
      done(new wasm.Instance(module, imports));
      return {};
    },
  });
  // Nothing of the host can be called: the rules of the gate stand in for all of it.
  interpreter.callbacks = {};
  return interpreter;
}

interface Surroundings {
  readonly budget: StepBudget;
  readonly world: StillWorld;
}

function machineOf(interpreter: Interpreter, memory: WasmMemory, gate: Gate, around: Surroundings): Machine {
  const { budget, world } = around;
  const context = createContext(interpreter, memory);
  if (gate.closed(() => context.evaluate(JAVASCRIPT_PRELUDE)) === null) throw new Error('the prelude failed');
  const image = keepMemory(memory, () => memory.buffer.byteLength);
  let isWorn = false;
  return {
    snapshot: null,
    get isWorn() {
      return isWorn;
    },
    run(task) {
      image.restore();
      world.reset();
      budget.reset(task.maxSteps);
      try {
        const ended = gate.closed(() => runTask(context, task));
        return budget.isSpent ? OUT_OF_STEPS : ended;
      } catch {
        // A trap leaves the stack as it was at that moment.
        isWorn = true;
        return budget.isSpent ? OUT_OF_STEPS : FAILED;
      } finally {
        budget.reset(Infinity);
      }
    },
  };
}

const FAILED: Evaluated = { end: 'failed', output: null };
const OUT_OF_STEPS: Evaluated = { end: 'out-of-steps', output: null };

function runTask({ evaluate, readText }: Context, task: Task): Evaluated {
  if (task.setUp !== '' && evaluate(task.setUp) === null) return FAILED;
  const value = evaluate(task.source);
  if (value === null) return FAILED;
  if (!('maxOutputLength' in task)) return { end: 'passed', output: null };
  const output = readText(value, task.maxOutputLength);
  return output === null ? FAILED : { end: 'passed', output };
}

interface Context {
  /** @returns Where the value of the last expression is; null if it did not come to its end without an exception. */
  readonly evaluate: (source: string) => number | null;
  readonly readText: TextReader;
}

function createContext(interpreter: Interpreter, memory: WasmMemory): Context {
  const { _malloc: allocate, _QTS_ResolveException: exceptionOf, _QTS_Eval: evaluateAt } = interpreter;
  const { _QTS_ExecutePendingJob: runJobs, _QTS_PromiseState: promiseState } = interpreter;
  const { _QTS_NewRuntime: newRuntime, _QTS_RuntimeSetMaxStackSize: limitStack } = interpreter;
  const { _QTS_RuntimeEnableInterruptHandler: enableLooks, _QTS_NewContext: newContext } = interpreter;
  const runtime = newRuntime();
  limitStack(runtime, STACK_BYTES);
  enableLooks(runtime);
  const context = newContext(runtime, 0);
  const write = (text: string): { readonly address: number; readonly length: number } => {
    const bytes = new TextEncoder().encode(text);
    const address = allocate(bytes.length + 1);
    if (address === 0) throw new RangeError('no memory for a text');
    const held = new Uint8Array(memory.buffer);
    held.set(bytes, address);
    held[address + bytes.length] = 0;
    return { address, length: bytes.length };
  };
  const name = write('program.js').address;
  const lastContext = allocate(4);
  const evaluate = (source: string): number | null => {
    const { address, length } = write(source);
    const value = evaluateAt(context, address, length, name, 0, 0);
    if (exceptionOf(context, value) !== 0) return null;
    const jobs = runJobs(runtime, -1, lastContext);
    if (exceptionOf(context, jobs) !== 0) return null;
    const state = promiseState(context, value);
    return state !== PENDING && state !== REJECTED ? value : null;
  };
  return { evaluate, readText: createTextReader(interpreter, memory, context, write('length').address) };
}

/**
 * Imports of version 0.32.0, whose names are shortened. Time and dates come from the still world; there are no files, no
 * variables, no timers and no modules, and nothing of the host can be called.
 */
const INTERRUPT = 'i';
const GROW = 'k';
const WRITE = 'c';
const OPEN: ReadonlySet<string> = new Set(['m', 'n', 'p']);

function rulesOf(budget: StepBudget): GateRules {
  return (name, original) => {
    if (OPEN.has(name)) return original;
    if (name === INTERRUPT) return () => (budget.take(STEPS_PER_LOOK) ? 0 : 1);
    // All or nothing, so that what a program can have does not depend on those before it.
    if (name === GROW) return (bytes = 0) => (bytes >>> 0 <= MEMORY_BYTES && original(MEMORY_BYTES) === true ? 1 : 0);
    // What is printed goes nowhere; the error number for a file that is not open.
    return name === WRITE ? () => 8 : null;
  };
}
