/** Every harness that this version has. A version of a harness never changes and is never removed. */
import { tryParseCanonical } from '../core/canonical-json.ts';
import type { SuiteHarness } from '../suites/definition.ts';
import { fixedTurns1 } from './fixed-turns.ts';
import { harnessError, type Harness, type HarnessKind } from './harness.ts';
import { logLikelihood1 } from './log-likelihood.ts';
import { singleTurn1 } from './single-turn.ts';
import { toolLoop1 } from './tool-loop.ts';

/** Every harness in every version. */
export const HARNESS_KINDS: readonly HarnessKind[] = [singleTurn1, fixedTurns1, toolLoop1, logLikelihood1];

/**
 * The harness that a suite names, with its options, or null if this version does not have it.
 *
 * @throws {@link InputError} `ERR_HARNESS_CONFIG` or `ERR_PROMPT_TEMPLATE` if it has, but not with these options.
 */
export function findHarness({ id, version, config }: Pick<SuiteHarness, 'id' | 'version' | 'config'>): Harness | null {
  const kind = HARNESS_KINDS.find((known) => known.id === id && known.version === version);
  if (kind === undefined) return null;
  const options = config === undefined ? {} : tryParseCanonical(config);
  if (options === null) throw harnessError(id, ': want the canonical JSON of an object');
  return kind.prepare(options);
}
