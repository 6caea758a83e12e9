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
 * @param memory - It must not grow any more.
 * @param usedBytes - How far the memory is in use, now and before each return; what lies behind is zero.
 */
export function keepMemory(memory: WasmMemory, usedBytes: () => number): MemoryImage {
  const bytes = new Uint8Array(memory.buffer);
  const image = bytes.slice(0, lengthWithoutZeros(bytes.subarray(0, usedBytes())));
  return {
    restore() {
      const end = usedBytes();
      bytes.set(image);
      bytes.fill(0, image.length, Math.max(image.length, end));
    },
  };
}

function lengthWithoutZeros(bytes: Uint8Array): number {
  let length = bytes.length;
  while (length > 0 && bytes[length - 1] === 0) length--;
  return length;
}
