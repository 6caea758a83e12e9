// Compiles the engine's WASM kernel and writes it as base64 beside its source.
// A developer tool: it fetches the assembler from the npm registry. Run it after every change of kernel.wat.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ASSEMBLER = 'wabt@1.0.39';
const LINE_LENGTH = 100;

const folder = resolve(import.meta.dirname, '../src/endpoints/embedded');
const work = mkdtempSync(join(tmpdir(), 'kernel-'));
const output = join(work, 'kernel.wasm');
execFileSync('npx', ['--yes', `--package=${ASSEMBLER}`, 'wat2wasm', join(folder, 'kernel.wat'), '-o', output], {
  stdio: 'inherit',
});
const base64 = readFileSync(output).toString('base64');
rmSync(work, { recursive: true });

const lines = base64.match(new RegExp(`.{1,${LINE_LENGTH}}`, 'g')).map((line) => `  '${line}'`);
const text = `/** The bytes of \`kernel.wat\`, compiled by \`scripts/build-kernel.mjs\`. */
export const KERNEL_BASE64: string =
${lines.join(' +\n')};
`;
writeFileSync(join(folder, 'kernel-wasm.ts'), text);
