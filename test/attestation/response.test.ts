import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assessResponse, type FetchedAnswerEvidence } from '../../src/attestation/response.ts';
import { gradeAnswer } from '../../src/attestation/grade.ts';
import { assessSession } from '../../src/attestation/session.ts';
import { VENDOR_ROOTS } from '../../src/attestation/trust.ts';
import type { Claim, ResponseAssessment, ResponseContext } from '../../src/attestation/claim.ts';
import { anyCharacter } from '../any-text.ts';
import * as fc from '../property.ts';
import { describeRealData } from '../testdata.ts';
import { attestedKeys, ecdsaAddress, ed25519Address, sha256, signatureBody } from './chat-keys.ts';
import { receiptBody } from './receipts.ts';

const spki = 'ab'.repeat(32);
const context: ResponseContext = {
  provider: 'near-direct',
  requestSha256: sha256('request'),
  responseSha256: sha256('response'),
  model: 'demo-model',
  keys: attestedKeys('model'),
  channelSpkis: [spki],
  stream: null,
  algorithms: ['ecdsa', 'ed25519'],
};
const halves = `${context.requestSha256}:${context.responseSha256}`;
const named = `demo-model:${halves}`;

function signed(text = named, changes: object = {}): FetchedAnswerEvidence {
  const algos = ['ecdsa', 'ed25519'] as const;
  return { signatures: algos.map((algo) => ({ algo, body: signatureBody(algo, text, changes) })) };
}

function claim(assessment: ResponseAssessment, name: Claim['claim']): Claim {
  const found = assessment.claims.filter((candidate) => candidate.claim === name);
  expect(found).toHaveLength(1);
  return found[0] as Claim;
}

function assess(evidence: FetchedAnswerEvidence, changes: Partial<ResponseContext> = {}): ResponseAssessment {
  return assessResponse(evidence, { ...context, ...changes });
}

describe('assessResponse() on signatures', () => {
  it('asserts all about a named text by a model key', () => {
    const assessment = assess({ ...signed(), peer_spki: spki });
    expect(assessment.claims.map(({ claim: name, status }) => [name, status])).toEqual([
      ['signed', 'asserted'],
      ['signed_model', 'asserted'],
      ['request_half', 'asserted'],
      ['channel', 'asserted'],
    ]);
    expect(assessment).toMatchObject({ signedModel: 'demo-model', signer: { role: 'model', algo: 'ecdsa' } });
    expect(claim(assessment, 'signed').reason).toContain(ecdsaAddress);
    expect(claim(assessment, 'signed').reason).toContain(ed25519Address);
  });

  it('leaves the model unknown when the text has two parts', () => {
    const assessment = assess(signed(halves));
    expect(claim(assessment, 'signed').status).toBe('asserted');
    expect(claim(assessment, 'signed_model').status).toBe('unknown');
    expect(assessment.signedModel).toBeNull();
  });

  it('prefers a model key to a gateway key', () => {
    const [ecdsa, ed25519] = attestedKeys('model');
    const keys = [{ ...ecdsa, role: 'gateway' }, ed25519] as ResponseContext['keys'];
    expect(assess(signed(), { provider: 'near-gateway', keys }).signer).toMatchObject({ role: 'model' });
  });

  it('looks only at the algorithms it is asked to check', () => {
    const [, ed25519] = signed().signatures ?? [];
    const broken = { algo: 'ecdsa', body: 'nonsense' } as const;
    const evidence = { signatures: [broken, ...(ed25519 ? [ed25519] : [])] };
    expect(claim(assess(evidence), 'signed').code).toBe('ERR_CHAT_FORM');
    const assessment = assess(evidence, { algorithms: ['ed25519'] });
    expect(assessment.signer?.address).toBe(ed25519Address);
    expect(claim(assess(evidence, { algorithms: [] }), 'signed').status).toBe('unknown');
  });

  it.each<[string, string, FetchedAnswerEvidence, Partial<ResponseContext>]>([
    ['a body that is not one', 'ERR_CHAT_FORM', { signatures: [{ algo: 'ecdsa', body: '{}' }] }, {}],
    ['other bytes', 'ERR_CHAT_TEXT', signed(), { responseSha256: sha256('edited') }],
    ['another model', 'ERR_CHAT_MODEL', signed(`other:${halves}`), {}],
    ['a text that was not signed', 'ERR_CHAT_SIGNATURE', signed(halves, { text: named }), {}],
    ['a key that is not attested', 'ERR_CHAT_SIGNER', signed(), { keys: otherKeys() }],
    ['a gateway key on the direct path', 'ERR_CHAT_KIND', signed(), { keys: attestedKeys('gateway') }],
    ['the kind of a gateway by a model key', 'ERR_CHAT_KIND', signed(named, { signature_kind: 'gateway' }), {}],
    [
      'the kind of a model by a gateway key',
      'ERR_CHAT_KIND',
      signed(halves, { signature_kind: 'provider_tee' }),
      { provider: 'near-gateway', keys: attestedKeys('gateway') },
    ],
    ['a stream that was cut', 'ERR_STREAM_CUT', signed(), { stream: { complete: false } }],
  ])('refutes %s', (_, code, evidence, changes) => {
    const assessment = assess(evidence, changes);
    expect(claim(assessment, 'signed')).toMatchObject({ status: 'refuted', code });
    expect(claim(assessment, 'request_half').status).toBe('unknown');
    expect(assessment).toMatchObject({ signer: null, signedModel: null });
  });

  it('one signature that contradicts refutes, whatever the other says', () => {
    const good = { algo: 'ed25519', body: signatureBody('ed25519', named) } as const;
    const bad = { algo: 'ecdsa', body: signatureBody('ecdsa', `other:${halves}`) } as const;
    for (const signatures of [
      [good, bad],
      [bad, good],
    ]) {
      expect(claim(assess({ signatures }), 'signed').code).toBe('ERR_CHAT_MODEL');
    }
  });

  it('accepts a stream that reached its end', () => {
    expect(claim(assess(signed(), { stream: { complete: true } }), 'signed').status).toBe('asserted');
  });

  it.each<[string, FetchedAnswerEvidence, Partial<ResponseContext>]>([
    ['nothing was fetched', {}, {}],
    ['nothing was fetched of a stream that was cut', {}, { stream: { complete: false } }],
    ['the provider has none', { signatures: [{ algo: 'ecdsa', body: '{"error_code":"SIGNATURE_UNSUPPORTED"}' }] }, {}],
    ['no session attests a key', signed(), { keys: [] }],
  ])('knows nothing when %s', (_, evidence, changes) => {
    const assessment = assess(evidence, changes);
    expect(assessment.claims.map(({ status }) => status)).toEqual(['unknown', 'unknown', 'unknown', 'unknown']);
    expect(assessment.claims.some(({ code }) => code !== undefined)).toBe(false);
    expect(assessment.signer).toBeNull();
  });

  function otherKeys(): ResponseContext['keys'] {
    return attestedKeys('model').map((key) => ({ ...key, address: key.address.replace(/^../, '00') }));
  }
});

