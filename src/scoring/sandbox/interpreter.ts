/** The code of an interpreter and the memory it begins with, made once and shared by all threads. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { UsageError } from '../../core/errors.ts';
import type { Language } from '../trial.ts';
import { takeSnapshot } from './lane.ts';
import type { WorkerStart } from './machine.ts';
import { wasm, type WasmModule } from './wasm.ts';

/** Where the code is, in packages that need not be installed. */
const CODE: Readonly<Record<Language, { readonly packageName: string; readonly path: string }>> = {
  javascript: { packageName: '@jitl/quickjs-wasmfile-release-sync', path: 'wasm' },
  python: { packageName: 'pyodide', path: 'pyodide.asm.wasm' },
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
  const { packageName, path } = CODE[language];
  try {
    return await wasm.compile(await readFile(createRequire(import.meta.url).resolve(`${packageName}/${path}`)));
  } catch (cause) {
    const message = `cannot run ${language} programs: the package ${packageName} is not installed`;
    throw new UsageError('ERR_SANDBOX', message, { cause });
  }
}
