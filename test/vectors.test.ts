import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('the committed vectors are what their generator makes', () => {
  const generator = join(import.meta.dirname, 'vectors', 'generate.mjs');
  const { status, stderr } = spawnSync(process.execPath, [generator, '--check']);
  expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: expect.not.stringContaining('differ') });
});
