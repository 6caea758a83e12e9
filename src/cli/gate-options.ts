/** The options of a gate, which `gate` and `run --gate` share. */
import { UsageError } from '../core/errors.ts';
import type { GivenPolicy } from '../reports/gate/verdict.ts';
import { readPreviousPolicy } from './gate-sources.ts';
import { readTrust } from './trust.ts';

/** Options about the policy of an earlier verdict. */
export const PREVIOUS_OPTIONS = {
  previous: {
    type: 'string',
    requiresArg: true,
    describe: 'verdict.dsse.json of an earlier gate: the policy must not ask less than its',
  },
  trust: {
    type: 'string',
    array: true,
    requiresArg: true,
    describe: 'key that signed the previous verdict: vkey, OpenSSH public key, or a file of them',
  },
  'allow-weaker': { type: 'boolean', default: false, describe: 'accept a policy that asks less, and say so' },
} as const;

/** What the user chose about the earlier verdict. */
export interface PreviousArguments {
  readonly previous?: string | undefined;
  readonly trust?: readonly string[] | undefined;
  readonly allowWeaker: boolean;
}

/** An earlier policy, and whether the new one may ask less. */
export interface PreviousChoice {
  readonly previous: GivenPolicy | null;
  readonly allowWeaker: boolean;
}

/**
 * The choice in the words of a user.
 *
 * @throws {@link UsageError} `ERR_USAGE` for a verdict without a key: a policy cannot vouch for the one before it
 * @throws {@link InputError} of the keys
 */
export async function readPreviousChoice({
  previous,
  trust = [],
  allowWeaker,
}: PreviousArguments): Promise<PreviousChoice> {
  if (previous === undefined) return { previous: null, allowWeaker };
  if (trust.length === 0) {
    throw new UsageError('ERR_USAGE', '--previous goes with --trust: say whose verdict it has to be');
  }
  return { previous: await readPreviousPolicy(previous, await readTrust(trust)), allowWeaker };
}
