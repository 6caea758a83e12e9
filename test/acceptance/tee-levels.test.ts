/** The levels that real runs reach, with their reasons, under roots that stand for those of vendors. */
import { describe, expect, it } from 'vitest';
import { applyPolicy } from '../../src/attestation/check-policy.ts';
import type { AttestationCheck } from '../../src/attestation/claim.ts';
import type { Policy } from '../../src/attestation/policy.ts';
import type { TeeProvider } from '../../src/core/evidence-names.ts';
import { EndpointError } from '../../src/core/errors.ts';
import type { Endpoint } from '../../src/endpoints/endpoint.ts';
import { SIMULATOR_FAULTS, type SimulatorFaultName } from '../../src/endpoints/tee/simulator/faults.ts';
import type { TeeSimulatorOptions } from '../../src/endpoints/tee/simulator/server.ts';
import type { RunEvent } from '../../src/runner/run-event.ts';
import type { VerifiedTranscript } from '../../src/verifier/verified-transcript.ts';
import { AS_VENDOR, codeOf, openBench, SIMULATED, transcriptOf, verifyFolder, type RunChoice } from './tee-runs.ts';

async function run(
  provider: TeeProvider,
  choice: RunChoice = {},
  options: Partial<TeeSimulatorOptions> = {},
): Promise<VerifiedTranscript> {
  await using bench = await openBench(provider, options);
  const folder = bench.folder();
  await bench.run(folder, { attestation: AS_VENDOR, single: true, ...choice });
  return await transcriptOf(folder, choice.attestation ?? AS_VENDOR);
}

/** Every level with its suffixes, and the answers that have it. */
function levelsOf({ execution }: VerifiedTranscript): readonly string[] {
  return (execution?.levels ?? []).map(
    ({ level, suffixes, answers }) => `${[level, ...suffixes].join('')} × ${answers}`,
  );
}

function reasonsOf({ execution }: VerifiedTranscript): readonly string[] {
  return (execution?.levels ?? []).flatMap(({ reasons }) => reasons);
}

const UNLISTED = 'not L5: measurements: no policy lists what may have been booted';
const LAUNCHED = 'not L5: images_pinned: images of the files that are started after boot are not in the report';
const BY_CLOCK = '~time: only the clock of the runner says when it was attested';
const MODEL_SIGNED = 'an attested model server signed these bytes';
const GATEWAY_SIGNED = 'an attested gateway signed these bytes; which model answered is not proven';
const CHANNEL = 'by the word of the runner, the connection ended in an attested machine';
const NOTHING = 'neither an attested key nor an attested connection vouches for the answer';

type Row = readonly [TeeProvider, string, RunChoice, Partial<TeeSimulatorOptions>, string, readonly string[]];

const LADDER: readonly Row[] = [
  ['near-direct', 'over TLS', {}, {}, 'L4~time', [MODEL_SIGNED, LAUNCHED, UNLISTED, BY_CLOCK]],
  ['near-direct', 'in a stream', { stream: true }, {}, 'L4~time', [MODEL_SIGNED, LAUNCHED, UNLISTED, BY_CLOCK]],
  ['near-direct', 'without TLS', {}, { tls: false }, 'L4~time', [MODEL_SIGNED, LAUNCHED, UNLISTED, BY_CLOCK]],
  [
    'near-gateway',
    'whole',
    {},
    {},
    'L4~req~time',
    [MODEL_SIGNED, LAUNCHED, UNLISTED, '~req: the gateway hands the request hash to the model server', BY_CLOCK],
  ],
  ['near-gateway', 'in a stream', { stream: true }, {}, 'L3~time', [GATEWAY_SIGNED, BY_CLOCK]],
  [
    'vllm-proxy',
    'whole',
    {},
    {},
    'L4~req~time',
    [MODEL_SIGNED, UNLISTED, '~req: any caller could choose the request hash with a header', BY_CLOCK],
  ],
  ['aci', 'whole', {}, {}, 'L3~time', [GATEWAY_SIGNED, BY_CLOCK]],
  ['aci', 'in a stream', { stream: true }, {}, 'L3~time', [GATEWAY_SIGNED, BY_CLOCK]],
  ['tinfoil', 'over TLS', {}, {}, 'L2~time', [CHANNEL, BY_CLOCK]],
  ['tinfoil', 'without TLS', {}, { tls: false }, 'L1', ['no attestation vouches for the answer']],
  ['tinfoil', 'by a key that nobody answers for', { signer: { kind: 'ephemeral' } }, {}, 'L0', [NOTHING]],
  [
    'near-direct',
    'as a simulator',
    { attestation: SIMULATED },
    {},
    'L1~simulated',
    ['the machine is simulated, which proves nothing'],
  ],
];

