import { describe, expect, it } from 'vitest';
import { inapplicable, isPlain } from '../../src/cli/demo-suites.ts';
import { findSuite, shippedSuites } from '../../src/cli/suite-path.ts';
import { parseEndpointSpec } from '../../src/endpoints/config.ts';
import { loadSuite } from '../../src/suites/load.ts';

describe('the suites of the demo', async () => {
  const names = await shippedSuites();
  const suites = await Promise.all(names.map(async (name) => await loadSuite(await findSuite(name))));

  it('leaves out in full mode what the models cannot do, by what a probe has seen', async () => {
    const leftOut = await inapplicable(suites, [parseEndpointSpec('embedded:tiny-0.4m')]);
    expect(leftOut).toEqual([
      { suite: 'file-edits', why: 'needs tools (refused with HTTP status 400)' },
      { suite: 'lookup', why: 'needs tools (refused with HTTP status 400)' },
      { suite: 'short-answers', why: 'needs a judge: touchstone run --judge names one' },
    ]);
  });

  it('otherwise asks the suites of one question and one answer', () => {
    const plain = suites.filter(isPlain).map(({ definition }) => definition.id);
    expect(plain).toContain('multiple-choice');
    expect(plain).not.toContain('multiple-choice-likelihood');
    expect(plain.length).toBe(names.length - 4);
  });
});
