import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkEventLog } from '../../src/attestation/dstack/event-log.ts';
import { checkAddress } from '../../src/attestation/report-data.ts';
import type { MachineReport } from '../../src/attestation/reports/machine-report.ts';
import { parseNearReport } from '../../src/attestation/reports/near.ts';
import { assessSession } from '../../src/attestation/session.ts';
import { parseQuote } from '../../src/attestation/tdx/quote.ts';
import type { AttestedMachine, Claim, SessionAssessment, SessionEvidence } from '../../src/attestation/claim.ts';
import { encodeHex } from '../../src/core/bytes.ts';
import * as fc from '../property.ts';
import { describeRealData } from '../testdata.ts';
import { CAPTURES, readCapture, type Capture } from './captures.ts';

interface Entry {
  readonly file: string;
  readonly verify_at_unix: number;
  readonly tcb_status: string;
  readonly advisories: readonly string[];
  readonly fmspc: string;
  readonly tcb_evaluation_data_number: number;
  readonly mr_td: string;
  readonly report_data: string;
  readonly mr_config_id: string;
  readonly signing_algo?: string;
  readonly signing_address?: string;
  readonly report_data_mode?: string;
  readonly nonce_bound?: boolean;
  readonly rtmr_replay?: readonly boolean[];
  readonly mr_config_id_is_01_compose_hash?: boolean;
  readonly compose_hash_event_matches?: boolean;
  readonly compose_hash?: string;
  readonly os_image_hash?: string;
  readonly app_id?: string;
  readonly instance_id?: string;
}

/** Status of each claim about one role; of several machines of it the last. */
function statuses(claims: readonly Claim[], subject: Claim['subject']): Record<string, string> {
  return Object.fromEntries(claims.filter((c) => c.subject === subject).map((c) => [c.claim, c.status]));
}

function withReport({ evidence }: { evidence: SessionEvidence }, bytes: Uint8Array): SessionEvidence {
  const others = evidence.files.filter(({ role }) => role !== 'report');
  return { ...evidence, files: [{ role: 'report', bytes }, ...others] };
}

function reportOf({ files }: SessionEvidence): Uint8Array {
  return files.find(({ role }) => role === 'report')?.bytes ?? new Uint8Array();
}

const MACHINE = ['quote', 'vendor_root', 'tcb', 'production', 'key_bound', 'nonce'];
const STACK = ['event_log', 'compose'];
const GPU = ['gpu', 'gpu_verdict'];

