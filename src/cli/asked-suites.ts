/** Which suite is asked how: its harnesses, and the judge if its scorer wants one. All of it is decided before anything is sent. */
import { UsageError } from '../core/errors.ts';
import type { EndpointConfig } from '../endpoints/config.ts';
import { findScorer } from '../scoring/registry.ts';
import { harnessesOf } from '../suites/definition.ts';
import type { LoadedSuite } from '../suites/load.ts';
import { withHint } from './say.ts';

/** A suite as it was given. */
export interface GivenSuite {
  readonly suite: LoadedSuite;
  /** Harnesses that were named for this suite; null if none were. */
  readonly harnesses: readonly string[] | null;
}

/** A suite with one way to ask it. */
export interface AskedSuite {
  readonly suite: LoadedSuite;
  /** Name of the harness; null if the suite has one, which has no name. */
  readonly harness: string | null;
}

/**
 * Every suite with each of its harnesses that is asked for; with its first if none is.
 *
 * Names that are given for all suites go to those that have them; a suite without a choice has its one harness.
 *
 * @param shared - Harnesses that were named for all suites; null if none were.
 * @throws {@link UsageError} `ERR_USAGE` if no suite has a harness of such a name, or one has others only
 */
export function askedSuites(given: readonly GivenSuite[], shared: readonly string[] | null): readonly AskedSuite[] {
  for (const name of shared ?? []) checkSomewhere(name, given);
  return given.flatMap(({ suite, harnesses }) =>
    chosen(suite, harnesses, shared).map((harness) => ({ suite, harness })),
  );
}

function chosen(
  suite: LoadedSuite,
  own: readonly string[] | null,
  shared: readonly string[] | null,
): readonly (string | null)[] {
  const names = namesOf(suite);
  if (own === null && (shared === null || names.length === 0)) return [names[0] ?? null];
  const asked = own ?? shared?.filter((name) => names.includes(name)) ?? [];
  const [wrong] = own?.filter((name) => !names.includes(name)) ?? [];
  if (wrong !== undefined) throw unknownHarness(wrong, [suite]);
  if (asked.length === 0) throw unknownHarness(shared?.[0] ?? '', [suite]);
  return [...new Set(asked)];
}

function checkSomewhere(name: string, given: readonly GivenSuite[]): void {
  if (!given.some(({ suite }) => namesOf(suite).includes(name)))
    throw unknownHarness(
      name,
      given.map(({ suite }) => suite),
    );
}

function namesOf({ definition }: LoadedSuite): readonly string[] {
  return harnessesOf(definition).flatMap(({ name }) => name ?? []);
}

function unknownHarness(name: string, suites: readonly LoadedSuite[]): UsageError {
  const which = suites.map((suite) => {
    const names = namesOf(suite);
    const has = names.length === 0 ? 'has one without a name' : `has ${names.join(', ')}`;
    return `${suite.definition.id} ${has}`;
  });
  return new UsageError('ERR_USAGE', `there is no harness "${name}": ${which.join('; ')}`);
}

/** Whether a model judges the answers to a suite. */
export function isJudged({ definition }: LoadedSuite): boolean {
  return findScorer(definition.scorer)?.asks !== undefined;
}

/**
 * The judge of a suite; null if it needs none, whether there is one or not.
 *
 * @throws {@link UsageError} `ERR_USAGE` if there is none and the suite needs one, or it is one that cannot judge
 */
export function judgeFor(suite: LoadedSuite, judge: EndpointConfig | null): EndpointConfig | null {
  if (!isJudged(suite)) return null;
  const { id, scorer } = suite.definition;
  if (judge === null) {
    const message = `there is nobody to judge the answers to ${id}: its scorer ${scorer.id} asks a model; want --judge openai:gpt-4o`;
    throw withHint(new UsageError('ERR_USAGE', message), 'a configuration file names it as judge: <endpoint>');
  }
  if (judge.kind === 'tee') {
    const message = `cannot judge with ${judge.name}: evidence is gathered of the endpoint under test only; want one without`;
    throw new UsageError('ERR_USAGE', message);
  }
  return judge;
}
