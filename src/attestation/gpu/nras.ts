/**
 * Verdicts of NVIDIA's attestation service, checked with the keys that were archived beside them.
 *
 * The service compares measurements with reference values and asks for revocations, which the raw evidence does not
 * allow. Its keys live for days and their chain stops short of a root, so what is proven is that the archived keys
 * signed the verdict, not that they were NVIDIA's.
 *
 * @see RFC 7515 (web signatures), RFC 7518 §3.4 (ES384), RFC 9711 (attestation tokens)
 */
import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { encodeHex, encodeUtf8, tryDecodeBase64Url, tryDecodeUtf8 } from '../../core/bytes.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/canonical-json.ts';
import { VerificationError, type VerificationCode } from '../../core/errors.ts';
import { sha256Hex } from '../../core/sha256.ts';
import type { ValidityWindow } from '../claim.ts';
import { tryParseJson, tryParseObject } from '../../core/foreign-json.ts';
import { checkClock, describeWindow, isWithin } from '../window.ts';
import { MAX_GPUS } from './spdm.ts';

const MAX_VERDICT_UNITS = 4 * 1024 * 1024;
const MAX_KEYS_UNITS = 1024 * 1024;
const MAX_KEYS = 64;
const SIGNATURE_BYTES = 96;
// The service and whoever asks it do not share a clock.
const SKEW_MS = 5 * 60 * 1000;
const TOKEN_PART = /^[A-Za-z0-9_-]+$/;

/** What a verdict is checked against. */
export interface NrasContext {
  /** The 32 bytes that the GPU evidence was asked with. */
  readonly nonce: Uint8Array;
  readonly atMs: number;
}

/** A good verdict. */
export interface NrasVerdict {
  readonly deviceCount: number;
  /** When the service gave it; a time by another clock than the runner's. */
  readonly issuedAtMs: number;
  readonly window: ValidityWindow;
}

interface Token {
  readonly claims: JsonObject;
  readonly window: ValidityWindow;
}

/**
 * Verify a verdict.
 *
 * @param response - Body of the service's answer: an overall token, and one for each device.
 * @param jwks - The service's key set, as archived.
 * @throws {@link VerificationError} `ERR_GPU_FORM`; `ERR_NRAS_KEY` for a token by a key that is not in the set;
 *   `ERR_NRAS_SIGNATURE`, also for a device token other than the one that was judged; `ERR_GPU_NONCE`;
 *   `ERR_NRAS_VERDICT` for a verdict that is not good or not of that time; `ERR_CLOCK`
 */
export function verifyNras(response: string, jwks: string, context: NrasContext): NrasVerdict {
  checkClock(context.atMs);
  const keys = parseKeys(jwks);
  const { overall, devices } = parseResponse(response);
  const { claims, window } = openToken(overall, keys, context);
  checkDigests(claims['submods'], devices);
  if (claims['x-nvidia-overall-att-result'] !== true) throw unfit('the overall result is not good');
  for (const [name, token] of devices) checkDevice(name, openToken(token, keys, context).claims);
  return { deviceCount: devices.size, issuedAtMs: window.fromMs, window };
}

function parseResponse(text: string): { overall: string; devices: ReadonlyMap<string, string> } {
  const value = text.length <= MAX_VERDICT_UNITS ? tryParseJson(text) : undefined;
  if (!Array.isArray(value) || value.length !== 2) throw malformed('want an overall token and those of devices');
  const [first, second] = value as readonly unknown[];
  const overall: unknown = Array.isArray(first) && first.length === 2 && first[0] === 'JWT' ? first[1] : null;
  if (typeof overall !== 'string' || !isJsonObject(second)) throw malformed('the tokens are not where they should be');
  const devices = new Map<string, string>();
  for (const [name, token] of Object.entries(second)) {
    if (typeof token !== 'string') throw malformed('the token of a device is not text');
    devices.set(name, token);
  }
  if (devices.size === 0 || devices.size > MAX_GPUS) throw malformed(`want 1 to ${MAX_GPUS} devices`);
  return { overall, devices };
}

function parseKeys(text: string): ReadonlyMap<string, JsonObject> {
  const keys = text.length <= MAX_KEYS_UNITS ? tryParseObject(text)?.['keys'] : undefined;
  if (!Array.isArray(keys) || keys.length > MAX_KEYS) throw malformed(`want a set of at most ${MAX_KEYS} keys`);
  const byId = new Map<string, JsonObject>();
  for (const key of keys as readonly unknown[]) {
    const id = isJsonObject(key) ? key['kid'] : undefined;
    if (!isJsonObject(key) || typeof id !== 'string') throw malformed('a key has no id');
    // With two keys of one id it would be open which of them is meant.
    if (byId.has(id)) throw malformed('two keys have one id');
    byId.set(id, key);
  }
  return byId;
}

