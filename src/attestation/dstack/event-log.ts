/**
 * Event logs of dstack machines: what was extended into the four runtime registers, and the values named there.
 *
 * A log is the provider's word until its replay gives the registers of a quote. Even then only two kinds of entries say
 * anything: a digest of firmware or kernel stands for itself, and the name and payload of a runtime event count because
 * its digest is recomputed from them. Whatever follows `system-ready` was written by the application, so it can name
 * anything and is not read.
 *
 * @see dstack, "event log" and "runtime measurements"
 */
import { createHash } from 'node:crypto';
import { concatBytes, encodeHex, encodeUtf8, equalBytes, isWellFormed, tryDecodeHex } from '../../core/bytes.ts';
import { isJsonObject, type JsonObject } from '../../core/canonical-json.ts';
import { VerificationError } from '../../core/errors.ts';
import { tryParseJson } from '../../core/foreign-json.ts';

/** Most events in a log. */
export const MAX_EVENTS = 1024;

const RUNTIME_EVENT = 0x0800_0001;
const RUNTIME_REGISTER = 3;
const REGISTERS = 4;
const READY = 'system-ready';
const MAX_NAME_UNITS = 256;
const MAX_PAYLOAD_UNITS = 131_072;
// Without a colon, the separator inside a digest, so that one digest has one reading.
const SYSTEM_NAME = /^[A-Za-z0-9._-]{1,64}$/;

/** A log that was replayed. */
export interface ReplayedLog {
  /** What registers 0 to 3 come to, each as 96 hex digits. */
  readonly registers: readonly string[];
  /** Payloads of the runtime events up to `system-ready`, by name. */
  readonly values: ReadonlyMap<string, Uint8Array>;
}

interface LogEvent {
  readonly register: number;
  readonly type: number;
  readonly name: string;
  /** Digest as the log gives it; empty where a runtime event leaves it to be computed. */
  readonly digest: Uint8Array;
  readonly payload: string;
}

/**
 * The registers that a log comes to.
 *
 * @param log - A list of `{imr, event_type, digest, event, event_payload}`, or its JSON text.
 * @throws {@link VerificationError} `ERR_EVENT_LOG` if it is not such a list, if a runtime event does not have its
 *   digest, or if no `system-ready` closes the part of the system; `ERR_EVENT_DUPLICATE` if a name of that part occurs
 *   twice, before or after it.
 */
export function replayEventLog(log: unknown): ReplayedLog {
  const registers: Uint8Array[] = Array.from({ length: REGISTERS }, () => new Uint8Array(48));
  const values = new Map<string, Uint8Array>();
  let ready = false;
  for (const [index, entry] of entriesOf(log).entries()) {
    const event = parseEvent(entry, index);
    registers[event.register] = sha384(registers[event.register] ?? new Uint8Array(48), digestOf(event, index));
    if (event.register !== RUNTIME_REGISTER) continue;
    if (values.has(event.name)) throw duplicate(event.name);
    if (!ready) values.set(systemName(event.name, index), payloadOf(event, index));
    ready ||= event.name === READY;
  }
  if (!ready) throw fault('no system-ready event closes the part of the system');
  return { registers: registers.map(encodeHex), values };
}

/**
 * Check that a log replays to the measured registers.
 *
 * @param measured - Registers 0 to 3 of the quote, each as 96 hex digits.
 * @returns The named values of the part of the system.
 * @throws {@link VerificationError} `ERR_EVENT_LOG`, `ERR_EVENT_DUPLICATE`
 */
export function checkEventLog(log: unknown, measured: readonly string[]): ReadonlyMap<string, Uint8Array> {
  const { registers, values } = replayEventLog(log);
  const index = registers.findIndex((register, i) => register !== measured[i]);
  if (index !== -1) throw fault(`it replays to another RTMR${index} than the quote has`);
  return values;
}

function entriesOf(log: unknown): readonly unknown[] {
  const entries = typeof log === 'string' ? tryParseJson(log) : log;
  if (!Array.isArray(entries)) throw fault('want a list');
  if (entries.length > MAX_EVENTS) throw fault(`it has ${entries.length} events, want at most ${MAX_EVENTS}`);
  return entries;
}

function parseEvent(entry: unknown, index: number): LogEvent {
  if (!isJsonObject(entry)) throw fault(`event ${index}: want an object`);
  const register = integerAt(entry, 'imr', REGISTERS - 1, index);
  const type = integerAt(entry, 'event_type', 0xffff_ffff, index);
  // Firmware may extend the runtime register too, but then nobody could tell a name from a pretence.
  if (register === RUNTIME_REGISTER && type !== RUNTIME_EVENT) throw fault(`event ${index}: RTMR3 has a foreign event`);
  return {
    register,
    type,
    name: textAt(entry, 'event', MAX_NAME_UNITS, index),
    payload: textAt(entry, 'event_payload', MAX_PAYLOAD_UNITS, index),
    digest: hexOf(textAt(entry, 'digest', 96, index), `event ${index}: digest`),
  };
}

function digestOf(event: LogEvent, index: number): Uint8Array {
  if (event.type !== RUNTIME_EVENT) {
    if (event.digest.length !== 48) throw fault(`event ${index}: its digest has ${event.digest.length} bytes, want 48`);
    return event.digest;
  }
  const name = encodeUtf8(`:${event.name}:`);
  const digest = sha384(Uint8Array.of(0x01, 0x00, 0x00, 0x08), name, payloadOf(event, index));
  if (event.digest.length > 0 && !equalBytes(digest, event.digest)) {
    throw fault(`event ${index}: its digest is not that of its name and payload`);
  }
  return digest;
}

function payloadOf(event: LogEvent, index: number): Uint8Array {
  return hexOf(event.payload, `event ${index}: payload`);
}

function systemName(name: string, index: number): string {
  if (!SYSTEM_NAME.test(name)) throw fault(`event ${index}: its name is not one that the system gives`);
  return name;
}

function sha384(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(
    createHash('sha384')
      .update(concatBytes(...parts))
      .digest(),
  );
}

function integerAt(fields: JsonObject, name: string, max: number, index: number): number {
  const value = fields[name];
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw fault(`event ${index}: want ${name} from 0 to ${max}`);
}

function textAt(fields: JsonObject, name: string, maxUnits: number, index: number): string {
  const value = fields[name];
  if (typeof value === 'string' && value.length <= maxUnits && isWellFormed(value)) return value;
  throw fault(`event ${index}: want ${name} as a text of at most ${maxUnits} units`);
}

function hexOf(text: string, place: string): Uint8Array {
  const bytes = tryDecodeHex(text);
  if (bytes === null) throw fault(`${place}: want lower-case hex`);
  return bytes;
}

function duplicate(name: string): VerificationError {
  return new VerificationError('ERR_EVENT_DUPLICATE', `cannot read event log: it has two events "${name}"`);
}

function fault(complaint: string): VerificationError {
  return new VerificationError('ERR_EVENT_LOG', `cannot read event log: ${complaint}`);
}
