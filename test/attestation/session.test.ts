import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { VENDOR_ROOTS } from '../../src/attestation/trust.ts';
import { concatBytes, encodeBase64, encodeHex, encodeUtf8 } from '../../src/core/bytes.ts';
import { canonicalize } from '../../src/core/canonical-json.ts';
import { TEE_PROVIDERS, type TeeProvider } from '../../src/core/evidence-names.ts';
import { anyCharacter } from '../any-text.ts';
import * as fc from '../property.ts';
import { AT_MS, assess, NONCE, reasonOf, refuted, reportOf, simulate, SPKI, type Loose } from './simulated.ts';

function sha256(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

function statusOf(assessed: ReturnType<typeof assess>, name: string): readonly string[] {
  return assessed.claims.filter(({ claim }) => claim === name).map(({ subject, status }) => `${subject} ${status}`);
}

describe('assessSession()', () => {
  it.each(TEE_PROVIDERS)('refutes nothing of an honest %s and calls it simulated', (mode) => {
    const assessed = assess(simulate(mode));
    expect(refuted(assessed)).toEqual([]);
    expect(assessed.simulated).toBe(true);
    expect(statusOf(assessed, 'vendor_root').every((status) => status.endsWith(' unknown'))).toBe(true);
  });

  it.each(TEE_PROVIDERS)('refuses a simulated %s unless its roots are accepted', (mode) => {
    const { keys, machines, window, simulated, ...assessed } = assess(simulate(mode), {
      context: { roots: [VENDOR_ROOTS] },
    });
    expect(refuted({ keys, machines, window, simulated, ...assessed })).toContain('quote ERR_EVIDENCE_SIMULATED');
    expect({ keys, window, simulated, channelSpki: assessed.channelSpki }).toEqual({
      keys: [],
      window: null,
      simulated: false,
      channelSpki: null,
    });
    expect(machines.every(({ tcb, measurements }) => tcb === null && Object.keys(measurements).length === 0)).toBe(
      true,
    );
  });

  it.each([
    ['not UTF-8', Uint8Array.of(0xff)],
    ['not JSON', encodeUtf8('{')],
    ['a list', encodeUtf8('[]')],
    ['too large', new Uint8Array(4 * 1024 * 1024 + 1).fill(0x20)],
  ])('refuses a report that is %s', (_, bytes) => {
    for (const mode of TEE_PROVIDERS) {
      const assessed = assess(simulate(mode), { bytes });
      expect(new Set(refuted(assessed))).toEqual(new Set(['quote ERR_ATTESTATION_FORM']));
      expect(assessed.machines).toEqual([]);
    }
  });

  const MALFORMED: readonly (readonly [TeeProvider, string, (report: Loose) => unknown])[] = [
    ['near-direct', 'a quote that is not hex', (r: Loose) => (r.intel_quote = 'xx')],
    ['near-direct', 'a quote that is a number', (r: Loose) => (r.intel_quote = 7)],
    ['near-direct', 'a quote of 100 KiB', (r: Loose) => (r.intel_quote = '00'.repeat(102_400))],
    ['near-direct', 'an unknown algorithm', (r: Loose) => (r.signing_algo = 'rsa')],
    ['near-direct', 'an address of the other algorithm', (r: Loose) => (r.signing_address = 'ab'.repeat(32))],
    ['near-direct', 'a fingerprint of 31 bytes', (r: Loose) => (r.tls_cert_fingerprint = 'ab'.repeat(31))],
    ['near-direct', 'an info that is a text', (r: Loose) => (r.info = 'info')],
    ['near-direct', 'GPU evidence that is a text', (r: Loose) => (r.nvidia_payload = 'none')],
    ['near-direct', 'a list of GPUs that are texts', (r: Loose) => (r.nvidia_payload = { evidence_list: ['x'] })],
    ['near-direct', 'a model name of 600 units', (r: Loose) => (r.model_name = 'x'.repeat(600))],
    ['near-direct', 'a model name without a UTF-8 form', (r: Loose) => (r.model_name = '\ud800')],
    ['near-gateway', 'models that are not a list', (r: Loose) => (r.model_attestations = {})],
    [
      'near-gateway',
      'more models than a report has',
      (r: Loose) => (r.model_attestations = Array.from({ length: 17 }, () => ({}))),
    ],
    ['aci', 'another version', (r: Loose) => (r.api_version = 'aci/2')],
    ['aci', 'no evidence', (r: Loose) => delete r.attestation.evidence],
    ['aci', 'a keyset that ends at a text', (r: Loose) => (r.attestation.workload_keyset.not_after = 'never')],
    ['aci', 'a keyset without canonical form', (r: Loose) => (r.attestation.workload_keyset.subject = '\ud800')],
    ['tinfoil', 'the version before', (r: Loose) => (r.format = 'https://tinfoil.sh/predicate/attestation/v2')],
    ['tinfoil', 'no TLS key', (r: Loose) => delete r.report_data.tls_key_fp],
    ['tinfoil', 'a quote that is not base64', (r: Loose) => (r.cpu.report += '=')],
  ];
  it.each(MALFORMED)('refuses a report of %s with %s', (mode, _, change) => {
    const simulation = simulate(mode);
    const report = reportOf(simulation);
    change(report);
    expect(refuted(assess(simulation, { report }))).toContain('quote ERR_ATTESTATION_FORM');
  });

  it.each([
    ['near-direct', 'another nonce', 'wrong-nonce', ['nonce ERR_ATTESTATION_NONCE', 'actions ERR_ATTESTATION_NONCE']],
    ['near-direct', 'the address of another key', 'foreign-address', ['key_bound ERR_REPORT_DATA']],
    ['near-direct', 'another TLS key', 'foreign-tls-key', ['tls_bound ERR_TLS_KEY']],
    [
      'near-direct',
      'a log with an event that is not that of its digest',
      'event-payload-swapped',
      ['event_log ERR_EVENT_LOG'],
    ],
    ['near-direct', 'a name after system-ready', 'duplicate-compose-hash', ['event_log ERR_EVENT_DUPLICATE']],
    ['near-direct', 'another compose file', 'compose-mismatch', ['compose ERR_COMPOSE']],
    ['near-direct', 'an edited log of actions', 'actions-edited', ['actions ERR_REPORT_DATA']],
    ['near-direct', 'an alias', 'model-alias', ['signed_model ERR_MODEL_ALIAS']],
    ['near-direct', 'GPU evidence over another nonce', 'gpu-nonce', ['gpu ERR_GPU_NONCE']],
    ['near-direct', 'an open machine', 'debug-bit', ['production ERR_TD_DEBUG', 'actions ERR_TD_DEBUG']],
    ['near-direct', 'a revoked platform', 'tcb-revoked', ['tcb ERR_TCB_REVOKED']],
    ['near-direct', 'a platform below every level', 'tcb-unmatched', ['tcb ERR_TCB_LEVEL']],
    ['tinfoil', 'another nonce', 'wrong-nonce', ['nonce ERR_ATTESTATION_NONCE']],
    ['tinfoil', 'a statement over another key', 'foreign-address', ['key_bound ERR_REPORT_DATA']],
    ['aci', 'another nonce', 'wrong-nonce', ['key_bound ERR_REPORT_DATA', 'nonce ERR_ATTESTATION_NONCE']],
  ] as const)('refutes of %s with %s just what that contradicts', (mode, _, fault, want) => {
    const assessed = assess(simulate(mode, fault));
    expect(refuted(assessed)).toEqual(want);
    const isKeyLost = want.some((text) => /^(?:nonce|key_bound|production|tcb) /.test(text));
    if (isKeyLost) expect({ keys: assessed.keys, spki: assessed.channelSpki }).toEqual({ keys: [], spki: null });
  });

  it('gives keys of both machines behind a gateway, each with its role', () => {
    const { keys, machines, channelSpki } = assess(simulate('near-gateway'));
    expect(keys.map(({ role, algo, model }) => [role, algo, model])).toEqual([
      ['gateway', 'ecdsa', null],
      ['model', 'ecdsa', 'simulated/model'],
    ]);
    expect(machines.map(({ role, platform }) => [role, platform])).toEqual([
      ['gateway', 'tdx-v4'],
      ['model', 'tdx-v4'],
    ]);
    expect(channelSpki).toBe(encodeHex(SPKI));
  });

  it('does not let a model server vouch for the connection to its gateway', () => {
    const simulation = simulate('near-gateway');
    expect(statusOf(assess(simulation), 'tls_bound')).toEqual(['gateway asserted', 'model unknown']);
  });

  it('knows nothing of a model server that the gateway does not name', () => {
    const simulation = simulate('near-gateway');
    const { model_attestations: _, ...report } = reportOf(simulation);
    const assessed = assess(simulation, { report });
    expect(statusOf(assessed, 'quote')).toEqual(['gateway asserted', 'model unknown']);
    expect(assessed.keys.map(({ role }) => role)).toEqual(['gateway']);
  });

  it('knows nothing of a gateway in a report without one', () => {
    const assessed = assess(simulate('near-gateway'), { report: reportOf(simulate('near-direct')) });
    expect(statusOf(assessed, 'quote')).toEqual(['model asserted', 'gateway unknown']);
  });

  it.each([
    [
      'an `info` and a `tcb_info` as texts',
      (r: Loose) => (r.info = JSON.stringify({ ...r.info, tcb_info: JSON.stringify(r.info.tcb_info) })),
    ],
    ['a log as a text', (r: Loose) => (r.event_log = JSON.stringify(r.event_log))],
    ['the log beside the measurements only', (r: Loose) => delete r.event_log],
    ['GPU evidence as an object', (r: Loose) => (r.nvidia_payload = JSON.parse(r.nvidia_payload))],
    [
      'hex in upper case with a prefix',
      (r: Loose) => (r.signing_address = `0x${r.signing_address.replace(/^0x/, '').toUpperCase()}`),
    ],
    ['no name of the algorithm', (r: Loose) => delete r.signing_algo],
    ['no public key beside the address', (r: Loose) => delete r.signing_public_key],
    ['no fingerprint but that of the connection', (r: Loose) => delete r.tls_cert_fingerprint],
    ['a public key without prefix', (r: Loose) => (r.signing_public_key = r.signing_public_key.replace(/^04/, ''))],
  ])('reads %s', (_, change) => {
    const simulation = simulate('near-direct');
    const report = reportOf(simulation);
    change(report);
    const assessed = assess(simulation, { report });
    const count = (of: typeof assessed): number => of.claims.filter(({ status }) => status === 'asserted').length;
    expect(refuted(assessed)).toEqual([]);
    expect(count(assessed)).toBe(count(assess(simulation)));
  });

  it('refuses a public key that is not that of the address', () => {
    const simulation = simulate('near-direct');
    const report = { ...reportOf(simulation), signing_public_key: `04${'11'.repeat(64)}` };
    expect(refuted(assess(simulation, { report }))).toEqual(['key_bound ERR_REPORT_DATA']);
  });

  it('leaves unknown what a report lacks', () => {
    const simulation = simulate('near-direct');
    const {
      intel_quote: quote,
      signing_address: address,
      signing_algo: algo,
      model_name: model,
    } = reportOf(simulation);
    const bare = assess(simulation, { report: { intel_quote: quote } });
    expect(refuted(bare)).toEqual([]);
    expect(statusOf(bare, 'key_bound')).toEqual(['model unknown']);
    const named = { intel_quote: quote, signing_address: address, signing_algo: algo, model_name: model };
    const missing = [
      'event_log',
      'compose',
      'images_pinned',
      'gpu',
      'gpu_bound',
      'gpu_verdict',
      'weights',
      'measurements',
    ];
    for (const name of missing)
      expect(statusOf(assess(simulation, { report: named }), name)).toEqual(['model unknown']);
    expect(statusOf(assess(simulation, { report: named }), 'actions')).toEqual([]);
    expect(statusOf(assess(simulation, { report: { model_name: model } }), 'quote')).toEqual(['model unknown']);
  });

  it('takes the collateral that is about the platform of the quote', () => {
    const simulation = simulate('vllm-proxy');
    const of = (text: string): { role: 'collateral'; bytes: Uint8Array } => ({
      role: 'collateral',
      bytes: encodeUtf8(text),
    });
    const good = of(JSON.stringify(simulation.collateral()));
    const other = of(JSON.stringify(simulate('vllm-proxy', 'fmspc-mismatch').collateral()));
    const report = { role: 'report' as const, bytes: encodeUtf8(JSON.stringify(reportOf(simulation))) };
    const codes = (...files: readonly (typeof good)[]): readonly string[] =>
      refuted(assess(simulation, { evidence: { files: [report, ...files] } }));
    expect(codes(other, of('{}'), good)).toEqual([]);
    expect(codes(other)).toEqual(['quote ERR_FMSPC']);
    expect(codes(of('{}'), other)).toEqual(['quote ERR_COLLATERAL_MISSING']);
    expect(codes()).toEqual([]);
  });

  it('refuses a log of actions whose quote is of another application', () => {
    const simulation = simulate('near-direct');
    const report = reportOf(simulation);
    const stranger = reportOf(simulate('near-direct', 'image-unpinned'));
    const { compose_manager_attestation: actions } = stranger;
    expect(refuted(assess(simulation, { report: { ...report, compose_manager_attestation: actions } }))).toEqual([
      'actions ERR_COMPOSE',
    ]);
    const { quote: _, ...unquoted } = report.compose_manager_attestation;
    const assessed = assess(simulation, { report: { ...report, compose_manager_attestation: unquoted } });
    expect(statusOf(assessed, 'actions')).toEqual(['model unknown']);
  });

  it('does not call images pinned where a launcher can start others', () => {
    const assessed = assess(simulate('near-direct'));
    expect(statusOf(assessed, 'images_pinned')).toEqual(['model unknown']);
    expect(statusOf(assess(simulate('vllm-proxy')), 'images_pinned')).toEqual(['model asserted']);
    expect(reasonOf(assess(simulate('vllm-proxy', 'image-unpinned')), 'images_pinned')).toContain('proxy, engine');
  });

  it('refuses a GPU that is there twice', () => {
    const simulation = simulate('near-direct');
    const report = reportOf(simulation);
    const [gpu] = JSON.parse(report.nvidia_payload).evidence_list;
    report.nvidia_payload = { evidence_list: [gpu, gpu] };
    expect(refuted(assess(simulation, { report }))).toEqual(['gpu ERR_GPU_FORM']);
    report.nvidia_payload = { evidence_list: [] };
    expect(statusOf(assess(simulation, { report }), 'gpu')).toEqual(['model unknown']);
    report.nvidia_payload = { evidence_list: [{ ...gpu, evidence: 'AA==' }] };
    expect(refuted(assess(simulation, { report }))).toEqual(['gpu ERR_GPU_FORM']);
  });

  it('does not read a verdict where one of several is missing', () => {
    const simulation = simulate('near-direct');
    const files = (count: number): Loose => [
      { role: 'report', bytes: encodeUtf8(JSON.stringify(reportOf(simulation))) },
      { role: 'collateral', bytes: encodeUtf8(JSON.stringify(simulation.collateral())) },
      { role: 'jwks', bytes: encodeUtf8('{"keys":[]}') },
      ...Array.from({ length: count }, () => ({ role: 'nras', bytes: encodeUtf8('[]') })),
    ];
    expect(refuted(assess(simulation, { evidence: { files: files(1) } }))).toEqual(['gpu_verdict ERR_GPU_FORM']);
    expect(refuted(assess(simulation, { evidence: { files: files(2) } }))).toEqual([]);
  });

  it('never shows text of a report that is not plain', () => {
    const simulation = simulate('near-direct');
    const report = { ...reportOf(simulation), model_name: '<script>alert(1)</script>' };
    const reason = reasonOf(assess(simulation, { report }), 'signed_model');
    expect(reason).toBe('cannot accept machine: its report names the model a name of 25 units, want "simulated/model"');
  });
});

describe('assessSession() of an ACI gateway', () => {
  const simulation = simulate('aci');

  /** A report whose quote is over a keyset of the test's own. */
  function own(change: (keyset: Loose) => void, nonce: string | null = encodeHex(NONCE)): Loose {
    const report = reportOf(simulation);
    const keyset = report.attestation.workload_keyset;
    change(keyset);
    const digest = `sha256:${encodeHex(sha256(canonicalize(keyset)))}`;
    const statement = canonicalize({ keyset_digest: digest, nonce, purpose: 'aci.report_data.v1' });
    report.workload_keyset_digest = digest;
    const quote = simulation.machine('gateway').quote(concatBytes(sha256(statement), new Uint8Array(32)));
    report.attestation.evidence.quote = encodeHex(quote);
    return report;
  }

  it('takes the Ed25519 keys of receipts, whatever the order of fields', () => {
    const key = 'ab'.repeat(32);
    const report = own((keyset) => {
      keyset.receipt_signing_keys = [
        { public_key: key, algo: 'ed25519', key_id: 'a' },
        { public_key: '04'.repeat(65), algo: 'ecdsa-secp256k1', key_id: 'b' },
      ];
    });
    expect(assess(simulation, { report }).keys).toEqual([
      { role: 'gateway', algo: 'ed25519', address: key, model: null },
    ]);
  });

  it.each([
    ['a keyset that has ended', (k: Loose) => (k.not_after = AT_MS / 1000 - 1), ['key_bound ERR_REPORT_DATA']],
    [
      'TLS keys without that of the connection',
      (k: Loose) => (k.tls_public_keys[0].spki_sha256 = 'cd'.repeat(32)),
      ['tls_bound ERR_TLS_KEY'],
    ],
    ['a keyset without TLS keys', (k: Loose) => (k.tls_public_keys = []), []],
    ['a keyset without end', (k: Loose) => delete k.not_after, []],
  ])('judges %s', (_, change, want) => {
    expect(refuted(assess(simulation, { report: own(change) }))).toEqual(want);
  });

  it('is valid no longer than its keyset', () => {
    const end = AT_MS / 1000 + 60;
    expect(assess(simulation, { report: own((keyset) => (keyset.not_after = end)) }).window?.toMs).toBe(end * 1000);
  });

  it('refuses a statement without a nonce, and says so', () => {
    const assessed = assess(simulation, { report: own(() => {}, null) });
    expect(refuted(assessed)).toEqual(['nonce ERR_ATTESTATION_NONCE']);
    expect(reasonOf(assessed, 'nonce')).toContain('no nonce');
  });

  it('refuses a report that states another digest than its keyset has', () => {
    const report = { ...own(() => {}), workload_keyset_digest: `sha256:${'00'.repeat(32)}` };
    expect(refuted(assess(simulation, { report }))).toEqual(['key_bound ERR_REPORT_DATA']);
  });

  it('knows nothing of other kinds of machines', () => {
    const report = own(() => {});
    report.attestation.tee_type = 'sev-snp';
    expect(statusOf(assess(simulation, { report }), 'quote')).toEqual(['gateway unknown']);
  });
});

describe('assessSession() of a Tinfoil enclave', () => {
  const simulation = simulate('tinfoil');

  it('refuses GPU evidence that is not the one in the statement', () => {
    const report = reportOf(simulation);
    report.gpu.evidences.reverse();
    expect(refuted(assess(simulation, { report }))).toEqual(['gpu_bound ERR_REPORT_DATA']);
  });

  it('hashes GPU evidence as it stands in the report', () => {
    const text = JSON.stringify(reportOf(simulation));
    const spaced = encodeUtf8(text.replace('"gpu":', ' "gpu" : ').replace('{', '{ '));
    expect(refuted(assess(simulation, { bytes: spaced }))).toEqual([]);
    const inside = encodeUtf8(text.replace('"evidences":', '"evidences": '));
    expect(refuted(assess(simulation, { bytes: inside }))).toEqual(['gpu_bound ERR_REPORT_DATA']);
    const twice = encodeUtf8(text.replace(/\}$/, ',"gpu":{"evidences":[]}}'));
    expect(refuted(assess(simulation, { bytes: twice }))).toEqual(['quote ERR_ATTESTATION_FORM']);
  });

  it('knows nothing of other kinds of machines, nor of GPUs that are not there', () => {
    const report = reportOf(simulation);
    expect(
      statusOf(assess(simulation, { report: { ...report, cpu: { platform: 'sev-snp', report: 'AA==' } } }), 'quote'),
    ).toEqual(['model unknown']);
    const { gpu: _, ...cpu } = report;
    expect(statusOf(assess(simulation, { report: cpu }), 'gpu_bound')).toEqual(['model unknown']);
  });
});

