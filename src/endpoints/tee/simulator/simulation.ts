/** One simulated provider: its machines and keys as they are under the faults that are on. */
import { createHash } from 'node:crypto';
import { concatBytes } from '../../../core/bytes.ts';
import type { TeeProvider } from '../../../core/evidence-names.ts';
import { deriveChatKeys, type ChatKey, type ChatKeys } from './chat-keys.ts';
import { buildCollateral, type Collateral } from './collateral.ts';
import { deriveBytes } from './ec-key.ts';
import type { SimulatorFaultName, SimulatorFaults } from './faults.ts';
import { buildGpuEvidence, type GpuEvidence } from './gpu-evidence.ts';
import { buildIntelPki } from './intel-pki.ts';
import { buildMachine, type Machine } from './machine.ts';

const TRUNCATED_UNITS = 1000;
const DAY_MS = 86_400_000;

/** A machine by what it does. */
type Role = 'model' | 'gateway';

/** What a simulated provider is made of. */
export interface SimulationOptions {
  readonly mode: TeeProvider;
  /** Name that the provider serves its model under. */
  readonly model: string;
  readonly seed: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly gpus: number;
  /** After how many answers the keys change under the faults that change keys. */
  readonly rotateAfter: number;
  /** SHA-256 of the public key that TLS connections end in; null without TLS. */
  readonly spki: Uint8Array | null;
}

/** A simulated provider. */
export interface Simulation extends SimulationOptions {
  readonly faults: () => SimulatorFaults;
  readonly setFaults: (names: Iterable<SimulatorFaultName>) => void;
  readonly machine: (role: Role) => Machine;
  /** Keys that answers are signed with now, and those that reports name now. */
  readonly signingKeys: (role: Role) => ChatKeys;
  readonly attestedKeys: (role: Role) => ChatKeys;
  readonly countAnswer: () => number;
  readonly gpuEvidence: (nonce: Uint8Array) => GpuEvidence[];
  readonly collateral: () => Collateral;
}

/** Set up a provider. */
export function createSimulation(options: SimulationOptions): Simulation {
  const { model, seed, clock, gpus, rotateAfter } = options;
  let faults: SimulatorFaults = new Set();
  let answers = 0;
  const machines = new Map<Role, Machine>();
  const collaterals = new Map<number, Collateral>();
  const keys = new Map<string, ChatKeys>();
  const machine = (role: Role): Machine =>
    remembered(machines, role, () =>
      buildMachine({ pki: buildIntelPki(faults), seed, role, model, gpus: role === 'model' ? gpus : 0, faults }),
    );
  const keysOf = (role: Role, rotated: boolean): ChatKeys => {
    const names = [seed, role, model, rotated ? 'rotated' : 'first'];
    return remembered(keys, names.join('\n'), () => deriveChatKeys(...names));
  };
  const isLate = (): boolean => answers >= rotateAfter;
  return {
    ...options,
    faults: () => faults,
    setFaults(names) {
      faults = new Set(names);
      machines.clear();
      collaterals.clear();
    },
    machine,
    signingKeys: (role) => keysOf(role, (faults.has('key-rotated') || faults.has('key-unattested')) && isLate()),
    attestedKeys: (role) => keysOf(role, faults.has('key-rotated') && isLate()),
    countAnswer: () => answers++,
    gpuEvidence: (nonce) => buildGpuEvidence([seed], gpus, nonce, faults),
    collateral: () =>
      remembered(collaterals, Math.floor(clock() / DAY_MS), () =>
        buildCollateral([machine('model').platform, machine('gateway').platform], clock(), faults),
      ),
  };
}

function remembered<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

/** The nonce that a quote is really over. */
export function quotedNonce({ faults }: Simulation, nonce: Uint8Array): Uint8Array {
  return faults().has('wrong-nonce') ? sha256('another nonce', nonce) : nonce;
}

/** The TLS key that a report names, or null. */
export function namedTlsKey({ faults, spki }: Simulation): Uint8Array | null {
  return spki !== null && faults().has('foreign-tls-key') ? deriveBytes(32, 'foreign TLS key') : spki;
}

/** 64 bytes of report data that name a signing key and a nonce. */
export function addressReportData(
  { faults }: Simulation,
  key: ChatKey,
  tlsKey: Uint8Array | null,
  nonce: Uint8Array,
): Uint8Array {
  const padded = (address: Uint8Array): Uint8Array => concatBytes(address, new Uint8Array(32 - address.length));
  const half = tlsKey === null ? padded(key.addressBytes) : sha256(key.addressBytes, tlsKey);
  return concatBytes(faults().has('foreign-address') ? padded(foreignAddress(key)) : half, nonce);
}

function foreignAddress({ algo, addressBytes }: ChatKey): Uint8Array {
  return deriveChatKeys('foreign')[algo].addressBytes.slice(0, addressBytes.length);
}

/** A report as it is served: whole, unless it is to be cut. */
export function servedReport({ faults }: Simulation, report: object | string): string {
  const text = typeof report === 'string' ? report : JSON.stringify(report);
  return faults().has('truncated-report') ? text.slice(0, TRUNCATED_UNITS) : text;
}

/** SHA-256 of parts, texts as UTF-8. */
export function sha256(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

/** The same in hex. */
export function sha256Hex(...parts: readonly (Uint8Array | string)[]): string {
  return Buffer.from(sha256(...parts)).toString('hex');
}
