// Bundles the script of the report page: the page itself, with the verifier inside as the text of its worker.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const browser = join(root, 'src/reports/page/browser');

// Data within our own sources, see THIRD_PARTY.md.
const DATA = `language profiles of langdetect 0.2.1 (n-grams in capitals), Apache-2.0

Copyright 2010-2014 Cybozu Labs, Inc.`;

// The licences of what a page contains ask to go wherever it goes.
function notice(modules) {
  const packages = new Set(modules.flatMap((id) => /.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []));
  const texts = [...packages]
    .toSorted((a, b) => a.localeCompare(b))
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.\w+)?$/i.test(entry));
      const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim();
      return `${name} ${version}, ${license}\n\n${text}`.trim().replaceAll('*/', '* /');
    });
  return `/*! The script of a Touchstone report, Apache-2.0. It contains:\n\n${[...texts, DATA].join('\n\n---\n\n')}\n*/\n`;
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
  if (output.length !== 1) throw new Error(`${entry} is more than one script`);
  return { code, modules: Object.keys(modules) };
}

// An inline script ends at its first end tag, wherever that stands; and no text may become markup on this page.
function checkInline(script) {
  const found = /<\/script|<!--|\b(?:innerHTML|outerHTML|insertAdjacentHTML)\b/i.exec(script);
  if (found !== null) throw new Error(`the script of the page has ${found[0]} at ${found.index}`);
}

/** Writes the script of the page below a folder, which is `dist` of this package if not given. */
export async function buildPage(folder = join(root, 'dist')) {
  const worker = await bundle('worker.ts', {});
  const { code, modules } = await bundle('page.ts', { WORKER_SOURCE: JSON.stringify(worker.code) });
  const page = notice([...modules, ...worker.modules]) + code;
  checkInline(page);
  const path = join(folder, 'reports/page/page.js');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, page);
  return { pageBytes: Buffer.byteLength(page), workerBytes: Buffer.byteLength(worker.code) };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) console.error(await buildPage());
