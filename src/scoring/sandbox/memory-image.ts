/** The memory of an interpreter as it was when it had just started, to which it returns before every program. */
import type { WasmMemory } from './wasm.ts';

/** A memory that can be set back. */
export interface MemoryImage {
  /** Everything that programs have left behind is gone. */
  restore(): void;
}

/**
 * Keep a memory as it is now.
 *
 * @param usedBytes - How far the memory is in use, now and before each return; what lies behind is zero.
 */
export function keepMemory(memory: WasmMemory, usedBytes: () => number): MemoryImage {
  const used = new Uint8Array(memory.buffer, 0, usedBytes());
  const image = used.slice(0, lengthWithoutZeros(used));
  return {
    restore() {
      // A memory that has grown has other bytes.
      const bytes = new Uint8Array(memory.buffer);
      bytes.set(image);
      bytes.fill(0, image.length, Math.max(image.length, usedBytes()));
    },
  };
}

function lengthWithoutZeros(bytes: Uint8Array): number {
  let length = bytes.length;
  while (length > 0 && bytes[length - 1] === 0) length--;
  return length;
}
