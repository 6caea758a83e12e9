// Bundles the script of the report page: the page itself, with the verifier inside as the text of its worker.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const browser = join(root, 'src/reports/page/browser');

// Their licences ask for a notice wherever their code goes.
const NOTICE = `/*! Touchstone report page. Contains @noble/hashes and @noble/curves (MIT, Paul Miller), @huggingface/jinja (MIT,
Hugging Face), d3-array, d3-color, d3-format, d3-interpolate, d3-scale, d3-time, d3-time-format and
internmap (ISC, Mike Bostock), diff (BSD-3-Clause, Kevin Decker). See THIRD_PARTY.md. */`;

async function bundle(entry, define, banner = '') {
  const build = await rolldown({
    input: join(browser, entry),
    platform: 'browser',
    tsconfig: false,
    resolve: { alias: { '#crypto': join(root, 'src/core/crypto-noble.ts') } },
    transform: { define },
    onLog(level, log) {
      throw new Error(`${level}: ${log.message}`);
    },
  });
  const { output } = await build.generate({ format: 'iife', minify: true, banner, codeSplitting: false });
  await build.close();
  const [{ code }] = output;
  // An inline script ends at its first end tag, wherever that stands.
  if (output.length !== 1 || /<\/script|<!--|\b(?:innerHTML|outerHTML|insertAdjacentHTML)\b/i.test(code))
    throw new Error(`${entry} cannot be put into a page`);
  return code;
}

/** Writes the script of the page below a folder, which is `dist` of this package if not given. */
export async function buildPage(folder = join(root, 'dist')) {
  const worker = await bundle('worker.ts', {});
  const page = await bundle('page.ts', { WORKER_SOURCE: JSON.stringify(worker) }, NOTICE);
  const path = join(folder, 'reports/page/page.js');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, page);
  return { pageBytes: Buffer.byteLength(page), workerBytes: Buffer.byteLength(worker) };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) console.error(await buildPage());