describe('assessSession() of a relayed Chutes report', () => {
  const simulation = simulate('vllm-proxy');
  const keyText = encodeBase64(new Uint8Array(32).fill(3));

  function report(nonceText: string, change: (instance: Loose) => void = () => {}): Loose {
    const half = sha256(nonceText, keyText);
    const quote = simulation.machine('model').quote(concatBytes(half, SPKI));
    const instance = {
      instance_id: 'one',
      nonce: nonceText,
      e2e_pubkey: keyText,
      intel_quote: encodeBase64(quote),
      gpu_evidence: simulate('vllm-proxy').gpuEvidence(half),
    };
    change(instance);
    return { attestation_type: 'chutes', nonce: nonceText, all_attestations: [instance] };
  }

  it('shows a genuine machine with GPUs and no key that signs answers', () => {
    const assessed = assess(simulation, { report: report(encodeHex(NONCE)) });
    expect(refuted(assessed)).toEqual([]);
    for (const name of ['quote', 'key_bound', 'nonce', 'gpu'])
      expect(statusOf(assessed, name)).toEqual(['model asserted']);
    expect({ keys: assessed.keys, spki: assessed.channelSpki }).toEqual({ keys: [], spki: null });
    expect(statusOf(assessed, 'tls_bound')).toEqual(['model unknown']);
  });

  it('refuses a nonce of the server in place of the one that was asked for', () => {
    expect(refuted(assess(simulation, { report: report('00'.repeat(32)) }))).toEqual(['nonce ERR_ATTESTATION_NONCE']);
    expect(refuted(assess(simulation, { report: report('not hex') }))).toEqual(['nonce ERR_ATTESTATION_NONCE']);
  });

  it('refuses a key that is not in the report data', () => {
    const changed = report(encodeHex(NONCE), (instance) => (instance.e2e_pubkey = 'AAAA'));
    const assessed = assess(simulation, { report: changed });
    expect(refuted(assessed)).toEqual(['key_bound ERR_REPORT_DATA']);
    expect(statusOf(assessed, 'nonce')).toEqual(['model unknown']);
  });

  it('knows nothing of instances that are not there', () => {
    const assessed = assess(simulation, { report: { attestation_type: 'chutes' } });
    expect(assessed.claims.map(({ claim, status }) => [claim, status])).toEqual([['quote', 'unknown']]);
  });
});

