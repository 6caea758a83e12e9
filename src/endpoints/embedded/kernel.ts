/**
 * The arithmetic of the engine: one WASM SIMD module over one memory that holds weights, cache and scratch.
 *
 * There is deliberately no second back end: two kernels would differ in the last bits, and then the fingerprint of an
 * answer would depend on the machine. `kernel.wat` is the source.
 */
import { KERNEL_BASE64 } from './kernel-wasm.ts';

/** Names the arithmetic in `system_fingerprint`; changes whenever a kernel change could change one bit of an answer. */
export const KERNEL_NAME = 'wasm-simd-1';

/** Every vector length is a multiple of this many values, because the kernel steps over 64 bytes. */
export const LANE_STEP = 16;

const PAGE_BYTES = 65_536;
const ALIGNMENT_BYTES = 64;

/** Addresses and strides are in bytes; `rows` and `count` are numbers of vectors and at least 1. */
interface KernelExports {
  project(out: number, weights: number, x: number, rows: number, rowBytes: number, count: number): void;
  attend(out: number, query: number, keys: number, count: number, stride: number, bytes: number, scale: number): void;
  mix(out: number, shares: number, values: number, count: number, stride: number, bytes: number): void;
}

// The platform types of this project come without the WebAssembly namespace; this is the part in use.
declare const WebAssembly: {
  readonly Memory: new (descriptor: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

/** A kernel with its memory, from which vectors are handed out once and never freed. */
export class Kernel {
  readonly run: KernelExports;
  readonly #buffer: ArrayBuffer;
  #usedBytes = 0;

  /** @param values - How many 32-bit values {@link Kernel.allocate} will be asked for in total, and in how many vectors. */
  constructor(values: { readonly count: number; readonly vectors: number }) {
    const sizeBytes = 4 * values.count + ALIGNMENT_BYTES * values.vectors;
    const memory = new WebAssembly.Memory({ initial: Math.ceil(sizeBytes / PAGE_BYTES) });
    const module = new WebAssembly.Module(Buffer.from(KERNEL_BASE64, 'base64'));
    this.run = new WebAssembly.Instance(module, { engine: { memory } }).exports as KernelExports;
    this.#buffer = memory.buffer;
  }

  /** A new vector of zeros in the kernel's memory; its `byteOffset` is its address. */
  allocate(length: number): Float32Array {
    const vector = new Float32Array(this.#buffer, this.#usedBytes, length);
    this.#usedBytes += Math.ceil((4 * length) / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
    return vector;
  }
}
