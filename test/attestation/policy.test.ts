import { describe, expect, it } from 'vitest';
import { applyPolicy, checkPolicy } from '../../src/attestation/check-policy.ts';
import type { AttestedMachine, Claim, SessionAssessment } from '../../src/attestation/claim.ts';
import { parsePolicy, type Policy } from '../../src/attestation/policy.ts';
import { isTouchstoneError } from '../../src/core/errors.ts';
import * as fc from '../property.ts';

const a = 'aa'.repeat(48);
const b = 'bb'.repeat(48);
const compose = 'cc'.repeat(32);
const boot = { mr_td: [a], rtmr0: [a], rtmr1: [a, b], rtmr2: [a] };

function machine(role: 'model' | 'gateway', changes: Partial<AttestedMachine> = {}): AttestedMachine {
  return {
    role,
    platform: 'tdx-v4',
    tcb: { status: 'UpToDate', advisories: [], evaluationDataNumber: 19, fmspc: '90c06f000000' },
    measurements: { mr_td: a, rtmr0: a, rtmr1: a, rtmr2: a, rtmr3: b, compose_hash: compose },
    declaredCheckpoints: [],
    ...changes,
  };
}

function claim(name: Claim['claim'], status: Claim['status'], subject: Claim['subject'] = 'model'): Claim {
  return { subject, claim: name, status, source: 'verifier_derived', reason: 'as it was' };
}

function session(machines: AttestedMachine[], claims: Claim[] = []): SessionAssessment {
  return { claims, machines, keys: [], channelSpki: null, window: null, simulated: false };
}

describe('parsePolicy()', () => {
  it('gives a policy with every field, and an empty one', () => {
    const policy = {
      minimum_level: 'L4',
      tcb_statuses: ['UpToDate', 'SWHardeningNeeded'],
      minimum_tcb_evaluation_data_number: 18,
      gpu_required: true,
      model: { measurements: boot, compose_hashes: [compose] },
      gateway: {},
    };
    expect(parsePolicy(policy)).toEqual(policy);
    expect(parsePolicy({})).toEqual({});
  });

  it.each<[string, unknown, string]>([
    ['a list', [], ''],
    ['nothing', null, ''],
    ['a field that no policy has', { minimal_level: 'L4' }, '/minimal_level'],
    ['a field that every object has', JSON.parse('{"constructor":1}'), '/constructor'],
    ['the name of a prototype', JSON.parse('{"__proto__":{}}'), '/__proto__'],
    ['an unknown level', { minimum_level: 'L7' }, '/minimum_level'],
    ['no statuses at all', { tcb_statuses: [] }, '/tcb_statuses'],
    ['a status that is a number', { tcb_statuses: ['UpToDate', 1] }, '/tcb_statuses/1'],
    ['a number below zero', { minimum_tcb_evaluation_data_number: -1 }, '/minimum_tcb_evaluation_data_number'],
    ['a number as text', { minimum_tcb_evaluation_data_number: '18' }, '/minimum_tcb_evaluation_data_number'],
    ['a word for true', { gpu_required: 'yes' }, '/gpu_required'],
    ['measurements in a list', { model: { measurements: [a] } }, '/model/measurements'],
    ['a measurement with an odd name', { model: { measurements: { 'mr/td': [a] } } }, '/model/measurements/mr~1td'],
    ['a measurement that is no list', { model: { measurements: { mr_td: a } } }, '/model/measurements/mr_td'],
    ['upper-case hex', { gateway: { measurements: { mr_td: ['AA'] } } }, '/gateway/measurements/mr_td/0'],
    ['a compose hash that is cut', { model: { compose_hashes: ['cc'] } }, '/model/compose_hashes/0'],
    ['a field that no machine has', { model: { mr_td: [a] } }, '/model/mr_td'],
    ['1025 entries', { tcb_statuses: Array.from({ length: 1025 }, () => 'UpToDate') }, '/tcb_statuses'],
  ])('rejects %s', (_, value, pointer) => {
    expect(() => parsePolicy(value)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_SCHEMA', pointer }));
  });

  it('throws nothing but its own error on any value', () => {
    const fields = fc.dictionary(
      fc.constantFrom('minimum_level', 'tcb_statuses', 'gpu_required', 'model'),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fields), (value) => {
        try {
          parsePolicy(value);
        } catch (error) {
          expect(isTouchstoneError(error, 'ERR_CONFIG_SCHEMA')).toBe(true);
        }
      }),
    );
  });
});