describeRealData('reports of real services', 'fixtures/tee', (folder) => {
  const live = join(folder, 'live-captures');
  const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as { entries: readonly Entry[] };

  const captureOf = ({ file }: Entry): Capture | undefined =>
    Object.values(CAPTURES).find((capture) => file.includes(`/${capture.folder}/`));
  const entries = expected.entries.filter((entry) => captureOf(entry) !== undefined);

  /** The machine that an entry is about, as assessed and as reported. */
  function read(entry: Entry): {
    machine: AttestedMachine | undefined;
    assessed: SessionAssessment;
    role: 'model' | 'gateway';
  } {
    const { evidence, context } = readCapture(live, captureOf(entry) ?? CAPTURES.direct);
    const role = entry.file.endsWith('#gateway_attestation') ? 'gateway' : 'model';
    const assessed = assessSession(evidence, { ...context, atMs: entry.verify_at_unix * 1000 });
    return { machine: assessed.machines.find((machine) => machine.role === role), assessed, role };
  }

  it('covers the entries of every capture', () => {
    expect(new Set(entries.map(captureOf)).size).toBe(Object.keys(CAPTURES).length);
  });

  it.each(entries)('give what is expected of $file', (entry) => {
    const { machine, assessed, role } = read(entry);
    expect(machine?.tcb).toEqual({
      status: entry.tcb_status,
      advisories: entry.advisories,
      fmspc: entry.fmspc,
      evaluationDataNumber: entry.tcb_evaluation_data_number,
    });
    expect(machine?.measurements['mr_td']).toContain(entry.mr_td.replace('…', ''));
    expect(machine?.measurements['mr_config_id']).toBe(entry.mr_config_id);
    for (const name of ['compose_hash', 'os_image_hash', 'app_id', 'instance_id'] as const) {
      expect(machine?.measurements[name]).toBe(entry[name]);
    }
    const { nonce, event_log: log, compose } = statuses(assessed.claims, role);
    expect(nonce).toBe('asserted');
    expect(log).toBe(entry.rtmr_replay === undefined ? 'unknown' : 'asserted');
    expect(compose).toBe(entry.compose_hash_event_matches === true ? 'asserted' : 'unknown');
    const key = assessed.keys.find((held) => held.role === role);
    expect(key?.algo).toBe(entry.signing_algo);
    expect(key?.address).toBe(entry.signing_address?.replace(/^0x/, '').toLowerCase());
  });

  it.each(entries.filter((entry) => entry.report_data_mode !== undefined))(
    'bind the key of $file as expected',
    (entry) => {
      const { evidence, context } = readCapture(live, captureOf(entry) ?? CAPTURES.direct);
      const role = entry.file.endsWith('#gateway_attestation') ? 'gateway' : 'model';
      const report = parseNearReport(reportOf(evidence)).find((machine) => machine.role === role);
      const { quote, keys, eventLog } = report ?? ({} as Partial<MachineReport>);
      const { reportData, rtmrs } = parseQuote(quote ?? new Uint8Array()).report;
      expect(encodeHex(reportData)).toBe(entry.report_data);
      if (keys?.layout !== 'address') throw new Error('the report has no address');
      const { layout } = checkAddress(reportData, keys.address, keys.tlsKey === null ? [] : [keys.tlsKey]);
      expect(layout).toBe(entry.report_data_mode);
      expect(encodeHex(reportData.subarray(32)) === encodeHex(context.nonce)).toBe(entry.nonce_bound);
      // Throws unless all four registers replay.
      const values = checkEventLog(eventLog, rtmrs.map(encodeHex));
      expect(entry.rtmr_replay).toEqual([true, true, true, true]);
      expect(encodeHex(values.get('compose-hash') ?? new Uint8Array())).toBe(entry.compose_hash);
      const fromConfigId = `01${entry.compose_hash ?? ''}${'00'.repeat(15)}` === entry.mr_config_id;
      expect(fromConfigId).toBe(entry.mr_config_id_is_01_compose_hash);
    },
  );

  it.each([
    ['direct', { model: [...MACHINE, 'tls_bound', ...STACK, 'actions', ...GPU] }],
    [
      'gateway',
      {
        gateway: [...MACHINE, 'tls_bound', ...STACK, 'images_pinned'],
        model: [...MACHINE, ...STACK, 'actions', ...GPU],
      },
    ],
    ['relayed', { model: [...MACHINE, ...STACK, 'actions', ...GPU] }],
    ['python', { model: [...MACHINE, ...STACK, ...GPU] }],
    ['tinfoil', { model: [...MACHINE, 'tls_bound', 'gpu_bound', ...GPU] }],
  ] as const)(
    'show of %s exactly what their evidence can',
    (name, asserted: Partial<Record<Claim['subject'], readonly string[]>>) => {
      const { evidence, context } = readCapture(live, CAPTURES[name]);
      const { claims, simulated, window } = assessSession(evidence, context);
      expect(claims.filter(({ status }) => status === 'refuted')).toEqual([]);
      for (const role of ['model', 'gateway'] as const) {
        const shown = Object.entries(statuses(claims, role)).flatMap(([claim, status]) =>
          status === 'asserted' ? [claim] : [],
        );
        expect(shown.toSorted()).toEqual([...(asserted[role] ?? [])].toSorted());
      }
      expect(simulated).toBe(false);
      expect(window?.fromMs).toBeLessThan(context.atMs);
      expect(window?.toMs).toBeGreaterThan(context.atMs);
    },
  );

  it('name the checkpoints of the Python proxy apart from the names it serves', () => {
    const { evidence, context } = readCapture(live, CAPTURES.python);
    expect(assessSession(evidence, context).machines[0]?.declaredCheckpoints).toEqual([
      'openai/gpt-oss-20b',
      'RedHatAI/gemma-3-27b-it-FP8-dynamic',
    ]);
  });

  it('name the last action of a launcher, whose file has a known hash', () => {
    const { evidence, context } = readCapture(live, CAPTURES.direct);
    const actions = assessSession(evidence, context).claims.find(({ claim }) => claim === 'actions');
    expect(actions?.reason).toContain('80b0c3cebbc7aae8d516f0d8123b2be5808408457a8eb4ecb26314559eda4247');
  });

  it('attest the key that signed the sample chat in the documentation', () => {
    const sample = JSON.parse(readFileSync(join(folder, 'near-chat-signature', 'signature.json'), 'utf8')) as {
      signing_address: string;
    };
    const { evidence, context } = readCapture(live, CAPTURES.relayed);
    const [key] = assessSession(evidence, context).keys;
    expect(`0x${key?.address ?? ''}`).toBe(sample.signing_address.toLowerCase());
  });

  it.each([
    ['another nonce', 'ERR_ATTESTATION_NONCE', 'direct', { nonce: new Uint8Array(32) }, {}],
    ['another TLS key', 'ERR_TLS_KEY', 'gateway', {}, { spki: 'ab'.repeat(32) }],
    ['another TLS key', 'ERR_TLS_KEY', 'tinfoil', {}, { spki: 'ab'.repeat(32) }],
    ['another model', 'ERR_MODEL_ALIAS', 'gateway', {}, { model: 'Qwen/Qwen3.5-122B-A10B-FP8' }],
    ['a time long after', 'ERR_COLLATERAL_TIME', 'tinfoil', { atMs: Date.UTC(2026, 7, 1) }, {}],
    ['a clock that is none', 'ERR_CLOCK', 'python', { atMs: Number.NaN }, {}],
  ] as const)('are refused with %s: %s of %s', (...[, code, name, otherContext, otherEvidence]) => {
    const { evidence, context } = readCapture(live, CAPTURES[name]);
    const { claims } = assessSession({ ...evidence, ...otherEvidence }, { ...context, ...otherContext });
    const refuted = claims.filter(({ status }) => status === 'refuted');
    // A time that no certificate covers may fail at the first of several.
    expect(refuted.map((claim) => claim.code)).toContainEqual(
      code === 'ERR_COLLATERAL_TIME' ? expect.stringMatching(/_TIME$/) : code,
    );
  });

  it('leave unknown what the runner did not keep', () => {
    const { evidence, context } = readCapture(live, CAPTURES.direct);
    const without = (role: string): Record<string, string> =>
      statuses(
        assessSession({ ...evidence, files: evidence.files.filter((file) => file.role !== role) }, context).claims,
        'model',
      );
    expect(without('report')).toEqual({ quote: 'unknown' });
    expect(
      new Set(Object.entries(without('collateral')).map(([name, status]) => (GPU.includes(name) ? '' : status))),
    ).toEqual(new Set(['unknown', '']));
    expect(without('nras')['gpu_verdict']).toBe('unknown');
    expect(without('jwks')['gpu_verdict']).toBe('unknown');
    expect(assessSession({ ...evidence, spki: null }, context).channelSpki).toBeNull();
  });

  it('never show more for a flipped byte of a report, and never throw', () => {
    const cases = Object.values(CAPTURES).map((capture) => {
      const read = readCapture(live, capture);
      const { claims, keys } = assessSession(read.evidence, read.context);
      return {
        ...read,
        keys: new Set(keys.map((key) => JSON.stringify(key))),
        asserted: claims.filter((c) => c.status === 'asserted').length,
      };
    });
    const anyCase = fc.nat({ max: cases.length - 1 }).map((index) => cases[index]);
    fc.assert(
      fc.property(
        anyCase,
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        fc.integer({ min: 1, max: 255 }),
        (item, where, mask) => {
          if (item === undefined) return;
          const bytes = new Uint8Array(reportOf(item.evidence));
          const at = Math.floor(where * bytes.length);
          bytes[at] = (bytes[at] ?? 0) ^ mask;
          const { claims, keys } = assessSession(withReport(item, bytes), item.context);
          for (const { algo, address, role } of keys) {
            expect(
              [...item.keys].some((text) => text.includes(address) && text.includes(algo) && text.includes(role)),
            ).toBe(true);
          }
          expect(claims.filter((c) => c.status === 'asserted').length).toBeLessThanOrEqual(item.asserted);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('assessSession()', () => {
  it('says nothing of a session without files', () => {
    const evidence: SessionEvidence = { provider: 'near-gateway', algo: 'ecdsa', model: 'm', spki: null, files: [] };
    const { claims, ...rest } = assessSession(evidence, { nonce: new Uint8Array(32), atMs: 0, roots: [] });
    expect(claims.map(({ subject, claim, status }) => [subject, claim, status])).toEqual([
      ['gateway', 'quote', 'unknown'],
      ['model', 'quote', 'unknown'],
    ]);
    expect(rest).toEqual({ machines: [], keys: [], channelSpki: null, window: null, simulated: false });
  });
});
