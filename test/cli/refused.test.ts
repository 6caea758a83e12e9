import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isBuilt, startTouchstone } from './touchstone.ts';

describe.skipIf(!isBuilt)('touchstone run (needs dist: node scripts/build.mjs)', () => {
  it('leaves nothing of a run that was refused for what the endpoint does not do', { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'touchstone-refused-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const asked = ['--suite', 'lookup', '--endpoint', 'embedded:tiny-0.4m', '--unsigned', '--out', 'runs'];
    const { code, stderr } = await startTouchstone(folder, ['run', ...asked]).ended;
    expect(stderr).toContain('the suite needs what the endpoint does not do: tools (refused-400) (ERR_CAPABILITY)');
    expect(code).toBe(4);
    expect(readdirSync(join(folder, 'runs'))).toEqual([]);
  });
});
