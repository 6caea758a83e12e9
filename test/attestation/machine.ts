/** Parts of small dstack machines for tests, written by their formats and not by the code under test. */
import { createHash } from 'node:crypto';

/** An entry of an event log. */
export interface LogEvent {
  readonly imr: number;
  readonly event_type: number;
  readonly digest: string;
  readonly event: string;
  readonly event_payload: string;
}

/** A runtime event with its digest. */
export function runtimeEvent(event: string, payloadHex: string): LogEvent {
  const hash = createHash('sha384')
    .update(Buffer.from([1, 0, 0, 8]))
    .update(`:${event}:`);
  const digest = hash.update(Buffer.from(payloadHex, 'hex')).digest('hex');
  return { imr: 3, event_type: 0x0800_0001, digest, event, event_payload: payloadHex };
}

/** The runtime events of a system with these values in hex, closed by `system-ready`. */
export function systemEvents(values: Readonly<Record<string, string>>): readonly LogEvent[] {
  const named = Object.entries(values).map(([name, payload]) => runtimeEvent(name, payload));
  return [...named, runtimeEvent('system-ready', '')];
}
