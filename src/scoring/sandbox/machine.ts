/** What a thread runs: an interpreter that takes one program after the other. */
import type { Computation, Evaluated, Language, Trial } from '../trial.ts';
import type { WasmModule } from './wasm.ts';

/** A program whose end alone is wanted, or its text as well. */
export type Task = Trial | Computation;

/** An interpreter that has started. No program leaves anything behind for the next. */
export interface Machine {
  run(task: Task): Evaluated;
  /** The memory that others may begin with, if it is the first and there is such a thing. */
  readonly snapshot: Uint8Array | null;
  /** Whether a program has left it in a state from which it does not come back. */
  readonly isWorn: boolean;
}

/** What a thread starts with. */
export interface WorkerStart {
  readonly language: Language;
  /** The interpreter. */
  readonly module: WasmModule;
  /** Memory to begin with, from a thread that has started before; null for the first. */
  readonly snapshot: Uint8Array | null;
}

/** What a thread says: it has started, it could not, or how a program ended and whether it takes another. */
export type WorkerReport =
  | { readonly kind: 'ready'; readonly snapshot: Uint8Array | null }
  | { readonly kind: 'unusable'; readonly reason: string }
  | { readonly kind: 'end'; readonly ended: Evaluated; readonly isWorn: boolean };