describe('the level of a run', () => {
  it.each(LADDER)('at %s, %s', async (...[provider, , choice, options, level, reasons]) => {
    const transcript = await run(provider, choice, options);
    expect(levelsOf(transcript)).toEqual([`${level} × 1`]);
    expect(reasonsOf(transcript)).toEqual(reasons);
    const { execution, axes } = transcript;
    expect(execution).toMatchObject({ answers: 1, checked: 1 });
    const isProven = /^L[2-6]/.test(level);
    expect(axes.find(({ axis }) => axis === 'execution')).toMatchObject({
      verdict: isProven ? 'proven' : 'declared',
      coverage: { checked: 1, total: 1, unit: 'answers' },
    });
  });

  it('at vllm-proxy is L5 where a policy lists what was booted', async () => {
    const { machines = [] } = (await run('vllm-proxy')).execution ?? {};
    const { measurements = {} } = machines[0] ?? {};
    const boot = ['mr_td', 'rtmr0', 'rtmr1', 'rtmr2'].map((name) => [name, [measurements[name] ?? '']] as const);
    const policy: Policy = { model: { measurements: Object.fromEntries(boot) } };
    const attestation: AttestationCheck = {
      ...AS_VENDOR,
      assessSession: (evidence, context) => applyPolicy(policy, AS_VENDOR.assessSession(evidence, context)),
    };
    const transcript = await run('vllm-proxy', { attestation, requireLevel: 'L5' });
    expect(levelsOf(transcript)).toEqual(['L5~req~time × 1']);
    expect(reasonsOf(transcript)[1]).toMatch(/^not L6: weights: no measurement covers the weights/);
  });
});

type Noted = readonly [SimulatorFaultName, TeeProvider, string, RegExp];

