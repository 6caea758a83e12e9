/** The code of an interpreter and the memory it begins with, made once and shared by all threads. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { UsageError } from '../../core/errors.ts';
import type { Language } from '../trial.ts';
import { takeSnapshot } from './lane.ts';
import type { WorkerStart } from './machine.ts';
import { wasm, type WasmModule } from './wasm.ts';

interface Code {
  readonly packageName: string;
  /** What runs decides a verdict, so it is part of the version of a scorer. */
  readonly version: string;
  readonly path: string;
}

/** Where the code is, in packages that need not be installed. */
const CODE: Readonly<Record<Language, Code>> = {
  javascript: { packageName: '@jitl/quickjs-wasmfile-release-sync', version: '0.32.0', path: 'wasm' },
  python: { packageName: 'pyodide', version: '314.0.7', path: 'pyodide.asm.wasm' },
};

/**
 * What every thread for a language starts with.
 *
 * @param worker - The compiled entry of a thread.
 * @throws {@link UsageError} `ERR_SANDBOX` if the interpreter is not installed or does not start.
 */
export async function prepareInterpreter(language: Language, worker: URL): Promise<WorkerStart> {
  const module = await compile(language);
  return { language, module, snapshot: await takeSnapshot(worker, { language, module }) };
}

async function compile(language: Language): Promise<WasmModule> {
  const { packageName, version, path } = CODE[language];
  const wanted = `cannot run ${language} programs: want the package ${packageName} ${version}`;
  try {
    const { resolve } = createRequire(import.meta.url);
    const found: { readonly version?: unknown } = JSON.parse(
      await readFile(resolve(`${packageName}/package.json`), 'utf8'),
    );
    if (found.version === version) return await wasm.compile(await readFile(resolve(`${packageName}/${path}`)));
  } catch (cause) {
    throw new UsageError('ERR_SANDBOX', `${wanted}, which is not installed`, { cause });
  }
  throw new UsageError('ERR_SANDBOX', `${wanted}, another version is installed`);
}
