// Problem keys and the held-out rule of the embedded models, in JavaScript; models/train/heldout.py is the same in Python.
// A key names a problem whatever its phrasing and the order of its operands or options. About one key in ten is held
// out: no model of this project was trained on any text that gives its answer away.
import { createHash } from 'node:crypto';

/** Text before the key in the hash of the held-out rule. */
const HELD_OUT_PREFIX = 'touchstone/tiny/held-out/v1\n';

const MODULO = 1000;
const BELOW = 100;

/** Whether the problem with this key was kept from training. */
export function isHeldOut(key) {
  const digest = createHash('sha256')
    .update(HELD_OUT_PREFIX + key)
    .digest();
  return digest.readUInt32BE(0) % MODULO < BELOW;
}

const sortNumbers = (numbers) => numbers.map(Number).toSorted((a, b) => a - b);
const sortLetters = (text) => [...text].toSorted((a, b) => (a < b ? -1 : 1)).join('');
const reverse = (text) => [...text].toReversed().join('');

export const numberKey = (name, ...numbers) => [name, ...sortNumbers(numbers)].join(' ');
export const sequenceKey = (terms) => ['seq', ...terms].join(' ');
export const stringKey = (text) => `string ${text < reverse(text) ? text : reverse(text)}`;
export const lettersKey = (text) => `letters ${sortLetters(text)}`;
export const countKey = (letter, text) => `count ${letter} ${sortLetters(text)}`;
export const jsonKey = (shape, ...values) => ['json', shape, ...values].join(' ');

// Every question form of the suites, with the key that its parts give. The first form that matches counts.
const FORMS = [
  [/^Which number equals (\d+) \+ (\d+)\?\n/, (a, b) => numberKey('add', a, b)],
  [/^Which number comes next: ([\d, -]+)\?/, (terms) => sequenceKey(terms.split(', '))],
  [/^Which number is the (?:largest|smallest)\?\n([^]*)$/, (options) => numberKey('order', ...optionsOf(options))],
  [/^Which number is (?:even|odd)\?\n([^]*)$/, (options) => numberKey('parity', ...optionsOf(options))],
  [/^(?:What is|Add|) ?(\d+) (?:\+|and) (\d+)/, (a, b) => numberKey('add', a, b)],
  [/^(?:What is )?(\d+) - (\d+)/, (a, b) => numberKey('sub', a, b)],
  [/^Subtract (\d+) from (\d+)\.$/, (a, b) => numberKey('sub', a, b)],
  [/^(?:What is|Multiply|) ?(\d+) (?:\*|by) (\d+)/, (a, b) => numberKey('mul', a, b)],
  [/^Which (?:is|number is) (?:larger|smaller)[,:] (\d+) or (\d+)\?$/, (a, b) => numberKey('cmp', a, b)],
  [/^Is (\d+) (?:greater|larger) than (\d+)\?/, (a, b) => numberKey('cmp', a, b)],
  [/^(?:Repeat|Copy this text|Reverse): ([A-Z]+)$/, stringKey],
  [/^Write ([A-Z]+) backwards\.$/, stringKey],
  [/^Sort the letters: ([A-Z]+)$/, lettersKey],
  [/^Put the letters of ([A-Z]+) in order\.$/, lettersKey],
  [/^How many times does ([A-Z]) appear in ([A-Z]+)\?$/, countKey],
  [/^Count the letter ([A-Z]) in ([A-Z]+)\.$/, countKey],
  [/^What comes next: ([\d, -]+)\?$/, (terms) => sequenceKey(terms.split(', '))],
  [/^Which number comes next in ([\d, -]+), \.\.\.\?$/, (terms) => sequenceKey(terms.split(', '))],
  [/: (\w+) is (\d+) years old and lives in ([\w ]+)\.$/, (name, age, city) => jsonKey('person', name, age, city)],
  [/: (\w+), aged (\d+), comes from ([\w ]+)\.$/, (name, age, city) => jsonKey('person', name, age, city)],
  [/: In ([\w ]+) I met (\w+), who is (\d+)\.$/, (city, name, age) => jsonKey('person', name, age, city)],
  [
    /: (\w+) ordered (\d+) (\w+) for (\d+) euros\.$/,
    (name, count, item, total) => jsonKey('order', name, item, count, total),
  ],
  [
    /: For (\d+) euros, (\w+) bought (\d+) (\w+)\.$/,
    (total, name, count, item) => jsonKey('order', name, item, count, total),
  ],
  [
    /: The order of (\w+): (\d+) (\w+), (\d+) euros/,
    (name, count, item, total) => jsonKey('order', name, item, count, total),
  ],
  [
    /: The (\w+) at the (\w+) starts on (\w+) at (\d+):00\.$/,
    (event, place, day, hour) => jsonKey('event', event, place, day, hour),
  ],
  [
    /: On (\w+) there is a (\w+) at the (\w+), (\d+):00\.$/,
    (day, event, place, hour) => jsonKey('event', event, place, day, hour),
  ],
  [
    /: Come to the (\w+) on (\w+) at (\d+):00 for the (\w+)\.$/,
    (place, day, hour, event) => jsonKey('event', event, place, day, hour),
  ],
];

const optionsOf = (text) => [...text.matchAll(/^[A-D]\) (\d+)$/gm)].map((match) => match[1]);

/** The key of the problem that a question of the suites asks, read from its text alone. */
export function keyOf(question) {
  for (const [form, key] of FORMS) {
    const match = form.exec(question);
    if (match) return key(...match.slice(1));
  }
  throw new Error('no known form of question');
}
