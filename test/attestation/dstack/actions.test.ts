import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkActions, lastAction, MAX_ACTIONS, parseActions } from '../../../src/attestation/dstack/actions.ts';
import * as fc from '../../property.ts';

const NONCE = new Uint8Array(32).fill(7);
const entry = { timestamp: '2026-01-01T00:00:00Z', action: 'compose_up', tag: 'v1', services: ['b', 'a'] };
const sorted = '[{"action":"compose_up","services":["b","a"],"tag":"v1","timestamp":"2026-01-01T00:00:00Z"}]';
const ordered = '[{"timestamp":"2026-01-01T00:00:00Z","action":"compose_up","tag":"v1","services":["b","a"]}]';
const delivered = '[{"tag":"v1","services":["b","a"],"timestamp":"2026-01-01T00:00:00Z","action":"compose_up"}]';

function reportData(text: string, nonce: Uint8Array = NONCE): Uint8Array {
  return Buffer.concat([createHash('sha256').update(text).digest(), nonce]);
}

describe('checkActions()', () => {
  const actions = parseActions(JSON.parse(delivered));

  it.each([
    ['sorted keys', sorted],
    ['delivered', delivered],
    ['struct order', ordered],
  ])('takes a hash of the form "%s"', (form, text) => {
    expect(checkActions(actions, reportData(text), NONCE)).toBe(form);
  });

  it('keeps fields that came later behind those of the struct', () => {
    const later = parseActions([{ image: 'x', ...entry }]);
    const text = ordered.replace('}]', ',"image":"x"}]');
    expect(checkActions(later, reportData(text), NONCE)).toBe('struct order');
  });

  it('refuses another log', () => {
    const other = expect.objectContaining({ code: 'ERR_REPORT_DATA' });
    expect(() => checkActions(actions, reportData(`${sorted} `), NONCE)).toThrow(other);
    expect(() => checkActions([], reportData(sorted), NONCE)).toThrow(other);
  });

  it('refuses another nonce', () => {
    const data = reportData(sorted, new Uint8Array(32));
    expect(() => checkActions(actions, data, NONCE)).toThrow(
      expect.objectContaining({ code: 'ERR_ATTESTATION_NONCE' }),
    );
  });
});

describe('parseActions()', () => {
  it.each([
    ['nothing', undefined],
    ['an object', {}],
    ['an entry that is a text', ['x']],
    ['an entry that is not flat', [{ a: { b: 'c' } }]],
    ['a list in a list', [{ a: [['b']] }]],
    ['a fraction, whose text could differ', [{ a: 0.1 }]],
    ['a text without a UTF-8 form', [{ a: '\ud800' }]],
    ['a key without a UTF-8 form', [{ '\ud800': 'a' }]],
    ['a text that is too long', [{ a: 'x'.repeat(2000) }]],
    ['too many entries', Array.from({ length: MAX_ACTIONS + 1 }, () => ({}))],
  ])('refuses %s', (_, value) => {
    expect(() => parseActions(value)).toThrow(expect.objectContaining({ code: 'ERR_ATTESTATION_FORM' }));
  });

  it('gives what can be hashed in every form, or throws its own error', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (value) => {
        let code = 'none';
        try {
          checkActions(parseActions(JSON.parse(JSON.stringify(value))), new Uint8Array(64), NONCE);
        } catch (error) {
          code = String(Reflect.get(error as object, 'code'));
        }
        expect(['ERR_ATTESTATION_FORM', 'ERR_REPORT_DATA']).toContain(code);
      }),
    );
  });
});

describe('lastAction()', () => {
  it('shows plain names and hex only', () => {
    const last = { action: 'compose_up', file: '<b>x</b>', commit: 'abc', file_sha256: 'ff' };
    expect(lastAction([entry, last])).toBe('action compose_up, commit abc, file_sha256 ff');
    expect(lastAction([])).toBe('no action');
    expect(lastAction([{}])).toBe('an action without known fields');
  });
});