describe('assessResponse() on the request half', () => {
  const two = halves;
  const three = named;
  it.each<[string, Partial<ResponseContext>, string, RegExp | null]>([
    ['a named text of a model', { provider: 'near-direct' }, three, null],
    ['a text of two parts of a model', { provider: 'near-direct' }, two, /^any caller/],
    ['a model behind a gateway', { provider: 'near-gateway' }, three, /^the gateway hands/],
    ['a gateway', { provider: 'near-gateway', keys: attestedKeys('gateway') }, two, null],
    ['the older server', { provider: 'vllm-proxy' }, two, /^any caller/],
    ['the older server with a name', { provider: 'vllm-proxy' }, three, /^any caller/],
    ['a model behind an ACI gateway', { provider: 'aci' }, two, /^the gateway hands/],
  ])('%s', (_, changes, text, chooser) => {
    const { status, reason } = claim(assess(signed(text), changes), 'request_half');
    expect(status).toBe(chooser === null ? 'asserted' : 'unknown');
    expect(reason).toMatch(chooser ?? /hashes the body that it received/);
  });

  it('names the one who could choose it even where nobody is expected to', () => {
    expect(claim(assess(signed()), 'request_half').reason).toContain('operator token');
  });
});

describe('assessResponse() on receipts', () => {
  const aci = { provider: 'aci', keys: attestedKeys('gateway') } as const;

  it('asserts a receipt by an attested key', () => {
    const assessment = assess({ receipt: receiptBody({}) }, aci);
    expect(claim(assessment, 'signed').status).toBe('asserted');
    expect(claim(assessment, 'signed_model').status).toBe('asserted');
    expect(claim(assessment, 'request_half')).toMatchObject({ status: 'asserted', source: 'provider_asserted' });
    expect(assessment).toMatchObject({ signedModel: 'demo-model', signer: { address: ed25519Address } });
  });

  it.each<[string, string, string, Partial<ResponseContext>]>([
    ['a body that is not one', 'ERR_RECEIPT_FORM', '{}', {}],
    ['another request', 'ERR_CHAT_TEXT', receiptBody({}), { requestSha256: sha256('other') }],
    ['another response', 'ERR_CHAT_TEXT', receiptBody({}), { responseSha256: sha256('other') }],
    ['another model', 'ERR_CHAT_MODEL', receiptBody({}), { model: 'other' }],
    ['a changed document', 'ERR_RECEIPT_SIGNATURE', receiptBody({}, { method: 'GET' }), {}],
    ['a stream that was cut', 'ERR_STREAM_CUT', receiptBody({}), { stream: { complete: false } }],
  ])('refutes %s', (_, code, receipt, changes) => {
    const assessment = assess({ receipt }, { ...aci, ...changes });
    expect(claim(assessment, 'signed')).toMatchObject({ status: 'refuted', code });
  });

  it('knows nothing when no session attests a key', () => {
    expect(claim(assess({ receipt: receiptBody({}) }, { ...aci, keys: [] }), 'signed').status).toBe('unknown');
  });
});

