/** Whether every item of a suite can be asked by a harness, before anybody is paid for it. */
import { InputError, isTouchstoneError } from '../core/errors.ts';
import { harnessesOf, type SuiteHarness } from '../suites/definition.ts';
import type { LoadedSuite } from '../suites/load.ts';
import { harnessError, type Harness, type RunTool } from './harness.ts';
import { findHarness } from './registry.ts';

type CheckedSuite = Pick<LoadedSuite, 'path' | 'definition' | 'items' | 'lineOf'>;

/**
 * Check every harness of a suite with every item.
 *
 * @param openTools - Gives what runs tools; called only for a harness that has some. Without it they are not looked at.
 * @throws {@link InputError} with path, line and pointer: `ERR_HARNESS_CONFIG` also for a harness that this version does
 *   not have, `ERR_PROMPT_TEMPLATE`, `ERR_PROMPT_RENDER`, `ERR_ITEMS_FIELD`
 */
export async function checkHarnesses(suite: CheckedSuite, openTools?: () => Promise<RunTool>): Promise<void> {
  for (const named of harnessesOf(suite.definition)) {
    const harness = located(suite, named, () => {
      const found = findHarness(named);
      if (found !== null) return found;
      throw new InputError('ERR_HARNESS_CONFIG', `there is no harness ${named.id} version ${named.version}`);
    });
    await checkItems(suite, named, harness);
    if (openTools !== undefined && harness.checkTools !== undefined)
      await checkToolsOf(suite, named, harness, await openTools());
  }
}

/**
 * Check that the tools of a harness are there; nothing to do for one without.
 *
 * @throws {@link InputError} `ERR_HARNESS_CONFIG` with path, line and pointer
 */
export async function checkToolsOf(
  suite: CheckedSuite,
  named: SuiteHarness,
  harness: Harness,
  runTool: RunTool,
): Promise<void> {
  const fault = (await harness.checkTools?.(runTool)) ?? null;
  if (fault === null) return;
  located(suite, named, () => {
    throw harnessError(named.id, fault);
  });
}

/**
 * Check one harness of a suite with every item.
 *
 * @throws {@link InputError} with path, line and pointer: `ERR_PROMPT_RENDER`, `ERR_ITEMS_FIELD`
 */
export async function checkItems(suite: CheckedSuite, named: SuiteHarness, harness: Harness): Promise<void> {
  if (harness.check === undefined) return;
  for await (const { id, input } of suite.items()) {
    located(suite, named, () => {
      const fault = harness.check?.(input) ?? null;
      if (fault !== null) throw new InputError('ERR_ITEMS_FIELD', `item ${id}: ${fault}`);
    });
  }
}

const CODES = ['ERR_HARNESS_CONFIG', 'ERR_PROMPT_TEMPLATE', 'ERR_PROMPT_RENDER', 'ERR_ITEMS_FIELD'] as const;

// Adds the place of a harness to the errors of a step that does not know it.
function located<T>({ path, lineOf }: CheckedSuite, { id, name }: SuiteHarness, step: () => T): T {
  try {
    return step();
  } catch (cause) {
    if (!isTouchstoneError(cause, ...CODES)) throw cause;
    const pointer = name === undefined ? '/harness' : `/harnesses/${name}`;
    const line = lineOf(pointer);
    const message = `cannot use ${id} of "${path}" line ${line}: ${cause.message}`;
    throw new InputError(cause.code as (typeof CODES)[number], message, { path, line, pointer, cause });
  }
}
