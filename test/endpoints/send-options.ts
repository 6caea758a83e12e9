import type { SendOptions } from '../../src/endpoints/endpoint.ts';

/** A gate that is always open. */
function passGate(): Promise<void> {
  return Promise.resolve();
}

/** Limits that no good exchange on this machine meets, and an open gate. */
export function sendOptions(overrides: Partial<SendOptions> = {}): SendOptions {
  return {
    timeoutMs: 20_000,
    maxResponseBytes: 100_000,
    signal: new AbortController().signal,
    beforeSend: passGate,
    ...overrides,
  };
}
