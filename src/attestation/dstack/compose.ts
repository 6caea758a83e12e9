/**
 * The application of a dstack machine: the compose file that its registers name, and what that file says.
 *
 * The hash of the text is measured; what the text says is the operator's word about what the machine was told to start.
 * Values that come from the environment at start are not in it, so an image or a model under a variable is not known.
 *
 * @see dstack, "app-compose.json"; Compose specification, "services"
 */
import { encodeHex } from '../../core/bytes.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/canonical-json.ts';
import { VerificationError } from '../../core/errors.ts';
import { sha256Hex } from '../../core/sha256.ts';
import { tryParseObject } from '../../core/foreign-json.ts';
import { findCheckpoints } from './checkpoints.ts';
import { tryParseCompose } from './compose-yaml.ts';

const MAX_SERVICES = 256;
const PINNED = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,255}@sha256:[0-9a-f]{64}$/;

/** Measurements that name an application, in lower-case hex. */
export interface MeasuredApplication {
  /** The 48 bytes of MRCONFIGID. */
  readonly mrConfigId: string;
  /** Payload of the `compose-hash` event of a log that replays, or null. */
  readonly composeHash: Uint8Array | null;
}

/** What a compose file says. */
export interface Application {
  /** Services by name whose image is not pinned by a digest, and other parts that can bring in code. */
  readonly unpinned: readonly string[];
  readonly services: number;
  /** Checkpoints that command lines name, with `@` and a revision where one is given. */
  readonly declaredCheckpoints: readonly string[];
}

/**
 * Check that a compose file is the one measured.
 *
 * @returns The measurements that name it; empty if none does, so that nothing was shown.
 * @throws {@link VerificationError} `ERR_COMPOSE` if one names another file.
 */
export function checkComposeHash(appCompose: string, measured: MeasuredApplication): readonly string[] {
  const hash = sha256Hex(appCompose);
  const named: string[] = [];
  // Older machines leave MRCONFIGID zero; 01 opens the one form whose content is a compose hash alone.
  if (measured.mrConfigId.startsWith('01')) {
    if (measured.mrConfigId !== `01${hash}${'00'.repeat(15)}`) throw other('MRCONFIGID', hash);
    named.push('MRCONFIGID');
  }
  if (measured.composeHash !== null) {
    if (encodeHex(measured.composeHash) !== hash) throw other('the compose-hash event', hash);
    named.push('RTMR3');
  }
  return named;
}

/** What a compose file says, or null if it is not one that Docker Compose would run. */
export function readApplication(appCompose: string): Application | null {
  const app = tryParseObject(appCompose);
  const file = app?.['docker_compose_file'];
  const compose = typeof file === 'string' ? tryParseCompose(file) : null;
  const services = compose?.['services'];
  if (app === null || compose === null || !isJsonObject(services)) return null;
  const entries = Object.entries(services);
  if (entries.length > MAX_SERVICES) return null;
  return {
    unpinned: [...scriptsOf(app, compose), ...entries.filter(([, s]) => !isPinned(s)).map(([name]) => shown(name))],
    services: entries.length,
    declaredCheckpoints: findCheckpoints(entries.map(([, service]) => service)),
  };
}

// What can start a container beside the services.
function scriptsOf(app: JsonObject, compose: JsonObject): readonly string[] {
  const scripts = ['pre_launch_script', 'init_script', 'bash_script'].filter((name) => mentionsDocker(app[name]));
  return compose['include'] === undefined ? scripts : [...scripts, 'include'];
}

function mentionsDocker(script: JsonValue | undefined): boolean {
  return typeof script === 'string' && script.includes('docker');
}

function isPinned(service: JsonValue): boolean {
  if (!isJsonObject(service) || service['build'] !== undefined || service['extends'] !== undefined) return false;
  const image = service['image'];
  return typeof image === 'string' && PINNED.test(image);
}

function shown(name: string): string {
  return /^[A-Za-z0-9._-]{1,64}$/.test(name) ? name : `a name of ${name.length} units`;
}

function other(place: string, hash: string): VerificationError {
  return new VerificationError('ERR_COMPOSE', `cannot accept compose file ${hash}: ${place} names another`);
}
