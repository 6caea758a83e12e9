/** Attests one endpoint: fetch, keep as it came, verify, hold against a policy. */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomic } from '../archive/write-atomic.ts';
import { checkPolicy, type PolicyVerdict } from '../attestation/check-policy.ts';
import type { AnswerLevel, Claim, SessionAssessment } from '../attestation/claim.ts';
import { prospectiveLevel } from '../attestation/prospect.ts';
import { encodeHex } from '../core/bytes.ts';
import { digest } from '../core/digest.ts';
import { UsageError } from '../core/errors.ts';
import type { TeeProvider } from '../core/evidence-names.ts';
import { parseEndpointSpec, type EndpointConfig, type TeeConfig } from '../endpoints/config.ts';
import type { FetchedAttestation } from '../endpoints/endpoint.ts';
import { openEndpoint, readCredentials } from '../endpoints/open.ts';
import { attestationLines } from './attest-text.ts';
import { collateralChoice } from './collateral-choice.ts';
import { readConfig } from './config.ts';
import { loadEvidenceCheck, readEvidenceChoice, type EvidenceChoice } from './evidence-check.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { onInterrupt } from './interrupt.ts';
import { newRunFolder } from './run-folder-name.ts';
import { simulatedError } from './run-request.ts';
import { print, printJson, say, withHint } from './say.ts';

/** Arguments of the command, as the parser gives them. */
export interface AttestArguments {
  readonly endpoint: string;
  readonly config?: string | undefined;
  readonly collateral?: string | undefined;
  readonly out: string;
  readonly policy?: string | undefined;
  readonly allowSimulated: boolean;
  readonly json: boolean;
}

/** One attestation with what it shows. */
interface ShownAttestation {
  readonly algo: FetchedAttestation['algo'];
  readonly url: string;
  readonly peer_spki: string | null;
  readonly files: readonly { readonly role: string; readonly name: string; readonly sha256: string }[];
  readonly shows: SessionAssessment;
}

/** What was found out about an endpoint, as `--json` prints it. */
export interface Attested {
  readonly endpoint: string;
  readonly base_url: string;
  readonly model: string;
  readonly provider: TeeProvider;
  /** RFC 3339 time by the clock of this machine. */
  readonly at: string;
  /** Hex of the random bytes that were asked for. */
  readonly nonce: string;
  readonly simulated: boolean;
  /** Level that an answer would have whose evidence is complete, attested again after it. */
  readonly level: AnswerLevel;
  readonly attestations: readonly ShownAttestation[];
  readonly policy: PolicyVerdict | null;
  /** Why the endpoint is not accepted; empty if it is. */
  readonly refusals: readonly string[];
  /** Folder of the evidence as fetched. */
  readonly folder: string;
}

/** Run the command. */
export async function attestEndpoint(args: AttestArguments): Promise<ExitCode> {
  const choice = await readEvidenceChoice(args);
  const config = await teeConfigOf(args);
  if (config.simulated && !choice.allowSimulated) throw simulatedError(`cannot attest ${config.name}`);
  const nonce = new Uint8Array(randomBytes(32));
  const fetched = await fetchAttestations(config, nonce);
  const atMs = Date.now();
  const names = { suite: config.provider, endpoint: config.model, harness: null };
  const folder = await newRunFolder(args.out, names, atMs);
  const assessments = await assess(fetched, choice, { nonce, atMs });
  const found = {
    ...verdictOf(config, assessments, choice),
    at: new Date(atMs).toISOString(),
    nonce: encodeHex(nonce),
  };
  const kept = await keepFiles(folder, fetched);
  const attestations = fetched.map(({ algo, url, spki }, index) => {
    const shows = assessments[index];
    if (shows === undefined) throw new RangeError('every attestation is assessed');
    return { algo, url, peer_spki: spki, files: kept[index] ?? [], shows };
  });
  const attested: Attested = { ...found, attestations, folder };
  await writeAtomic(join(folder, 'attestation.json'), `${JSON.stringify(attested, null, 2)}\n`);
  if (args.json) printJson(attested);
  else for (const line of attestationLines(attested)) print(line);
  say(`the evidence as fetched, and what it shows: ${folder}`);
  return attested.refusals.length === 0 ? EXIT.yes : EXIT.no;
}