describe('assessResponse() on the channel', () => {
  it.each<[string, ResponseContext['provider'], FetchedAnswerEvidence, Claim['status']]>([
    ['the attested key', 'tinfoil', { peer_spki: spki }, 'asserted'],
    ['no recorded key', 'tinfoil', {}, 'unknown'],
    ['another key, where nothing else vouches for the answer', 'tinfoil', { peer_spki: 'cd'.repeat(32) }, 'refuted'],
    ['another key, where answers are signed', 'near-direct', { peer_spki: 'cd'.repeat(32) }, 'unknown'],
  ])('%s on %s', (_, provider, evidence, status) => {
    expect(claim(assess(evidence, { provider }), 'channel').status).toBe(status);
  });

  it('a refuted channel has its code', () => {
    const assessment = assess({ peer_spki: 'cd'.repeat(32) }, { provider: 'tinfoil' });
    expect(claim(assessment, 'channel').code).toBe('ERR_TLS_KEY');
  });

  it('no session with a TLS key leaves it unknown', () => {
    const assessment = assess({ peer_spki: spki }, { provider: 'tinfoil', channelSpkis: [] });
    expect(claim(assessment, 'channel').status).toBe('unknown');
  });
});

describe('assessResponse() on hostile evidence', () => {
  it('never throws, and asserts nothing that was not signed', () => {
    const text = fc.oneof(
      fc.string({ unit: anyCharacter }),
      fc.jsonValue().map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(text, text, fc.constantFrom('ecdsa', 'ed25519'), (receipt, body, algo) => {
        const assessment = assess({ receipt, signatures: [{ algo, body }] });
        expect(claim(assessment, 'signed').status).not.toBe('asserted');
      }),
    );
  });

  it('a change of any character of a body never changes what is asserted', () => {
    const body = signatureBody('ed25519', named);
    const place = fc.record({ at: fc.nat(body.length - 1), unit: anyCharacter });
    const whole = assess({ signatures: [{ algo: 'ed25519', body }] });
    fc.assert(
      fc.property(place, ({ at, unit }) => {
        const changed = body.slice(0, at) + unit + body.slice(at + 1);
        const assessment = assess({ signatures: [{ algo: 'ed25519', body: changed }] });
        // Spacing and the case of hex digits carry nothing.
        if (claim(assessment, 'signed').status === 'asserted') expect(assessment).toEqual(whole);
      }),
    );
  });
});

describeRealData('assessResponse() under assessSession()', 'fixtures/tee', (folder) => {
  const read = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)));
  const capture = (name: string): Uint8Array => read(`live-captures/near-via-venice-ecdsa-2026-04-24/${name}`);
  const meta = JSON.parse(Buffer.from(capture('meta.json')).toString('utf8'));
  const model = 'Qwen/Qwen3.5-122B-A10B';
  const session = assessSession(
    {
      provider: 'near-direct',
      algo: 'ecdsa',
      model,
      spki: null,
      files: [
        { role: 'report', bytes: capture('report.json') },
        { role: 'collateral', bytes: capture('collateral.json') },
      ],
    },
    {
      nonce: new Uint8Array(Buffer.from(meta.client_nonce, 'hex')),
      atMs: Date.parse(meta.captured_at),
      roots: [VENDOR_ROOTS],
    },
  );
  const sample = assess(
    { signatures: [{ algo: 'ecdsa', body: Buffer.from(read('near-chat-signature/signature.json')).toString('utf8') }] },
    {
      requestSha256: sha256(read('near-chat-signature/request.json')),
      responseSha256: sha256(read('near-chat-signature/response.sse')),
      model,
      keys: session.keys,
      stream: { complete: true },
    },
  );

  it('the sample of NEAR is signed by the key of a real quote', () => {
    expect(sample.claims.map(({ status }) => status)).toEqual(['asserted', 'asserted', 'asserted', 'unknown']);
    const address = '6525e128afcffebf7eed05d485d7be983cdae934';
    expect(sample).toMatchObject({ signedModel: model, signer: { role: 'model', address } });
  });

  it('its level says what was not bracketed and not listed', () => {
    const sessions = [{ assessment: session, isClosing: false }];
    const level = gradeAnswer(sample, { sessions, asked: 1, judged: 1, runSigned: true });
    expect(level).toMatchObject({ level: 'L4', suffixes: ['~stale', '~time'] });
    expect(level.reasons).toContain('not L5: measurements: no policy lists what may have been booted');
  });
});
