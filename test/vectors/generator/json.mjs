// Text forms of JSON: record lines and RFC 8785.
import { vector } from './vector.mjs';

const goodLine = (name, desc, line) => vector('line-form', name, { desc, line, want: JSON.parse(line) });
const badLine = (name, desc, line) => vector('line-form', name, { desc, line, wantCode: 'ERR_LINE_FORM' });
const goodJson = (name, desc, json, want) => vector('canonical-json', name, { desc, json, want });
const badJson = (name, desc, json, pointer) =>
  vector('canonical-json', name, { desc, json, wantCode: 'ERR_CANONICAL_JSON', pointer });

export function lineVectors() {
  goodLine('valid-empty', 'an object without keys', '{}');
  goodLine('valid-nested', 'every kind of value', '{"a":[1,"x",true,{"b":[]}],"b":false,"c":{"d":{},"e_1":-7}}');
  goodLine('valid-escapes', 'exactly the escapes of RFC 8785', String.raw`{"a":"\"\\\b\f\n\r\t\u0000\u001f/"}`);
  goodLine('valid-unicode', 'text beyond ASCII is not escaped', '{"a":"\u007f\u0080\u2028\ufeff\ud83d\ude00e\u0301"}');
  goodLine(
    'valid-backslash-ud',
    'an escaped backslash before letters that look like a surrogate',
    String.raw`{"a":"\\ud800"}`,
  );
  goodLine(
    'valid-integer-limits',
    'the largest and smallest exact integers',
    '{"a":9007199254740991,"b":-9007199254740991,"c":0}',
  );
  badLine('empty', 'no text', '');
  badLine('not-json', 'no JSON', '{"a":}');
  badLine('two-values', 'a second value', '{"a":1}{"a":1}');
  badLine('array', 'the value is an array', '[1]');
  badLine('text', 'the value is a text', '"a"');
  badLine('null', 'the value is null', 'null');
  badLine('byte-order-mark', 'a byte order mark first', '\ufeff{"a":1}');
  badLine('leading-space', 'white space before', ' {"a":1}');
  badLine('trailing-newline', 'the newline is not part of a line', '{"a":1}\n');
  badLine('inner-space', 'white space inside', '{"a": 1}');
  badLine('duplicate-key', 'a key twice with one value', '{"a":1,"a":1}');
  badLine('duplicate-key-other-value', 'a key twice with two values', '{"a":1,"a":2}');
  badLine('unsorted-keys', 'keys not in order', '{"b":1,"a":2}');
  badLine('unsorted-inner-keys', 'keys not in order, further down', '{"a":[{"c":1,"b":2}]}');
  badLine('uppercase-key', 'a key that no record has', '{"A":1}');
  badLine('hyphen-key', 'a key that no record has', '{"a-b":1}');
  badLine('empty-key', 'a key that no record has', '{"":1}');
  badLine('numeric-key', 'a key that engines put first', '{"1":1}');
  badLine('unicode-key', 'a key that no record has', '{"\u00e9":1}');
  badLine('proto-key', 'a key that changes objects in careless code', '{"__proto__":{"a":1}}');
  badLine('float', 'a fraction', '{"a":0.5}');
  badLine('float-form-of-integer', 'an integer written as a fraction', '{"a":1.0}');
  badLine('exponent', 'an integer with an exponent', '{"a":1e2}');
  badLine('negative-zero', 'zero has one form', '{"a":-0}');
  badLine('beyond-exact', 'the first integer that is not exact', '{"a":9007199254740992}');
  badLine('below-exact', 'the first integer that is not exact, negative', '{"a":-9007199254740992}');
  badLine('huge', 'a number that becomes infinite', '{"a":1e999}');
  badLine('null-value', 'a key with null', '{"a":null}');
  badLine('null-in-array', 'null further down', '{"a":[null]}');
  badLine('escaped-slash', 'an escape that is not needed', String.raw`{"a":"\/"}`);
  badLine('escaped-letter', 'an escape that is not needed', String.raw`{"a":"\u0061"}`);
  badLine('escaped-key', 'an escape that is not needed, in a key', String.raw`{"\u0061":1}`);
  badLine('long-escape', 'backspace has a short escape', String.raw`{"a":"\u0008"}`);
  badLine('uppercase-escape', 'hex digits of escapes are lowercase', String.raw`{"a":"\u001F"}`);
  badLine('escaped-pair', 'a pair of surrogates is written as a character', String.raw`{"a":"\ud83d\ude00"}`);
  badLine('lone-high-surrogate', 'half a character', String.raw`{"a":"\ud800"}`);
  badLine('lone-low-surrogate', 'half a character after an escaped backslash', String.raw`{"a":"\\\udc00"}`);
  badLine('raw-control', 'a tab that is not escaped', '{"a":"\t"}');
  badLine('deep-array', 'arrays nested too deeply', `{"a":${'['.repeat(300)}${']'.repeat(300)}}`);
  badLine('deep-object', 'objects nested too deeply', `${'{"a":'.repeat(300)}1${'}'.repeat(300)}`);
}

export function jsonVectors() {
  goodJson('literals', 'null and booleans', ' [ null , true,false ] ', '[null,true,false]');
  goodJson(
    'numbers',
    'the ECMAScript form',
    '[1E30,4.50,2e-3,1e21,1e-7,-0,0.000001,-1.0]',
    '[1e+30,4.5,0.002,1e+21,1e-7,0,0.000001,-1]',
  );
  goodJson(
    'order',
    'UTF-16 order: a surrogate pair sorts before U+FB33',
    '{"\\ufb33":1,"\\ud83d\\ude02":2,"1":3,"\\u0080":4}',
    '{"1":3,"\u0080":4,"\ud83d\ude02":2,"\ufb33":1}',
  );
  goodJson(
    'escapes',
    'only what must be escaped',
    String.raw`"\u0061\/\u000a\u001F\"\\"`,
    String.raw`"a/\n\u001f\"\\"`,
  );
  goodJson('proto-key', '__proto__ is a key like others', '{"__proto__":{"b":1},"a":0}', '{"__proto__":{"b":1},"a":0}');
  goodJson('empty', 'empty containers', '{"b":{},"a":[]}', '{"a":[],"b":{}}');
  badJson('lone-surrogate', 'half a character', String.raw`{"a/b":["\ud800"]}`, '/a~1b/0');
  badJson('lone-surrogate-key', 'half a character in a key', String.raw`{"~":{"\udc00":1}}`, '/~0/\udc00');
  badJson('deep', 'nested too deeply', `${'['.repeat(257)}${']'.repeat(257)}`, '/0'.repeat(256));
}
