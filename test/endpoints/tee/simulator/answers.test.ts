import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { describe, expect, it } from 'vitest';
import type { AttestedKey } from '../../../../src/attestation/claim.ts';
import { assessResponse } from '../../../../src/attestation/response.ts';
import { assessSession } from '../../../../src/attestation/session.ts';
import { SIMULATED_ROOTS } from '../../../../src/attestation/trust.ts';
import { CHAT_ALGORITHMS, type TeeProvider } from '../../../../src/core/evidence-names.ts';
import { SIMULATOR_FAULTS, type SimulatorFaultName } from '../../../../src/endpoints/tee/simulator/faults.ts';
import type { TeeSimulator } from '../../../../src/endpoints/tee/simulator/server.ts';
import {
  ask,
  chat,
  chatBody,
  jsonOf,
  MODEL,
  NONCE,
  NOW_MS,
  reportUrl,
  signatureOf,
  startSimulator,
} from './serving.ts';
import type { Got } from './serving.ts';

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function attestedKeys(simulator: TeeSimulator, mode: TeeProvider): Promise<AttestedKey[]> {
  const collateral = { role: 'collateral' as const, bytes: Buffer.from(JSON.stringify(simulator.collateral())) };
  const reports = await Promise.all(
    CHAT_ALGORITHMS.map(async (algo) => ({ algo, got: await ask(reportUrl(simulator, mode, algo)) })),
  );
  return reports.flatMap(({ algo, got }) => [
    ...assessSession(
      { provider: mode, algo, model: MODEL, spki: got.spki, files: [{ role: 'report', bytes: got.body }, collateral] },
      { nonce: Buffer.from(NONCE, 'hex'), atMs: NOW_MS, roots: [SIMULATED_ROOTS] },
    ).keys,
  ]);
}

/** The id of a chat, as a client reads it. */
function chatIdOf({ body }: Got): string {
  return /"id":\s*"([^"]+)"/.exec(body.toString())?.[1] ?? '';
}

async function evidenceOf(simulator: TeeSimulator, mode: TeeProvider, got: Got) {
  if (mode === 'aci') {
    const receipt = await ask(`${simulator.url}/aci/receipts/${String(got.headers['x-receipt-id'])}`);
    return { receipt: receipt.body.toString() };
  }
  const signatures = await Promise.all(
    CHAT_ALGORITHMS.map(async (algo) => ({ algo, got: await signatureOf(simulator, chatIdOf(got), algo) })),
  );
  const found = signatures.filter((signature) => signature.got.status === 200);
  return { signatures: found.map((signature) => ({ algo: signature.algo, body: signature.got.body.toString() })) };
}

/** What a client can say about one chat. */
async function assessChat(simulator: TeeSimulator, mode: TeeProvider, more: object = {}, keys?: AttestedKey[]) {
  const attested = keys ?? (await attestedKeys(simulator, mode));
  const got = await chat(simulator, more);
  const isStream = String(got.headers['content-type']).startsWith('text/event-stream');
  return assessResponse(await evidenceOf(simulator, mode, got), {
    provider: mode,
    requestSha256: sha256(chatBody(more)),
    responseSha256: sha256(got.body),
    model: MODEL,
    keys: attested,
    channelSpkis: [],
    stream: isStream ? { complete: got.body.toString().endsWith('data: [DONE]\n\n') } : null,
    algorithms: CHAT_ALGORITHMS,
  });
}

const SIGNERS: readonly (readonly [TeeProvider, object, 'model' | 'gateway', string | null])[] = [
  ['near-direct', {}, 'model', MODEL],
  ['near-direct', { stream: true }, 'model', MODEL],
  ['near-gateway', {}, 'model', MODEL],
  ['near-gateway', { stream: true }, 'gateway', null],
  ['near-gateway', { stream: true, stream_options: { continuous_usage_stats: true } }, 'model', MODEL],
  ['vllm-proxy', {}, 'model', null],
  ['vllm-proxy', { stream: true }, 'model', null],
  ['aci', {}, 'gateway', MODEL],
  ['aci', { stream: true }, 'gateway', MODEL],
];

