import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyNras, type NrasContext } from '../../../src/attestation/gpu/nras.ts';
import { isTouchstoneError } from '../../../src/core/errors.ts';
import { deriveEcKey } from '../../../src/endpoints/tee/simulator/ec-key.ts';
import * as fc from '../../property.ts';
import { describeRealData } from '../../testdata.ts';
import { expectCode } from '../../vectors.ts';

const context: NrasContext = { nonce: Uint8Array.from({ length: 32 }, (_, i) => i), atMs: 1_000_000_000 };
const iat = context.atMs / 1000 - 10;
const base = { iat, exp: iat + 3600, eat_nonce: Buffer.from(context.nonce).toString('hex') };
const key = deriveEcKey('P-384', 'nras test');
const coordinate = (from: number): string => Buffer.from(key.point.subarray(from, from + 48)).toString('base64url');
const jwk = { kty: 'EC', crv: 'P-384', kid: 'k1', x: coordinate(0), y: coordinate(48) };
const goodKeys = JSON.stringify({ keys: [{ kid: 'k0', kty: 'RSA' }, jwk] });

function token(claims: object, header: object = { alg: 'ES384', kid: 'k1' }): string {
  const input = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${input}.${Buffer.from(key.sign(Buffer.from(input))).toString('base64url')}`;
}

function device(changes: object = {}): string {
  return token({ ...base, measres: 'success', secboot: true, dbgstat: 'disabled', ...changes });
}

const digest = (text: string): unknown => ['DIGEST', ['SHA-256', createHash('sha256').update(text).digest('hex')]];

function overall(devices: Record<string, string>, changes: object = {}, header?: object): string {
  const submods = Object.fromEntries(Object.entries(devices).map(([name, text]) => [name, digest(text)]));
  return token({ ...base, 'x-nvidia-overall-att-result': true, submods, ...changes }, header);
}

function verdict(devices: Record<string, string>, changes: object = {}, header?: object): string {
  return JSON.stringify([['JWT', overall(devices, changes, header)], devices]);
}

const two = { 'GPU-0': device({ jti: 'a' }), 'GPU-1': device({ jti: 'b' }) };
const good = verdict(two);

describe('verifyNras()', () => {
  it('accepts a good verdict and says when it was given', () => {
    expect(verifyNras(good, goodKeys, context)).toEqual({
      deviceCount: 2,
      issuedAtMs: iat * 1000,
      window: { fromMs: iat * 1000, toMs: (iat + 3600) * 1000 },
    });
  });

  it.each([-300_000 - 10_000, 3_590_000 + 300_000])('accepts clocks that are %i ms apart', (apartMs) => {
    verifyNras(good, goodKeys, { ...context, atMs: context.atMs + apartMs });
  });

  it.each<[string, string, string, Partial<NrasContext>]>([
    ['ERR_CLOCK', good, goodKeys, { atMs: Number.NaN }],
    ['ERR_GPU_NONCE', good, goodKeys, { nonce: new Uint8Array(32) }],
    ['ERR_NRAS_VERDICT', good, goodKeys, { atMs: context.atMs - 310_001 }],
    ['ERR_NRAS_VERDICT', good, goodKeys, { atMs: context.atMs + 3_890_001 }],
  ])('rejects with %s in another context', (...[code, response, keys, changes]) => {
    expectCode(() => verifyNras(response, keys, { ...context, ...changes }), code);
  });

  it('rejects a digest that is nested without end', () => {
    const nested = '['.repeat(200_000) + ']'.repeat(200_000);
    const claims = JSON.stringify({ ...base, 'x-nvidia-overall-att-result': true, submods: { 'GPU-0': 'here' } });
    const payload = Buffer.from(claims.replace('"here"', nested)).toString('base64url');
    const input = `${Buffer.from('{"alg":"ES384","kid":"k1"}').toString('base64url')}.${payload}`;
    const signed = `${input}.${Buffer.from(key.sign(Buffer.from(input))).toString('base64url')}`;
    const response = JSON.stringify([['JWT', signed], { 'GPU-0': device() }]);
    expectCode(() => verifyNras(response, goodKeys, context), 'ERR_NRAS_SIGNATURE');
  });

  it.each<[string, string, string]>([
    ['a result that is not good', 'ERR_NRAS_VERDICT', verdict(two, { 'x-nvidia-overall-att-result': false })],
    ['a result that is a text', 'ERR_NRAS_VERDICT', verdict(two, { 'x-nvidia-overall-att-result': 'true' })],
    ['measurements that fail', 'ERR_NRAS_VERDICT', verdict({ a: device({ measres: 'fail' }) })],
    ['a boot that was not secured', 'ERR_NRAS_VERDICT', verdict({ a: device({ secboot: false }) })],
    ['a device in debug mode', 'ERR_NRAS_VERDICT', verdict({ a: device({ dbgstat: 'enabled' }) })],
    ['a device judged over another nonce', 'ERR_GPU_NONCE', verdict({ a: device({ eat_nonce: '00' }) })],
    ['an overall token over another nonce', 'ERR_GPU_NONCE', verdict(two, { eat_nonce: '00' })],
    ['a device judged long ago', 'ERR_NRAS_VERDICT', verdict({ a: device({ iat: 0, exp: 60 }) })],
    ['a token without times', 'ERR_GPU_FORM', verdict(two, { iat: undefined })],
    ['a token with a time as text', 'ERR_GPU_FORM', verdict(two, { exp: '5' })],
    ['an unknown key', 'ERR_NRAS_KEY', verdict(two, {}, { alg: 'ES384', kid: 'k2' })],
    ['a key of another type', 'ERR_NRAS_KEY', verdict(two, {}, { alg: 'ES384', kid: 'k0' })],
    ['no key id', 'ERR_NRAS_KEY', verdict(two, {}, { alg: 'ES384' })],
    ['no signature at all', 'ERR_NRAS_SIGNATURE', verdict(two, {}, { alg: 'none', kid: 'k1' })],
    ['another algorithm', 'ERR_NRAS_SIGNATURE', verdict(two, {}, { alg: 'ES256', kid: 'k1' })],
    ['a critical header', 'ERR_NRAS_SIGNATURE', verdict(two, {}, { alg: 'ES384', kid: 'k1', crit: ['b64'] })],
    [
      'a device that was left out',
      'ERR_NRAS_SIGNATURE',
      JSON.stringify([['JWT', overall(two)], { 'GPU-0': two['GPU-0'] }]),
    ],
    [
      'a device that was added',
      'ERR_NRAS_SIGNATURE',
      JSON.stringify([['JWT', overall(two)], { ...two, 'GPU-2': device() }]),
    ],
    [
      'a device under another name',
      'ERR_NRAS_SIGNATURE',
      JSON.stringify([['JWT', overall({ a: device() })], { b: device() }]),
    ],
    [
      'a device that was replaced',
      'ERR_NRAS_SIGNATURE',
      JSON.stringify([['JWT', overall(two)], { ...two, 'GPU-1': two['GPU-0'] }]),
    ],
    ['no judged devices', 'ERR_NRAS_SIGNATURE', verdict(two, { submods: undefined })],
    [
      'an entry twice as long',
      'ERR_NRAS_SIGNATURE',
      verdict({ a: device() }, { submods: { a: [digest(device()), 0] } }),
    ],
    ['no JSON', 'ERR_GPU_FORM', 'nonsense'],
    ['an error of the service', 'ERR_GPU_FORM', '{"error":"no"}'],
    ['no device tokens', 'ERR_GPU_FORM', JSON.stringify([['JWT', overall(two)]])],
    ['an empty map of devices', 'ERR_GPU_FORM', JSON.stringify([['JWT', overall({})], {}])],
    ['a device token that is a number', 'ERR_GPU_FORM', JSON.stringify([['JWT', overall(two)], { 'GPU-0': 1 }])],
    ['an overall token of another type', 'ERR_GPU_FORM', JSON.stringify([['CWT', overall(two)], two])],
    ['a token of two parts', 'ERR_GPU_FORM', JSON.stringify([['JWT', 'a.b'], two])],
    ['a token of four parts', 'ERR_GPU_FORM', JSON.stringify([['JWT', `${overall(two)}.a`], two])],
    ['a padded part', 'ERR_GPU_FORM', JSON.stringify([['JWT', `${overall(two)}==`], two])],
    ['a part that is not JSON', 'ERR_GPU_FORM', JSON.stringify([['JWT', 'QQ.QQ.QQ'], two])],
    [
      '65 devices',
      'ERR_GPU_FORM',
      JSON.stringify([['JWT', ''], Object.fromEntries(Array.from({ length: 65 }, (_, i) => [i, '']))]),
    ],
    ['a response without end', 'ERR_GPU_FORM', ' '.repeat(4 * 1024 * 1024) + good],
  ])('rejects %s', (_, code, response) => {
    expectCode(() => verifyNras(response, goodKeys, context), code);
  });

  it.each<[string, string, string]>([
    ['no JSON', 'ERR_GPU_FORM', 'nonsense'],
    ['no list', 'ERR_GPU_FORM', '{"keys":{}}'],
    ['a key without an id', 'ERR_GPU_FORM', '{"keys":[{}]}'],
    ['a key that is a text', 'ERR_GPU_FORM', '{"keys":["k1"]}'],
    ['two keys of one id', 'ERR_GPU_FORM', JSON.stringify({ keys: [jwk, jwk] })],
    [
      '65 keys',
      'ERR_GPU_FORM',
      JSON.stringify({ keys: Array.from({ length: 65 }, (_, i) => ({ ...jwk, kid: `${i}` })) }),
    ],
    ['no keys', 'ERR_NRAS_KEY', '{"keys":[]}'],
    ['a key that is not a point', 'ERR_NRAS_KEY', JSON.stringify({ keys: [{ ...jwk, y: jwk.x }] })],
    ['a key without coordinates', 'ERR_NRAS_KEY', JSON.stringify({ keys: [{ ...jwk, x: 1 }] })],
    ['another key of the same id', 'ERR_NRAS_SIGNATURE', JSON.stringify({ keys: [{ ...jwk, ...otherPoint() }] })],
  ])('rejects a key set with %s', (_, code, keys) => {
    expectCode(() => verifyNras(good, keys, context), code);
  });

  it('never accepts a verdict with a changed character, unless it says the same', () => {
    const whole = verifyNras(good, goodKeys, context);
    const change = fc.record({ at: fc.nat(good.length - 1), unit: fc.integer({ min: 33, max: 126 }) });
    fc.assert(
      fc.property(change, ({ at, unit }) => {
        const changed = good.slice(0, at) + String.fromCodePoint(unit) + good.slice(at + 1);
        try {
          expect(verifyNras(changed, goodKeys, context)).toEqual(whole);
          expect(changed).toBe(good);
        } catch (error) {
          if (!isTouchstoneError(error)) throw error;
        }
      }),
    );
  });

  it('throws nothing but its own errors on any JSON', () => {
    const json = fc.jsonValue().map((value) => JSON.stringify(value));
    const nearly = fc
      .tuple(fc.string(), fc.dictionary(fc.string(), fc.string()))
      .map(([text, devices]) => JSON.stringify([['JWT', text], devices]));
    fc.assert(
      fc.property(fc.oneof(json, nearly), fc.oneof(json, fc.constant(goodKeys)), (response, keys) => {
        try {
          verifyNras(response, keys, context);
        } catch (error) {
          expect(isTouchstoneError(error)).toBe(true);
        }
      }),
    );
  });

  function otherPoint(): object {
    const { point } = deriveEcKey('P-384', 'another');
    const half = (from: number): string => Buffer.from(point.subarray(from, from + 48)).toString('base64url');
    return { x: half(0), y: half(48) };
  }
});

describeRealData('verdicts on GPUs', 'fixtures/tee', (folder) => {
  const text = (path: string): string => readFileSync(join(folder, path), 'utf8');
  const captures = readdirSync(join(folder, 'live-captures')).filter((name) => !name.endsWith('.md'));
  const read = (capture: string, name: string): string => text(`live-captures/${capture}/${name}`);
  const contextOf = (capture: string): NrasContext => {
    const { client_nonce, captured_at } = JSON.parse(read(capture, 'meta.json'));
    return { nonce: new Uint8Array(Buffer.from(client_nonce, 'hex')), atMs: Date.parse(captured_at) };
  };
  const verifyCapture = (capture: string, changes: Partial<NrasContext> = {}): number => {
    const [response, keys] = [read(capture, 'nras-response.json'), read(capture, 'nras-jwks.json')];
    return verifyNras(response, keys, { ...contextOf(capture), ...changes }).deviceCount;
  };

  it('every live capture has a good verdict on all of its GPUs', () => {
    const counts = Object.fromEntries(captures.map((capture) => [capture, verifyCapture(capture)]));
    expect(counts).toEqual({
      'nanogpt-phala-vllm-proxy-2026-06-10': 1,
      'near-cloud-2026-06-29': 8,
      'near-direct-2026-06-29': 8,
      'near-via-venice-ecdsa-2026-04-24': 8,
      'tinfoil-v3-direct-tdx-gpu-2026-06-29': 1,
    });
  });

  it.each(captures)('%s: not on the next day, and not over another nonce', (capture) => {
    const { atMs } = contextOf(capture);
    expectCode(() => verifyCapture(capture, { atMs: atMs + 86_400_000 }), 'ERR_NRAS_VERDICT');
    expectCode(() => verifyCapture(capture, { nonce: new Uint8Array(32) }), 'ERR_GPU_NONCE');
  });

  it('a verdict under the keys of another day is by an unknown key', () => {
    const near = 'near-direct-2026-06-29';
    const sample = text('nvidia/sample-hopperClaimsv3_detached_eat.json');
    const keys = read(near, 'nras-jwks.json');
    expectCode(() => verifyNras(sample, keys, contextOf(near)), 'ERR_NRAS_KEY');
    const older = read('near-via-venice-ecdsa-2026-04-24', 'nras-jwks.json');
    expectCode(() => verifyNras(read(near, 'nras-response.json'), older, contextOf(near)), 'ERR_NRAS_KEY');
  });
});
