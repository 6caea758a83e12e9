// Notes, their keys and checkpoints, by c2sp.org/signed-note and c2sp.org/tlog-checkpoint.
import { base64, hex, sha256, utf8 } from './bytes.mjs';
import { alice, mallory } from './keys.mjs';
import { encodePoint, ORDER8 } from './points.mjs';
import { vector } from './vector.mjs';

const noteKeyId = (name, type, key) => sha256(utf8(`${name}\n`), Buffer.of(type), key).subarray(0, 4);
const vkeyOf = (name, type, key) =>
  `${name}+${hex(noteKeyId(name, type, key))}+${base64(Buffer.concat([Buffer.of(type), key]))}`;
const noteLine = (name, keyId, signature) => `\u2014 ${name} ${base64(Buffer.concat([keyId, signature]))}\n`;
const signedLine = (name, key, text) => noteLine(name, noteKeyId(name, 1, key.bytes), key.sign(utf8(text)));

export function noteVectors() {
  const text = 'a text\n\nof two paragraphs\n';
  const name = 'example.com/alice';
  const line = signedLine(name, alice, text);
  const other = signedLine('example.com/mallory', mallory, text);
  const vkeys = [vkeyOf(name, 1, alice.bytes)];
  const good = (file, desc, note, want) => vector('note', file, { desc, vkeys, note, want });
  const bad = (file, desc, note, wantCode = 'ERR_NOTE_MALFORMED') =>
    vector('note', file, { desc, vkeys, note, wantCode });
  good('valid', 'one signature', `${text}\n${line}`, { text, signedBy: [name] });
  good('valid-with-unknown', 'a second signature by an unknown key', `${text}\n${other}${line}`, {
    text,
    signedBy: [name],
  });
  bad('unknown-only', 'only an unknown key signed', `${text}\n${other}`, 'ERR_NOTE_UNTRUSTED');
  bad('other-text', 'the text was changed', `b${text.slice(1)}\n${line}`, 'ERR_NOTE_SIGNATURE');
  const forged = noteLine(name, noteKeyId(name, 1, alice.bytes), mallory.sign(utf8(text)));
  bad('forged', 'a signature by another key under the id of the known one', `${text}\n${forged}`, 'ERR_NOTE_SIGNATURE');
  bad(
    'same-name-other-id',
    'another key under the name of the known one',
    `${text}\n${signedLine(name, mallory, text)}`,
    'ERR_NOTE_UNTRUSTED',
  );
  bad('twice', 'one signature twice', `${text}\n${line}${line}`);
  bad('no-signature', 'no signature line', `${text}\n`);
  bad('no-blank-line', 'text and signature run together', `a text\n${line}`);
  bad('no-final-newline', 'the last newline is missing', `${text}\n${line.slice(0, -1)}`);
  bad('text-after-signature', 'a line after the signatures', `${text}\n${line}more\n`);
  bad('blank-after-signature', 'a blank line after the signatures', `${text}\n${line}\n`);
  bad('hyphen', 'a hyphen instead of a dash', `${text}\n${line.replace('\u2014', '-')}`);
  bad('two-spaces', 'two spaces before the signature', `${text}\n${line.replace(`${name} `, `${name}  `)}`);
  bad('space-at-end', 'a space after the signature', `${text}\n${line.slice(0, -1)} \n`);
  bad('bad-base64', 'base64 without its padding', `${text}\n${line.replaceAll('=', '')}`);
  bad(
    'short-signature',
    'nothing after the key id',
    `${text}\n${noteLine(name, noteKeyId(name, 1, alice.bytes), utf8(''))}`,
  );
  bad('plus-in-name', 'a name with a plus sign', `${text}\n${signedLine('a+b', mallory, text)}${line}`);
  bad('tab-in-text', 'a control character', `a\ttext\n\n${signedLine(name, alice, 'a\ttext\n')}`);
  bad('carriage-return', 'line ends of Windows', `a text\r\n\n${signedLine(name, alice, 'a text\r\n')}`);
  bad('surrogate-in-text', 'half a character', `a \ud800\n\n${line}`);
  const many = Array.from({ length: 101 }, (_, i) => noteLine(`key-${i}`, Buffer.alloc(4, i), Buffer.alloc(64)));
  bad('too-many', '101 signatures', `${text}\n${many.join('')}`);
}