const NOTED: readonly Noted[] = [
  ['tcb-outdated', 'near-direct', 'L4~time', /^not L5: tcb: status OutOfDate$/m],
  ['tcb-outdated', 'near-gateway', 'L4~req~time', /^not L5: tcb: status OutOfDate$/m],
  ['tcb-outdated', 'vllm-proxy', 'L4~req~time', /^not L5: tcb: status OutOfDate$/m],
  ['tcb-outdated', 'aci', 'L3~time', /^an attested gateway/],
  ['tcb-outdated', 'tinfoil', 'L2~time', /^by the word of the runner/],
  ['tcb-configuration', 'near-direct', 'L4~time', /^not L5: tcb: status ConfigurationNeeded$/m],
  ['tcb-configuration', 'near-gateway', 'L4~req~time', /^not L5: tcb: status ConfigurationNeeded$/m],
  ['tcb-configuration', 'vllm-proxy', 'L4~req~time', /^not L5: tcb: status ConfigurationNeeded$/m],
  ['tcb-configuration', 'aci', 'L3~time', /^an attested gateway/],
  ['tcb-configuration', 'tinfoil', 'L2~time', /^by the word of the runner/],
  ['quote-v5', 'near-direct', 'L4~time', /^an attested model server/],
  ['quote-v5', 'near-gateway', 'L4~req~time', /^an attested model server/],
  ['quote-v5', 'vllm-proxy', 'L4~req~time', /^an attested model server/],
  ['quote-v5', 'aci', 'L3~time', /^an attested gateway/],
  ['quote-v5', 'tinfoil', 'L2~time', /^by the word of the runner/],
  ['quote-v5-td10', 'near-direct', 'L4~time', /^an attested model server/],
  ['quote-v5-td10', 'near-gateway', 'L4~req~time', /^an attested model server/],
  ['quote-v5-td10', 'vllm-proxy', 'L4~req~time', /^an attested model server/],
  ['quote-v5-td10', 'aci', 'L3~time', /^an attested gateway/],
  ['quote-v5-td10', 'tinfoil', 'L2~time', /^by the word of the runner/],
  ['gpu-missing', 'near-direct', 'L4~time', /^not L5: gpu: the report has no GPU evidence$/m],
  ['gpu-missing', 'near-gateway', 'L4~req~time', /^not L5: gpu: the report has no GPU evidence$/m],
  ['gpu-missing', 'vllm-proxy', 'L4~req~time', /^not L5: gpu: the report has no GPU evidence$/m],
  ['gpu-missing', 'tinfoil', 'L2~time', /^by the word of the runner/],
  ['image-unpinned', 'near-direct', 'L4~time', /^not L5: images_pinned: not pinned by a digest: /m],
  ['image-unpinned', 'near-gateway', 'L4~req~time', /^not L5: images_pinned: not pinned by a digest: /m],
  ['image-unpinned', 'vllm-proxy', 'L4~req~time', /^not L5: images_pinned: not pinned by a digest: /m],
  ['image-unpinned', 'aci', 'L3~time', /^an attested gateway/],
  ['signature-missing', 'near-direct', 'L2~time', /^by the word of the runner/],
  ['signature-missing', 'near-gateway', 'L2~time', /^by the word of the runner/],
  ['signature-missing', 'vllm-proxy', 'L1', /^no attestation vouches for the answer$/],
];

describe('what is not refused but noted', () => {
  it('is every fault without a code, in every mode that has it', () => {
    const cases = SIMULATOR_FAULTS.filter(({ code, name }) => code === null && name !== 'key-rotated');
    const wanted = cases.flatMap(({ name, modes }) => modes.map((mode) => `${name} ${mode}`));
    expect(NOTED.map(([name, mode]) => `${name} ${mode}`).toSorted()).toEqual(wanted.toSorted());
  });

  it.each(NOTED)('%s at %s leaves %s', async (name, provider, level, reason) => {
    const transcript = await run(provider, { faults: [name] });
    expect(levelsOf(transcript)).toEqual([`${level} × 1`]);
    expect(reasonsOf(transcript).join('\n')).toMatch(reason);
    const { machines = [] } = transcript.execution ?? {};
    const status = { 'tcb-outdated': 'OutOfDate', 'tcb-configuration': 'ConfigurationNeeded' }[name as string];
    expect(new Set(machines.map(({ tcb }) => tcb?.status))).toEqual(new Set([status ?? 'UpToDate']));
    const platform = name.startsWith('quote-v5') ? 'tdx-v5' : 'tdx-v4';
    expect(new Set(machines.map((machine) => machine.platform))).toEqual(new Set([platform]));
  });
});

/** An endpoint whose request of this number is answered only when something else has happened. */
function heldAt(number: number, until: Promise<void>): (endpoint: Endpoint) => Endpoint {
  let sent = 0;
  return (endpoint) => ({
    ...endpoint,
    async send(body, options) {
      const exchange = await endpoint.send(body, options);
      if (sent++ === number) await until;
      return exchange;
    },
  });
}

const SIGNING = ['near-direct', 'near-gateway', 'vllm-proxy'] as const;

