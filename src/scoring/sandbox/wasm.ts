/** The part of the WebAssembly namespace in use, which the platform types of this project come without. */

/** Compiled code; it can be sent to a thread. */
export type WasmModule = object;

/** Memory of an instance; it never shrinks. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

/** A number that code and its host share. */
export interface WasmGlobal {
  value: number;
}

/** Code with its memory. */
export interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}

/** What an import is. */
interface ImportDescriptor {
  readonly module: string;
  readonly name: string;
  readonly kind: string;
}

/** Values for the imports of a module, by module name and name. */
export type WasmImports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The namespace. Its members can be replaced, which is how a gate is put before everything that is instantiated. */
export interface WasmNamespace {
  readonly Module: {
    new (bytes: Uint8Array): WasmModule;
    imports(module: WasmModule): readonly ImportDescriptor[];
  };
  Instance: new (module: WasmModule, imports?: WasmImports) => WasmInstance;
  readonly Memory: new (descriptor: { readonly initial: number; readonly maximum: number }) => WasmMemory;
  compile(bytes: Uint8Array): Promise<WasmModule>;
  instantiate(source: WasmModule | Uint8Array, imports?: WasmImports): Promise<unknown>;
  /** Switching of stacks, where there is any. */
  Suspending?: unknown;
  promising?: unknown;
  Function?: unknown;
}

/** The namespace of this thread. */
export const wasm: WasmNamespace = (globalThis as unknown as { readonly WebAssembly: WasmNamespace }).WebAssembly;
