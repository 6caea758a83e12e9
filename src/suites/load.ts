/** Loads a suite from disk: suite file, prompt, items, secret. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { tryDecodeUtf8 } from '../core/bytes.ts';
import type { Digest } from '../core/digest.ts';
import { InputError, isTouchstoneError } from '../core/errors.ts';
import { PUBLIC_SUITE_SECRET } from '../transcript/commitment.ts';
import { formatDefinition, MAX_DEFINITION_BYTES, suiteDigest, type SuiteDefinition } from './definition.ts';
import { defineSuite } from './define.ts';
import { createItemStore, type ItemPlace, type SuiteItem } from './item-store.ts';
import { createRowMapper, type RowMapper } from './map-row.ts';
import { openRows } from './open-rows.ts';
import { parseSuiteFile, type ParsedSuiteFile } from './parse-suite-file.ts';
import { createRenderer, type PromptRenderer } from './render.ts';
import { loadSecret } from './secret.ts';

/** A suite whose items have been checked and committed to. */
export interface LoadedSuite {
  /** Absolute path of the suite file. */
  readonly path: string;
  readonly definition: SuiteDefinition;
  /** The text of suite.json. */
  readonly definitionText: string;
  readonly digest: Digest;
  /** Salts of item and target commitments are derived from it. */
  readonly secret: Uint8Array;
  readonly renderer: PromptRenderer;
  /** The commitment to an item. Requires 0 <= index < size. */
  commitmentOf(index: number): Digest;
  /**
   * Items by index, all of them by default; ascending order is fastest.
   *
   * It throws {@link InputError} `ERR_ITEMS_CHANGED` if the file is no longer the one that was loaded.
   */
  items(indices?: Iterable<number>): AsyncGenerator<SuiteItem>;
  /** One-based line of the suite file at a JSON pointer. */
  lineOf(pointer: string): number;
}

/**
 * Load the suite in a suite file.
 *
 * @param path - Path of the YAML file.
 * @throws {@link InputError} with path, line and pointer where there are any: `ERR_SUITE_MISSING`, `ERR_SUITE_YAML`,
 *   `ERR_SUITE_SCHEMA`, `ERR_SUITE_LIMIT`, `ERR_SUITE_SECRET`, `ERR_PROMPT_TEMPLATE`, `ERR_PROMPT_RENDER`,
 *   `ERR_ITEMS_MISSING`, `ERR_ITEMS_EMPTY`, `ERR_ITEMS_SYNTAX`, `ERR_ITEMS_FIELD`, `ERR_ITEMS_DUPLICATE`,
 *   `ERR_ITEMS_LIMIT`, `ERR_ITEMS_DIGEST`, `ERR_UTF8`
 */
export async function loadSuite(path: string): Promise<LoadedSuite> {
  const suitePath = resolve(path);
  const parsed = await parseSuiteFile(await readSuiteFile(suitePath), suitePath);
  const { file, lineOf } = parsed;
  const renderer = compilePrompt(parsed, suitePath);
  const itemsPath = resolve(dirname(suitePath), file.items.file);
  const toItem = mapperOf(parsed, suitePath, itemsPath);
  const rows = await openRows(itemsPath, file.items);
  const secret = file.visibility === 'private' ? await loadSecret(suitePath) : PUBLIC_SUITE_SECRET;
  const store = await createItemStore({ path: itemsPath, rows, toItem, secret }, (item, place) =>
    placed(place, () => renderer.render(item.input)),
  );
  const { root, size, commitmentOf } = store;
  const definition = defineSuite(file, { root, size });
  const definitionText = checkedText(definition, suitePath);
  const digest = suiteDigest(definitionText);
  const items: LoadedSuite['items'] = (indices = upTo(size)) => store.items(indices);
  return { path: suitePath, definition, definitionText, digest, secret, renderer, commitmentOf, items, lineOf };
}

async function readSuiteFile(path: string): Promise<string> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new InputError('ERR_SUITE_MISSING', `cannot read suite file "${path}"`, { path, cause });
  });
  const text = tryDecodeUtf8(bytes);
  if (text === null)
    throw new InputError('ERR_UTF8', `cannot read suite file "${path}": it is not valid UTF-8`, { path });
  return text.replace(/^\uFEFF/, '');
}

function compilePrompt({ file, lineOf }: ParsedSuiteFile, path: string): PromptRenderer {
  const messages = typeof file.prompt === 'string' ? [{ role: 'user' as const, content: file.prompt }] : file.prompt;
  const place = { path, line: lineOf('/prompt'), pointer: '/prompt' };
  const renderer = placed(place, () => createRenderer({ messages, few_shot: file.few_shot ?? [] }));
  const { input } = file.items;
  const fields = Array.isArray(input) ? input : Object.keys(input);
  const unknown = renderer.requires.find((name) => !fields.includes(name));
  if (unknown === undefined) return renderer;
  const fault = `"${unknown}" is no input field, want one of ${fields.join(', ')}`;
  throw new InputError('ERR_PROMPT_TEMPLATE', `cannot use prompt in "${path}" line ${place.line}: ${fault}`, place);
}

function mapperOf({ file, lineOf }: ParsedSuiteFile, path: string, itemsPath: string): RowMapper {
  try {
    return createRowMapper(file.items, itemsPath);
  } catch (cause) {
    const place = { path, line: lineOf('/items/target/pattern'), pointer: '/items/target/pattern' };
    const fault = `at ${place.pointer}: want a regular expression with one group`;
    throw new InputError('ERR_SUITE_SCHEMA', `cannot use "${path}" line ${place.line} ${fault}`, { ...place, cause });
  }
}

function checkedText(definition: SuiteDefinition, path: string): string {
  const text = formatDefinition(definition);
  if (Buffer.byteLength(text) <= MAX_DEFINITION_BYTES) return text;
  const fault = `its definition is longer than ${MAX_DEFINITION_BYTES} bytes`;
  throw new InputError('ERR_SUITE_LIMIT', `cannot use suite "${path}": ${fault}`, { path });
}

/** Runs a step that does not know where its text comes from, and adds the place to its errors. */
function placed<T>(place: ItemPlace & { readonly pointer?: string }, step: () => T): T {
  try {
    return step();
  } catch (cause) {
    if (!isTouchstoneError(cause, 'ERR_PROMPT_TEMPLATE', 'ERR_PROMPT_RENDER')) throw cause;
    const line = place.line === undefined ? '' : ` line ${place.line}`;
    const code = cause.code as 'ERR_PROMPT_TEMPLATE' | 'ERR_PROMPT_RENDER';
    throw new InputError(code, `cannot use "${place.path}"${line}: ${cause.message}`, { ...place, cause });
  }
}

function* upTo(size: number): Generator<number> {
  for (let index = 0; index < size; index++) yield index;
}
