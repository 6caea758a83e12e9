import { describe, expect, it } from 'vitest';
import type { MachineReport } from '../../../src/attestation/reports/machine-report.ts';
import { parseNearReport } from '../../../src/attestation/reports/near.ts';
import { encodeUtf8 } from '../../../src/core/bytes.ts';

function parse(report: unknown): readonly MachineReport[] {
  return parseNearReport(encodeUtf8(JSON.stringify(report)));
}

const EMPTY: MachineReport = {
  role: 'model',
  endsConnection: true,
  quote: null,
  keys: null,
  model: null,
  eventLog: null,
  appCompose: null,
  gpus: null,
  actions: null,
};

describe('parseNearReport()', () => {
  it('reads an empty report as one machine of which nothing is said', () => {
    expect(parse({})).toEqual([EMPTY]);
    expect(parse({ signing_address: null, info: null, intel_quote: '' })).toEqual([EMPTY]);
  });

  it('reads a report of its own beside a gateway, as it was before there was a list of models', () => {
    const both = { gateway_attestation: {}, intel_quote: '0a', model_name: 'm', all_attestations: [{}] };
    expect(parse(both)).toEqual([
      { ...EMPTY, role: 'gateway' },
      { ...EMPTY, endsConnection: false, quote: Uint8Array.of(10), model: 'm' },
    ]);
    expect(parse({ gateway_attestation: {} })).toEqual([{ ...EMPTY, role: 'gateway' }]);
  });

  it.each([
    ['0xAB', 'ecdsa'],
    ['ab', 'ed25519'],
  ])('reads the address %s of a key as bytes, whatever the case', (start, algo) => {
    const address = start + 'cD'.repeat((algo === 'ecdsa' ? 20 : 32) - 1);
    const [machine] = parse({ signing_address: address });
    const bytes = new Uint8Array(algo === 'ecdsa' ? 20 : 32).fill(0xcd).with(0, 0xab);
    expect(machine?.keys).toEqual({ layout: 'address', algo, address: bytes, publicKey: null, tlsKey: null });
  });

  it('prefers the log of the report to that of its measurements', () => {
    const info = { tcb_info: JSON.stringify({ event_log: [1], app_compose: '{}' }) };
    expect(parse({ info })[0]).toEqual({ ...EMPTY, eventLog: [1], appCompose: '{}' });
    expect(parse({ info: JSON.stringify(info), event_log: '[2]' })[0]?.eventLog).toBe('[2]');
  });
});
