/** A simulated trust domain: a platform, a measured application and the quotes over both. */
import { createHash } from 'node:crypto';
import { concatBytes, encodeHex } from '../../../core/bytes.ts';
import { issueCertificate, toPem } from './certificate.ts';
import { deriveBytes, deriveEcKey } from './ec-key.ts';
import { buildEventLog, type EventLog } from './event-log.ts';
import type { SimulatorFaults } from './faults.ts';
import { buildPlatform, ppid, type IntelPki, type Platform } from './intel-pki.ts';
import { buildQuote, SIMULATED_MRTD, type QuoteContent } from './quote.ts';

const GIB = 2 ** 30;

/** What a machine is made of. */
export interface MachineOptions {
  readonly pki: IntelPki;
  readonly seed: string;
  /** Which machine of the seed. */
  readonly role: 'model' | 'gateway';
  readonly model: string;
  readonly gpus: number;
  readonly faults: SimulatorFaults;
}

/** A machine that can be asked for quotes. */
export interface Machine {
  readonly platform: Platform;
  readonly log: EventLog;
  /** The compose file, as served; under a fault not the measured one. */
  readonly appCompose: string;
  /** JSON text on the virtual hardware. */
  readonly vmConfig: string;
  /** The `info` object of a report. */
  readonly info: MachineInfo;
  /** A quote in binary form over 64 bytes of report data. */
  readonly quote: (reportData: Uint8Array) => Uint8Array;
}

/** What dstack tells about a machine. */
interface MachineInfo {
  readonly [name: string]: unknown;
  readonly tcb_info: Readonly<Record<string, unknown>>;
}

/** Start a machine; the same options give the same machine. */
export function buildMachine(options: MachineOptions): Machine {
  const { pki, seed, role, gpus, faults } = options;
  const platform = buildPlatform(pki, faults, seed, role);
  const measured = appComposeOf(options);
  const composeHash = createHash('sha256').update(measured).digest();
  const identity = identityOf(options, encodeHex(composeHash));
  const log = buildEventLog(identity, faults);
  const mrConfigId = concatBytes(Uint8Array.of(1), composeHash, new Uint8Array(15));
  const appCompose = faults.has('compose-mismatch')
    ? measured.replace('"public_logs":false', '"public_logs":true')
    : measured;
  const vmConfig = JSON.stringify(vmConfigOf(identity.osImageHash, gpus));
  const measurement = { platform, log, mrConfigId, appCompose, vmConfig };
  return {
    platform,
    log,
    appCompose,
    vmConfig,
    info: infoOf(options, identity, measurement),
    quote: (reportData) => {
      const content: QuoteContent = { mrConfigId, rtmrs: log.rtmrs, reportData };
      return buildQuote(platform, content, faults);
    },
  };
}

type Identity = ReturnType<typeof identityOf>;

interface Measurement {
  readonly platform: Platform;
  readonly log: EventLog;
  readonly mrConfigId: Uint8Array;
  readonly appCompose: string;
  readonly vmConfig: string;
}

function identityOf({ seed, role }: MachineOptions, composeHash: string) {
  const kms = encodeHex(deriveEcKey('P-256', 'key provider').spki);
  return {
    appId: encodeHex(deriveBytes(20, 'app id', role)),
    instanceId: encodeHex(deriveBytes(20, 'instance id', seed, role)),
    composeHash,
    kmsMeasurement: encodeHex(deriveBytes(32, 'key provider measurement')),
    osImageHash: encodeHex(deriveBytes(32, 'operating system image')),
    keyProvider: JSON.stringify({ name: 'kms', id: kms }),
  };
}

function appComposeOf(options: MachineOptions): string {
  return JSON.stringify({
    manifest_version: 2,
    name: `simulated-${options.role}`,
    runner: 'docker-compose',
    docker_compose_file: composeFile(options),
    kms_enabled: true,
    gateway_enabled: true,
    local_key_provider_enabled: false,
    key_provider_id: '',
    public_logs: false,
    public_sysinfo: true,
    allowed_envs: ['TOKEN'],
    no_instance_id: false,
    secure_time: false,
  });
}

function composeFile({ role, model, faults }: MachineOptions): string {
  const image = (name: string): string =>
    faults.has('image-unpinned')
      ? `simulated/${name}:latest`
      : `simulated/${name}@sha256:${encodeHex(deriveBytes(32, 'image', name))}`;
  if (role === 'gateway') return `services:\n  gateway:\n    image: ${image('gateway')}\n`;
  const checkpoint = JSON.stringify(`--model ${model} --revision ${encodeHex(deriveBytes(20, 'revision', model))}`);
  return [
    'services:',
    '  proxy:',
    `    image: ${image('inference-proxy')}`,
    '    environment:',
    `      - ${JSON.stringify(`MODEL_NAME=${model}`)}`,
    '  engine:',
    `    image: ${image('engine')}`,
    `    command: ${checkpoint}`,
    '',
  ].join('\n');
}

function vmConfigOf(osImageHash: string, gpus: number): object {
  return {
    spec_version: 1,
    os_image_hash: osImageHash,
    cpu_count: gpus === 0 ? 4 : 64,
    memory_size: (gpus === 0 ? 8 : 2048) * GIB,
    qemu_version: '9.2.1',
    hugepages: false,
    num_gpus: gpus,
    num_nvswitches: gpus === 8 ? 4 : 0,
    hotplug_off: true,
    image: 'simulated-0.0.0',
  };
}

function infoOf(options: MachineOptions, identity: Identity, measurement: Measurement): MachineInfo {
  const { platform, log, mrConfigId, appCompose, vmConfig } = measurement;
  const { osImageHash, composeHash, appId, instanceId, keyProvider } = identity;
  const deviceId = createHash('sha256').update(ppid(platform.names)).digest('hex');
  const registers = log.rtmrs.map((rtmr, i) => [`rtmr${i}`, encodeHex(rtmr)] as const);
  const mrtd = Buffer.from(SIMULATED_MRTD, 'hex');
  const everything = concatBytes(mrtd, ...log.rtmrs, mrConfigId, new Uint8Array(96));
  const hashes = { os_image_hash: osImageHash, compose_hash: composeHash, device_id: deviceId };
  return {
    app_id: appId,
    instance_id: instanceId,
    app_cert: appCertificate(options),
    app_name: `simulated-${options.role}`,
    ...hashes,
    mr_aggregated: createHash('sha256').update(everything).digest('hex'),
    key_provider_info: keyProvider,
    vm_config: vmConfig,
    tcb_info: {
      mrtd: SIMULATED_MRTD,
      ...Object.fromEntries(registers),
      ...hashes,
      app_compose: appCompose,
      event_log: log.events,
    },
  };
}

function appCertificate({ seed, role }: MachineOptions): string {
  const issuer = issueCertificate({
    commonName: 'Simulated App CA',
    key: deriveEcKey('P-256', 'key provider'),
    authority: true,
  });
  const key = deriveEcKey('P-256', 'app certificate', seed, role);
  return toPem(issueCertificate({ commonName: `Simulated ${role}`, key, issuer }).der);
}