describe('keys that change while a run goes on', () => {
  it.each(SIGNING)('at %s are attested again, and every answer has its level', async (provider) => {
    const half = provider === 'near-direct' ? '' : '~req';
    let resolve = (): void => undefined;
    const rotated = new Promise<void>((settle) => (resolve = settle));
    const transcript = await run(
      provider,
      {
        faults: ['key-rotated'],
        single: false,
        concurrency: 1,
        requireLevel: 'L4',
        // The fourth request is under way until the new key is attested, so that the fifth is sent after that.
        change: heldAt(3, rotated),
        listener: (event) => void (event.kind === 'attested' && event.phase === 'rotation' && resolve()),
      },
      { rotateAfter: 2 },
    );
    expect(transcript.execution?.sessions).toEqual({ before: 2, rotation: 2, after: 2 });
    // Nothing attests the first key after its two answers, nor the second before the two that were asked too early.
    expect(levelsOf(transcript)).toEqual([`L4${half}~stale~time × 4`, `L4${half}~time × 2`]);
    expect(transcript.execution?.signers.map(({ answers }) => answers).toSorted()).toEqual([2, 4]);
    expect(transcript.samples?.map(({ unscored }) => unscored)).toEqual(Array.from({ length: 6 }, () => null));
  });

  it.each(SIGNING)('at %s and are not attested leave answers that nobody accepts', async (provider) => {
    await using bench = await openBench(provider, { rotateAfter: 2 });
    const folder = bench.folder();
    await bench.run(folder, { faults: ['key-unattested'], concurrency: 1, attestation: AS_VENDOR });
    expect(codeOf(await verifyFolder(folder))).toBe('ERR_CHAT_SIGNER');
  });

  it.each(SIGNING)('at %s and are not attested leave no answer that counts where a level is required', async (mode) => {
    const choice: RunChoice = { faults: ['key-unattested'], single: false, concurrency: 1, requireLevel: 'L4' };
    const transcript = await run(mode, choice, { rotateAfter: 2 });
    const unscored = [...(transcript.samples ?? [])].toSorted((a, b) => a.index - b.index).map((each) => each.unscored);
    expect(unscored).toEqual([null, null, ...Array.from({ length: 4 }, () => 'unattested')]);
    expect(transcript.execution).toMatchObject({ answers: 2, level: 'L4' });
  });
});

describe('software that changes behind the same keys', () => {
  it.each<[TeeProvider, string]>([
    ['near-direct', 'L4~stale~time'],
    ['vllm-proxy', 'L4~req~stale~time'],
  ])('at %s leaves %s', async (provider, level) => {
    await using bench = await openBench(provider);
    const folder = bench.folder();
    const listener = ({ kind }: RunEvent): void => {
      // Other images are another compose file; the keys come from elsewhere and stay.
      if (kind === 'verdict') bench.simulator.setFaults(['image-unpinned']);
    };
    await bench.run(folder, { attestation: AS_VENDOR, single: true, listener });
    const transcript = await transcriptOf(folder);
    expect(transcript.execution?.sessions).toEqual({ before: 2, after: 2 });
    expect(levelsOf(transcript)).toEqual([`${level} × 1`]);
  });
});

/** An endpoint that can be attested a number of times and no more. */
function attestedOnly(times: number): (endpoint: Endpoint) => Endpoint {
  let left = times;
  return (endpoint) => {
    const { evidence } = endpoint;
    if (evidence === undefined) throw new Error('an endpoint of this kind gives evidence');
    const attest: typeof evidence.attest = (nonce, signal) =>
      left-- > 0
        ? evidence.attest(nonce, signal)
        : Promise.reject(
            new EndpointError('ERR_ATTESTATION', 'cannot fetch: gone', { status: null, retryable: false }),
          );
    return { ...endpoint, evidence: { ...evidence, attest } };
  };
}

describe('an endpoint that is gone after the last answer', () => {
  it.each<[TeeProvider, string]>([
    ['near-direct', 'L4~stale~time'],
    ['tinfoil', 'L2~stale~time'],
  ])('at %s leaves %s, and the runner says so', async (provider, level) => {
    const events: RunEvent[] = [];
    const transcript = await run(provider, {
      change: attestedOnly(1),
      listener: (event) => void events.push(event),
    });
    expect(levelsOf(transcript)).toEqual([`${level} × 1`]);
    expect(events.find(({ kind }) => kind === 'unattested')).toMatchObject({ reason: 'cannot fetch: gone' });
  });
});