const badVkey = (file, desc, vkey, wantCode = 'ERR_KEY_MALFORMED') => vector('vkey', file, { desc, vkey, wantCode });

export function vkeyVectors() {
  const name = 'example.com/alice';
  const good = vkeyOf(name, 1, alice.bytes);
  vector('vkey', 'valid', { desc: 'an Ed25519 key', vkey: good, want: { name, keyHex: hex(alice.bytes) } });
  badVkey('other-name', 'the id belongs to another name', good.replace('alice', 'malice'));
  badVkey('other-id', 'the id is wrong', good.replace(/\+[0-9a-f]{8}\+/, '+00000000+'));
  badVkey(
    'uppercase-id',
    'hex is lowercase',
    good.replace(/\+[0-9a-f]{8}\+/, (id) => id.toUpperCase()),
  );
  badVkey('no-padding', 'base64 is canonical', vkeyOf(name, 1, alice.bytes.subarray(1)).replaceAll('=', ''));
  badVkey('space-in-name', 'a name has no space', vkeyOf('a b', 1, alice.bytes));
  badVkey('empty', 'no text', '');
  badVkey('no-key', 'nothing after the type', vkeyOf(name, 1, utf8('')));
  badVkey('long-key', 'a key of 33 bytes', vkeyOf(name, 1, Buffer.concat([alice.bytes, Buffer.of(0)])));
  badVkey('small-order', 'a key of small order', vkeyOf(name, 1, encodePoint(ORDER8)));
  badVkey('cosignature', 'a key for timestamped cosignatures', vkeyOf(name, 4, alice.bytes), 'ERR_KEY_UNSUPPORTED');
}

const goodCheckpoint = (file, desc, text, want) => vector('checkpoint', file, { desc, text, want });
const badCheckpoint = (file, desc, text) =>
  vector('checkpoint', file, { desc, text, wantCode: 'ERR_CHECKPOINT_MALFORMED' });

export function checkpointVectors() {
  const rootBase64 = base64(sha256(utf8('root')));
  const want = { origin: 'example.com/log', size: 12, rootHex: hex(sha256(utf8('root'))), extensions: [] };
  goodCheckpoint('valid', 'three lines', `example.com/log\n12\n${rootBase64}\n`, want);
  goodCheckpoint('valid-extensions', 'two extension lines', `example.com/log\n12\n${rootBase64}\nx\n y\n`, {
    ...want,
    extensions: ['x', ' y'],
  });
  goodCheckpoint('valid-limits', 'the largest exact size', `l\n9007199254740991\n${rootBase64}\n`, {
    ...want,
    origin: 'l',
    size: 9007199254740991,
  });
  badCheckpoint('empty', 'no text', '');
  badCheckpoint('no-origin', 'the first line is empty', `\n12\n${rootBase64}\n`);
  badCheckpoint('leading-zero', 'a second form of the size', `l\n012\n${rootBase64}\n`);
  badCheckpoint('negative', 'a size below zero', `l\n-1\n${rootBase64}\n`);
  badCheckpoint('plus', 'a second form of the size', `l\n+1\n${rootBase64}\n`);
  badCheckpoint('hex', 'not decimal', `l\n0x1\n${rootBase64}\n`);
  badCheckpoint('inexact', 'a size that is not exact', `l\n9007199254740992\n${rootBase64}\n`);
  badCheckpoint('short-root', 'a root of 31 bytes', `l\n1\n${base64(Buffer.alloc(31))}\n`);
  badCheckpoint('url-safe-root', 'the other base64', `l\n1\n${base64(Buffer.alloc(32, 0xff)).replaceAll('/', '_')}\n`);
  badCheckpoint('no-root', 'two lines', 'l\n1\n');
  badCheckpoint('no-final-newline', 'the last newline is missing', `l\n1\n${rootBase64}`);
  badCheckpoint('empty-extension', 'an empty extension line', `l\n1\n${rootBase64}\n\nx\n`);
}
