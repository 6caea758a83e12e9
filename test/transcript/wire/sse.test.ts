import * as fc from '../../property.ts';
import { describe, expect, it } from 'vitest';
import { eventData, isEventStream } from '../../../src/transcript/wire/sse.ts';

describe('eventData()', () => {
  it.each([
    ['one event', 'data: a\n\n', ['a']],
    ['two events', 'data: a\n\ndata: b\n\n', ['a', 'b']],
    ['no space after the colon', 'data:a\n\n', ['a']],
    ['one space of two', 'data:  a\n\n', [' a']],
    ['a tab, which is no space', 'data:\ta\n\n', ['\ta']],
    ['lines that end in CR', 'data: a\r\rdata: b\r\r', ['a', 'b']],
    ['lines that end in CR LF', 'data: a\r\n\r\ndata: b\r\n\r\n', ['a', 'b']],
    ['lines that end in all ways', 'data: a\r\n\ndata: b\n\rdata: c\r\r\n', ['a', 'b', 'c']],
    ['data on two lines', 'data: a\ndata: b\n\n', ['a\nb']],
    ['a line without a colon', 'data\n\ndata\ndata\n\n', ['', '\n']],
    ['data that is empty', 'data:\n\n', ['']],
    ['a colon in the data', 'data: a: b\n\n', ['a: b']],
    ['comments', ': hello\n\ndata: a\n: more\n\n:\n\n', ['a']],
    ['other fields', 'event: delta\nid: 7\nretry: 10\ndata: a\n\n', ['a']],
    ['a field that begins alike', 'database: a\ndata : b\n\ndata: c\n\n', ['c']],
    ['an event without data', 'event: ping\n\n', []],
    ['empty lines', '\n\n\ndata: a\n\n\n\n', ['a']],
    ['an event that is not closed', 'data: a\n\ndata: b\n', ['a']],
    ['a line that is cut', 'data: a\n\ndata: b', ['a']],
    ['a CR LF that is cut', 'data: a\r\n\r', ['a']],
    ['a line separator of Unicode, which ends no line', 'data: a\u2028b\u0085c\n\n', ['a\u2028b\u0085c']],
    ['nothing', '', []],
  ])('reads %s', (_name, text, events) => {
    expect(eventData(text)).toEqual(events);
  });

  it('gives back whatever was framed, with any comments and line ends between', () => {
    const line = fc.string({ unit: 'binary' }).filter((text) => !/[\r\n]/.test(text));
    const event = fc.array(line, { minLength: 1, maxLength: 3 });
    const noise = fc.constantFrom('', ': comment', 'id: 1', 'event: x', 'retry: 1', ':');
    fc.assert(
      fc.property(fc.array(event), noise, fc.constantFrom('\n', '\r', '\r\n'), (events, between, end) => {
        const lines = events.flatMap((parts) => [
          ...parts.map((part) => `data: ${part}`),
          ...(between ? [between] : []),
          '',
        ]);
        expect(eventData(lines.map((text) => text + end).join(''))).toEqual(events.map((parts) => parts.join('\n')));
      }),
    );
  });

  it('gives the first events of a stream that was cut anywhere', () => {
    const whole = 'data: {"a":1}\r\n\r\n: x\r\n\r\ndata: b\r\n\r\ndata: c\r\n\r\n';
    const events = eventData(whole);
    for (let at = 0; at <= whole.length; at++) {
      const some = eventData(whole.slice(0, at));
      expect(some).toEqual(events.slice(0, some.length));
    }
  });
});

describe('isEventStream()', () => {
  it.each([
    'data: {}',
    'data:{}',
    'event: message\ndata: {}',
    'id: 1\n',
    'retry: 5\n',
    ': OK\n\n',
    ':\n',
    '\n\ndata: {}',
    '\r\n: x\n',
  ])('says yes to %j', (text) => {
    expect(isEventStream(text)).toBe(true);
  });

  it.each([
    '',
    '{}',
    '{"data":1}',
    ' data: {}',
    '[]',
    'data',
    'database: 1',
    '"data: x"',
    '<html>',
    'Data: {}',
    '\n\n{"a":1}',
  ])('says no to %j', (text) => {
    expect(isEventStream(text)).toBe(false);
  });
});