describe('assessSession() on hostile bytes', () => {
  it('gives claims for any bytes, any JSON and any field of another kind', () => {
    const simulations = TEE_PROVIDERS.map((mode) => ({ simulation: simulate(mode), report: reportOf(simulate(mode)) }));
    const odd = fc.oneof(fc.jsonValue(), fc.string({ unit: anyCharacter }), fc.constantFrom('', null, [], {}, 1e308));
    const path = fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        fc.nat({ max: simulations.length - 1 }),
        path,
        odd,
        fc.uint8Array({ maxLength: 64 }),
        (index, keys, value, bytes) => {
          const { simulation, report } = simulations[index] ?? { simulation: simulate('aci'), report: {} };
          const isClaims = ({ claims }: ReturnType<typeof assess>): boolean =>
            claims.every(({ reason }) => reason !== '');
          expect(isClaims(assess(simulation, { bytes }))).toBe(true);
          expect(isClaims(assess(simulation, { report: value }))).toBe(true);
          expect(isClaims(assess(simulation, { report: replaced(report, keys, value) }))).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });
});

/** A copy with one value replaced, at a path of indices among the keys of each object. */
function replaced(value: Loose, [index = 0, ...rest]: readonly number[], by: unknown): Loose {
  if (typeof value !== 'object' || value === null) return by;
  const names = Object.keys(value);
  const name = names[index % Math.max(1, names.length)];
  if (name === undefined) return by;
  const inner = rest.length === 0 ? by : replaced(value[name], rest, by);
  return Array.isArray(value) ? value.with(Number(name), inner) : { ...value, [name]: inner };
}
