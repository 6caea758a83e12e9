/** The folder of the demo: it is marked, and only a marked folder is ever emptied. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../core/errors.ts';
import { exists } from './path-exists.ts';
import { withHint } from './say.ts';

const MARK = '.touchstone-demo';
const OWN_ENTRIES = ['runs', 'bundles', 'report', 'demo.key', 'demo.pub', 'tee.pem'] as const;

/** Paths in the demo folder. */
export interface DemoFolder {
  readonly runs: string;
  readonly bundles: string;
  readonly report: string;
  readonly secretKey: string;
  readonly publicKey: string;
  /** Certificate of the simulated TEE. */
  readonly certificate: string;
}

/**
 * An empty demo folder; what an earlier demo left there is removed.
 *
 * @throws {@link UsageError} `ERR_USAGE` if the folder holds anything else
 */
export async function prepareDemoFolder(folder: string): Promise<DemoFolder> {
  const marked = await exists(join(folder, MARK));
  if (!marked && (await exists(folder)) && (await readdir(folder)).length > 0) {
    const error = new UsageError('ERR_USAGE', `cannot use ${folder}: it holds files that are not of a demo`);
    throw withHint(error, 'name a new folder: touchstone demo <folder>');
  }
  if (marked) for (const entry of OWN_ENTRIES) await rm(join(folder, entry), { recursive: true, force: true });
  await mkdir(join(folder, 'bundles'), { recursive: true });
  await writeFile(join(folder, MARK), 'made by touchstone demo; the next demo empties this folder\n');
  const at = (entry: (typeof OWN_ENTRIES)[number]): string => join(folder, entry);
  return {
    runs: at('runs'),
    bundles: at('bundles'),
    report: at('report'),
    secretKey: at('demo.key'),
    publicKey: at('demo.pub'),
    certificate: at('tee.pem'),
  };
}