function openToken(token: string, keys: ReadonlyMap<string, JsonObject>, context: NrasContext): Token {
  const [header = '', payload = '', signature = '', ...more] = token.split('.');
  const parts = [header, payload, signature];
  if (more.length > 0 || !parts.every((part) => TOKEN_PART.test(part))) throw malformed('a token has not three parts');
  checkTokenSignature(encodeUtf8(`${header}.${payload}`), jsonPart(header), { signature, keys });
  const claims = jsonPart(payload);
  const nonce = encodeHex(context.nonce);
  if (claims['eat_nonce'] !== nonce) throw failed('ERR_GPU_NONCE', `it is over another nonce, want ${nonce}`);
  return { claims, window: checkTime(claims, context.atMs) };
}

function jsonPart(part: string): JsonObject {
  const object = tryParseObject(tryDecodeUtf8(tryDecodeBase64Url(part) ?? new Uint8Array()) ?? '');
  if (object === null) throw malformed('a part of a token is not a JSON object');
  return object;
}

function checkTokenSignature(
  signed: Uint8Array,
  header: JsonObject,
  { signature, keys }: { signature: string; keys: ReadonlyMap<string, JsonObject> },
): void {
  // RFC 7515 §4.1.11: what a critical header asks for would have to be understood.
  if (header['alg'] !== 'ES384' || header['crit'] !== undefined) {
    throw failed('ERR_NRAS_SIGNATURE', 'a token is not signed with ES384');
  }
  const id = header['kid'];
  const key = typeof id === 'string' ? tryKey(keys.get(id)) : null;
  if (key === null) throw failed('ERR_NRAS_KEY', 'the archived keys have none of the id that a token names');
  const bytes = tryDecodeBase64Url(signature);
  if (bytes?.length !== SIGNATURE_BYTES || !verify('sha384', signed, { key, dsaEncoding: 'ieee-p1363' }, bytes)) {
    throw failed('ERR_NRAS_SIGNATURE', 'the key that it names did not sign a token');
  }
}

function tryKey(jwk: JsonObject | undefined): KeyObject | null {
  const { kty, crv, x, y } = jwk ?? {};
  if (kty !== 'EC' || crv !== 'P-384' || typeof x !== 'string' || typeof y !== 'string') return null;
  try {
    return createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' });
  } catch {
    // Not a point of the curve.
    return null;
  }
}

function checkTime({ iat, exp }: JsonObject, atMs: number): ValidityWindow {
  if (!Number.isSafeInteger(iat) || !Number.isSafeInteger(exp))
    throw malformed('a token does not say when it is valid');
  const window = { fromMs: Number(iat) * 1000, toMs: Number(exp) * 1000 };
  if (isWithin({ fromMs: window.fromMs - SKEW_MS, toMs: window.toMs + SKEW_MS }, atMs)) return window;
  throw unfit(describeWindow(window, atMs));
}

// The overall token names each device token by its digest, so none can be left out, added or replaced.
function checkDigests(submods: unknown, devices: ReadonlyMap<string, string>): void {
  const names = isJsonObject(submods) ? Object.keys(submods) : [];
  const judged = names.length === devices.size && names.every((name) => devices.has(name));
  if (!isJsonObject(submods) || !judged)
    throw failed('ERR_NRAS_SIGNATURE', 'it judges other devices than it comes with');
  for (const [name, token] of devices) {
    if (!isDigest(submods[name], sha256Hex(token))) {
      throw failed('ERR_NRAS_SIGNATURE', 'the token of a device is not the one that was judged');
    }
  }
}

// Compared by its parts: as text, a list that is nested without end would exhaust the stack.
function isDigest(entry: JsonValue | undefined, wanted: string): boolean {
  const [kind, digest, ...more] = Array.isArray(entry) ? (entry as readonly JsonValue[]) : [];
  if (kind !== 'DIGEST' || !Array.isArray(digest) || more.length > 0) return false;
  return digest.length === 2 && digest[0] === 'SHA-256' && digest[1] === wanted;
}

function checkDevice(name: string, claims: JsonObject): void {
  const isGood = claims['measres'] === 'success' && claims['secboot'] === true && claims['dbgstat'] === 'disabled';
  if (!isGood) throw unfit(`device ${JSON.stringify(name.slice(0, 64))} is not measured well, booted well and closed`);
}

function unfit(fault: string): VerificationError {
  return failed('ERR_NRAS_VERDICT', fault);
}

function failed(code: VerificationCode, fault: string): VerificationError {
  return new VerificationError(code, `cannot accept verdict on GPUs: ${fault}`);
}

function malformed(fault: string): VerificationError {
  return new VerificationError('ERR_GPU_FORM', `cannot read verdict on GPUs: ${fault}`);
}
