// Writes test/vectors/transcript/*.json: {desc, op, …inputs, want}, one case per file.
//
// Nothing of src is used: commitments, salts and draws come from node:crypto, by docs/format.md section 3.
// `--check` compares instead of writing.
import { createHash, createHmac } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, 'transcript');
const checkOnly = process.argv.includes('--check');
let differing = 0;

function vector(name, content) {
  const path = join(folder, `${name}.json`);
  const text = `${JSON.stringify(content, null, 2)}\n`;
  if (!checkOnly) writeFileSync(path, text);
  else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) differing++;
}

const sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

function salt(name, desc, { secret, label, number }) {
  const want = createHmac('sha256', secret).update(`touchstone/v1/salt\n${label}\n${number}`).digest('hex');
  vector(`salt-${name}`, { desc, op: 'salt', secretHex: secret.toString('hex'), label, number, want });
}

function commit(name, desc, { label, saltByte, content }) {
  const saltBytes = Buffer.alloc(32, saltByte);
  const want = sha256('touchstone/v1/commit\n', `${label}\n`, saltBytes, content);
  vector(`commit-${name}`, {
    desc,
    op: 'commit',
    label,
    saltHex: saltBytes.toString('hex'),
    contentHex: Buffer.from(content).toString('hex'),
    want,
  });
}

function select(name, desc, size, rule) {
  const draw = (index) => sha256(`touchstone/v1/select\n${rule.seed}\n${index}`);
  const all = Array.from({ length: size }, (_, index) => index);
  const draws = new Map(all.map((index) => [index, draw(index)]));
  const sorted = all.toSorted((a, b) => draws.get(a).localeCompare(draws.get(b), 'en'));
  const want = rule.kind === 'all' ? all : sorted.slice(0, rule.limit).toSorted((a, b) => a - b);
  vector(`select-${name}`, { desc, op: 'select', size, rule, want });
}

mkdirSync(folder, { recursive: true });
const publicSecret = Buffer.from('public');
const runSecret = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
salt('public-item', 'an item of a public suite', { secret: publicSecret, label: 'item', number: 0 });
salt('public-target', 'the target of a public suite', { secret: publicSecret, label: 'target', number: 0 });
salt('item-10', 'a number with two digits', { secret: runSecret, label: 'item', number: 10 });
salt('request', 'a request', { secret: runSecret, label: 'request', number: 1 });
salt('response', 'a response', { secret: runSecret, label: 'response', number: 2 });
salt('extracted', 'an extracted answer, at the highest number', { secret: runSecret, label: 'extracted', number: Number.MAX_SAFE_INTEGER });
commit('item', 'an item', { label: 'item', saltByte: 0x00, content: '{"id":"1","input":{"q":"2 + 2"}}' });
commit('target', 'a target', { label: 'target', saltByte: 0x11, content: '"4"' });
commit('request', 'a request, beyond ASCII', { label: 'request', saltByte: 0x22, content: '{"messages":[{"content":"é 🎯","role":"user"}]}' });
commit('response', 'a response that is not UTF-8', { label: 'response', saltByte: 0xff, content: Buffer.from('fffefd00', 'hex') });
commit('extracted', 'nothing', { label: 'extracted', saltByte: 0x5a, content: '' });
select('all', 'every item', 5, { kind: 'all' });
select('one', 'one of ten', 10, { kind: 'seeded', limit: 1, seed: '1' });
select('three', 'three of ten', 10, { kind: 'seeded', limit: 3, seed: '1' });
select('other-seed', 'three of ten by another seed', 10, { kind: 'seeded', limit: 3, seed: 'spring 2026' });
select('hundred', 'twenty of a hundred', 100, { kind: 'seeded', limit: 20, seed: '7' });
select('as-many', 'as many as there are', 6, { kind: 'seeded', limit: 6, seed: '7' });
select('more', 'more than there are', 6, { kind: 'seeded', limit: 7, seed: '7' });
if (differing > 0) {
  console.error(`${differing} vectors differ from what the generator makes: run node test/vectors/generate-transcript.mjs`);
  process.exitCode = 1;
}