describe('checkPolicy()', () => {
  const good = session([machine('model')], [claim('gpu', 'asserted')]);
  const outOfDate = { status: 'OutOfDate', advisories: [], evaluationDataNumber: 17, fmspc: '' };

  it('passes an empty policy and one that is met in full', () => {
    expect(checkPolicy({}, [good], 'L0')).toEqual({ pass: true, findings: [] });
    const verdict = checkPolicy(
      parsePolicy({
        minimum_level: 'L4',
        tcb_statuses: ['UpToDate'],
        minimum_tcb_evaluation_data_number: 19,
        gpu_required: true,
        model: { measurements: boot, compose_hashes: [compose] },
      }),
      [good, good],
      'L4',
    );
    expect(verdict.pass).toBe(true);
    expect(verdict.findings.every(({ met, code }) => met && code === undefined)).toBe(true);
    // Seven of each of two machines, the level and the GPUs.
    expect(verdict.findings).toHaveLength(2 * 7 + 2);
  });

  it.each<[string, Policy, SessionAssessment[], string, string | undefined]>([
    ['a level below', { minimum_level: 'L5' }, [good], 'minimum_level', 'ERR_EVIDENCE_LEVEL'],
    ['no machine', {}, [], 'machines', undefined],
    [
      'another status',
      { tcb_statuses: ['UpToDate'] },
      [session([machine('model', { tcb: outOfDate })])],
      'tcb_statuses',
      'ERR_TCB_LEVEL',
    ],
    [
      'no status',
      { tcb_statuses: ['UpToDate'] },
      [session([machine('model', { tcb: null })])],
      'tcb_statuses',
      'ERR_TCB_LEVEL',
    ],
    [
      'old TCB data',
      { minimum_tcb_evaluation_data_number: 18 },
      [good, session([machine('model', { tcb: outOfDate })])],
      'minimum_tcb_evaluation_data_number',
      'ERR_TCB_LEVEL',
    ],
    [
      'no TCB data',
      { minimum_tcb_evaluation_data_number: 0 },
      [session([machine('model', { tcb: null })])],
      'minimum_tcb_evaluation_data_number',
      'ERR_TCB_LEVEL',
    ],
    [
      'a measurement that is not listed',
      { model: { measurements: { rtmr3: [a] } } },
      [good],
      'model.measurements.rtmr3',
      'ERR_MEASUREMENT',
    ],
    [
      'a measurement that is not there',
      { model: { measurements: { pcr0: [a] } } },
      [good],
      'model.measurements.pcr0',
      'ERR_MEASUREMENT',
    ],
    [
      'another application',
      { model: { compose_hashes: ['dd'.repeat(32)] } },
      [good],
      'model.compose_hashes',
      'ERR_MEASUREMENT',
    ],
    ['no GPU evidence', { gpu_required: true }, [good, session([machine('model')])], 'gpu_required', undefined],
    [
      'GPU evidence that is not checked',
      { gpu_required: true },
      [session([machine('model')], [claim('gpu', 'unknown')])],
      'gpu_required',
      undefined,
    ],
  ])('does not pass %s', (...[, policy, assessments, rule, code]) => {
    const { pass, findings } = checkPolicy(policy, assessments, 'L4');
    expect(pass).toBe(false);
    expect(findings.filter(({ met }) => !met).map((finding) => [finding.rule, finding.code])).toEqual([[rule, code]]);
  });

  it('holds a gateway to its own list only', () => {
    const both = session([machine('model'), machine('gateway')]);
    const policy = { gateway: { measurements: { mr_td: [b] } } };
    expect(checkPolicy(policy, [session([machine('model')])], 'L4').pass).toBe(true);
    expect(checkPolicy(policy, [both], 'L4').pass).toBe(false);
  });
});

describe('applyPolicy()', () => {
  const known = claim('measurements', 'unknown');
  const policy: Policy = { model: { measurements: boot } };

  it('asserts measurements where all boot measurements are listed', () => {
    const { claims } = applyPolicy(policy, session([machine('model')], [claim('quote', 'asserted'), known]));
    expect(claims.map(({ claim: name, status }) => [name, status])).toEqual([
      ['quote', 'asserted'],
      ['measurements', 'asserted'],
    ]);
  });

  it('asserts them where no claim was made before', () => {
    expect(applyPolicy(policy, session([machine('model')])).claims).toMatchObject([
      { subject: 'model', claim: 'measurements', status: 'asserted' },
    ]);
  });

  it('refutes them where something listed does not match, also of one machine of two', () => {
    const other = machine('model', { measurements: { ...machine('model').measurements, rtmr1: 'dd'.repeat(48) } });
    const { claims } = applyPolicy(policy, session([machine('model'), other], [known]));
    expect(claims).toMatchObject([{ status: 'refuted', code: 'ERR_MEASUREMENT' }]);
  });

  it('refutes them where the application does not match', () => {
    const strict = { model: { measurements: boot, compose_hashes: ['dd'.repeat(32)] } };
    expect(applyPolicy(strict, session([machine('model')], [known])).claims[0]?.status).toBe('refuted');
  });

  it.each(Object.keys(boot))('leaves them as they were where %s is not listed', (name) => {
    const measurements = Object.fromEntries(Object.entries(boot).filter(([key]) => key !== name));
    const { claims } = applyPolicy({ model: { measurements } }, session([machine('model')], [known]));
    expect(claims).toEqual([known]);
  });

  it('leaves the claims of a role without machines as they were', () => {
    const gateway = claim('measurements', 'unknown', 'gateway');
    expect(applyPolicy(policy, session([machine('model')], [gateway])).claims).toContain(gateway);
  });
});