describe('an honest simulator', () => {
  it.each(SIGNERS)('in mode %s signs a chat with %j by the key of the %s', async (mode, more, role, named) => {
    await using simulator = await startSimulator({ mode });
    const { claims, signer, signedModel } = await assessChat(simulator, mode, more);
    expect(claims.filter(({ status }) => status === 'refuted')).toEqual([]);
    expect(claims[0]).toMatchObject({ claim: 'signed', status: 'asserted' });
    expect(signer?.role).toBe(role);
    expect(signedModel).toBe(named);
  });

  it('signs the second answer with the keys of the first', async () => {
    await using simulator = await startSimulator({ mode: 'near-direct' });
    const keys = await attestedKeys(simulator, 'near-direct');
    for (let i = 0; i < 2; i++) {
      const { signer } = await assessChat(simulator, 'near-direct', {}, keys);
      expect(signer).not.toBeNull();
    }
  });
});

const CASES = SIMULATOR_FAULTS.filter(({ about }) => about === 'response').flatMap(({ name, code, modes }) =>
  modes.map((mode) => ({ name, code, mode, refused: code === null ? 'not refused' : `refused with ${code}` })),
);

describe('a fault of answers', () => {
  it.each(CASES)('$name in mode $mode is $refused', async ({ name, code, mode }) => {
    await using simulator = await startSimulator({ mode, faults: [name], rotateAfter: 0 });
    const { claims } = await assessChat(simulator, mode, name === 'stream-cut' ? { stream: true } : {});
    expect(claims.flatMap((claim) => claim.code ?? [])).toEqual(code === null ? [] : [code]);
  });

  it('key-rotated signs by keys that only a new report names', async () => {
    const faults: SimulatorFaultName[] = ['key-rotated'];
    await using simulator = await startSimulator({ mode: 'near-direct', faults, rotateAfter: 1 });
    const before = await attestedKeys(simulator, 'near-direct');
    const first = await assessChat(simulator, 'near-direct', {}, before);
    expect(first.signer).not.toBeNull();
    const second = await assessChat(simulator, 'near-direct', {}, before);
    expect(second.claims[0]?.code).toBe('ERR_CHAT_SIGNER');
    const after = await attestedKeys(simulator, 'near-direct');
    const third = await assessChat(simulator, 'near-direct', {}, after);
    expect(third.signer).not.toBeNull();
  });

  it('can be turned on and off while it runs', async () => {
    await using simulator = await startSimulator({ mode: 'near-direct' });
    const keys = await attestedKeys(simulator, 'near-direct');
    simulator.setFaults(['flip-chat-signature']);
    const bad = await assessChat(simulator, 'near-direct', {}, keys);
    expect(bad.claims[0]?.code).toBe('ERR_CHAT_SIGNATURE');
    simulator.setFaults([]);
    const good = await assessChat(simulator, 'near-direct', {}, keys);
    expect(good.signer).not.toBeNull();
  });
});

