import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from '../property.ts';
import { describe, expect, it } from 'vitest';
import { decodeHex, encodeHex } from '../../src/core/bytes.ts';
import { parseCheckpoint } from '../../src/core/checkpoint.ts';
import { publicKeyFromSeed } from '../../src/core/ed25519.ts';
import { isTouchstoneError } from '../../src/core/errors.ts';
import { ed25519NoteSigner, ed25519NoteVerifier, formatVkey, parseVkey } from '../../src/core/note-key.ts';
import { formatNote, isNoteName, openNote, parseNote, signNote } from '../../src/core/note.ts';
import { anyCharacter } from '../any-text.ts';
import { describeRealData } from '../testdata.ts';
import { expectCode, vectors } from '../vectors.ts';

const alice = ed25519NoteSigner('alice', new Uint8Array(32).fill(1));
const bob = ed25519NoteSigner('bob', new Uint8Array(32).fill(2));
const aliceVerifier = ed25519NoteVerifier({ name: 'alice', key: publicKeyFromSeed(new Uint8Array(32).fill(1)) });
const noteText = fc.string({ unit: anyCharacter }).map((line) => `${line.replaceAll(/\p{Cc}/gu, '')}\n`);

function expectRejected(note: string): void {
  try {
    openNote(note, [aliceVerifier]);
  } catch (error) {
    if (isTouchstoneError(error, 'ERR_NOTE_MALFORMED', 'ERR_NOTE_SIGNATURE', 'ERR_NOTE_UNTRUSTED')) return;
    throw error;
  }
  throw new Error(`opened ${JSON.stringify(note)}`);
}

describe('openNote()', () => {
  interface Vector {
    vkeys: string[];
    note: string;
    want: { text: string; signedBy: string[] };
  }
  it.each(vectors<Vector>('note'))('$name', ({ vector }) => {
    const open = () => openNote(vector.note, vector.vkeys.map(parseVkey).map(ed25519NoteVerifier));
    if (vector.wantCode === undefined) {
      const { text, signatures } = open();
      expect({ text, signedBy: signatures.map(({ name }) => name) }).toEqual(vector.want);
    } else expectCode(open, vector.wantCode);
  });

  it('opens what signNote() made and tells known from unknown keys', () => {
    fc.assert(
      fc.property(noteText, (text) => {
        const opened = openNote(signNote(text, [bob, alice]), [aliceVerifier]);
        expect(opened.text).toBe(text);
        expect(opened.signatures.map(({ name }) => name)).toEqual(['alice']);
        expect(opened.unknown.map(({ name }) => name)).toEqual(['bob']);
      }),
      { numRuns: 20 },
    );
  });

  it('rejects every prefix and every changed character', () => {
    const note = signNote('two\n\nparagraphs\n', [alice]);
    for (let at = 0; at < note.length; at++) {
      const changed = note.slice(0, at) + String.fromCodePoint(note.charCodeAt(at) ^ 1) + note.slice(at + 1);
      for (const broken of [note.slice(0, at), changed]) expectRejected(broken);
    }
  });

  it('carries the unverified note when nobody known signed', () => {
    const note = signNote('text\n', [bob]);
    const carried = expect.objectContaining({ code: 'ERR_NOTE_UNTRUSTED', detail: { note: parseNote(note) } });
    expect(() => openNote(note, [aliceVerifier])).toThrow(carried);
  });

  it('throws nothing but its own errors on any text', () => {
    const line = fc.constantFrom('text\n', '\n', '— ', 'alice ', 'AAAAAAAA', ' ', '\ud800', '=', '+');
    const text = fc.oneof(
      fc.string({ unit: anyCharacter }),
      fc.array(line).map((parts) => parts.join('')),
    );
    fc.assert(fc.property(text, expectRejected));
  });
});

describe('parseNote() and formatNote()', () => {
  it('are inverse', () => {
    const note = signNote('a\n\nb\n', [alice, bob]);
    expect(formatNote(parseNote(note))).toBe(note);
  });

  it.each(['', 'text', 'a\tb\n', '\ud800\n'])('signNote() refuses the text %j', (text) => {
    expect(() => signNote(text, [alice])).toThrow(expect.objectContaining({ name: expect.stringMatching(/Error$/) }));
  });

  it('formatNote() refuses what parseNote() would not give back', () => {
    const signature = { name: 'a b', keyIdHex: '00000000', signature: new Uint8Array(64) };
    expectCode(() => formatNote({ text: 'x\n', signatures: [signature] }), 'ERR_NOTE_MALFORMED');
    expectCode(() => formatNote({ text: 'x\n', signatures: [] }), 'ERR_NOTE_MALFORMED');
  });

  it.each([
    ['example.com/log', true],
    ['PeterNeumann', true],
    ['', false],
    ['a b', false],
    ['a\u00a0b', false],
    ['a\u0085b', false],
    ['a+b', false],
    ['a\nb', false],
    ['\ud800', false],
  ])('isNoteName(%j) is %s', (name, want) => expect(isNoteName(name)).toBe(want));
});

describe('vkeys', () => {
  it.each(vectors<{ vkey: string; want: { name: string; keyHex: string } }>('vkey'))(
    'parseVkey() $name',
    ({ vector }) => {
      if (vector.wantCode === undefined) {
        const { name, key } = parseVkey(vector.vkey);
        expect({ name, keyHex: encodeHex(key) }).toEqual(vector.want);
        expect(formatVkey({ name, key })).toBe(vector.vkey);
      } else expectCode(() => parseVkey(vector.vkey), vector.wantCode);
    },
  );

  it('parseVkey() rejects every prefix, suffix and changed character', () => {
    const vkey = formatVkey({ name: 'alice', key: publicKeyFromSeed(new Uint8Array(32).fill(1)) });
    for (let at = 0; at < vkey.length; at++) {
      const changed = vkey.slice(0, at) + String.fromCodePoint(vkey.charCodeAt(at) + 1) + vkey.slice(at + 1);
      expectCode(() => parseVkey(changed), 'ERR_KEY_MALFORMED');
      expectCode(() => parseVkey(vkey.slice(0, at)), 'ERR_KEY_MALFORMED');
      if (at > 0) expectCode(() => parseVkey(vkey.slice(at)), 'ERR_KEY_MALFORMED');
    }
  });
});

describeRealData('C2SP signed notes', 'vectors/c2sp-signed-note', (folder) => {
  const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));

  it('published notes open under their keys', () => {
    const notes = read('notes.json');
    expect(notes).toHaveLength(2);
    for (const { vkey, note } of notes) {
      const { text, signatures } = openNote(note, [ed25519NoteVerifier(parseVkey(vkey))]);
      expect(note.startsWith(text)).toBe(true);
      expect(signatures).toHaveLength(1);
      expect(formatVkey(parseVkey(vkey))).toBe(vkey);
    }
  });

  it('witness requests: checkpoints open where the witness accepted their signature', () => {
    const { log_key_hex, requests } = read('litewitness-requests.json');
    let opened = 0;
    for (const { body, status } of requests) {
      const note: string = body.slice(body.indexOf('\n\n') + 2);
      const origin = note.slice(0, note.indexOf('\n'));
      const verifier = ed25519NoteVerifier({ name: origin, key: decodeHex(log_key_hex) });
      if (status !== 200 && status !== 409 && status !== 422) continue;
      const checkpoint = parseCheckpoint(openNote(note, [verifier]).text);
      expect(checkpoint.origin).toBe(origin);
      opened++;
    }
    expect(opened).toBeGreaterThan(0);
  });
});
