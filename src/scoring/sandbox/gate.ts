/**
 * The boundary of the sandbox: what a program can reach is what WebAssembly imports, and every function that is handed to
 * WebAssembly goes through a gate.
 *
 * While an interpreter starts, the gate is open, because what runs is ours. While a program of a stranger runs, only the
 * imports on a list work; every other one ends the program. So it does not matter what the interpreter would offer, such as
 * the bridge from Python to the JavaScript of the host, nor whether the program has taken over the interpreter.
 */
import { wasm, type WasmImports, type WasmInstance, type WasmModule } from './wasm.ts';

/** Numbers and addresses in, a number out. */
export type Import = (...args: readonly number[]) => unknown;

/** What stands in for an import while a program runs; the import itself if it is harmless, null if it ends the program. */
export type GateRules = (name: string, original: Import) => Import | null;

/** What ends a program from outside: it asked for something that it may not have, or it has used up its steps. */
export class Stopped extends Error {}

/** The gate of a thread. */
export interface Gate {
  /** Run a program with the gate closed. */
  closed<T>(run: () => T): T;
}

/**
 * Put a gate before everything that this thread instantiates from now on. Once per thread.
 *
 * @param always - Functions that stand in for imports from the start, by name.
 */
export function installGate(rules: GateRules, always: ReadonlyMap<string, Import> = new Map()): Gate {
  let isClosed = false;
  // The end of a program is final: code that catches exceptions of the host gets nowhere.
  let stopped: Stopped | null = null;
  const guarded = new WeakMap<Import, Import>();

  const guard = (name: string, given: Import): Import => {
    const known = guarded.get(given);
    if (known !== undefined) return known;
    const original = always.get(name) ?? given;
    const rule = rules(name, original);
    const guardian: Import = (...args) => {
      if (!isClosed) return original(...args);
      try {
        if (stopped !== null) throw stopped;
        if (rule === null) throw new Stopped(`a program asked for ${name}`);
        return rule(...args);
      } catch (cause) {
        if (cause instanceof Stopped) stopped = cause;
        throw cause;
      }
    };
    guarded.set(given, guardian);
    // What comes back from one instance to be imported by another keeps its guard.
    guarded.set(guardian, guardian);
    return guardian;
  };
  guardInstances(guard);
  return {
    closed(run) {
      isClosed = true;
      stopped = null;
      try {
        return run();
      } finally {
        isClosed = false;
      }
    },
  };
}

type Guard = (name: string, given: Import) => Import;

function guardInstances(guard: Guard): void {
  const { Instance } = wasm;
  const instantiate = (module: WasmModule, imports: WasmImports = {}): WasmInstance =>
    new Instance(module, guardImports(module, imports, guard));
  wasm.Instance = new Proxy(Instance, {
    construct: (_target, [module, imports]: [WasmModule, WasmImports?]) => instantiate(module, imports),
  });
  wasm.instantiate = async (source, imports) => {
    if (source instanceof wasm.Module) return instantiate(source, imports);
    const module = await wasm.compile(source as Uint8Array);
    return { module, instance: instantiate(module, imports) };
  };
  // Functions that switch stacks are no plain functions, and would pass beside the gate.
  delete wasm.Suspending;
  delete wasm.promising;
  delete wasm.Function;
}

function guardImports(module: WasmModule, imports: WasmImports, guard: Guard): WasmImports {
  const passed: Record<string, Record<string, unknown>> = {};
  for (const { module: space, name, kind } of wasm.Module.imports(module)) {
    const value = imports[space]?.[name];
    if (kind === 'function' && typeof value !== 'function') throw new TypeError(`the import ${name} is no function`);
    const entries = (passed[space] ??= {});
    entries[name] = kind === 'function' ? guard(name, value as Import) : value;
  }
  return passed;
}
