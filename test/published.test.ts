/** The published example runs verify under the key that was published with them. */
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSource } from '../src/archive/open-source.ts';
import { parsePublicKeys } from '../src/core/key.ts';
import { BUNDLE_SUFFIX } from '../src/transcript/publication.ts';
import { verifyRun } from '../src/verifier/verify.ts';

const REPORTS = resolve(import.meta.dirname, '../reports');
const folders = readdirSync(REPORTS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => join(REPORTS, name));

describe('published runs', () => {
  it('there are some', () => {
    expect(folders.length).toBeGreaterThan(0);
  });

  describe.each(folders)('%s', (folder) => {
    const bundles = readdirSync(folder).filter((name) => name.endsWith(BUNDLE_SUFFIX));

    it('has bundles, a key and a report', () => {
      expect(bundles.length).toBeGreaterThan(0);
      expect(readdirSync(folder)).toEqual(expect.arrayContaining(['key.pub', 'report.html']));
    });

    it.each(bundles)('%s verifies, every answer scored again', async (name) => {
      const trusted = parsePublicKeys(await readFile(join(folder, 'key.pub'), 'utf8'));
      const verification = await verifyRun(await openSource(join(folder, name)), { trusted });
      if (!verification.verified) throw verification.fault;
      const { axes, plan } = verification.transcript;
      expect(plan.runner.dirty).toBe(false);
      for (const axis of ['integrity', 'authorship', 'completeness', 'scoring']) {
        expect(axes.find((answer) => answer.axis === axis)).toMatchObject({ axis, verdict: 'proven' });
      }
      const scoring = axes.find(({ axis }) => axis === 'scoring')?.coverage;
      expect(scoring?.checked).toBe(scoring?.total);
    });
  });
});
