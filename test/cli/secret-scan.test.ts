import { describe, expect, it } from 'vitest';
import { createSecretScan } from '../../src/cli/secret-scan.ts';

function kindsIn(text: string): readonly string[] {
  const scan = createSecretScan();
  scan.look(text, 'here');
  return scan.findings().map(({ what }) => what);
}

// Published example values of the issuers, or made up in their form.
const SEEN: readonly (readonly [string, string])[] = [
  ['API key', 'use sk-proj-abcdefghijklmnopqrstuvwxyz012345'],
  ['AWS access key', 'AKIAIOSFODNN7EXAMPLE'],
  ['GitHub token', `ghp_${'a1'.repeat(18)}`],
  ['private key', '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl'],
  ['password in a URL', 'postgres://admin:hunter2@localhost/x'],
  ['e-mail address', 'write to jane.doe@example.org.'],
  ['card number', 'pay with 4111 1111 1111 1111'],
  ['IBAN', 'to GB82 WEST 1234 5698 7654 32 please'],
  ['telephone number', 'call +44 20 7946 0958'],
];

const UNSEEN: readonly string[] = [
  '12 + 34 = 46, then 1234567890123 and 1319 items',
  'a@b is no address; task sk-1 is no key',
  'card 4111 1111 1111 1112 has a wrong check digit',
  'GB83 WEST 1234 5698 7654 32 has a wrong check number',
  'x = +1 - 2 and 3.14159265358979',
];

describe('createSecretScan()', () => {
  it.each(SEEN)('sees a %s', (what, text) => {
    expect(kindsIn(text)).toEqual([what]);
  });

  it.each(UNSEEN)('sees nothing in: %s', (text) => {
    expect(kindsIn(text)).toEqual([]);
  });

  it('counts, and keeps the first place and never the text', () => {
    const scan = createSecretScan();
    scan.look('a@example.org b@example.org', 'record 3');
    scan.look('c@example.org', 'record 9');
    expect(scan.findings()).toEqual([{ what: 'e-mail address', count: 3, firstPlace: 'record 3' }]);
  });

  it('stays linear on long hostile text', () => {
    const started = performance.now();
    for (const unit of ['a@', 'sk-', '+1 ', '1 ', 'eyJa.', 'A1 ', 'a.', 'ab://c:']) kindsIn(unit.repeat(100_000));
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
