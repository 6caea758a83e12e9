import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MAX_COMPOSE_UNITS } from '../../../src/attestation/dstack/compose-yaml.ts';
import { checkComposeHash, readApplication } from '../../../src/attestation/dstack/compose.ts';
import { anyCharacter } from '../../any-text.ts';
import * as fc from '../../property.ts';

const NONE = '00'.repeat(48);
const DIGEST = `sha256:${'ab'.repeat(32)}`;
const compose = expect.objectContaining({ code: 'ERR_COMPOSE' });

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** An app-compose.json around a compose file. */
function app(file: string, more: object = {}): string {
  return JSON.stringify({ runner: 'docker-compose', docker_compose_file: file, ...more });
}

describe('checkComposeHash()', () => {
  const text = app('services: {}');
  const hash = hashOf(text);
  const mrConfigId = `01${hash.toString('hex')}${'00'.repeat(15)}`;

  it.each([
    ['both', { mrConfigId, composeHash: hash }, ['MRCONFIGID', 'RTMR3']],
    ['MRCONFIGID alone', { mrConfigId, composeHash: null }, ['MRCONFIGID']],
    ['the event alone, where MRCONFIGID is zero', { mrConfigId: NONE, composeHash: hash }, ['RTMR3']],
    ['nothing', { mrConfigId: NONE, composeHash: null }, []],
  ])('says what names the file: %s', (_, measured, named) => {
    expect(checkComposeHash(text, measured)).toEqual(named);
  });

  it.each([
    ['a file of one more byte', `${text} `, { mrConfigId, composeHash: null }],
    ['another event than MRCONFIGID', text, { mrConfigId, composeHash: hashOf('x') }],
    ['another MRCONFIGID than the event', text, { mrConfigId: mrConfigId.replace(/.$/, '1'), composeHash: hash }],
    ['an event of another length', text, { mrConfigId: NONE, composeHash: hash.subarray(1) }],
  ])('refuses %s', (_, file, measured) => {
    expect(() => checkComposeHash(file, measured)).toThrow(compose);
  });
});