describe('the signature endpoint', () => {
  it('is found only later if the balancer picks another node first', async () => {
    await using simulator = await startSimulator({ mode: 'near-direct', signatureMisses: 2 });
    const id = chatIdOf(await chat(simulator));
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await signatureOf(simulator, id, 'ecdsa')).status);
    expect(statuses).toEqual([404, 404, 200]);
    expect((await signatureOf(simulator, id, 'ed25519')).status).toBe(404);
  });

  it('forgets after its time to live', async () => {
    let nowMs = NOW_MS;
    await using simulator = await startSimulator({ mode: 'near-direct', clock: () => nowMs });
    const id = chatIdOf(await chat(simulator));
    nowMs += 1_200_000;
    expect((await signatureOf(simulator, id, 'ecdsa')).status).toBe(200);
    nowMs += 1;
    const gone = await signatureOf(simulator, id, 'ecdsa');
    expect(gone.status).toBe(404);
    expect(jsonOf(gone)['error']).toMatchObject({ message: 'Chat id not found or expired', type: 'not_found' });
  });

  it('is ECDSA by default and refuses other algorithms', async () => {
    await using simulator = await startSimulator({ mode: 'near-direct' });
    const id = chatIdOf(await chat(simulator));
    expect(jsonOf(await ask(`${simulator.url}/signature/${id}`))['signing_algo']).toBe('ecdsa');
    expect((await signatureOf(simulator, id, 'rsa')).status).toBe(400);
  });

  it('has a kind at the gateway and none at a model server', async () => {
    await using gateway = await startSimulator({ mode: 'near-gateway' });
    await using direct = await startSimulator({ mode: 'near-direct' });
    const kindOf = async (simulator: TeeSimulator, more: object): Promise<unknown> =>
      jsonOf(await signatureOf(simulator, chatIdOf(await chat(simulator, more)), 'ed25519'))['signature_kind'];
    expect(await kindOf(gateway, {})).toBe('provider_tee');
    expect(await kindOf(gateway, { stream: true })).toBe('gateway');
    expect(await kindOf(direct, { stream: true })).toBeUndefined();
  });
});

describe('a receipt', () => {
  it('is found by its own id and by that of the chat, with the session that it cites', async () => {
    await using simulator = await startSimulator({ mode: 'aci' });
    const got = await chat(simulator);
    const ids = [String(got.headers['x-receipt-id']), chatIdOf(got)];
    const [first, second] = await Promise.all(ids.map((id) => ask(`${simulator.url}/aci/receipts/${id}`)));
    expect(first?.body).toEqual(second?.body);
    const session = /"session_id":"([0-9a-f]{64})"/.exec(first?.body.toString() ?? '')?.[1] ?? '';
    const document = await ask(`${simulator.url}/aci/sessions/${session}`);
    expect(sha256(canonicalize(jsonOf(document)) ?? '')).toBe(session);
    const { workload_keyset_digest: digest } = jsonOf(await ask(reportUrl(simulator, 'aci')));
    expect(got.headers['x-aci-keyset-digest']).toBe(digest);
    expect((await ask(`${simulator.url}/aci/receipts/other`)).status).toBe(404);
  });
});

describe('the gateway', () => {
  it('writes streams anew, without usage unless it was asked for', async () => {
    await using simulator = await startSimulator({ mode: 'near-gateway' });
    const plain = (await chat(simulator, { stream: true })).body.toString();
    expect(plain).not.toContain('usage');
    expect(plain).toMatch(/^data: \{"choices":/);
    const options = { stream: true, stream_options: { include_usage: true } };
    expect((await chat(simulator, options)).body.toString()).toContain('"usage":{"completion_tokens":1');
  });

  it('resolves an alias in a header, or refuses it', async () => {
    await using simulator = await startSimulator({ mode: 'near-gateway', faults: ['model-alias'] });
    const got = await chat(simulator);
    expect(got.headers['x-model-alias-resolved']).toBe(`${MODEL} -> ${MODEL}-FP8`);
    expect((await chat(simulator, {}, { 'x-no-aliasing': 'true' })).status).toBe(400);
  });
});

describe('the request hash', () => {
  const claimed = 'ab'.repeat(32);
  const textOf = async (simulator: TeeSimulator, headers: Record<string, string>): Promise<string> =>
    String(jsonOf(await signatureOf(simulator, chatIdOf(await chat(simulator, {}, headers)), 'ed25519'))['text']);

  it('is that of any caller at the Python proxy', async () => {
    await using simulator = await startSimulator({ mode: 'vllm-proxy' });
    expect(await textOf(simulator, { 'x-request-hash': claimed })).toMatch(new RegExp(`^${claimed}:`));
  });

  it('is that of the operator at a model server, and of nobody else', async () => {
    await using simulator = await startSimulator({ mode: 'near-direct', operatorToken: 'operator' });
    const headers = { 'x-request-hash': claimed };
    expect(await textOf(simulator, headers)).not.toContain(claimed);
    expect(await textOf(simulator, { ...headers, authorization: 'Bearer operator' })).toContain(claimed);
  });
});
