// Bundles the script of the report page: the page itself, with the verifier inside as the text of its worker.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const browser = join(root, 'src/reports/page/browser');

// Their licences ask for a notice wherever their code goes.
function notice(modules) {
  const packages = new Set(modules.flatMap((id) => /.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []));
  const lines = [...packages]
    .toSorted((a, b) => a.localeCompare(b))
    .map((folder) => {
      const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const by = typeof author === 'string' ? author : author?.name;
      return `${name} ${version} (${license}${by === undefined ? '' : `, ${by.replace(/ *[<(].*/, '')}`})`;
    });
  return `/*! Touchstone report page, Apache-2.0. Contains ${lines.join(', ')}. */\n`;
}

async function bundle(entry, define) {
  const build = await rolldown({
    input: join(browser, entry),
    platform: 'browser',
    tsconfig: false,
    resolve: { alias: { '#crypto': join(root, 'src/core/crypto-noble.ts') } },
    transform: { define },
    // No module of ours or of these libraries does anything when it is loaded but the two that are entered.
    treeshake: { moduleSideEffects: false },
    onLog(level, log) {
      throw new Error(`${level}: ${log.message}`);
    },
  });
  const { output } = await build.generate({ format: 'iife', minify: true, codeSplitting: false });
  await build.close();
  const [{ code, modules }] = output;
  // An inline script ends at its first end tag, wherever that stands.
  if (output.length !== 1 || /<\/script|<!--|\b(?:innerHTML|outerHTML|insertAdjacentHTML)\b/i.test(code))
    throw new Error(`${entry} cannot be put into a page`);
  return { code, modules: Object.keys(modules) };
}

/** Writes the script of the page below a folder, which is `dist` of this package if not given. */
export async function buildPage(folder = join(root, 'dist')) {
  const worker = await bundle('worker.ts', {});
  const { code, modules } = await bundle('page.ts', { WORKER_SOURCE: JSON.stringify(worker.code) });
  const page = notice([...modules, ...worker.modules]) + code;
  const path = join(folder, 'reports/page/page.js');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, page);
  return { pageBytes: Buffer.byteLength(page), workerBytes: Buffer.byteLength(worker.code) };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) console.error(await buildPage());
