import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeHex } from '../../../src/core/bytes.ts';
import { checkEventLog, MAX_EVENTS, replayEventLog } from '../../../src/attestation/dstack/event-log.ts';
import { anyCharacter } from '../../any-text.ts';
import * as fc from '../../property.ts';
import { describeRealData } from '../../testdata.ts';
import { runtimeEvent, systemEvents } from '../machine.ts';

const form = expect.objectContaining({ code: 'ERR_EVENT_LOG' });
const duplicate = expect.objectContaining({ code: 'ERR_EVENT_DUPLICATE' });
const ZERO = '00'.repeat(48);

/** The register after one digest on top of zeros, by another path than the code under test. */
function extended(digestHex: string): string {
  return createHash('sha384')
    .update(Buffer.from(ZERO + digestHex, 'hex'))
    .digest('hex');
}

describe('replayEventLog()', () => {
  it('extends each register from zeros in the order of its own events', () => {
    const digest = 'ab'.repeat(48);
    const firmware = { imr: 1, event_type: 13, digest, event: '', event_payload: 'not hex: nobody reads it' };
    const log = replayEventLog([firmware, ...systemEvents({})]);
    expect(log.registers[0]).toBe(ZERO);
    expect(log.registers[1]).toBe(extended(digest));
    expect(log.registers[2]).toBe(ZERO);
  });

  it('reads the log as a list and as the text of one', () => {
    const events = systemEvents({ 'compose-hash': 'aa' });
    expect(replayEventLog(JSON.stringify(events))).toEqual(replayEventLog(events));
  });

  it('names the values before system-ready, and none after it', () => {
    const events = [...systemEvents({ 'compose-hash': 'aa', 'app-id': 'bb' }), runtimeEvent('mine', 'cc')];
    const { values } = replayEventLog(events);
    expect([...values.keys()]).toEqual(['compose-hash', 'app-id', 'system-ready']);
    expect(values.get('compose-hash')).toEqual(Uint8Array.of(0xaa));
  });

  it('computes the digest of a runtime event that leaves it out', () => {
    const events = systemEvents({ 'compose-hash': 'aa' });
    expect(replayEventLog(events.map((event) => ({ ...event, digest: '' })))).toEqual(replayEventLog(events));
  });

  it('lets an application repeat names of its own', () => {
    const events = [...systemEvents({}), runtimeEvent('mine', '01'), runtimeEvent('mine', '02')];
    expect(replayEventLog(events).values.size).toBe(1);
  });

  it.each([
    [
      'a name that the system gave, after system-ready',
      [...systemEvents({ 'compose-hash': 'aa' }), runtimeEvent('compose-hash', 'bb')],
    ],
    ['a name of the system given twice', [runtimeEvent('app-id', 'aa'), ...systemEvents({ 'app-id': 'aa' })]],
    ['system-ready twice', [...systemEvents({}), runtimeEvent('system-ready', '')]],
  ])('refuses %s', (_, events) => {
    expect(() => replayEventLog(events)).toThrow(duplicate);
  });

  const ready = runtimeEvent('system-ready', '');
  it.each([
    ['a text that is not JSON', '[{'],
    ['an object in place of the list', {}],
    ['null', null],
    ['an entry that is not an object', ['event']],
    ['a register that does not exist', [{ ...ready, imr: 4 }]],
    ['a register in part', [{ ...ready, imr: 0.5 }]],
    ['a type beyond 32 bits', [{ ...ready, event_type: 2 ** 32 }]],
    ['a name of another kind', [{ ...ready, event: 7 }]],
    ['a name without a UTF-8 form', [{ ...ready, event: '\ud800' }]],
    ['upper-case hex', [{ ...ready, digest: ready.digest.toUpperCase() }]],
    ['a payload that is not hex', [{ ...ready, event_payload: 'xx' }]],
    [
      'a digest that is not that of name and payload',
      [runtimeEvent('app-id', 'aa'), { ...ready, digest: 'ab'.repeat(48) }],
    ],
    ['a payload swapped under its digest', [{ ...runtimeEvent('app-id', 'aa'), event_payload: 'ab' }, ready]],
    ['a firmware event without a digest', [{ imr: 0, event_type: 1, digest: '', event: '', event_payload: '' }, ready]],
    ['a foreign event in RTMR3, behind which a system event could hide', [{ ...ready, event_type: 1 }, ready]],
    ['a system name with a colon, which would give one digest two readings', [runtimeEvent('a:b', 'aa'), ready]],
    ['a log without system-ready', [runtimeEvent('app-id', 'aa')]],
    ['an empty log', []],
    ['one event more than allowed', Array.from({ length: MAX_EVENTS + 1 }, () => ready)],
  ])('refuses %s', (_, log) => {
    expect(() => replayEventLog(log)).toThrow(form);
  });

  it('throws nothing but its own errors on any JSON', () => {
    const text = fc.string({ unit: anyCharacter, maxLength: 40 });
    const entry = fc.record(
      {
        imr: fc.oneof(fc.integer({ min: -1, max: 5 }), text),
        event_type: fc.oneof(fc.constant(0x0800_0001), fc.double(), text),
        event: text,
        event_payload: fc.oneof(fc.constant(''), text),
        digest: fc.oneof(fc.constant(''), fc.constant('ab'.repeat(48)), text),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.array(entry), fc.array(fc.oneof(entry, fc.constant(ready)))), (log) => {
        try {
          replayEventLog(log);
        } catch (error) {
          expect(error).toHaveProperty('code', expect.stringMatching(/^ERR_EVENT_(?:LOG|DUPLICATE)$/));
        }
      }),
    );
  });
});

describe('checkEventLog()', () => {
  const events = systemEvents({ 'app-id': 'aa' });
  const { registers } = replayEventLog(events);

  it('gives the named values of a log that replays to the quote', () => {
    expect(checkEventLog(events, registers).get('app-id')).toEqual(Uint8Array.of(0xaa));
  });

  it.each([0, 1, 2, 3])('refuses a log that replays to another RTMR%i', (index) => {
    expect(() => checkEventLog(events, registers.with(index, 'ff'.repeat(48)))).toThrow(form);
  });

  it('refuses registers that are not there', () => {
    expect(() => checkEventLog(events, [])).toThrow(form);
  });
});

describeRealData('dstack event logs', 'fixtures/tee/dstack', (folder) => {
  // Offsets of RTMR0 to RTMR3 in a version 4 quote, from Intel's layout.
  const registersOf = (quote: Buffer): string[] =>
    [376, 424, 472, 520].map((offset) => encodeHex(quote.subarray(offset, offset + 48)));

  it.each(['quote-report.json', 'tdx-lite-getquote.json'])('replays %s to the registers of its quote', (name) => {
    const report = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { quote: string; event_log: string };
    const values = checkEventLog(report.event_log, registersOf(Buffer.from(report.quote, 'hex')));
    expect(values.has('system-ready')).toBe(true);
  });

  it('does not read the event of an application after system-ready', () => {
    const report = JSON.parse(readFileSync(join(folder, 'quote-report.json'), 'utf8')) as { event_log: string };
    expect(report.event_log).toContain('LIUM_MINER_HOTKEY');
    const { values } = replayEventLog(report.event_log);
    expect(values.has('LIUM_MINER_HOTKEY')).toBe(false);
    expect(encodeHex(values.get('compose-hash') ?? new Uint8Array())).toBe(
      '3763bc34552cf3a27ff71ad5f7a90471562a1a2df552dfc1998cba2d60da27e7',
    );
  });
});
