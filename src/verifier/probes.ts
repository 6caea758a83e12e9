/**
 * Follows the probes of a run: those that are planned, in their order, before anything is asked; and where what they asked
 * and were answered is open, whether that is what they had to ask, and what they found.
 */
import type { Capability, CapabilityVerdict } from '../core/capability-names.ts';
import { VerificationError } from '../core/errors.ts';
import { checkOpening, type Opening } from '../transcript/opening.ts';
import { followProbe } from '../transcript/probe/follow-probe.ts';
import { parseProbeExchanges } from '../transcript/probe/exchange.ts';
import type { Plan } from '../transcript/plan.ts';
import type { ProbeRecord } from '../transcript/record.ts';
import { neededCapabilities } from '../suites/needs.ts';
import type { SuiteDefinition } from '../suites/definition.ts';
import { recordsFault } from './fault.ts';

/** What a probe found. */
export interface VerifiedProbe {
  readonly capability: Capability;
  readonly verdict: CapabilityVerdict;
  /** Why, in a word; null if what was answered is not open, so that the verdict is declared. */
  readonly detail: string | null;
}

/** Follows probes in order. */
export interface ProbeReader {
  /** A probe record has been read. */
  record(record: ProbeRecord): void;
  /** Whether an opening after the last record belongs to a probe; then it has been checked. */
  opening(opening: Opening): boolean;
  /** Another record has been read: no opening of a probe follows. */
  settle(): void;
  /** A record of a sample has been read. */
  begun(): void;
  /** How many openings there are, and how many there could be. */
  coverage(): { readonly opened: number; readonly openable: number };
  readonly probes: readonly VerifiedProbe[];
}

/**
 * A reader before the first record.
 *
 * Its methods throw {@link VerificationError} `ERR_PROBE_PLACE`, `ERR_PROBE`, `ERR_OPENING_STRAY` or
 * `ERR_OPENING_COMMITMENT`.
 *
 * @param suite - null if suite.json was not published; then it is not known what it needs.
 * @throws {@link VerificationError} `ERR_PROBE` if the suite needs what the plan does not probe
 */
export function createProbeReader(plan: Plan, suite: SuiteDefinition | null): ProbeReader {
  const { probes: planned = [] } = plan;
  checkPlanned(plan, suite);
  const needed = new Set(suite === null ? [] : neededCapabilities(suite, plan.rules.harness));
  const probes: VerifiedProbe[] = [];
  let last: ProbeRecord | null = null;
  let hasBegun = false;
  let opened = 0;
  return {
    probes,
    coverage: () => ({ opened, openable: probes.length }),
    record(record) {
      if (hasBegun || planned[probes.length] !== record.capability) {
        throw recordsFault('ERR_PROBE_PLACE', `record ${record.seq} is not the probe that the plan has here`);
      }
      if (record.verdict === 'no' && needed.has(record.capability)) {
        throw recordsFault('ERR_PROBE', `the suite needs ${record.capability}, which the endpoint does not do`);
      }
      probes.push({ capability: record.capability, verdict: record.verdict, detail: null });
      last = record;
    },
    opening(opening) {
      if (last === null) return false;
      if (opening.label !== 'probe' || opening.number !== last.seq) {
        throw recordsFault('ERR_OPENING_STRAY', `an opening of ${opening.label} follows a probe that has none`);
      }
      probes[probes.length - 1] = checkProbe(plan, last, opening);
      opened++;
      last = null;
      return true;
    },
    settle() {
      last = null;
    },
    begun() {
      if (!hasBegun && probes.length < planned.length) {
        throw recordsFault('ERR_PROBE_PLACE', `${planned.length - probes.length} planned probes were not made`);
      }
      hasBegun = true;
    },
  };
}

// A recording has no behaviour to find out.
function checkPlanned({ endpoint, probes = [] }: Plan, suite: SuiteDefinition | null): void {
  const missing = suite?.needs?.find((capability) => !probes.includes(capability));
  if (missing === undefined || endpoint.kind === 'replay') return;
  throw new VerificationError('ERR_PROBE', `cannot accept plan: the suite needs ${missing}, which is not probed`);
}

function checkProbe({ endpoint, nonce }: Plan, record: ProbeRecord, opening: Opening): VerifiedProbe {
  checkOpening(opening, record.content);
  const exchanges = parseProbeExchanges(opening.bytes);
  const { capability, verdict } = record;
  const { followed, found } = followProbe(capability, { endpoint, nonce }, exchanges);
  if (exchanges.length !== record.exchanges || followed !== exchanges.length) {
    throw recordsFault('ERR_PROBE', `the probe of ${capability} asked something else than it had to`);
  }
  if (found.verdict !== verdict) {
    throw recordsFault(
      'ERR_PROBE',
      `the probe of ${capability} says "${verdict}", its answers give "${found.verdict}"`,
    );
  }
  return { capability, verdict, detail: found.detail };
}
