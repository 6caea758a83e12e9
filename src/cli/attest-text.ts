/** Attestations as people read them: claims by subject, machines, keys, what a run would reach, and why. */
import type { AttestedMachine, Claim, ClaimSource, SessionAssessment } from '../attestation/claim.ts';
import { levelText, SIMULATED } from '../reports/evidence-lines.ts';
import { printableLine } from '../reports/printable.ts';
import type { Attested } from './attest-endpoint.ts';
import { paint, type Tone } from './say.ts';

const MARKS: Readonly<Record<Claim['status'], { readonly mark: string; readonly tone: Tone }>> = {
  asserted: { mark: '✓', tone: 'good' },
  refuted: { mark: '✗', tone: 'bad' },
  unknown: { mark: '?', tone: 'faint' },
};

const SOURCES: Readonly<Record<ClaimSource, string>> = {
  hardware_proven: 'hardware',
  verifier_derived: 'derived here',
  provider_asserted: 'the provider says so',
  operator_asserted: 'the operator says so',
};

/** Hex digits of the longest register, SHA-384. */
const MAX_HEX = 96;

/** All lines about an endpoint. */
export function attestationLines(attested: Attested): readonly string[] {
  const { endpoint, base_url, model, provider, nonce, at, simulated } = attested;
  const shown = attested.attestations.map(({ shows }) => shows);
  const claims = distinct(shown.flatMap((each) => each.claims));
  return [
    `${paint('strong', printableLine(endpoint))}: ${headline(attested)}`,
    ...(simulated ? [row('simulated', SIMULATED)] : []),
    row('endpoint', `${provider} at ${base_url}, model ${model}`),
    row('nonce', `${nonce.slice(0, 16)}…, random: fresh to you, and to nobody else`),
    row('attested', `${timesText(attested.attestations.length)} at ${at}`),
    ...subjectsOf(claims).flatMap((subject) => [
      '',
      paint('strong', `  ${subject}`),
      ...claims.filter((claim) => claim.subject === subject).map(claimLine),
    ]),
    ...distinct(shown.flatMap(({ machines }) => machines)).flatMap((machine) => ['', ...machineLines(machine)]),
    '',
    ...distinct(shown.flatMap(({ keys }) => keys)).map(({ role, algo, address }) =>
      row('key', `${role} ${algo} ${address}`),
    ),
    ...distinct(shown.flatMap(({ channelSpki }) => channelSpki ?? [])).map((spki) => row('tls key', spki)),
    row('valid', windowText(shown)),
    ...levelLines(attested),
    ...policyLines(attested),
  ];
}

function headline({ refusals, policy, level, simulated }: Attested): string {
  if (refusals.length > 0) return paint('bad', 'not accepted');
  if (simulated) return paint('warning', 'simulated, proves nothing');
  return `${paint('good', policy === null ? 'attested' : 'attested, policy met')}, up to ${levelText(level)}`;
}

function timesText(times: number): string {
  return times === 1 ? 'once' : `${times} times`;
}

function row(name: string, text: string): string {
  return `  ${name.padEnd(16)}${printableLine(text)}`;
}

function claimLine({ claim, status, source, reason, code }: Claim): string {
  const { mark, tone } = MARKS[status];
  const name = claim.padEnd(14);
  const why = `${reason}${code === undefined ? '' : ` (${code})`}`;
  const by = status === 'asserted' ? paint('faint', ` [${SOURCES[source]}]`) : '';
  return `  ${paint(tone, mark)} ${name}${printableLine(why)}${by}`;
}

function subjectsOf(claims: readonly Claim[]): readonly Claim['subject'][] {
  return [...new Set(claims.map(({ subject }) => subject))];
}

function machineLines({ role, platform, tcb, measurements, declaredCheckpoints }: AttestedMachine): readonly string[] {
  const advisories = tcb === null || tcb.advisories.length === 0 ? 'no advisories' : tcb.advisories.join(', ');
  return [
    row('machine', `${role}, ${platform}`),
    row('tcb', tcb === null ? 'not known' : `${tcb.status}, ${advisories}, data ${tcb.evaluationDataNumber}`),
    ...(tcb === null ? [] : [row('fmspc', tcb.fmspc)]),
    ...Object.entries(measurements).map(([name, value]) => row(name, shortened(value))),
    ...declaredCheckpoints.map((name) => row('checkpoint', `${name}, declared by the application, not measured`)),
  ];
}

// Whatever is cut here is whole in the file that is kept.
function shortened(hex: string): string {
  return hex.length > MAX_HEX ? `${hex.slice(0, MAX_HEX)}… (${hex.length / 2} bytes)` : hex;
}

function windowText(shown: readonly SessionAssessment[]): string {
  const windows = shown.flatMap(({ window }) => window ?? []);
  if (windows.length === 0) return 'no collateral was used';
  const fromMs = Math.max(...windows.map((window) => window.fromMs));
  const toMs = Math.min(...windows.map((window) => window.toMs));
  return fromMs > toMs ? 'never all at once' : `all collateral from ${timeText(fromMs)} to ${timeText(toMs)}`;
}

function timeText(ms: number): string {
  const last = 8.64e15;
  return new Date(Math.max(-last, Math.min(ms, last))).toISOString();
}

function levelLines({ level, refusals }: Attested): readonly string[] {
  if (refusals.length > 0) return [row('level', 'a run would refuse to start')];
  const [own = '', ...limits] = level.reasons;
  return [row('level', `a run would reach ${levelText(level)}: ${own}`), ...limits.map((limit) => row('', limit))];
}

function policyLines({ policy }: Attested): readonly string[] {
  if (policy === null) return [];
  const lines = policy.findings.map(({ rule, met, reason }) => {
    const { mark, tone } = MARKS[met ? 'asserted' : 'refuted'];
    return `  ${paint(tone, mark)} policy ${printableLine(`${rule}: ${reason}`)}`;
  });
  return ['', ...(lines.length === 0 ? [row('policy', 'requires nothing')] : lines)];
}

function distinct<T>(values: readonly T[]): readonly T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
