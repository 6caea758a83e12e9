/** Files that are missing, empty or malformed, as a user meets them: exit code, code, and a message that says where. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSource } from '../../src/archive/open-source.ts';
import { readConfig } from '../../src/cli/config.ts';
import { exitCodeOf } from '../../src/cli/exit.ts';
import { readKeyFile } from '../../src/cli/key-file.ts';
import { describe as describeError } from '../../src/cli/say.ts';
import { sshSigner } from '../../src/cli/ssh-keygen.ts';
import { readTrust } from '../../src/cli/trust.ts';
import { replayConfig } from '../../src/endpoints/config.ts';
import { openEndpoint } from '../../src/endpoints/open.ts';
import { loadSuite } from '../../src/suites/load.ts';
import { verifyRun } from '../../src/verifier/verify.ts';
import { temporaryFolder } from '../runner/toy.ts';

type Content = string | Uint8Array;

let root = '';
let remove: () => Promise<void>;

beforeAll(async () => {
  ({ path: root, remove } = await temporaryFolder());
  await mkdir(join(root, 'folder'));
});
afterAll(async () => await remove());

async function put(name: string, content: Content | null): Promise<string> {
  const path = join(root, name);
  if (content === null) return path;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return path;
}

async function failure(act: () => Promise<unknown>): Promise<{ readonly exit: number; readonly text: string }> {
  try {
    await act();
  } catch (error) {
    return { exit: exitCodeOf(error), text: describeError(error).replaceAll(root, '.') };
  }
  return { exit: 0, text: 'no error' };
}

async function verify(path: string): Promise<void> {
  const verification = await verifyRun(await openSource(path));
  if (!verification.verified) throw verification.fault;
}

const suiteYaml = (items: string, more = ''): string =>
  [
    'id: s',
    'version: 1.0.0',
    'title: S',
    `items: { file: ${items}, id: id, input: [q], target: a }`,
    "prompt: '{{ q }}'",
    'scorer: { id: exact, version: 1 }',
    more,
    '',
  ].join('\n');

const NOT_UTF8 = Uint8Array.of(0x7b, 0xff);
const ROW = '{"id":"1","q":"x","a":"y"}\n';

type Case = readonly [what: string, name: string, content: Content | null, text: RegExp];

const SUITES: readonly Case[] = [
  ['missing', 'no/suite.yaml', null, /^cannot read suite file "\.\/no\/suite\.yaml" \(ERR_SUITE_MISSING\)$/],
  ['empty', 'empty.yaml', '', /"\.\/empty\.yaml" line 1 at the top: want object .*\(ERR_SUITE_SCHEMA\)$/],
  ['not text', 'utf8.yaml', NOT_UTF8, /"\.\/utf8\.yaml": it is not valid UTF-8 \(ERR_UTF8\)$/],
  ['not YAML', 'yaml.yaml', 'id: [a\nversion: 1', /"\.\/yaml\.yaml" line 2: .*\(ERR_SUITE_YAML\)$/],
  ['with a key twice', 'twice.yaml', 'id: a\nid: b\n', /"\.\/twice\.yaml" line 2: .*\(ERR_SUITE_YAML\)$/],
  [
    'with an unknown key',
    'key.yaml',
    suiteYaml('i.jsonl', 'scoerr: x'),
    /line 7 at \/scoerr: .*did you mean "scorer"\?/,
  ],
  [
    'of a wrong value',
    'value.yaml',
    suiteYaml('i.jsonl', 'repeats: often'),
    /line 7 at \/repeats: got "often", want integer/,
  ],
  [
    'whose prompt is no template',
    'jinja.yaml',
    suiteYaml('i.jsonl').replace('{{ q }}', '{{ q'),
    /"\.\/jinja\.yaml" line 5: .*\(ERR_PROMPT_TEMPLATE\)$/,
  ],
];

const ITEMS: readonly Case[] = [
  ['missing', 'no.jsonl', null, /cannot open item file "\.\/no\.jsonl" \(ERR_ITEMS_MISSING\)$/],
  ['empty', 'empty.jsonl', '', /"\.\/empty\.jsonl": it has no items \(ERR_ITEMS_EMPTY\)$/],
  ['cut in a line', 'cut.jsonl', `${ROW}{"id":"2","q"`, /"\.\/cut\.jsonl" line 2: .*\(ERR_ITEMS_SYNTAX\)$/],
  [
    'without a field',
    'field.jsonl',
    `${ROW}{"id":"2","q":"x"}\n`,
    /"\.\/field\.jsonl" line 2, field "a": .*\(ERR_ITEMS_FIELD\)$/,
  ],
  ['with an id twice', 'ids.jsonl', ROW + ROW, /"\.\/ids\.jsonl" line 2: id "1" .*\(ERR_ITEMS_DUPLICATE\)$/],
  ['of lists', 'lists.jsonl', '[1]\n', /"\.\/lists\.jsonl" line 1: want one JSON object per line/],
  ['not text', 'utf8.jsonl', NOT_UTF8, /"\.\/utf8\.jsonl" line 1: it is not valid UTF-8/],
  [
    'of CSV with an open quote',
    'quote.csv',
    'id,q,a\n1,"x,y\n',
    /"\.\/quote\.csv" line 2: a quoted field is never closed/,
  ],
  ['of CSV with a short row', 'short.csv', 'id,q,a\n1,x\n', /"\.\/short\.csv" line 2: .*number of fields/],
  ['of broken JSON', 'broken.json', '[{"id":1}', /"\.\/broken\.json" line 1: it is not JSON/],
  ['of JSON that is no list', 'object.json', '{"id":1}', /"\.\/object\.json": want a list of objects/],
  [
    'of an unknown kind',
    'items.txt',
    'x',
    /"\.\/items\.txt": want .*\.jsonl.*\.csv, \.tsv, \.parquet, or the key "format"/,
  ],
];

const CONFIGS: readonly Case[] = [
  ['missing', 'no.yaml', null, /^cannot open \.\/no\.yaml: no such file or directory \(ENOENT\)$/],
  ['a folder', 'folder', null, /^cannot read \.\/folder: .*\(EISDIR\)$/],
  [
    'empty',
    'config/empty.yaml',
    '',
    /"\.\/config\/empty\.yaml" line 1 at the top: want object .*\(ERR_CONFIG_SCHEMA\)$/,
  ],
  [
    'not YAML',
    'config/yaml.yaml',
    'suites: [a\nendpoints: b',
    /"\.\/config\/yaml\.yaml" line 2: .*\(ERR_CONFIG_YAML\)$/,
  ],
  [
    'of a wrong value',
    'config/limit.yaml',
    'suites: [a]\nendpoints: [ollama:x]\nlimit: all\n',
    /line 3 at \/limit: got "all"/,
  ],
];

const KEYS: readonly Case[] = [
  ['missing', 'no.key', null, /^cannot stat \.\/no\.key: no such file or directory \(ENOENT\)$/],
  ['a folder', 'folder', null, /^cannot read \.\/folder: .*\(EISDIR\)$/],
  ['empty', 'empty.key', '', /, in \.\/empty\.key \(ERR_KEY_MALFORMED\)$/],
  ['cut', 'cut.key', 'TOUCHSTONE-ED25519-SECRET-KEY bob c2VjcmV0\n', /, in \.\/cut\.key \(ERR_KEY_MALFORMED\)$/],
];

const PUBLIC_KEYS: readonly Case[] = [
  ['missing', 'no.pub', null, /^cannot open \.\/no\.pub: no such file/],
  ['a folder', 'folder', null, /^cannot read \.\/folder: .*\(EISDIR\)$/],
  ['empty', 'empty.pub', '', /, in \.\/empty\.pub \(ERR_KEY_MALFORMED\)$/],
  ['not a key', 'not.pub', '# comment\nhello\n', /line 2 .*, in \.\/not\.pub \(ERR_KEY_MALFORMED\)$/],
];

const NO_RUNS: readonly Case[] = [
  ['missing', 'no.gz', null, /^cannot read \.\/no\.gz: want a run folder or a bundle \(ERR_RUN_MISSING\)$/],
  ['a folder of something else', 'folder', null, /^cannot read \.\/folder\/plan\.json .*want a run folder/],
];

// A file that is no bundle at all and one that was changed look alike, so both are refused as bundles.
const BUNDLES: readonly Case[] = [
  ['empty', 'empty.gz', '', /it is too short \(ERR_BUNDLE_FORM\)$/],
  ['text', 'text.gz', 'hello '.repeat(100), /gzip header of a bundle \(ERR_BUNDLE_FORM\)$/],
  ['another gzip file', 'other.gz', gzipSync('hello'), /\(ERR_BUNDLE_FORM\)$/],
  ['a bomb', 'bomb.gz', gzipSync(new Uint8Array(20_000_000)), /\(ERR_BUNDLE_FORM\)$/],
];

const RECORDINGS: readonly Case[] = [
  ['missing', 'no.jsonl', null, /cannot open \.\/no\.jsonl: no such file/],
  ['empty', 'empty.jsonl', '', /"\.\/empty\.jsonl" line 1: want at least one answer \(ERR_REPLAY_MALFORMED\)$/],
  ['of something else', 'else.jsonl', '{"x":1}\n', /"\.\/else\.jsonl" line 1: .*\(ERR_REPLAY_MALFORMED\)$/],
];

describe('files that are not what they should be', () => {
  it.each(SUITES)('a suite that is %s', async (_, name, content, text) => {
    const path = await put(name, content);
    expect(await failure(() => loadSuite(path))).toEqual({ exit: 3, text: expect.stringMatching(text) });
  });

  it.each(ITEMS)('an item file that is %s', async (_, name, content, text) => {
    await put(name, content);
    const suite = await put(`${name}.suite.yaml`, suiteYaml(name));
    const load = async (): Promise<void> => {
      for await (const item of (await loadSuite(suite)).items()) expect(item.id).toBe('1');
    };
    expect(await failure(load)).toEqual({ exit: 3, text: expect.stringMatching(text) });
  });

  it.each(CONFIGS)('a configuration that is %s', async (_, name, content, text) => {
    const path = await put(name, content);
    expect(await failure(() => readConfig(path))).toEqual({ exit: 3, text: expect.stringMatching(text) });
  });

  it.each(KEYS)('a secret key that is %s', async (_, name, content, text) => {
    const path = await put(name, content);
    expect(await failure(() => readKeyFile(path))).toEqual({ exit: 3, text: expect.stringMatching(text) });
  });

  it.each(PUBLIC_KEYS)('a public key that is %s', async (_, name, content, text) => {
    const path = await put(name, content);
    expect(await failure(() => readTrust([path]))).toEqual({ exit: 3, text: expect.stringMatching(text) });
    const asSigner = await failure(() => sshSigner(path));
    expect(asSigner).toEqual({ exit: 3, text: expect.stringContaining(`./${name}`) });
  });

  it.each(NO_RUNS)('a run that is %s', async (_, name, content, text) => {
    const path = await put(name, content);
    expect(await failure(() => verify(path))).toEqual({ exit: 3, text: expect.stringMatching(text) });
  });

  it.each(BUNDLES)('a bundle that is %s', async (_, name, content, text) => {
    const path = await put(name, content);
    expect(await failure(() => verify(path))).toEqual({ exit: 1, text: expect.stringMatching(text) });
  });

  it.each(RECORDINGS)('a recording that is %s', async (_, name, content, text) => {
    const path = await put(`recording/${name}`, content);
    const opened = await failure(() => openEndpoint(replayConfig(path, 'm'), { connections: 1 }));
    expect({ ...opened, text: opened.text.replace('./recording/', './') }).toEqual({
      exit: 3,
      text: expect.stringMatching(text),
    });
  });
});