describe('readApplication()', () => {
  it.each([
    ['a digest', `image: vllm/vllm-openai@${DIGEST}`],
    ['a tag and a digest', `image: "ghcr.io:443/a/b:v1@${DIGEST}"`],
  ])('takes an image with %s as pinned', (_, image) => {
    expect(readApplication(app(`services:\n  a:\n    ${image}\n`))?.unpinned).toEqual([]);
  });

  it.each([
    ['a tag', 'image: vllm/vllm-openai:v0.10.2'],
    ['a digest that a variable may replace', `image: \${IMAGE:-a/b@${DIGEST}}`],
    ['a digest of another length', `image: a/b@${DIGEST.slice(0, -1)}`],
    ['nothing but a build', 'build: .'],
    ['a build beside a pinned image', `image: a/b@${DIGEST}\n    build: .`],
    ['an extension of another file', `image: a/b@${DIGEST}\n    extends: {file: x.yaml, service: y}`],
    ['no image', 'restart: always'],
    ['a key in escapes', '"\\x69mage": a/b:latest'],
  ])('takes a service with %s as not pinned', (_, image) => {
    expect(readApplication(app(`services:\n  a:\n    ${image}\n`))?.unpinned).toEqual(['a']);
  });

  it('sees images that come by a merged anchor', () => {
    const file = 'x-common: &c\n  image: a/b:latest\nservices:\n  one:\n    <<: *c\n';
    expect(readApplication(app(file))?.unpinned).toEqual(['one']);
  });

  it('counts a script that starts containers and an include as not pinned', () => {
    const file = `include: [x.yaml]\nservices:\n  a:\n    image: a/b@${DIGEST}\n`;
    expect(readApplication(app(file, { pre_launch_script: 'docker run x' }))?.unpinned).toEqual([
      'pre_launch_script',
      'include',
    ]);
  });

  it('never shows a name of the file that is not plain', () => {
    expect(readApplication(app('services:\n  "a <b>": {image: x}\n'))?.unpinned).toEqual(['a name of 5 units']);
  });

  it.each([
    ['an option', 'command: --model org/a-FP8 --served-model-name org/a', ['org/a-FP8']],
    ['an option with a sign', 'command: ["--model=org/a", "--revision=abc123"]', ['org/a@abc123']],
    ['a list of words', 'command: ["--model", "org/a", "--revision", "abc123"]', ['org/a@abc123']],
    ['a shell command', 'command: sh -c "vllm serve org/a --port 8000"', ['org/a']],
    ['a download', 'command: sh -c "pip install x && hf download org/a --max-workers 20"', ['org/a']],
    ['an entry point', 'entrypoint: python -m sglang.launch_server --model-path org/a', ['org/a']],
    ['a variable that is known only at the start', 'command: --model $$MODEL', []],
    ['text that is no name', 'command: --model <script>', []],
    ['a list of variables', 'environment:\n      - MODEL_NAME=org/a\n      - OTHER=b', ['org/a']],
    ['a mapping of variables', 'environment:\n      MODEL_NAME: org/a', ['org/a']],
  ])('finds the checkpoint of %s', (_, lines, want) => {
    expect(readApplication(app(`services:\n  a:\n    ${lines}\n`))?.declaredCheckpoints).toEqual(want);
  });

  it('prefers what command lines load to names that are served', () => {
    const file = 'services:\n  p:\n    environment: [MODEL_NAME=org/a]\n  v:\n    command: --model org/a-FP8\n';
    expect(readApplication(app(file))?.declaredCheckpoints).toEqual(['org/a-FP8']);
  });

  it.each([
    ['text that is not JSON', 'services: {}'],
    ['no compose file', '{}'],
    ['a compose file of another kind', '{"docker_compose_file":{}}'],
    ['YAML that does not parse', app('services: {a: [}')],
    ['a list', app('- a')],
    ['services that are a list', app('services: [a]')],
    ['duplicate services', app('services:\n  a: {image: x}\n  a: {image: y}\n')],
    ['too much text', app(`services: {a: {image: x}}\n#${'x'.repeat(MAX_COMPOSE_UNITS)}`)],
    ['brackets without end', app(`services: ${'['.repeat(50_000)}`)],
    ['brackets that are closed', app(`services: ${'['.repeat(30_000)}${']'.repeat(30_000)}`)],
    ['brackets in quotes between them', app(`services: ${'[ "]", '.repeat(50)}${']'.repeat(50)}`)],
    ['dashes without end', app(`services: {}\nx:\n ${'- '.repeat(30_000)}x\ny: 1`)],
    ['questions without end', app('? '.repeat(30_000))],
    [
      'lines that go right without end',
      app(`services: {}\n${Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')}`),
    ],
    [
      'more services than a file has',
      app(`services:\n${Array.from({ length: 300 }, (_, i) => `  s${i}: {}`).join('\n')}`),
    ],
    [
      'aliases that grow without bound',
      app(
        `a0: &a0 [x,x,x,x,x,x,x,x]\n${[1, 2, 3, 4, 5, 6, 7]
          .map((i) => `a${i}: &a${i} [${Array.from({ length: 8 }, () => `*a${i - 1}`).join(',')}]\n`)
          .join('')}services: {a: *a7}`,
      ),
    ],
  ])('reads nothing from %s', (_, text) => {
    expect(readApplication(text)).toBeNull();
  });

  it('never throws', () => {
    const word = fc.oneof(
      fc.constantFrom(
        'services',
        'image',
        'command',
        '--model',
        ':',
        '\n',
        '  ',
        '- ',
        '&a ',
        '*a',
        '<<',
        '{',
        '}',
        '[',
        ']',
        '"',
      ),
      fc.string({ unit: anyCharacter, maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), (words) => {
        const read = readApplication(app(`services:\n  a:\n    ${words.join('')}`));
        expect(read === null || read.services >= 1).toBe(true);
      }),
    );
  });
});