async function teeConfigOf({ endpoint, config: path, collateral }: AttestArguments): Promise<TeeConfig> {
  const config = path === undefined ? parseEndpointSpec(endpoint) : await namedConfig(endpoint, path);
  if (config.kind !== 'tee') {
    const error = new UsageError('ERR_USAGE', `cannot attest ${config.name}: nothing says how it gives evidence`);
    throw withHint(error, 'name its provider: near-direct:https://HOST/v1#MODEL, or tee: in a configuration file');
  }
  return collateral === undefined ? config : { ...config, collateral: collateralChoice(collateral) };
}

async function namedConfig(name: string, path: string): Promise<EndpointConfig> {
  const { endpoints } = await readConfig(path);
  const config = endpoints.find((each) => each.name === name);
  if (config !== undefined) return config;
  const names = endpoints.map((each) => each.name).join(', ');
  throw new UsageError('ERR_USAGE', `there is no endpoint "${name}" in ${path}: it has ${names}`);
}

async function fetchAttestations(config: TeeConfig, nonce: Uint8Array): Promise<readonly FetchedAttestation[]> {
  const credentials = readCredentials(config, (name) => process.env[name]);
  const endpoint = await openEndpoint(config, { connections: 1, credentials });
  const interrupt = onInterrupt();
  try {
    return (await endpoint.evidence?.attest(nonce, interrupt.signal)) ?? [];
  } finally {
    interrupt.dispose();
    await endpoint.close();
  }
}

async function assess(
  fetched: readonly FetchedAttestation[],
  choice: EvidenceChoice,
  context: { readonly nonce: Uint8Array; readonly atMs: number },
): Promise<readonly SessionAssessment[]> {
  const check = await loadEvidenceCheck(choice);
  return fetched.map((attestation) => check.assessSession(attestation, context));
}

type Verdict = Omit<Attested, 'at' | 'nonce' | 'attestations' | 'folder'>;

function verdictOf(config: TeeConfig, assessments: readonly SessionAssessment[], { policy }: EvidenceChoice): Verdict {
  const { name, baseUrl, model, provider } = config;
  const level = prospectiveLevel(provider, model, assessments);
  const verdict = policy === null ? null : checkPolicy(policy, assessments, level.level);
  return {
    endpoint: name,
    base_url: baseUrl,
    model,
    provider,
    simulated: config.simulated || assessments.some(({ simulated }) => simulated),
    level,
    policy: verdict,
    refusals: [...assessments.flatMap(refusalsOf), ...unmetRules(verdict)].filter(isFirst),
  };
}

function refusalsOf({ claims, keys, channelSpki }: SessionAssessment): readonly string[] {
  const refuted = claims.filter(({ status }) => status === 'refuted').map(refutedText);
  const isBare = keys.length === 0 && channelSpki === null;
  return isBare && refuted.length === 0 ? ['neither a signing key nor a TLS key is attested'] : refuted;
}

function refutedText({ subject, claim, reason, code }: Claim): string {
  return `${subject} ${claim}: ${reason}${code === undefined ? '' : ` (${code})`}`;
}

function unmetRules(verdict: PolicyVerdict | null): readonly string[] {
  const unmet = verdict?.findings.filter(({ met }) => !met) ?? [];
  return unmet.map(({ rule, reason }) => `${rule} of the policy is not met: ${reason}`);
}

function isFirst(text: string, index: number, all: readonly string[]): boolean {
  return all.indexOf(text) === index;
}

// What came is kept byte for byte under a name that says what it is.
async function keepFiles(
  folder: string,
  fetched: readonly FetchedAttestation[],
): Promise<readonly ShownAttestation['files'][]> {
  await mkdir(folder, { recursive: true });
  const kept: ShownAttestation['files'][] = [];
  for (const [index, { algo, files }] of fetched.entries()) {
    const names: ShownAttestation['files'][number][] = [];
    for (const [number, { role, bytes }] of files.entries()) {
      const name = `${index + 1}-${algo ?? 'any'}-${number + 1}-${role}`;
      await writeAtomic(join(folder, name), bytes);
      names.push({ role, name, sha256: digest(bytes) });
    }
    kept.push(names);
  }
  return kept;
}
