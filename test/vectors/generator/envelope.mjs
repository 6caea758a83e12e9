// DSSE envelopes and in-toto statements.
import { base64, hex, sha256, utf8 } from './bytes.mjs';
import { alice, mallory } from './keys.mjs';
import { vector } from './vector.mjs';

const pae = (type, payload) => Buffer.concat([utf8(`DSSEv1 ${utf8(type).length} ${type} ${payload.length} `), payload]);

export function envelopeVectors() {
  const type = 'text/plain';
  const payload = utf8('touchstone');
  const keys = { alice: hex(alice.bytes) };
  const signature = (keyid, key = alice) => ({ keyid, sig: base64(key.sign(pae(type, payload))) });
  // Keys are written in canonical order, so JSON.stringify gives the canonical form.
  const make = (changes = {}) => ({
    payload: base64(payload),
    payloadType: type,
    signatures: [signature('alice')],
    ...changes,
  });
  const good = (file, desc, envelope, want) =>
    vector('envelope', file, { desc, keys, envelope: JSON.stringify(envelope), want });
  const badText = (file, desc, envelope, wantCode = 'ERR_ENVELOPE_MALFORMED') =>
    vector('envelope', file, { desc, keys, envelope, wantCode });
  const bad = (file, desc, changes, wantCode) => badText(file, desc, JSON.stringify(make(changes)), wantCode);
  const want = { payloadType: type, payloadHex: hex(payload), keyids: ['alice'] };
  good('valid', 'one signature', make(), want);
  good(
    'valid-with-unknown',
    'a second signature by an unknown key',
    make({ signatures: [signature('m', mallory), signature('alice')] }),
    want,
  );
  bad(
    'unknown-only',
    'only an unknown key signed',
    { signatures: [signature('m', mallory)] },
    'ERR_ENVELOPE_UNTRUSTED',
  );
  bad('wrong-keyid', 'the right key under an unknown id', { signatures: [signature('bob')] }, 'ERR_ENVELOPE_UNTRUSTED');
  bad(
    'forged',
    'another key under the known id',
    { signatures: [signature('alice', mallory)] },
    'ERR_ENVELOPE_SIGNATURE',
  );
  bad('other-payload', 'the payload was changed', { payload: base64(utf8('touchstonf')) }, 'ERR_ENVELOPE_SIGNATURE');
  bad('other-type', 'the type was changed', { payloadType: 'text/html' }, 'ERR_ENVELOPE_SIGNATURE');
  bad(
    'signed-payload-only',
    'a signature of the payload without its type',
    { signatures: [{ keyid: 'alice', sig: base64(alice.sign(payload)) }] },
    'ERR_ENVELOPE_SIGNATURE',
  );
  bad('no-signatures', 'an empty list', { signatures: [] });
  bad('signatures-object', 'no list', { signatures: { 0: signature('alice') } });
  bad('signature-text', 'a text instead of an object', { signatures: ['x'] });
  bad('signature-null', 'null instead of an object', { signatures: [null] });
  bad('too-many-signatures', '17 signatures', { signatures: Array.from({ length: 17 }, (_, i) => signature(`k${i}`)) });
  bad('same-keyid-twice', 'one key twice', { signatures: [signature('alice'), signature('alice')] });
  bad('empty-keyid', 'a key without id', { signatures: [signature('')] });
  bad('no-keyid', 'a key without id', { signatures: [{ sig: signature('alice').sig }] });
  bad('keyid-number', 'an id that is no text', { signatures: [{ ...signature('alice'), keyid: 7 }] });
  bad('extra-signature-field', 'a field that is not signed', { signatures: [{ cert: 'x', ...signature('alice') }] });
  bad('extra-field', 'a field that is not signed', { zzz: 1 });
  bad('empty-type', 'no type', { payloadType: '' });
  bad('type-number', 'a type that is no text', { payloadType: 1 });
  bad('payload-number', 'a payload that is no text', { payload: 1 });
  bad('unpadded-payload', 'base64 without padding', { payload: base64(payload).replaceAll('=', '') });
  bad('url-safe-payload', 'the other base64', { payload: Buffer.alloc(3, 0xff).toString('base64url') });
  bad('pad-bits', 'base64 with pad bits', { payload: 'dG91Y2hzdG9uZR==' });
  badText('spaces', 'white space', JSON.stringify(make(), null, 1));
  badText('newline', 'a newline at the end', `${JSON.stringify(make())}\n`);
  badText(
    'unsorted',
    'keys in another order',
    JSON.stringify({ payloadType: type, payload: base64(payload), signatures: [signature('alice')] }),
  );
  badText('not-json', 'no JSON', 'x');
  badText('array', 'no object', '[]');
}

const badStatement = (file, desc, payload) =>
  vector('statement', file, { desc, payload, wantCode: 'ERR_STATEMENT_MALFORMED' });

export function statementVectors() {
  const digest = { sha256: hex(sha256(utf8('file'))) };
  const make = (changes = {}) => ({
    _type: 'https://in-toto.io/Statement/v1',
    predicate: { a: 1 },
    predicateType: 'urn:example:v1',
    subject: [{ digest, name: 'file' }],
    ...changes,
  });
  const { _type, ...fields } = make();
  vector('statement', 'valid', { desc: 'one subject', payload: JSON.stringify({ _type, ...fields }), want: fields });
  const bad = (file, desc, changes) => badStatement(file, desc, JSON.stringify(make(changes)));
  bad('other-type', 'an older statement', { _type: 'https://in-toto.io/Statement/v0.1' });
  bad('no-subject', 'an empty list', { subject: [] });
  bad('subject-object', 'no list', { subject: {} });
  bad('subject-null', 'null in the list', { subject: [null] });
  bad('subject-without-name', 'a digest without a name', { subject: [{ digest }] });
  bad('subject-empty-name', 'an empty name', { subject: [{ digest, name: '' }] });
  bad('subject-name-number', 'a name that is no text', { subject: [{ digest, name: 1 }] });
  bad('subject-uri', 'a field that is not understood', { subject: [{ digest, name: 'file', uri: 'x' }] });
  bad('digest-text', 'a digest without its algorithm', { subject: [{ digest: digest.sha256, name: 'file' }] });
  bad('digest-sha1', 'another algorithm', { subject: [{ digest: { sha1: '00' }, name: 'file' }] });
  bad('digest-uppercase', 'hex is lowercase', { subject: [{ digest: { sha256: 'A'.repeat(64) }, name: 'file' }] });
  bad('same-name-twice', 'two files of one name', {
    subject: [
      { digest, name: 'file' },
      { digest, name: 'file' },
    ],
  });
  bad('predicate-type-empty', 'no predicate type', { predicateType: '' });
  bad('predicate-type-number', 'a predicate type that is no text', { predicateType: 1 });
  bad('predicate-array', 'a predicate that is no object', { predicate: [] });
  bad('extra-field', 'a field that is not understood', { zzz: 1 });
  badStatement('spaces', 'white space', JSON.stringify(make(), null, 1));
  badStatement('not-json', 'no JSON', 'x');
}
