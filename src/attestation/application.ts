/** What runs in a dstack machine: its event log, its compose file, and the log of what was started after boot. */
import { encodeHex } from '../core/bytes.ts';
import { VerificationError } from '../core/errors.ts';
import { checkActions, lastAction, parseActions } from './dstack/actions.ts';
import { checkComposeHash, readApplication, type Application } from './dstack/compose.ts';
import { checkEventLog } from './dstack/event-log.ts';
import { findAfter, valueOf, type Finding, type Missing, type Shown } from './finding.ts';
import type { QuoteVerifier } from './quote-findings.ts';
import type { MachineReport } from './reports/machine-report.ts';
import { checkProduction } from './tdx/policy.ts';
import type { VerifiedQuote } from './tdx/verify.ts';

/** What is shown of an application. */
export interface ApplicationFindings {
  readonly eventLog: Finding<ReadonlyMap<string, Uint8Array>>;
  readonly compose: Finding<unknown>;
  readonly images: Finding<unknown>;
  /** Null if nothing says that the application can start more after boot. */
  readonly actions: Finding<VerifiedQuote> | null;
  /** The quote that vouches for those actions, or null. */
  readonly launched: VerifiedQuote | null;
  /** Named measurements in lower-case hex. */
  readonly measurements: Readonly<Record<string, string>>;
  readonly declaredCheckpoints: readonly string[];
}

// Measured values of the log by the name they are published under.
const NAMED_EVENTS: Readonly<Record<string, string>> = {
  app_id: 'app-id',
  compose_hash: 'compose-hash',
  instance_id: 'instance-id',
  key_provider: 'key-provider',
  mr_kms: 'mr-kms',
  os_image_hash: 'os-image-hash',
};

const MAX_VALUE_BYTES = 512;
const MAX_SHOWN_NAMES = 5;
const LAUNCHER = 'compose-manager';

/** Find out what is shown of the application of a machine. */
export function findApplication(
  report: MachineReport,
  quote: Finding<VerifiedQuote>,
  context: { readonly nonce: Uint8Array; readonly verify: QuoteVerifier },
): ApplicationFindings {
  const eventLog = findAfter(quote, 'the quote', (verified) => findEventLog(report, verified));
  const compose = findAfter(quote, 'the quote', (verified) => findCompose(report, verified, valueOf(eventLog)));
  const application = valueOf(compose) === null ? null : readApplication(report.appCompose ?? '');
  const launches = report.actions !== null || (report.appCompose ?? '').includes(LAUNCHER);
  const actions = launches ? findAfter(quote, 'the quote', (own) => findActions(report, own, context)) : null;
  return {
    eventLog,
    compose,
    images: findAfter(compose, 'the compose file', () => findImages(application, launches)),
    actions,
    launched: actions === null ? null : valueOf(actions),
    measurements: namedMeasurements(valueOf(eventLog)),
    declaredCheckpoints: application?.declaredCheckpoints ?? [],
  };
}

function findEventLog(
  { eventLog }: MachineReport,
  { measurements }: VerifiedQuote,
): Shown<ReadonlyMap<string, Uint8Array>> | Missing {
  if (eventLog === null) return { missing: 'the report has no event log' };
  const registers = [0, 1, 2, 3].map((index) => measurements[`rtmr${index}`] ?? '');
  return { value: checkEventLog(eventLog, registers), reason: 'the log replays to RTMR0, RTMR1, RTMR2 and RTMR3' };
}

function findCompose(
  { appCompose }: MachineReport,
  { measurements }: VerifiedQuote,
  values: ReadonlyMap<string, Uint8Array> | null,
): Shown<unknown> | Missing {
  if (appCompose === null) return { missing: 'the report has no compose file' };
  const composeHash = values?.get('compose-hash') ?? null;
  const named = checkComposeHash(appCompose, { mrConfigId: measurements['mr_config_id'] ?? '', composeHash });
  if (named.length === 0) return { missing: 'no measurement names the compose file' };
  return { value: named, reason: `the hash of the compose file is in ${named.join(' and ')}` };
}

function findImages(application: Application | null, launches: boolean): Shown<unknown> | Missing {
  if (application === null) return { missing: 'the compose file is not one for Docker Compose that can be read' };
  const { unpinned, services } = application;
  if (unpinned.length > 0) {
    const more = unpinned.length > MAX_SHOWN_NAMES ? ` and ${unpinned.length - MAX_SHOWN_NAMES} more` : '';
    return { missing: `not pinned by a digest: ${unpinned.slice(0, MAX_SHOWN_NAMES).join(', ')}${more}` };
  }
  if (launches) return { missing: 'images of the files that are started after boot are not in the report' };
  return { value: null, reason: `the images of all ${services} services are pinned by a digest` };
}

function findActions(
  { actions }: MachineReport,
  { measurements }: VerifiedQuote,
  { nonce, verify }: { readonly nonce: Uint8Array; readonly verify: QuoteVerifier },
): Shown<VerifiedQuote> | Missing {
  if (actions === null)
    return { missing: 'the application can start more after boot, and its log of that is not attested' };
  const own = actions.quote === null ? null : verify(actions.quote);
  if (own === null) return { missing: 'no quote vouches for the log of actions' };
  checkProduction(own.report);
  const entries = parseActions(actions.actions);
  const form = checkActions(entries, own.reportData, nonce);
  const reason = `${entries.length} actions (hashed as ${form}) of ${instance(measurements, own.measurements)}, the last: `;
  return { value: own, reason: reason + lastAction(entries) };
}

// Registers of one application differ between its instances; MRCONFIGID does not.
function instance(machine: VerifiedQuote['measurements'], own: VerifiedQuote['measurements']): string {
  if (own['rtmr3'] === machine['rtmr3']) return 'a machine with the same RTMR3';
  const id = own['mr_config_id'];
  if (id !== undefined && id === machine['mr_config_id'] && /[1-9a-f]/.test(id))
    return 'an instance of the application';
  throw new VerificationError('ERR_COMPOSE', 'cannot accept action log: its quote is of another application');
}

function namedMeasurements(values: ReadonlyMap<string, Uint8Array> | null): Readonly<Record<string, string>> {
  const held = Object.entries(NAMED_EVENTS).flatMap(([name, event]) => {
    const value = values?.get(event);
    return value === undefined || value.length === 0 || value.length > MAX_VALUE_BYTES
      ? []
      : [[name, encodeHex(value)]];
  });
  return Object.fromEntries(held) as Record<string, string>;
}
