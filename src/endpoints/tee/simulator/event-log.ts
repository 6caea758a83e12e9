/** Event logs in the form of dstack, and the registers that they come to. @see dstack, "runtime measurements" */
import { createHash } from 'node:crypto';
import { concatBytes, encodeHex, encodeUtf8 } from '../../../core/bytes.ts';
import type { SimulatorFaults } from './faults.ts';

const RUNTIME_EVENT = 0x0800_0001;
const REGISTERS = 4;

/** One entry, as it goes on the wire. */
export interface LogEvent {
  readonly imr: number;
  readonly event_type: number;
  readonly digest: string;
  readonly event: string;
  readonly event_payload: string;
}

/** A log beside the registers of the machine that has it. */
export interface EventLog {
  /** As served; under a fault not what the machine extended. */
  readonly events: readonly LogEvent[];
  /** RTMR0 to RTMR3. */
  readonly rtmrs: readonly Uint8Array[];
}

/** What is named in the log of a machine, in hex. */
export interface NamedValues {
  readonly appId: string;
  readonly composeHash: string;
  readonly instanceId: string;
  readonly kmsMeasurement: string;
  readonly osImageHash: string;
  readonly keyProvider: string;
}

// Register, event type and text of what firmware and kernel measure; every simulated machine boots the same ones.
const BOOT: readonly (readonly [number, number, string])[] = [
  [0, 0x8000_000b, 'simulated TD hand-off block'],
  [0, 0x8000_000a, 'simulated firmware configuration volume'],
  [0, 0x8000_0001, 'simulated SecureBoot variable'],
  [0, 0x8000_0001, 'simulated platform key'],
  [0, 4, 'simulated separator'],
  [0, 10, 'simulated ACPI tables'],
  [1, 0x8000_0003, 'simulated kernel image'],
  [1, 0x8000_0007, 'Calling EFI Application from Boot Option'],
  [1, 4, 'simulated separator'],
  [2, 6, 'simulated kernel command line'],
  [2, 6, 'simulated initial file system'],
  [1, 0x8000_0007, 'Exit Boot Services Returned with Success'],
];

/** The log of a machine with these values. */
export function buildEventLog(values: NamedValues, faults: SimulatorFaults): EventLog {
  const boot = BOOT.map(([imr, type, text]) => bootEvent(imr, type, text));
  const named = namedEvents(values).map(([name, payload]) => runtimeEvent(name, payload));
  // What an application can extend once the machine is its own.
  const forged = faults.has('duplicate-compose-hash') ? [runtimeEvent('compose-hash', '00'.repeat(32))] : [];
  const extended = [...boot, ...named, ...forged];
  return { events: served(extended, faults), rtmrs: replay(extended) };
}

function namedEvents(values: NamedValues): readonly (readonly [string, string])[] {
  return [
    ['system-preparing', ''],
    ['app-id', values.appId],
    ['compose-hash', values.composeHash],
    ['instance-id', values.instanceId],
    ['boot-mr-done', ''],
    ['mr-kms', values.kmsMeasurement],
    ['os-image-hash', values.osImageHash],
    ['key-provider', encodeHex(encodeUtf8(values.keyProvider))],
    ['storage-fs', encodeHex(encodeUtf8('zfs'))],
    ['system-ready', ''],
  ];
}

function bootEvent(imr: number, event_type: number, text: string): LogEvent {
  const payload = encodeUtf8(text);
  return { imr, event_type, digest: encodeHex(sha384(payload)), event: '', event_payload: encodeHex(payload) };
}

function runtimeEvent(event: string, event_payload: string): LogEvent {
  const type = Uint8Array.of(0x01, 0x00, 0x00, 0x08);
  const digest = sha384(type, encodeUtf8(`:${event}:`), Buffer.from(event_payload, 'hex'));
  return { imr: 3, event_type: RUNTIME_EVENT, digest: encodeHex(digest), event, event_payload };
}

function replay(events: readonly LogEvent[]): Uint8Array[] {
  return Array.from({ length: REGISTERS }, (_, register) =>
    events
      .filter(({ imr }) => imr === register)
      .reduce<Uint8Array>((value, { digest }) => sha384(value, Buffer.from(digest, 'hex')), new Uint8Array(48)),
  );
}

function served(events: readonly LogEvent[], faults: SimulatorFaults): readonly LogEvent[] {
  if (faults.has('event-payload-swapped')) return swapped(events, 'event_payload', isNamed('app-id', 'instance-id'));
  if (!faults.has('event-digest-swapped')) return events;
  // Of boot events too, because the Python proxy leaves out the others.
  return swapped(swapped(events, 'digest', isNamed('app-id', 'instance-id')), 'digest', ({ imr }) => imr === 2);
}

function isNamed(...names: readonly string[]): (event: LogEvent) => boolean {
  return ({ event }) => names.includes(event);
}

/** The log with one member of the first two events of a kind exchanged. */
function swapped(
  events: readonly LogEvent[],
  member: 'digest' | 'event_payload',
  isMeant: (event: LogEvent) => boolean,
): readonly LogEvent[] {
  const [first, second] = events.filter(isMeant);
  if (first === undefined || second === undefined) return events;
  return events.map((event) => {
    if (event === first) return { ...event, [member]: second[member] };
    return event === second ? { ...event, [member]: first[member] } : event;
  });
}

/** A log as the Python proxy sends it beside a quote: digests and payloads that can be looked up elsewhere are empty. */
export function stripped(events: readonly LogEvent[]): readonly LogEvent[] {
  return events.map((event) =>
    event.event_type === RUNTIME_EVENT ? { ...event, digest: '' } : { ...event, event_payload: '' },
  );
}

function sha384(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(
    createHash('sha384')
      .update(concatBytes(...parts))
      .digest(),
  );
}
